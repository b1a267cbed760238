"""The format of a backup: one JSON array a line, `["CHECKSUM",{…}]`, a header first, then nodes, edges, and an end.

The checksum is over the number of the line and its text, so a byte that was flipped and a line that was lost, added
or moved are all found, and the line is named. The end holds the counts and a checksum of everything before it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from graph_model.errors import BackupRefused

FORMAT = 1
Item = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Contents:
    """What a whole and undamaged backup says of itself. `lines` counts the header and the end as well."""

    created_at: str
    engine: str
    migrations: tuple[str, ...]
    nodes: int
    edges: int
    lines: int
    content_hash: str
    sha256: str


def text_of(item: Mapping[str, Any]) -> str:
    """The one text of an item, whatever the order of its keys: what is written, and what is hashed."""
    return json.dumps(item, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def line_of(number: int, text: str) -> bytes:
    content = text.encode()
    return b'["%s",%s]\n' % (_checksum(number, content), content)


class Writer:
    """Writes numbered lines and remembers the checksum of all of them."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self._sum, self.lines = file, hashlib.sha256(), 0

    def write(self, text: str) -> None:
        self.lines += 1
        line = line_of(self.lines, text)
        self._sum.update(line)
        self._file.write(line)

    def end(self, **facts: Any) -> None:
        self.write(text_of({"end": facts | {"lines": self.lines + 1, "sha256": self._sum.hexdigest()}}))


def header(*, created_at: str, engine: str, migrations: tuple[str, ...]) -> str:
    facts = {"format": FORMAT, "created_at": created_at, "engine": engine, "migrations": migrations}
    return text_of({"headwater_backup": facts})


def items(path: Path, *, after: int = 0) -> Iterator[tuple[int, Item]]:
    """The items behind line `after`, each with the number of its line. Raises BackupRefused."""
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            text = _checked(path, number, line)
            if number > after:
                yield number, json.loads(text)


def inspect(path: Path) -> Contents:
    """Reads the whole file and believes none of it. Raises BackupRefused with the line that is wrong."""
    total, ended, first, last, number = hashlib.sha256(), "", b"", b"", 0
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            last = _checked(path, number, line)
            first = first or last
            ended = total.hexdigest()
            total.update(line)
    return _contents(path, number, first, last, ended)


def _contents(path: Path, lines: int, first: bytes, last: bytes, ended: str) -> Contents:
    begin = json.loads(first).get("headwater_backup") if first else None
    if begin is None:
        raise BackupRefused(f"{path} is no backup: its first line is not the header of one")
    if begin["format"] != FORMAT:
        raise BackupRefused(f"{path} has format {begin['format']}, this Headwater reads format {FORMAT}")
    end = json.loads(last).get("end")
    if end is None:
        raise BackupRefused(f"{path} is cut short: line {lines} is not its end")
    if (end["lines"], end["sha256"]) != (lines, ended):
        raise BackupRefused(f"{path} is not whole: what its end, line {lines}, says of all lines before does not hold")
    facts = {key: begin[key] for key in ("created_at", "engine")}
    counts = {key: end[key] for key in ("nodes", "edges", "lines", "content_hash", "sha256")}
    return Contents(migrations=tuple(begin["migrations"]), **facts, **counts)


def _checked(path: Path, number: int, line: bytes) -> bytes:
    """The text of a line. Every byte of the line has to be what was written."""
    text = line[20:-2]
    if line != b'["%s",%s]\n' % (_checksum(number, text), text):
        raise BackupRefused(f"{path}: line {number} is not what was written there: its checksum does not fit")
    return text


def _checksum(number: int, text: bytes) -> bytes:
    return hashlib.sha256(b"%d %s" % (number, text)).hexdigest()[:16].encode()
