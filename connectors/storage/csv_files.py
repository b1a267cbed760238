# ruff: noqa: S608  (names and texts go through identifier() and literal())
"""CSV. Options: `delimiter` (,) · `quote` (") · `header` (true) · `encoding` (utf-8) · `nulls` (empty and NA).

A CSV file has no types: every column gets the narrowest one that all its values are of. `nulls` lists the texts that
stand for "no value". Without a header the columns are column0, column1 … With `dialect: sniffed`, what the others do
not say is found out by looking.
"""

from __future__ import annotations

import codecs
import csv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from connectors.storage.csv_sniffing import settled
from connectors.storage.file_format import FileFormat, Part, numbered
from connectors.storage.files import CHUNK, Fingerprint, fingerprint, replacing, text_of
from connectors.storage.scan import COLUMNS_AT_ONCE, Field, Relation
from connectors.storage.session import Session, identifier, literal, one_row, session
from connectors.storage.text_types import cast, kinds_seen, type_of_kinds
from graph_model.errors import ContentError

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

SNIFFED_ROWS = 5_000
SMALL_BYTES = 256 * 1024
DEFAULT_NULLS = ("", "NA")
# Each column of texts is tried for every type, which takes time and memory even where there are few rows.
MOST_COLUMNS = 4000
# What DuckDB reads as one line at most. Of a longer one it may read nothing at all, and not say so.
LONGEST_LINE = 2_000_000
_LINE_ENDS = ("\n", "\r", "\0")


@dataclass(frozen=True, slots=True)
class Dialect:
    delimiter: str = ","
    quote: str = '"'
    header: bool = True
    encoding: str = "utf-8"
    nulls: tuple[str, ...] = DEFAULT_NULLS


class CsvFiles(FileFormat):
    suffix = ".csv"

    def settled(self, path: Path, options: Mapping[str, Any]) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
        dialect_of(options)  # what is declared must be right, before anything is looked for beside it
        return settled(path, options)

    def examine(self, path: Path, options: Mapping[str, Any]) -> Fingerprint:
        found = fingerprint(path, _text_watch(path, dialect_of(options).encoding))
        if found.size_bytes == 0:
            raise ContentError(f"{path.name} is empty, not even a header")
        return found

    def relation(self, opened: Session, parts: Sequence[Part], options: Mapping[str, Any]) -> Relation:
        dialect = dialect_of(options)
        names = _header(parts[0].path, dialect)
        for part in parts[1:]:
            if _header(part.path, dialect) != names:
                raise ContentError(f"{part.path.name} has other columns than {parts[0].path.name}")
        plain = [_as_utf8(part, dialect.encoding, opened.folder) for part in parts]
        sql = " UNION ALL ".join(numbered(_read_csv(opened.path(part.path), names, dialect), part) for part in plain)
        is_small = sum(part.path.stat().st_size for part in plain) <= SMALL_BYTES
        types, seen = (_types_at_once if is_small else _types)(opened.connection, sql, names)
        fields = {name: Field(types[name], cast(types[name], identifier(name)), identifier(name)) for name in names}
        return Relation(sql, fields, "text", seen=seen)

    def write_file(self, path: Path, reader: pa.RecordBatchReader, options: Mapping[str, Any]) -> None:
        """Always UTF-8: a file that is written anew has no reason to be anything else."""
        dialect = dialect_of(options)
        if codecs.lookup(dialect.encoding).name not in _UTF8:
            raise ContentError(f"csv files are written in utf-8 only, not in {dialect.encoding}")
        with replacing(path) as temporary, session([temporary], steady=False) as opened:
            opened.connection.register("rows", reader)
            opened.connection.execute(f"COPY rows TO {literal(str(temporary))} ({_copy_options(dialect)})")


