"""The document that says which files make up a content, and what is in them.

    {"files": [{"path": "JFK.csv", "format": "csv", "size_bytes": 1048, "sha256": "9f86…", "row_count": 17}, …]}

Beside `files` it may list `columns`, each with name and type, which the rows then must have. Paths are relative to the
manifest's folder and stay in it. The folder belongs to the manifest: a file in it that is not listed is refused like
one that is missing (names that begin with a dot are left alone). All files have one format.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path, PurePosixPath
from typing import Any, cast

from connectors.storage.file_format import FileFormat, Part
from connectors.storage.files import Fingerprint, fingerprint, hash_of_files, reading, regular_file
from connectors.storage.formats import format_named
from connectors.storage.reader_command import ReaderCommand, read_all, reader_command
from graph_model.errors import ContentError

LARGEST_MANIFEST = 64 << 20
MEMBER_FORMATS = ("arrow", "csv", "jsonl", "parquet")


@dataclass(frozen=True, slots=True)
class Listed:
    """One file as the manifest lists it. `path` is where it lies."""

    name: str
    path: Path
    size_bytes: int
    sha256: str
    row_count: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """`command` reads the files where their format is nobody's but their owner's. `columns`: names and types that the
    manifest says its rows have; empty where it says nothing."""

    format: str
    files: tuple[Listed, ...]
    columns: tuple[tuple[str, str], ...] = ()
    command: ReaderCommand | None = None

    @property
    def kind(self) -> FileFormat:
        return cast("FileFormat", format_named(self.command.reads if self.command else self.format))

    def examine(self, options: Mapping[str, Any]) -> None:
        """Raises ContentError where a file is not the one that is listed."""
        for listed in self.files:
            _check_bytes(listed, fingerprint(listed.path) if self.command else self.kind.examine(listed.path, options))

    def parts(self, folder: Path) -> tuple[Part, ...]:
        """What is read for each file: itself, or what the command makes of it in `folder`."""
        paths = [listed.path for listed in self.files]
        if self.command:
            paths = read_all(self.command, paths, folder, suffix=self.kind.suffix)
        before = accumulate((listed.row_count for listed in self.files), initial=0)
        return tuple(Part(path, rows) for path, rows in zip(paths, before, strict=False))

    @property
    def content_hash(self) -> str:
        return hash_of_files((listed.name, listed.sha256) for listed in self.files)


def manifest_at(path: Path, options: Mapping[str, Any]) -> Manifest:
    """The manifest, when its folder holds exactly the files that it lists. Raises ContentError."""
    manifest = parsed(path, options)
    for listed in manifest.files:
        regular_file(listed.path)
    extra = _files_below(path.parent) - {path.name, *(listed.name for listed in manifest.files)}
    if extra:
        raise ContentError(f"{path.name} does not list {_some(extra)}, which lies beside it")
    return manifest


def _files_below(folder: Path) -> set[str]:
    found: set[str] = set()
    for where, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        found |= {(Path(where) / name).relative_to(folder).as_posix() for name in names if not name.startswith(".")}
    return found


def parsed(path: Path, options: Mapping[str, Any]) -> Manifest:
    regular_file(path)
    with reading(path):
        if path.stat().st_size > LARGEST_MANIFEST:
            raise ContentError(f"{path.name} is too large to be a manifest")
        text = path.read_bytes()
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        raise ContentError(f"{path.name} is not JSON, so not a manifest") from None
    entries = document.get("files") if isinstance(document, dict) else None
    if not isinstance(entries, list) or not entries:
        raise ContentError(f"{path.name} lists no files: a manifest is an object with a list `files`")
    files = tuple(_listed(path, entry) for entry in entries)
    command = reader_command(options)
    format = _format_of(path, document, entries, own=command is not None)
    return Manifest(format, _each_once(path, files), _columns_of(path, document), command)


_SHA256 = re.compile(r"[0-9a-fA-F]{64}")


def _listed(manifest: Path, entry: Any) -> Listed:
    if not isinstance(entry, dict) or not isinstance(entry.get("path"), str):
        raise ContentError(f"{manifest.name} lists a file without a path")
    name = PurePosixPath(entry["path"]).as_posix()
    if not _SHA256.fullmatch(str(entry.get("sha256", ""))):
        raise ContentError(f"{manifest.name} gives no sha256 of {name}")
    for key in ("size_bytes", "row_count"):
        if type(entry.get(key)) is not int or entry[key] < 0:
            raise ContentError(f"{manifest.name} gives no {key} of {name}")
    return Listed(name, _inside(manifest, name), entry["size_bytes"], entry["sha256"], entry["row_count"])


def _inside(manifest: Path, name: str) -> Path:
    """Where a listed file lies, links followed; never outside the manifest's folder."""
    try:
        folder = manifest.parent.resolve()
        path = (folder / name).resolve()
    except (OSError, ValueError, RuntimeError):
        raise ContentError(f"{manifest.name} lists {name!r}, which is no path") from None
    if ".." in PurePosixPath(name).parts or not path.is_relative_to(folder) or path == folder:
        raise ContentError(f"{manifest.name} lists {name}, which is not in its folder")
    return manifest.parent / name


def _format_of(path: Path, document: Mapping[str, Any], entries: Iterable[Mapping[str, Any]], *, own: bool) -> str:
    """`own`: a command knows how to read them, whatever they are called."""
    named = {str(entry.get("format", document.get("format"))) for entry in entries}
    if len(named) > 1:
        raise ContentError(f"{path.name} lists files of several formats: {', '.join(sorted(named))}")
    return named.pop() if own else member_format(named.pop(), path.name)


def _columns_of(path: Path, document: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    columns = document.get("columns", [])
    if not isinstance(columns, list) or not all(
        isinstance(column, dict) and isinstance(column.get("name"), str) and isinstance(column.get("type"), str)
        for column in columns
    ):
        raise ContentError(f"the columns of {path.name} must be a list of objects with name and type")
    return tuple((column["name"], column["type"]) for column in columns)


def member_format(name: str, manifest: str) -> str:
    if name not in MEMBER_FORMATS:
        raise ContentError(f"the files of {manifest} must be {', '.join(MEMBER_FORMATS)}, not {name}")
    return name


def _each_once(path: Path, files: tuple[Listed, ...]) -> tuple[Listed, ...]:
    names = [listed.name for listed in files]
    twice = {name for name in names if names.count(name) > 1} if len(set(names)) < len(names) else set()
    if twice:
        raise ContentError(f"{path.name} lists {_some(twice)} twice")
    return files


def _check_bytes(listed: Listed, found: Fingerprint) -> None:
    if found.size_bytes != listed.size_bytes:
        raise ContentError(f"{listed.name} has {found.size_bytes} bytes, the manifest says {listed.size_bytes}")
    if found.sha256 != listed.sha256.lower():
        raise ContentError(f"{listed.name} is not the file that the manifest lists: its sha256 differs")


def _some(names: Iterable[str]) -> str:
    first, *others = sorted(names)
    return f"{first} and {len(others)} more" if others else first
