# ruff: noqa: S608  (names and texts go through identifier() and literal())
"""JSON Lines: one object per line, UTF-8. No options. A field that a line lacks is null there."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from connectors.storage.file_format import FileFormat, Part, numbered
from connectors.storage.files import Fingerprint, bytes_of, fingerprint, replacing
from connectors.storage.scan import ROW, Relation, typed_fields
from connectors.storage.session import Session, literal, sentence, session
from graph_model.errors import ContentError

if TYPE_CHECKING:
    import pyarrow as pa


class JsonLines(FileFormat):
    suffix = ".jsonl"

    def examine(self, path: Path, options: Mapping[str, Any]) -> Fingerprint:
        return fingerprint(path)

    def relation(self, opened: Session, parts: Sequence[Part], options: Mapping[str, Any]) -> Relation:
        filled = [part for part in parts if not _is_blank(part.path)]
        if not filled:
            return Relation(f"SELECT 0 AS {ROW} WHERE false", {}, "json")
        try:
            paths = [opened.path(part.path) for part in filled]
            columns = _columns(opened, paths)
            sql = " UNION ALL ".join(
                numbered(_read_json(path, columns), part) for path, part in zip(paths, filled, strict=True)
            )
            return Relation(sql, typed_fields(opened.connection, sql), "json")
        except duckdb.Error as error:
            raise ContentError(_first_mistake([part.path for part in filled]) or sentence(error)) from error

    def write_file(self, path: Path, reader: pa.RecordBatchReader, options: Mapping[str, Any]) -> None:
        with replacing(path) as temporary, session([temporary], steady=False) as opened:
            opened.connection.register("rows", reader)
            opened.connection.execute(f"COPY rows TO {literal(str(temporary))} (FORMAT json)")


_READ = (
    "format='newline_delimited', records='true', compression='none',"
    " convert_strings_to_integers=false, maximum_object_size=16777216"
)


def _columns(opened: Session, paths: Sequence[str]) -> str:
    """The columns of all files together, from all their lines: a type that holds for the first ones only would lie."""
    read = f"SELECT * FROM read_json([{', '.join(paths)}], {_READ}, sample_size=-1, union_by_name=true"
    try:
        described = opened.connection.sql(f"{read})")
    except duckdb.BinderException as error:
        if "records" not in str(error):
            raise
        # Lines of many keys alike look like one dictionary each, unless nothing may be taken for one.
        described = opened.connection.sql(f"{read}, map_inference_threshold=-1)")
    pairs = zip(described.columns, described.types, strict=True)
    return ", ".join(f"{literal(name)}: {literal(str(kind))}" for name, kind in pairs)


def _read_json(path: str, columns: str) -> str:
    return f"SELECT * FROM read_json({path}, {_READ}, columns={{{columns}}})"


def _is_blank(path: Path) -> bool:
    with bytes_of(path) as file:
        return not any(line.strip() for line in iter(lambda: file.read(1 << 16), b""))


def _first_mistake(paths: Sequence[Path]) -> str | None:
    """The first line that is no JSON object. Looked for once DuckDB has refused: its line numbers can be one off."""
    for path in paths:
        with bytes_of(path) as file:
            for number, line in enumerate(file, start=1):
                wrong = _mistake(line)
                if wrong:
                    return f"line {number} of {path.name} {wrong}"
    return None


def _mistake(line: bytes) -> str | None:
    if not line.strip():
        return None
    try:
        value = json.loads(line)
    except UnicodeDecodeError:
        return "is not utf-8 text"
    except (ValueError, RecursionError):
        return "is not JSON"
    return None if isinstance(value, dict) else "is not a JSON object"
