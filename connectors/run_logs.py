"""What the processes of runs printed: where it lies below the storage root, and how it is read while more comes.

A stream lies in one file, or, when it is longer than what is kept, in several: its beginning under the name of the
stream, and its end in files whose names tell the offset of their first byte. A cursor is an offset in the stream.
"""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from graph_model.errors import InvalidInput
from graph_model.runs.entities import Run, RunKind

Stream = Literal["stdout", "stderr"]
Label = Literal["job", "validate"]
SCRATCH = ".runs"
MOST_BYTES = 1 << 20
# What a character of UTF-8 may still lack at the end of what was read.
_LONGEST_CHARACTER = 4
_PRINTED = re.compile(r"(job|validate)\.(stdout|stderr)(?:\.(\d{1,18}))?")


@dataclass(frozen=True, slots=True)
class Printed:
    """Where the output of one attempt lies. `over`: the attempt has ended, so that no more comes."""

    folder: Path
    label: Label
    attempt: int
    over: bool


@dataclass(frozen=True, slots=True)
class Page:
    """`cursor`: where to go on. `at_end`: all that is there by now has been read."""

    text: str
    cursor: int
    at_end: bool


def printed_by(run: Run, root: Path, attempt: int | None = None) -> Printed | None:
    """The output of an attempt of a run, by its number; of the newest when None. None while there is no attempt.

    Raises InvalidInput for an attempt that there is not.
    """
    known = {each.number: each for each in run.attempts}
    number = max(known, default=None) if attempt is None else attempt
    if number is None:
        return None
    if number not in known:
        there_are = ", ".join(map(str, sorted(known))) or "none"
        raise InvalidInput("attempt", f"run {run.id} has no attempt {number}; there are {there_are}")
    label = "validate" if run.kind is RunKind.VALIDATION else "job"
    return Printed(folder_of(root, run.id, number), label, number, known[number].ended_at is not None)


def folder_of(root: Path, run: str, fence: int) -> Path:
    """The scratch folder of one attempt. A newer fence never meets an older one's files."""
    return root.absolute() / SCRATCH / f"{run[:16]}-{fence}"


def is_printed(path: Path) -> bool:
    """Whether a file in a scratch folder is something that a process printed."""
    return _PRINTED.fullmatch(path.name) is not None


def read_log(folder: Path, label: Label, stream: Stream, *, after: int = 0, most: int = MOST_BYTES) -> Page:
    """What a stream holds behind a cursor, `most` bytes of it at most; nothing when nothing was printed.

    Where the middle of a long stream is gone, a line says how much.
    """
    gone, begin, path = _part_at(_parts(folder, label, stream), after)
    if path is None:
        return Page("", after, at_end=True)
    try:
        with path.open("rb") as file:
            file.seek(max(0, after - begin))
            data = file.read(max(most, _LONGEST_CHARACTER))
    except FileNotFoundError:  # the end of the stream has moved on meanwhile
        return read_log(folder, label, stream, after=after, most=most)
    whole = data[: len(data) - _begun_character(data)] or data
    cursor = max(after, begin) + len(whole)
    mark = f"\n[… {gone} bytes left out …]\n" if gone else ""
    at_end = not _part_at(_parts(folder, label, stream), cursor)[2]
    return Page(mark + whole.decode(errors="replace"), cursor, at_end or (whole != data and len(data) < most))


def last_of(folder: Path, label: Label, stream: Stream, *, most: int) -> str:
    """What was said last: the end of a stream, `most` bytes of it at most."""
    found = b""
    for _, path in reversed(_parts(folder, label, stream)):
        with suppress(FileNotFoundError), path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - (most - len(found))))
            found = file.read() + found
        if len(found) >= most:
            break
    return found.decode(errors="replace")


def forget_logs(root: Path, *, days: float) -> int:
    """Removes what attempts printed of whom nothing else is left and nothing was written for so long; how many."""
    until = time.time() - days * 86400
    old = [folder for folder in (root.absolute() / SCRATCH).glob("*-*") if _is_forgotten(folder, until)]
    for folder in old:
        shutil.rmtree(folder, ignore_errors=True)
    return len(old)


def _is_forgotten(folder: Path, until: float) -> bool:
    """An attempt that goes on has more in its folder than what it printed."""
    with suppress(OSError):
        files = list(folder.iterdir())
        return all(map(is_printed, files)) and all(path.stat().st_mtime < until for path in (folder, *files))
    return False


def _parts(folder: Path, label: str, stream: str) -> list[tuple[int, Path]]:
    """The files of a stream with the offsets of their first bytes."""
    names = ((_PRINTED.fullmatch(path.name), path) for path in _files(folder))
    mine = ((int(found[3] or 0), path) for found, path in names if found and found.group(1, 2) == (label, stream))
    return sorted(mine)


def _files(folder: Path) -> Iterator[Path]:
    with suppress(FileNotFoundError):
        yield from folder.iterdir()


def _part_at(parts: list[tuple[int, Path]], cursor: int) -> tuple[int, int, Path | None]:
    """The file that goes on at a cursor, its offset, and how many bytes are gone before it; None at the end."""
    for begin, path in parts:
        with suppress(FileNotFoundError):
            if cursor < begin + path.stat().st_size:
                return max(0, begin - cursor), begin, path
    return 0, 0, None


def _begun_character(data: bytes) -> int:
    """How many bytes at the end begin a character that is not whole yet."""
    for length in range(1, min(_LONGEST_CHARACTER, len(data)) + 1):
        byte = data[-length]
        if byte >= 0xC0:
            wanted = 2 if byte < 0xE0 else 3 if byte < 0xF0 else 4
            return length if wanted > length else 0
        if byte < 0x80:
            return 0
    return 0
