# ruff: noqa: S608  (names and texts go through identifier() and literal())
"""Files with a manifest (`manifest_document` says what that is) as one content.

A dataset's options are those of its files; `files` among them names the format that is written (default parquet). With
the option `reader` the files may be of any format: see `reader_command`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from connectors.storage.at_hand import at_hand, at_hand_with_its_folder, put_copy, remove, to_be_written
from connectors.storage.file_format import Part, kept_with, stream
from connectors.storage.files import replacing
from connectors.storage.formats import format_named
from connectors.storage.manifest_document import Manifest, manifest_at, member_format, parsed
from connectors.storage.scan import Member, Relation, Scan, counted, top_level
from connectors.storage.session import Session, one_row, session
from graph_model.errors import ContentError
from graph_model.versions.entities import Content, Inspection

if TYPE_CHECKING:
    import pyarrow as pa


class ManifestedFiles:
    suffix = ".json"

    @contextmanager
    def scan(self, content: Content) -> Iterator[Scan]:
        with at_hand_with_its_folder(content) as path, self._opened(path, content.options) as scan:
            yield scan

    @contextmanager
    def _opened(self, path: Path, options: Mapping[str, Any]) -> Iterator[Scan]:
        manifest = manifest_at(path, options)
        with session([path, *(listed.path for listed in manifest.files)]) as opened:
            manifest.examine(options)
            parts = manifest.parts(opened.folder)
            _check_rows(opened, manifest, parts, options)
            relation = manifest.kind.relation(opened, parts, options)
            _check_columns(manifest, relation, path.name)
            rows, nulls = counted(opened.connection, relation)
            size = sum(listed.size_bytes for listed in manifest.files)
            inspection = Inspection(
                relation.columns, rows, size, manifest.content_hash, {"nulls": nulls, "files": len(manifest.files)}
            )
            members = (
                Member(listed.name, part.rows_before) for listed, part in zip(manifest.files, parts, strict=True)
            )
            yield Scan(opened.connection, relation, inspection, tuple(members))

    def read(self, content: Content, columns: Sequence[str] | None) -> pa.RecordBatchReader:
        """Sizes and hashes are held against the manifest before the first row is handed out."""
        with ExitStack() as stack:
            path = stack.enter_context(at_hand_with_its_folder(content))
            manifest = manifest_at(path, content.options)
            manifest.examine(content.options)
            folder = Path(stack.enter_context(TemporaryDirectory(prefix="headwater-")))
            reader = stream(manifest.kind, manifest.parts(folder), content.options, columns)
            kept = stack.pop_all()
        return kept_with(reader, kept)

    def write(self, content: Content, reader: pa.RecordBatchReader) -> None:
        """One file, and the manifest after it: without a manifest nothing is there yet."""
        name = member_format(str(content.options.get("files", "parquet")), "the manifest")
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
            manifest = manifest_at(path, content.options)
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
            return {listed.name for listed in parsed(path, content.options).files}
    except ContentError:
        return set()


def _check_rows(opened: Session, manifest: Manifest, parts: Sequence[Part], options: Mapping[str, Any]) -> None:
    for listed, part in zip(manifest.files, parts, strict=True):
        relation = manifest.kind.relation(opened, [Part(part.path)], options)
        (rows,) = one_row(opened.connection, f"SELECT count(*) FROM ({relation.sql})")
        if rows != listed.row_count:
            raise ContentError(f"{listed.name} has {rows} rows, the manifest says {listed.row_count}")


def _check_columns(manifest: Manifest, relation: Relation, name: str) -> None:
    """A type may be said exactly (`int32`) or as a kind (`integer`); a column of nulls is of any."""
    if not manifest.columns:
        return
    found = top_level(relation)
    if found != [column for column, _ in manifest.columns]:
        said = ", ".join(column for column, _ in manifest.columns)
        raise ContentError(f"the files have the columns {', '.join(found)}, {name} says {said}")
    for column, type in manifest.columns:
        field = relation.fields[column]
        if type not in (field.type, field.exact) and field.type != "unknown":
            raise ContentError(f"the column {column} is {field.exact or field.type}, {name} says {type}")
