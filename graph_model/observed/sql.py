"""The SQL that others report of their jobs, read by column after it was recorded.

Whoever observes only marks the job, or a dataset whose schema changed. A sweep looks at what is marked: it reads what
the SQL is read with, has it read outside of any transaction, and writes what came of it if nothing of that has changed
meanwhile. A mark goes only when a look finds nothing new, so it cannot be lost.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from graph_model.contracts.entities import Column
from graph_model.estate.writing import FOREVER
from graph_model.identity.life import settle_columns
from graph_model.lineage.entities import ColumnFlow, ColumnFlows
from graph_model.names import Name, field_id, flow_edge_id
from graph_model.observed.entities import SOURCE, SQL_SOURCE, WordKind
from graph_model.observed.words import SaidOfOutputs, current_words, said_of_outputs, settle_outputs
from graph_model.store.graph import Graph, Row, Transaction
from graph_model.store.rounds import in_rounds

AT_ONCE = 50
_OURS = "SQL: "


@dataclass(frozen=True, slots=True)
class SqlDataset:
    """A dataset beside the SQL of a job. `aliases` are other names that its client gives it. `columns` empty: not
    known.

    `told`, of an output: how much of its columns the client tells by itself.
    """

    id: str
    name: Name
    aliases: tuple[Name, ...]
    columns: tuple[Column, ...]
    is_output: bool
    stale: bool
    first: datetime
    told: WordKind | None = None
    dropped: bool = False
    """Once, at least."""


@dataclass(frozen=True, slots=True)
class ReportedSql:
    """The newest SQL of a job and what it is read with. `text` None: it reports none any more."""

    job: str
    text: str | None
    dialect: str
    datasets: tuple[SqlDataset, ...]
    digest: str
    remembered: str | None
    unresolved: tuple[str, ...]
    is_declared: bool


ReadSql = Callable[[ReportedSql], ColumnFlows]
"""Reads the flows of a job out of its SQL; `known` False: there is nothing to read, or nobody needs it."""


def read_reported_sql(graph: Graph, read: ReadSql, *, limit: int = AT_ONCE) -> tuple[str, ...]:
    """Looks at each job that is marked once; ids of those of which something new was written."""
    pass_on_news(graph)
    written: list[str] = []
    after = ""
    while ids := [row["id"] for row in graph.rows("observed.unread_sql", after=after, most=limit)]:
        after = ids[-1]
        same: list[ReportedSql] = []
        for found in graph.read(lambda tx, ids=ids: _around(tx, ids)):
            if found.digest == found.remembered:
                same.append(found)
            elif _write(graph, found, read(found)):
                written.append(found.job)
        _unmark(graph, same)
    return tuple(written)


def pass_on_news(graph: Graph, *, limit: int = AT_ONCE) -> None:
    """Marks the jobs around datasets whose schema changed since their SQL was read."""

    def carry_out(rows: Sequence[Row]) -> list[str]:
        jobs = sorted({job for row in rows for job in row["jobs"]})
        datasets = sorted(row["dataset"] for row in rows)
        graph.write(
            lambda tx: tx.rows("observed.pass_on_news", jobs=jobs, datasets=datasets, token=tx.token), step="news"
        )
        return datasets

    in_rounds(lambda: graph.rows("observed.jobs_of_news", most=limit), carry_out, limit=limit, most=50)


def _write(graph: Graph, found: ReportedSql, flows: ColumnFlows) -> bool:
    """False: what the SQL was read with is no longer so; the mark stays."""

    def work(tx: Transaction) -> bool:
        tx.rows("observed.lock_jobs", jobs=[found.job], token=tx.token)
        if [one.digest for one in _around(tx, [found.job])] != [found.digest]:
            return False
        kept = _write_flows(tx, found, flows)
        tx.rows(
            "observed.settle_read",
            jobs=[{"id": found.job, "keep": kept}],
            source=SQL_SOURCE,
            observed=SOURCE,
            now=datetime.now(UTC),
        )
        _settle_lives(tx, [found])
        tx.rows("observed.remember_sql", jobs=[{"id": found.job, "properties": _remembered(found, flows)}])
        settle_outputs(tx, [found.job])
        return True

    return graph.write(work, step="read sql")


def _unmark(graph: Graph, same: Sequence[ReportedSql]) -> None:
    if not same:
        return

    def work(tx: Transaction) -> None:
        ids = [one.job for one in same]
        tx.rows("observed.lock_jobs", jobs=ids, token=tx.token)
        done = [one.job for one in _around(tx, ids) if one.digest == one.remembered]
        keeping = [{"id": job, "keep": None} for job in done]
        tx.rows("observed.settle_read", jobs=keeping, source=SQL_SOURCE, observed=SOURCE, now=datetime.now(UTC))
        _settle_lives(tx, same)
        tx.rows("observed.remember_sql", jobs=[{"id": job, "properties": {"sql_unread": None}} for job in done])

    graph.write(work, step="unmark sql")


def _settle_lives(tx: Transaction, jobs: Iterable[ReportedSql]) -> None:
    """What was last seen before a dataset was dropped ended with it."""
    dropped = sorted({dataset.id for job in jobs for dataset in job.datasets if dataset.dropped})
    if dropped:
        settle_columns(tx, dropped, source=SQL_SOURCE, forever=FOREVER)


def _remembered(found: ReportedSql, flows: ColumnFlows) -> Row:
    known = flows.known and not flows.unresolved
    properties: Row = {"sql_digest": found.digest, "sql_known": known or None}
    if not found.is_declared:
        ours = [f"{_OURS}{text}" for text in flows.unresolved]
        properties["unresolved"] = [*(one for one in found.unresolved if not one.startswith(_OURS)), *ours] or None
    return properties


def _write_flows(tx: Transaction, found: ReportedSql, flows: ColumnFlows) -> list[str]:
    """Ids of the edges that the SQL says now."""
    datasets = {one.name: one for one in found.datasets}
    fields: dict[str, Row] = {}

    def field(dataset: Name, path: str) -> str:
        identity = field_id(datasets[dataset].id, path)
        fields[identity] = {"id": identity, "dataset": datasets[dataset].id, "path": path}
        return identity

    def edge(kind: str, source: Name, start: str, target: Name, end: str) -> Row:
        identity = flow_edge_id(f"{SQL_SOURCE} {kind}", start, found.job, end)
        first = max(datasets[source].first, datasets[target].first)
        return {"id": identity, "from": start, "to": end, "job": found.job, "first": first}

    feeds = [
        {
            **edge(one.kind, one.source, field(one.source, one.source_column), one.target, _end(one, field)),
            "kind": one.kind,
            "transformation": one.transformation or None,
        }
        for one in flows.flows
    ]
    shapes = [
        edge("SHAPES", one.source, field(one.source, one.source_column), one.target, datasets[one.target].id)
        for one in flows.shapes
    ]
    said = {"source": SQL_SOURCE, "now": datetime.now(UTC), "forever": FOREVER}
    if fields:
        tx.rows("estate.declare_fields", fields=[fields[identity] for identity in sorted(fields)])
    if feeds:
        tx.rows("observed.read_feeds", edges=feeds, **said)
    if shapes:
        tx.rows("observed.read_shapes", edges=shapes, **said)
    return [row["id"] for row in (*feeds, *shapes)]


def _end(flow: ColumnFlow, field: Callable[[Name, str], str]) -> str:
    return field(flow.target, flow.target_column)


def _around(tx: Transaction, jobs: Sequence[str]) -> list[ReportedSql]:
    """The SQL of jobs, and what it is read with, in the order of their ids."""
    rows = tx.rows("observed.around_sql", jobs=jobs, source=SOURCE)
    ids = sorted({dataset[0] for row in rows for dataset in row["datasets"]})
    schemas = {row["dataset"]: row for row in tx.rows("observed.known_schemas", datasets=ids)} if ids else {}
    said = {one.job: one for one in said_of_outputs(tx, jobs)}
    return [_reported(row, schemas, said[row["id"]]) for row in sorted(rows, key=lambda row: row["id"])]


def _reported(row: Row, schemas: Mapping[str, Row], said: SaidOfOutputs) -> ReportedSql:
    text, dialect = _sql(row["facets"])
    datasets = tuple(_datasets(row["datasets"], schemas, said))
    asked = [text, dialect, sorted(_as_words(one) for one in datasets)]
    digest = hashlib.sha256(json.dumps(asked).encode()).hexdigest()[:32]
    return ReportedSql(
        row["id"], text, dialect, datasets, digest, row["digest"], tuple(row["unresolved"]), row["scope"] is not None
    )


def _sql(facets: str | None) -> tuple[str | None, str]:
    """Text and dialect of the newest `sql` facet; a facet that is not of its form holds no SQL."""
    _, facet = json.loads(facets or "{}").get("sql", ("", None))
    if not isinstance(facet, dict) or facet.get("_deleted") is True:
        return None, ""
    text, dialect = facet.get("query"), facet.get("dialect")
    return (text if isinstance(text, str) and text.strip() else None), dialect if isinstance(dialect, str) else ""


def _datasets(rows: Iterable[Sequence[Any]], schemas: Mapping[str, Row], said: SaidOfOutputs) -> Iterable[SqlDataset]:
    outputs = {output.name: output for output in said.outputs}
    for identity, named, namespace, name, is_output, stale, first, facets, dropped in rows:
        told = None
        if is_output and named in outputs:
            kinds = {word.kind for word in current_words(outputs[named], said.words)}
            told = next((kind for kind in (WordKind.WHOLE, WordKind.VALUES) if kind in kinds), None)
        columns = _columns(schemas[identity]["fields"]) if identity in schemas else ()
        yield SqlDataset(
            identity, Name(namespace, name), _aliases(facets), columns, is_output, stale, first, told, dropped
        )


def _columns(fields: Iterable[Sequence[Any]]) -> tuple[Column, ...]:
    """All columns in order; none where no type is known: some clients list only the columns that somebody described."""
    columns = tuple(
        Column(path, kind or "unknown", True)
        for path, kind, _ in sorted(fields, key=lambda field: (field[2] or 0, field[0]))
    )
    return columns if any(column.type != "unknown" for column in columns) else ()


def _aliases(facets: str | None) -> tuple[Name, ...]:
    _, facet = json.loads(facets or "{}").get("symlinks", ("", None))
    if not isinstance(facet, dict) or facet.get("_deleted") is True:
        return ()
    said = facet.get("identifiers")
    found = [one for one in said if isinstance(one, dict)] if isinstance(said, list) else []
    pairs = [(one.get("namespace"), one.get("name")) for one in found]
    return tuple(Name(space, name) for space, name in pairs if isinstance(space, str) and isinstance(name, str))


def _as_words(one: SqlDataset) -> list[Any]:
    columns = [[column.path, column.type] for column in one.columns]
    first = f"{one.first:%Y-%m-%dT%H:%M:%S.%f}"
    return [one.id, list(map(str, (one.name, *one.aliases))), columns, one.is_output, one.stale, first, one.told or ""]
