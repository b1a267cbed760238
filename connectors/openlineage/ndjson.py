"""Files of events: one event of OpenLineage a line, plain or gzip."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BufferedReader
from typing import Any

from connectors.openlineage.events import read_event
from graph_model.errors import ContentError, InvalidEvent
from graph_model.observed.entities import Observation

LONGEST_LINE = 32 * 1024 * 1024
"""Bytes; the API takes no larger event either."""
_GZIP = b"\x1f\x8b"

Plain = BufferedReader | gzip.GzipFile


@dataclass(frozen=True, slots=True)
class WrongLine:
    """A line that is no event. `pointer` is a JSON pointer (RFC 6901) to the mistake; empty: the line as a whole."""

    line: int
    pointer: str
    problem: str


def read_lines(stream: BufferedReader, *, called: str, start: int = 1) -> Iterator[tuple[int, Observation | WrongLine]]:
    """Each line from `start` on that is not empty, by its number. Raises ContentError, with the file as it is `called`,
    where a gzip stream is damaged: what stands before it was given already."""
    plain: Plain = gzip.GzipFile(fileobj=stream) if stream.peek(2)[:2] == _GZIP else stream
    number = 0
    try:
        while line := plain.readline(LONGEST_LINE + 1):
            number += 1
            is_whole = len(line) <= LONGEST_LINE
            if not is_whole:
                _skip_rest(plain, line)
            if number >= start and line.strip():
                yield number, _read(number, line) if is_whole else _too_long(number)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise ContentError(f"{called} is damaged after line {number}: {error}") from None


def _skip_rest(plain: Plain, line: bytes) -> None:
    while line and not line.endswith(b"\n"):
        line = plain.readline(LONGEST_LINE)


def _too_long(number: int) -> WrongLine:
    return WrongLine(number, "", f"longer than {LONGEST_LINE} bytes")


def _read(number: int, line: bytes) -> Observation | WrongLine:
    try:
        return read_event(json.loads(line, parse_constant=_no_number))
    except InvalidEvent as error:
        return WrongLine(number, error.pointer, error.problem)
    except (ValueError, RecursionError) as error:
        return WrongLine(number, "", f"not JSON that can be read: {error}")


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is no number in JSON")
