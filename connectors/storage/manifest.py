# ruff: noqa: S608  (names and texts go through identifier() and literal())
"""Files with a manifest: a JSON file that says which files make up a content, and what is in them.

    {"files": [{"path": "JFK.csv", "format": "csv", "size_bytes": 1048, "sha256": "9f86…", "row_count": 17}, …]}

Paths are relative to the manifest's folder and stay in it. The folder belongs to the manifest: a file in it that is not
listed is refused like one that is missing (names that begin with a dot are left alone). All files have one format; the
content's options are passed on to it, and `files` among them names the format that is written (default parquet).
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from itertools import accumulate
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, cast

from connectors.storage.at_hand import at_hand, at_hand_with_its_folder, put_copy, remove, to_be_written
from connectors.storage.file_format import FileFormat, Part, kept_with, stream
from connectors.storage.files import Fingerprint, hash_of_files, reading, regular_file, replacing
from connectors.storage.formats import format_named
from connectors.storage.scan import Member, Scan, counted
from connectors.storage.session import Session, one_row, session
from graph_model.errors import ContentError
from graph_model.versions.entities import Content, Inspection

if TYPE_CHECKING:
    import pyarrow as pa

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
    format: str
    files: tuple[Listed, ...]

    @property
    def kind(self) -> FileFormat:
        return cast("FileFormat", format_named(self.format))

    @property
    def parts(self) -> tuple[Part, ...]:
        before = accumulate((listed.row_count for listed in self.files), initial=0)
        return tuple(Part(listed.path, rows) for listed, rows in zip(self.files, before, strict=False))

    @property
    def content_hash(self) -> str:
        return hash_of_files((listed.name, listed.sha256) for listed in self.files)


class ManifestedFiles:
    suffix = ".json"

    @contextmanager
    def scan(self, content: Content) -> Iterator[Scan]:
        with at_hand_with_its_folder(content) as path, self._opened(path, content.options) as scan:
            yield scan

    @contextmanager
    def _opened(self, path: Path, options: Mapping[str, Any]) -> Iterator[Scan]:
        manifest = _manifest_at(path)
        with session([path, *(listed.path for listed in manifest.files)]) as opened:
            for listed in manifest.files:
                _check_bytes(listed, manifest.kind.examine(listed.path, options))
            _check_rows(opened, manifest, options)
            relation = manifest.kind.relation(opened, manifest.parts, options)
            rows, nulls = counted(opened.connection, relation)
            size = sum(listed.size_bytes for listed in manifest.files)
            inspection = Inspection(
                relation.columns, rows, size, manifest.content_hash, {"nulls": nulls, "files": len(manifest.files)}
            )
            members = (
                Member(listed.name, part.rows_before)
                for listed, part in zip(manifest.files, manifest.parts, strict=True)
            )
            yield Scan(opened.connection, relation, inspection, tuple(members))

    def read(self, content: Content, columns: Sequence[str] | None) -> pa.RecordBatchReader:
        """Sizes and hashes are held against the manifest before the first row is handed out."""
        with ExitStack() as stack:
            manifest = _manifest_at(stack.enter_context(at_hand_with_its_folder(content)))
            for listed in manifest.files:
                _check_bytes(listed, manifest.kind.examine(listed.path, content.options))
            reader = stream(manifest.kind, manifest.parts, content.options, columns)
            kept = stack.pop_all()
        return kept_with(reader, kept)

    def write(self, content: Content, reader: pa.RecordBatchReader) -> None:
        """One file, and the manifest after it: without a manifest nothing is there yet."""
        name = _member_format(str(content.options.get("files", "parquet")), "the manifest")
        part = replace(_beside(content, f"part-0{format_named(name).suffix}"), format=name)
        format_named(name).write(part, reader)
        with format_named(name).scan(part) as scan:
            found = scan.inspection
        entry = {
            "path": part.location.rpartition("/")[2],
            "format": name,
            "size_bytes": found.size_bytes,
            "row_count": found.row_count,
        }
        with to_be_written(content) as path, replacing(path) as temporary:
            temporary.write_text(
                json.dumps({"files": [entry | {"sha256": found.content_hash.removeprefix("sha256:")}]}, indent=2)
            )

    def expose(self, content: Content, target: Content, partition: str) -> None:
        """The files first, then the manifest; then what only the old manifest listed goes. A reader who comes in
        between meets files that do not match: refused, never a mixture taken for good."""
        former = _names_at(target)
        with at_hand_with_its_folder(content) as path:
            manifest = _manifest_at(path)
            for listed in manifest.files:
                put_copy(listed.path, _beside(target, listed.name))
            put_copy(path, target)
        for name in former - {kept.name for kept in manifest.files}:
            remove(_beside(target, name))

    def discard(self, content: Content) -> None:
        for name in _names_at(content):
            remove(_beside(content, name))
        remove(content)


def _beside(content: Content, name: str) -> Content:
    return replace(content, location=f"{content.location.rpartition('/')[0]}/{name}")


def _names_at(content: Content) -> set[str]:
    """The files that a manifest lists which may be broken or gone: then none."""
    try:
        with at_hand(content) as path:
            return {listed.name for listed in _parsed(path).files}
    except ContentError:
        return set()


def _manifest_at(path: Path) -> Manifest:
    """The manifest, when its folder holds exactly the files that it lists. Raises ContentError."""
    manifest = _parsed(path)
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


def _parsed(path: Path) -> Manifest:
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
    return Manifest(_format_of(path, document, entries), _each_once(path, files))


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


def _format_of(path: Path, document: Mapping[str, Any], entries: Iterable[Mapping[str, Any]]) -> str:
    named = {str(entry.get("format", document.get("format"))) for entry in entries}
    if len(named) > 1:
        raise ContentError(f"{path.name} lists files of several formats: {', '.join(sorted(named))}")
    return _member_format(named.pop(), path.name)


def _member_format(name: str, manifest: str) -> str:
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


def _check_rows(opened: Session, manifest: Manifest, options: Mapping[str, Any]) -> None:
    for listed in manifest.files:
        relation = manifest.kind.relation(opened, [Part(listed.path)], options)
        (rows,) = one_row(opened.connection, f"SELECT count(*) FROM ({relation.sql})")
        if rows != listed.row_count:
            raise ContentError(f"{listed.name} has {rows} rows, the manifest says {listed.row_count}")


def _some(names: Iterable[str]) -> str:
    first, *others = sorted(names)
    return f"{first} and {len(others)} more" if others else first
