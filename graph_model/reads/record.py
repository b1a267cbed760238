"""Remembering who read which version: one node for each reader and version, whatever the number of reads."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from graph_model.consumers.repository import consumer as find_consumer
from graph_model.errors import DomainError, InvalidInput, InvalidName, VersionNotFound
from graph_model.moments import earlier
from graph_model.names import Name, consumer_id, parse_name, reading_id
from graph_model.reads.entities import Counted, Read, ReaderKind, ReadReport
from graph_model.store.graph import Graph, Row
from graph_model.texts import NOT_STORABLE, is_storable
from graph_model.versions.repository import version as get_version
from graph_model.versions.resolve import resolve

LONGEST_TEXT = 200
MOST_COLUMNS = 2_000
KEYS_REMEMBERED = 20


def read_of(graph: Graph, report: ReadReport) -> Read:
    """What a read report says, as a read of one version.

    Raises ConsumerNotFound, DatasetNotFound, InvalidPartition, VersionNotFound, InvalidInput.
    """
    name = find_consumer(graph, report.consumer).name
    found = _version(graph, report)
    return Read(found, str(name), report.agent, report.key, report.at, report.columns)


def _version(graph: Graph, report: ReadReport) -> str:
    if report.version is None:
        return resolve(graph, report.dataset, report.partition, as_of=report.at).id
    found = get_version(graph, report.version)
    if (found.dataset, found.partition) != (report.dataset, report.partition):
        wanted = report.dataset.at(report.partition)
        raise VersionNotFound(f"{report.version} of {wanted}: it is one of {found.dataset}@{found.partition}")
    return found.id


def checked(read: Read) -> Read:
    """`read` with texts that fit. Raises InvalidInput."""
    if not read.reader.strip():
        raise InvalidInput("reader", "is empty: say who reads")
    for field, text in (("reader", read.reader), ("key", read.key or "")):
        if len(text) > LONGEST_TEXT:
            raise InvalidInput(field, f"is longer than {LONGEST_TEXT} characters")
        if not is_storable(text):
            raise InvalidInput(field, NOT_STORABLE)
    if len(read.columns) > MOST_COLUMNS:
        raise InvalidInput("columns", f"are more than {MOST_COLUMNS}")
    return replace(read, agent=read.agent.encode(errors="replace").decode()[:LONGEST_TEXT])


def record_reads(graph: Graph, reads: Sequence[Read]) -> tuple[Counted | DomainError, ...]:
    """Counts `reads` together; what each led to, in their order. VersionNotFound for one of an unknown version."""
    kinds = _kinds(graph, {read.reader for read in reads})
    ids = [reading_id(read.version, kinds[read.reader], read.reader) for read in reads]
    rows = _rows(zip(ids, reads, strict=True), kinds)
    found = graph.write(
        lambda tx: tx.rows("reads.record", reads=rows, token=tx.token, most_keys=KEYS_REMEMBERED), step="reads"
    )
    fresh = {row["id"]: set(row["fresh"]) for row in found}
    return tuple(_counted(read, fresh.get(id)) for id, read in zip(ids, reads, strict=True))


def _counted(read: Read, fresh: set[str] | None) -> Counted | DomainError:
    if fresh is None:
        return VersionNotFound(read.version)
    counted = read.key is None or read.key in fresh
    fresh.discard(read.key or "")
    return Counted(read.version, counted)


def _kinds(graph: Graph, readers: Iterable[str]) -> dict[str, ReaderKind]:
    """A reader that is called like a consumer is that consumer."""
    ids = {reader: consumer_id(name) for reader in readers if (name := _name(reader))}
    rows = graph.rows("reads.consumers_among", ids=sorted(ids.values())) if ids else []
    known = {row["id"] for row in rows}
    return {reader: ReaderKind.CONSUMER if ids.get(reader) in known else ReaderKind.PROGRAM for reader in readers}


def _name(reader: str) -> Name | None:
    try:
        return parse_name(reader)
    except InvalidName:
        return None


def _rows(reads: Iterable[tuple[str, Read]], kinds: dict[str, ReaderKind]) -> list[Row]:
    """One row for each reader and version, sorted for locking."""
    rows: dict[str, dict[str, Any]] = {}
    for id, read in reads:
        row = rows.setdefault(id, _row(id, read, kinds[read.reader]))
        row["keyless"] += read.key is None
        if read.key is not None and read.key not in row["keys"]:
            row["keys"].append(read.key)
        row["agent"], row["columns"] = read.agent or row["agent"], list(read.columns) or row["columns"]
        row["first_at"] = earlier(row["first_at"], read.at)  # None is now
        row["last_at"] = None if row["last_at"] is None or read.at is None else max(row["last_at"], read.at)
    return [rows[id] for id in sorted(rows)]


def _row(id: str, read: Read, kind: ReaderKind) -> dict[str, Any]:
    return {
        "id": id,
        "version": read.version,
        "kind": kind,
        "reader": read.reader,
        "agent": read.agent,
        "keys": [],
        "keyless": 0,
        "first_at": read.at,
        "last_at": read.at,
        "columns": list(read.columns),
    }
