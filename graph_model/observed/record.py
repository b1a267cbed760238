"""Records observations: in one transaction, whole or not at all, and in whatever order they come with the same end.

The nodes that are spoken of are locked first (jobs, then datasets, then runs, each sorted by id), what is known of them
is read, what the observations say is added to it, and what differs is written back.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from graph_model.estate.writing import FOREVER
from graph_model.names import dataset_id, field_id, flow_edge_id
from graph_model.observed.entities import Observation, Role, RunEventType
from graph_model.observed.gather import Part, RunSaid, Said, Span, Stamped, earlier, gather, later, latest
from graph_model.schemas.recording import schema_row
from graph_model.store.graph import Graph, Row, Transaction
from graph_model.store.trouble import all_seen

SOURCE = "openlineage"
"""The source of every edge that observations make: only observations widen it, and no declaration closes it."""


def record_observations(graph: Graph, observations: Sequence[Observation]) -> None:
    """Durable and whole when it returns. What is known already changes nothing."""
    said = gather(observations)
    graph.write(lambda tx: _record(tx, observations, said), step="observe")


def _record(tx: Transaction, observations: Sequence[Observation], said: Said) -> None:
    _jobs(tx, said)
    datasets = _datasets(tx, said)
    ended = _runs(tx, said)
    _write(tx, "store_events", "events", [_event_row(observation) for observation in observations])
    now = datetime.now(UTC)
    _edges(tx, said, ended, now)
    _schemas(tx, said, datasets)
    _flows(tx, said, datasets, now)


def _write(tx: Transaction, query: str, parameter: str, rows: Sequence[Any], **more: Any) -> list[Row]:
    return tx.rows(f"observed.{query}", **{parameter: rows}, **more) if rows else []


def _event_row(observation: Observation) -> Row:
    return {
        "id": observation.id,
        "at": observation.at,
        "body": observation.body,
        "run": observation.run,
        "job": str(observation.job) if observation.job else None,
        "warnings": list(observation.warnings),
    }


def _jobs(tx: Transaction, said: Said) -> None:
    rows = [_named(identity, job.name.namespace, job.name.name) for identity, job in sorted(said.jobs.items())]
    known = {row["id"]: row["facets"] for row in _write(tx, "lock_jobs", "jobs", rows, token=tx.token)}
    told = {identity: job.facets for identity, job in said.jobs.items()}
    _write(tx, "store_jobs", "nodes", _changed_facets(known, told))


def _datasets(tx: Transaction, said: Said) -> dict[str, str]:
    """The ids of datasets, by the ids of their names."""
    names = sorted(said.datasets)
    rows = _write(tx, "lock_datasets", "names", names, token=tx.token)
    missing = [name for name in names if name not in {row["name"] for row in rows}]
    if missing:
        _write(tx, "name_datasets", "names", [_name_row(said, name) for name in missing], now=_now(), forever=FOREVER)
        rows += all_seen(missing, _write(tx, "lock_datasets", "names", missing, token=tx.token))
    known = {row["dataset"]: row["facets"] for row in rows}
    told: dict[str, Stamped] = {}
    for row in rows:
        told[row["dataset"]] = latest(told.get(row["dataset"], {}), said.datasets[row["name"]].facets)
    _write(tx, "store_datasets", "nodes", _changed_facets(known, told))
    return {row["name"]: row["dataset"] for row in rows}


def _now() -> datetime:
    return datetime.now(UTC)


def _named(identity: str, namespace: str, name: str) -> Row:
    return {"id": identity, "namespace": namespace, "name": name}


def _name_row(said: Said, identity: str) -> Row:
    name = said.datasets[identity].name
    return {**_named(identity, name.namespace, name.name), "dataset": dataset_id(name)}


def _changed_facets(known: Mapping[str, str | None], told: Mapping[str, Stamped]) -> list[Row]:
    changed = []
    for identity, facets in sorted(told.items()):
        text = facets_text(latest(facets_of(known[identity]), facets))
        if text != (known[identity] or "{}"):
            changed.append({"id": identity, "properties": {"facets": text}})
    return changed


def facets_of(text: str | None) -> Stamped:
    """Facets as the graph keeps them."""
    return {name: (stamp, facet) for name, (stamp, facet) in json.loads(text or "{}").items()}


def facets_text(facets: Stamped) -> str:
    return json.dumps(facets, sort_keys=True, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class _Ended:
    """A run that is known to be complete, with all that it read and wrote."""

    job: str
    at: datetime
    parts: tuple[Part, ...]


def _runs(tx: Transaction, said: Said) -> list[_Ended]:
    rows = [{"id": identity, "job": run.job, "run": run.run} for identity, run in sorted(said.runs.items())]
    known = {row["id"]: row for row in _write(tx, "lock_runs", "runs", rows, token=tx.token)}
    changed, ended = [], []
    for identity, run in sorted(said.runs.items()):
        before = known[identity]
        after = _together(before, run)
        if any(before[key] != value for key, value in after.items()):
            changed.append({"id": identity, "properties": {**after, "state": run_state(after["types"])}})
        if after["complete_at"]:
            parts = [(name, Role.INPUT) for name in after["inputs"]] + [
                (name, Role.OUTPUT) for name in after["outputs"]
            ]
            ended.append(_Ended(run.job, after["complete_at"], tuple(parts)))
    _write(tx, "store_runs", "nodes", changed)
    return ended


def _together(before: Row, run: RunSaid) -> Row:
    said = {role: {name for name, its_role in run.parts if its_role is role} for role in Role}
    facets = latest(facets_of(before["facets"]), run.facets)
    return {
        "types": sorted({*before["types"], *run.types}),
        "first": earlier(before["first"], run.first),
        "started_at": earlier(before["started_at"], run.started_at),
        "ended_at": later(before["ended_at"], run.ended_at),
        "complete_at": later(before["complete_at"], run.complete_at),
        "inputs": sorted({*before["inputs"], *said[Role.INPUT]}),
        "outputs": sorted({*before["outputs"], *said[Role.OUTPUT]}),
        "facets": facets_text(facets) if facets else None,
    }


# A failure is never taken back: Spark says COMPLETE after FAIL where a query failed in an application that went on.
_RANK = (
    RunEventType.FAIL,
    RunEventType.ABORT,
    RunEventType.COMPLETE,
    RunEventType.RUNNING,
    RunEventType.START,
    RunEventType.OTHER,
)


def run_state(types: Iterable[str]) -> str | None:
    """The state of a run of which events of these types are known; None: nothing was said of it."""
    return next((kind.value for kind in _RANK if kind.value in set(types)), None)


def _edges(tx: Transaction, said: Said, ended: Sequence[_Ended], now: datetime) -> None:
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
    for role, query in ((Role.INPUT, "see_consumed_by"), (Role.OUTPUT, "see_produces")):
        keys = sorted(key for key in {*spans, *complete} if key[1][1] is role)
        rows = [_edge_row(query, job, part, spans.get((job, part)), complete.get((job, part))) for job, part in keys]
        _write(tx, query, "edges", rows, source=SOURCE, now=now, forever=FOREVER)
    _write(tx, "settle_jobs", "jobs", sorted({job for job, _ in {*spans, *complete}}), source=SOURCE)


def _widen(spans: dict[Any, Span], key: Any, span: Span) -> None:
    known = spans.setdefault(key, Span(span.first, span.last))
    known.seen(span.first, span.complete_at)
    known.seen(span.last)


def _edge_row(kind: str, job: str, part: Part, span: Span | None, complete_at: datetime | None) -> Row:
    return {
        "id": flow_edge_id(kind, part[0], job, ""),
        "name": part[0],
        "job": job,
        "first": span and span.first,
        "last": span and span.last,
        "complete_at": later(complete_at, span and span.complete_at),
    }


def _schemas(tx: Transaction, said: Said, datasets: Mapping[str, str]) -> None:
    rows: dict[str, Row] = {}
    for name, about in said.datasets.items():
        for columns, span in about.schemas.items():
            row = schema_row(datasets[name], columns)
            known = rows.setdefault(row["id"], {**row, "first": span.first, "last": span.last})
            known["first"], known["last"] = min(known["first"], span.first), max(known["last"], span.last)
    _write(tx, "see_schemas", "schemas", [rows[identity] for identity in sorted(rows)])


def _flows(tx: Transaction, said: Said, datasets: Mapping[str, str], now: datetime) -> None:
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
