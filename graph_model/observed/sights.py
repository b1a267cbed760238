"""What flows, as observations see it: edges between datasets, jobs and columns, and the schemas that datasets showed.

All of it is widened in the transaction that records the observations, after their locks.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from graph_model.estate.writing import FOREVER
from graph_model.moments import later
from graph_model.names import field_id, flow_edge_id, schema_version_id
from graph_model.observed.entities import SOURCE, Role
from graph_model.observed.gather import Part, Said, Span
from graph_model.schemas.recording import field_rows
from graph_model.store.graph import Row, Transaction


@dataclass(frozen=True, slots=True)
class Ended:
    """A run that is known to be complete, with all that it read and wrote. `is_news`: something of it is."""

    run: str
    is_news: bool
    job: str
    at: datetime
    parts: tuple[Part, ...]
    told: tuple[str, ...] = ()


def _write(tx: Transaction, query: str, parameter: str, rows: Sequence[Any], **more: Any) -> None:
    if rows:
        tx.rows(f"observed.{query}", **{parameter: rows}, **more)


def flow_rows(said: Said, ended: Sequence[Ended]) -> dict[str, list[Any]]:
    """Which datasets jobs read and make, and the jobs whose edges may be stale by it, as `observed.record` takes
    them."""
    spans: dict[tuple[str, Part], Span] = {}
    for run in said.runs.values():
        for part, span in run.parts.items():
            _widen(spans, (run.job, part), span)
    for job, parts in said.parts.items():
        for part, span in parts.items():
            _widen(spans, (job, part), span)
    complete: dict[tuple[str, Part], datetime] = {}
    for run in ended:
        for part in run.parts:
            complete[run.job, part] = max(run.at, complete.get((run.job, part), run.at))
    rows: dict[Role, list[Row]] = {Role.INPUT: [], Role.OUTPUT: []}
    for job, part in sorted({*spans, *complete}):
        rows[part[1]].append(_edge_row(job, part, spans.get((job, part)), complete.get((job, part))))
    return {
        "inputs": rows[Role.INPUT],
        "outputs": rows[Role.OUTPUT],
        "settled": sorted({row["job"] for edges in rows.values() for row in edges}),
    }


def news_of(ended: Sequence[Ended]) -> dict[str, tuple[Part, ...]]:
    """The datasets of the complete runs of which something is new, by id of the run."""
    return {run.run: run.parts for run in ended if run.is_news}


def _widen(spans: dict[Any, Span], key: Any, span: Span) -> None:
    known = spans.get(key)
    if known is None:
        spans[key] = Span(span.first, span.last, span.complete_at)
    else:
        known.seen(span.first, span.complete_at)
        known.seen(span.last)


def _edge_row(job: str, part: Part, span: Span | None, complete_at: datetime | None) -> Row:
    return {
        "id": flow_edge_id(part[1], part[0], job, ""),
        "name": part[0],
        "job": job,
        "first": span and span.first,
        "last": span and span.last,
        "complete_at": later(complete_at, span and span.complete_at),
    }


def schema_rows(said: Said, datasets: Mapping[str, str], shown: Collection[str]) -> list[Row]:
    """The schemas that datasets showed, as `observed.record` takes them. `datasets`: their ids, by id of a name;
    `shown`: the schemas of which the fields are there already."""
    rows: dict[str, Row] = {}
    for name, about in said.datasets.items():
        dataset = datasets[name]
        for schema, found in about.schemas.items():
            identity, span = schema_version_id(dataset, schema), found.span
            known = rows.get(identity)
            if known is None:
                fields = [] if identity in shown else field_rows(dataset, found.columns)
                row = {"id": identity, "dataset": dataset, "first": span.first, "last": span.last, "fields": fields}
                rows[identity] = row
            else:
                known["first"], known["last"] = min(known["first"], span.first), max(known["last"], span.last)
    return [rows[identity] for identity in sorted(rows)]


def see_columns(tx: Transaction, said: Said, datasets: Mapping[str, str], now: datetime) -> None:
    """Which columns are made from which, or shape a dataset. `datasets`: their ids, by id of a name."""
    fields: dict[str, Row] = {}
    feeds, shapes, targets = [], [], set()
    for job, flows in sorted(said.flows.items()):
        for (source, column, target, made, kind), span in sorted(flows.items()):
            start = _field(fields, datasets[source], column)
            end = _field(fields, datasets[target], made) if made else datasets[target]
            row = {
                "id": flow_edge_id(kind, start, job, end),
                "from": start,
                "to": end,
                "job": job,
                "first": span.first,
                "last": span.last,
                "complete_at": span.complete_at,
            }
            (feeds if made else shapes).append({**row, "kind": kind} if made else row)
            targets.add((job, datasets[target]))
    if not fields:
        return
    tx.rows("estate.declare_fields", fields=[fields[identity] for identity in sorted(fields)])
    _write(tx, "see_feeds", "edges", feeds, source=SOURCE, now=now, forever=FOREVER)
    _write(tx, "see_shapes", "edges", shapes, source=SOURCE, now=now, forever=FOREVER)
    rows = [{"job": job, "dataset": dataset} for job, dataset in sorted(targets)]
    _write(tx, "settle_columns", "targets", rows, source=SOURCE)


def _field(fields: dict[str, Row], dataset: str, path: str) -> str:
    identity = field_id(dataset, path)
    fields[identity] = {"id": identity, "dataset": dataset, "path": path}
    return identity
