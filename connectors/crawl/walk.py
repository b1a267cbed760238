"""Every file of a folder that may belong to a dataset, and why others do not."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from connectors.crawl.entities import Skipped
from graph_model.errors import InvalidInput

MOST_FILES = 200_000


@dataclass(frozen=True, slots=True)
class File:
    """`path` is relative to the folder, with `/`."""

    path: str
    size: int
    user: int


@dataclass(slots=True)
class Walked:
    files: list[File] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)


def walk(folder: Path) -> Walked:
    """Files by path. Hidden ones and those that begin with `_` (marks of writers) are passed over without a word; what
    cannot be read, is no file, or leads out of the folder is told. Links are never followed to a folder.

    Raises InvalidInput for more files than anybody wants in one estate.
    """
    found, root = Walked(), folder.resolve()
    for entry in _entries(root, root, found):
        if len(found.files) >= MOST_FILES:
            raise InvalidInput(str(folder), f"holds more than {MOST_FILES:,} files: crawl the folders in it one by one")
        found.files.append(entry)
    return found


def _entries(folder: Path, root: Path, found: Walked) -> Iterator[File]:
    try:
        with os.scandir(folder) as entries:
            ordered = sorted(entries, key=lambda entry: entry.name)
    except OSError as error:
        found.skipped.append(Skipped(_place(folder, root), f"the folder cannot be read: {error.strerror}"))
        return
    for entry in ordered:
        if entry.name.startswith((".", "_")):
            continue
        path = Path(entry.path)
        if entry.is_dir(follow_symlinks=False):
            yield from _entries(path, root, found)
        elif reason := _reason_against(path, root):
            found.skipped.append(Skipped(_place(path, root), reason))
        else:
            about = path.stat()
            yield File(_place(path, root), about.st_size, about.st_uid)


def _reason_against(path: Path, root: Path) -> str | None:
    """Looks before anything is opened: opening a pipe would wait for a writer."""
    try:
        about = path.stat()
    except OSError as error:
        return f"it cannot be read: {error.strerror}"
    if path.is_symlink() and not path.resolve().is_relative_to(root):
        return "a link that leads out of the folder"
    if stat.S_ISDIR(about.st_mode):
        return "a link to a folder"
    if not stat.S_ISREG(about.st_mode):
        return "not a file"
    if not os.access(path, os.R_OK):
        return "it cannot be read: Permission denied"
    return "it is empty" if about.st_size == 0 else None


def _place(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix()