def dialect_of(options: Mapping[str, Any]) -> Dialect:
    """The dialect that a dataset's options ask for; raises ContentError for values that make none."""
    known = {name: options[name] for name in ("delimiter", "quote", "header", "encoding") if name in options}
    dialect = Dialect(**known, nulls=_nulls(options.get("nulls", DEFAULT_NULLS)))
    for name in ("delimiter", "quote"):
        if not isinstance(getattr(dialect, name), str) or len(getattr(dialect, name)) != 1:
            raise ContentError(f"the option {name} must be one character, not {getattr(dialect, name)!r}")
    if not isinstance(dialect.header, bool):
        raise ContentError(f"the option header must be true or false, not {dialect.header!r}")
    if dialect.delimiter in _LINE_ENDS or dialect.delimiter == dialect.quote:
        raise ContentError(f"the option delimiter must not be a line end or the quote: {dialect.delimiter!r}")
    try:
        "".encode(dialect.encoding)  # codecs that are none for texts refuse even this
    except (LookupError, TypeError, ValueError):
        raise ContentError(f"the option encoding names no text encoding: {dialect.encoding!r}") from None
    return dialect


def _nulls(value: Any) -> tuple[str, ...]:
    texts = [value] if isinstance(value, str) else value
    if not isinstance(texts, (list, tuple)):
        raise ContentError(f"the option nulls must be a list of texts, not {value!r}")
    return tuple(str(text) for text in texts)


_UTF8 = ("utf-8", "ascii", "utf-8-sig")


def _text_watch(path: Path, encoding: str) -> Callable[[bytes], None]:
    """Sees the chunks of a file and raises ContentError where they stop being text of this encoding."""
    decoder = codecs.getincrementaldecoder(encoding)()
    lines, length = 1, 0

    def watch(chunk: bytes) -> None:
        nonlocal lines, length
        try:
            text = decoder.decode(chunk, final=not chunk)
        except UnicodeDecodeError as error:
            line = lines + chunk[: error.start].count(b"\n")
            raise ContentError(
                f"{path.name} is not {encoding} text: line {line} holds byte 0x{error.object[error.start]:02x}"
            ) from None
        if "\0" in text:
            raise ContentError(
                f"{path.name} is not text: line {lines + text[: text.index(chr(0))].count(chr(10))} holds a zero byte"
            )
        length = _longest(
            text, length, f"{path.name} has a line of more than {LONGEST_LINE} characters, from line {lines} on"
        )
        lines += text.count("\n")

    return watch


def _longest(text: str, before: int, refusal: str) -> int:
    """The length of the line that goes on after `text`, `before` being that of the one that it continues."""
    first, *others = text.split("\n") if before + len(text) > LONGEST_LINE else (text,)
    if max((before + len(first), *map(len, others))) > LONGEST_LINE:
        raise ContentError(refusal)
    return len(text) - text.rfind("\n") - 1 if "\n" in text else before + len(text)


def _header(path: Path, dialect: Dialect) -> list[str]:
    encoding = "utf-8-sig" if codecs.lookup(dialect.encoding).name in _UTF8 else dialect.encoding
    try:
        with text_of(path, encoding) as file:
            first = next(csv.reader(file, delimiter=dialect.delimiter, quotechar=dialect.quote, strict=True), [])
    except (csv.Error, UnicodeError) as error:
        raise ContentError(f"the first line of {path.name} cannot be read: {error}") from None
    if not first:
        raise ContentError(f"the first line of {path.name} is empty")
    names = first if dialect.header else [f"column{position}" for position in range(len(first))]
    return _distinct(path, names)


def _distinct(path: Path, names: list[str]) -> list[str]:
    if len(names) > MOST_COLUMNS:
        raise ContentError(f"{path.name} has {len(names)} columns, and a csv file may have {MOST_COLUMNS}")
    seen: set[str] = set()
    for position, name in enumerate(names, start=1):
        if not name.strip():
            raise ContentError(f"the header of {path.name} has no name for column {position}")
        if name.lower() in seen:
            raise ContentError(f"the header of {path.name} has the column {name} twice")
        seen.add(name.lower())
    return names


