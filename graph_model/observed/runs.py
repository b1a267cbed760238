"""Reads runs that others told of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from graph_model.errors import ObservedRunNotFound
from graph_model.names import Name
from graph_model.observed.known import ToldOfRun, told_of_run
from graph_model.store.graph import Graph, Row

NEWEST = "observed.newest_runs"


@dataclass(frozen=True, slots=True)
class ObservedRun:
    """A run of a job that others ran. `run` is the client's own id, which is one run only together with the job.

    `state` is what its events say: START, RUNNING, COMPLETE, ABORT, FAIL, OTHER; or LOST, where its end never came and
    `lost_because` says why it is over; None: it is known only from the runs that are part of it. `first` is when it was
    first heard of, None as well where nobody spoke of it itself. `gap`: what its client could not read of it.
    `warnings`: what was odd in its events.
    """

    id: str
    job: Name
    run: str
    state: str | None
    first: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
    nominal_start: datetime | None
    nominal_end: datetime | None
    error: str
    lost_because: str
    gap: str
    inputs: tuple[Name, ...]
    outputs: tuple[Name, ...]
    parent_ids: tuple[str, ...] = ()
    parts: int = 0
    warnings: tuple[str, ...] = ()
    told: ToldOfRun = field(default_factory=ToldOfRun)
    facets: str = ""


def observed_run(graph: Graph, run_id: str) -> ObservedRun:
    """The run with this id. Raises ObservedRunNotFound."""
    found = observed_runs_by_id(graph, [run_id])
    if not found:
        raise ObservedRunNotFound(run_id)
    return found[run_id]


def observed_runs(
    graph: Graph,
    *,
    job: str | None = None,
    dataset: str | None = None,
    parent: str | None = None,
    state: str | None = None,
    limit: int = 50,
    after: str | None = None,
) -> tuple[ObservedRun, ...]:
    """Runs by when they were first heard of, the newest first; of a job, of all that read or made a dataset, or those
    that are part of a run (all by id). `after`: id of the last run of the page before."""
    page = {"state": state, "after": after, "limit": limit}
    of = {"job": job, "dataset": dataset, "parent": parent}
    rows = graph.rows("observed.list_runs", **of, **page) if any(of.values()) else graph.rows(NEWEST, **page)
    ids = [row["id"] for row in rows]
    found = observed_runs_by_id(graph, ids)
    return tuple(found[key] for key in ids if key in found)


def observed_runs_by_id(graph: Graph, ids: Sequence[str]) -> Mapping[str, ObservedRun]:
    """Those of `ids` that exist."""
    return {row["id"]: _run(row) for row in graph.rows("observed.get_runs", ids=list(ids))} if ids else {}


def _run(row: Row) -> ObservedRun:
    return ObservedRun(
        id=row["id"],
        job=Name(row["namespace"] or "", row["name"] or ""),
        run=row["run"],
        state=row["state"],
        first=row["first"],
        started_at=row["started_at"],
        ended_at=row["ended_at"],
        nominal_start=row["nominal_start"],
        nominal_end=row["nominal_end"],
        error=row["error"] or "",
        lost_because=row["lost_because"] or "",
        gap=row["gap"] or "",
        inputs=_names(row["inputs"]),
        outputs=_names(row["outputs"]),
        parent_ids=tuple(sorted(row["parents"])),
        parts=row["parts"],
        warnings=tuple(sorted({text for texts in row["warnings"] for text in texts or ()})),
        told=told_of_run(row["terms"]),
        facets=row["facets"] or "",
    )


def _names(rows: Sequence[Row]) -> tuple[Name, ...]:
    return tuple(sorted(Name(row["namespace"], row["name"]) for row in rows))
