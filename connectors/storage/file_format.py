# ruff: noqa: S608  (names and texts go through identifier() and literal())
"""What csv, parquet and jsonl have in common: a content is one regular file."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from connectors.storage.at_hand import at_hand, put_copy, remove, to_be_written
from connectors.storage.files import Fingerprint, regular_file
from connectors.storage.scan import ROW, Counts, Member, Relation, Scan, counted, selection
from connectors.storage.session import Session, content_errors, session
from graph_model.contracts.entities import Column
from graph_model.errors import ContentError
from graph_model.versions.entities import Content, Inspection
from graph_model.versions.roots import is_in_store

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Part:
    """One file among those that make up a content. `rows_before` lets row numbers run on."""

    path: Path
    rows_before: int = 0


class FileFormat(ABC):
    """A format whose contents are files. A subclass says how to examine the bytes and how DuckDB reads the rows."""

    suffix: str
    takes_folders = False

    @abstractmethod
    def examine(self, path: Path, options: Mapping[str, Any]) -> Fingerprint:
        """The fingerprint of a file whose bytes look like this format; raises ContentError for any other."""

    @abstractmethod
    def relation(self, opened: Session, parts: Sequence[Part], options: Mapping[str, Any]) -> Relation:
        """All rows of all parts; raises ContentError when they do not have the same columns."""

    @abstractmethod
    def write_file(self, path: Path, reader: pa.RecordBatchReader, options: Mapping[str, Any]) -> None: ...

    def settled(self, path: Path, options: Mapping[str, Any]) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
        """The options to read this file with, and what to remember of it, where a format finds out some by looking."""
        return options, {}

    def count(self, opened: Session, relation: Relation, parts: Sequence[Part], options: Mapping[str, Any]) -> Counts:
        """What a look at all rows tells."""
        return Counts(*counted(opened.connection, relation))

    @contextmanager
    def scan(self, content: Content) -> Iterator[Scan]:
        with at_hand(content) as place, session([regular_file(place)]) as opened:
            path = regular_file(place)
            options, remembered = self.settled(path, content.options)
            found = self.examine(path, options)
            relation = self.relation(opened, [Part(path)], options)
            seen = self.count(opened, relation, [Part(path)], options)
            metrics = {**seen.metrics, **remembered}
            inspection = Inspection(relation.columns, seen.rows, found.size_bytes, f"sha256:{found.sha256}", metrics)
            yield Scan(opened.connection, relation, inspection, (Member(path.name),), seen.statistics)

    def read(self, content: Content, columns: Sequence[str] | None) -> pa.RecordBatchReader:
        with ExitStack() as stack:
            path = stack.enter_context(at_hand(content, folders=self.takes_folders))
            reader = self.read_file(path, content.options, columns)
            kept = stack.pop_all()
        return reader if not is_in_store(content.location) else kept_with(reader, kept)

    def read_file(self, path: Path, options: Mapping[str, Any], columns: Sequence[str] | None) -> pa.RecordBatchReader:
        settled, _ = self.settled(regular_file(path), options)
        return stream(self, [Part(path)], settled, columns)

    def write(self, content: Content, reader: pa.RecordBatchReader) -> None:
        with to_be_written(content) as path:
            self.write_file(path, reader, content.options)

    def expose(self, content: Content, target: Content, partition: str) -> None:
        with at_hand(content) as path:
            put_copy(regular_file(path), target)

    def discard(self, content: Content) -> None:
        remove(content)


def stream(
    kind: FileFormat, parts: Sequence[Part], options: Mapping[str, Any], columns: Sequence[str] | None
) -> pa.RecordBatchReader:
    """The rows of some files through DuckDB; the session ends with the stream."""
    import pyarrow as pa  # only readers need it, and it is slow to import

    with ExitStack() as stack:
        opened = stack.enter_context(session([part.path for part in parts]))
        relation = kind.relation(opened, parts, options)
        known_columns(relation.columns, columns)
        batches = opened.connection.sql(selection(relation, columns)).to_arrow_reader(50_000)
        kept = stack.pop_all()
    return pa.RecordBatchReader.from_batches(batches.schema, _closing(batches, kept))


def kept_with(reader: pa.RecordBatchReader, kept: ExitStack) -> pa.RecordBatchReader:
    """The same rows; what they are read from is let go after the last one."""
    import pyarrow as pa

    return pa.RecordBatchReader.from_batches(reader.schema, _closing(reader, kept))


def _closing(batches: pa.RecordBatchReader, kept: ExitStack) -> Iterator[pa.RecordBatch]:
    with kept, content_errors():
        yield from batches


def known_columns(known: Sequence[Column], wanted: Sequence[str] | None) -> None:
    missing = set(wanted or ()) - {column.path for column in known}
    if missing:
        raise ContentError(f"it has no column {', '.join(sorted(missing))}")


def numbered(select: str, part: Part) -> str:
    """A SELECT with the number of each row in ROW, counted from 1 over all parts."""
    return f"SELECT *, row_number() OVER () + {part.rows_before} AS {ROW} FROM ({select})"