def _as_utf8(part: Part, encoding: str, folder: Path) -> Part:
    """The part itself, or a copy of it that DuckDB can read."""
    if codecs.lookup(encoding).name in _UTF8:
        return part
    converted = folder / f"{part.rows_before}-{part.path.name}"
    with (
        text_of(part.path, encoding) as source,
        converted.open("w", encoding="utf-8", newline="") as target,
    ):
        try:
            while text := source.read(CHUNK):
                target.write(text)
        except UnicodeError as error:
            raise ContentError(f"{part.path.name} is not {encoding} text: {error}") from None
    return replace(part, path=converted)


def _read_csv(path: str, names: Sequence[str], dialect: Dialect) -> str:
    columns = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in names)
    nulls = ", ".join(literal(text) for text in dialect.nulls)
    return (
        f"SELECT * FROM read_csv({path}, auto_detect=false, strict_mode=true, compression='none',"
        f" header={str(dialect.header).lower()}, delim={literal(dialect.delimiter)}, quote={literal(dialect.quote)},"
        f" escape={literal(dialect.quote)}, columns={{{columns}}}, nullstr=[{nulls}])"
    )


def _copy_options(dialect: Dialect) -> str:
    null = dialect.nulls[0] if dialect.nulls else ""
    return (
        f"FORMAT csv, HEADER {str(dialect.header).lower()}, DELIMITER {literal(dialect.delimiter)},"
        f" QUOTE {literal(dialect.quote)}, NULLSTR {literal(null)}"
    )


def _types_at_once(
    connection: duckdb.DuckDBPyConnection, sql: str, names: Sequence[str]
) -> tuple[dict[str, str], tuple[int, dict[str, int]]]:
    """The same as `_types` by one look at all rows: of few rows, asking a second time costs more than all they hold."""
    found, (rows, *filled) = _seen(connection, sql, dict.fromkeys(names), names)
    return found, (rows, {name: rows - count for name, count in zip(names, filled, strict=True)})


def _types(
    connection: duckdb.DuckDBPyConnection, sql: str, names: Sequence[str]
) -> tuple[dict[str, str], tuple[int, dict[str, int]]]:
    """The type of each column: guessed from the first rows, confirmed on all, found the long way where that fails.

    And what confirming them shows beside: the number of rows, and the nulls of each column.
    """
    first_rows = f"SELECT * FROM ({sql}) LIMIT {SNIFFED_ROWS}"
    guessed, _ = _seen(connection, first_rows, dict.fromkeys(names))
    doubtful = {name: None if kind == "unknown" else kind for name, kind in guessed.items() if kind != "string"}
    confirmed, counts = _seen(connection, sql, doubtful, names)
    refuted = {name: None for name, kind in confirmed.items() if kind not in (guessed[name], "unknown")}
    found, _ = _seen(connection, sql, refuted) if refuted else ({}, [])
    rows, *filled = counts
    return guessed | confirmed | found, (rows, {name: rows - count for name, count in zip(names, filled, strict=True)})


def _seen(
    connection: duckdb.DuckDBPyConnection, sql: str, expected: Mapping[str, str | None], counted: Sequence[str] = ()
) -> tuple[dict[str, str], list[int]]:
    """The types, and the number of rows with that of the values of each column in `counted`."""
    if len(expected) > COLUMNS_AT_ONCE:
        first = dict(islice(expected.items(), COLUMNS_AT_ONCE))
        others = {name: kind for name, kind in expected.items() if name not in first}
        types, _ = _seen(connection, sql, first)
        other_types, counts = _seen(connection, sql, others, counted)
        return types | other_types, counts
    kinds = [kinds_seen(identifier(name), kind) for name, kind in expected.items()]
    counts = ["count(*)", *(f"count({identifier(name)})" for name in counted)]
    row = one_row(connection, f"SELECT {', '.join((*kinds, *counts))} FROM ({sql})")
    types = {name: type_of_kinds(bits) for name, bits in zip(expected, row, strict=False)}
    return types, [int(count) for count in row[len(kinds) :]]
