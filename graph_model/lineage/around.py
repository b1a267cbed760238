"""Everything that is connected with a job or a dataset, whichever way the edges point; jobs are counted, not edges.

It is a walk like the others: a loop over one step with a visited set and ceilings. A step leads from jobs to the jobs
that share a dataset with them, so that every edge is read once.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from graph_model.lineage.entities import LineageNode
from graph_model.lineage.repository import Rows
from graph_model.lineage.walk import BUDGET_SECONDS, DEPTH_LIMIT, NODE_LIMIT, TIMEOUT

MOST_JOBS = 20_000
JOBS_PER_QUERY = 2000
_CURRENT = {str}

Met = Callable[[Mapping[str, "JobAround"]], None]


@dataclass(slots=True)
class JobAround:
    """What a job reads and makes, as ids of datasets, each once; those that nothing sees any longer are `stale`."""

    inputs: list[str] = field(default_factory=list)
    outputs: list[str] = field(default_factory=list)
    stale_inputs: set[str] = field(default_factory=set)
    stale_outputs: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Around:
    """Jobs by id, the nearest first. With reasons, something was cut off."""

    jobs: dict[str, JobAround] = field(default_factory=dict)
    reasons: dict[str, None] = field(default_factory=dict)


def around(
    graph: Rows,
    root: LineageNode,
    *,
    at: datetime,
    depth: int,
    seconds: float = BUDGET_SECONDS,
    met: Met | None = None,
) -> Around:
    """The jobs within `depth` jobs of a job, or of the jobs that read or make a dataset. `met` is told of them as soon
    as they are found."""
    found, deadline = Around(), time.monotonic() + seconds
    frontier = [root.id] if root.kind == "JOB" else jobs_of(graph, [root.id], at=at)
    datasets = {root.id}
    for hops in range(depth + 1):
        new, following = _take(graph, datasets, frontier, at=at, first=hops == 0, met=met)
        found.jobs |= new
        frontier = [job for job in following if job not in found.jobs]
        if not new or not frontier:
            return found
        if len(found.jobs) + len(frontier) > MOST_JOBS or time.monotonic() >= deadline:
            found.reasons[TIMEOUT if time.monotonic() >= deadline else NODE_LIMIT] = None
            return found
    beyond, _ = _take(graph, datasets, frontier, at=at, first=False)
    if beyond:
        found.reasons[DEPTH_LIMIT] = None
    return found


def jobs_of(graph: Rows, datasets: Sequence[str], *, at: datetime) -> list[str]:
    """The jobs that read or make some datasets (by id), or ones that are the same."""
    return [row["job"] for row in graph.rows("lineage.around_datasets", ids=list(datasets), at=at, known=None)]


def _take(
    graph: Rows, datasets: set[str], frontier: Sequence[str], *, at: datetime, first: bool, met: Met | None = None
) -> tuple[dict[str, JobAround], list[str]]:
    """The jobs of the frontier that share a dataset with what is known (the first ones do), and which jobs lie around
    the frontier. Adds to `datasets` those that are touched."""
    found: dict[str, JobAround] = {}
    following: dict[str, None] = {}
    for start in range(0, len(frontier), JOBS_PER_QUERY):
        row = graph.rows("lineage.around", ids=list(frontier[start : start + JOBS_PER_QUERY]), at=at, known=None)[0]
        following |= dict.fromkeys(row["next"])
        if row["entities"]:
            following |= dict.fromkeys(jobs_of(graph, row["entities"], at=at))
        jobs = {id_: _job(inputs, outputs) for id_, inputs, outputs in row["jobs"]}
        if not first:
            jobs = {id_: job for id_, job in jobs.items() if _touches(job, datasets)}
        found |= jobs
        if met and jobs:
            met(jobs)
    for job in found.values():
        datasets.update(job.inputs, job.outputs)
    return found, list(following)


def _touches(job: JobAround, datasets: set[str]) -> bool:
    return not datasets.isdisjoint(job.inputs) or not datasets.isdisjoint(job.outputs)


def _job(inputs: list[str | list[str]], outputs: list[str | list[str]]) -> JobAround:
    (read, stale_inputs), (made, stale_outputs) = _parted(inputs), _parted(outputs)
    return JobAround(read, made, stale_inputs, stale_outputs)


def _parted(said: list[str | list[str]]) -> tuple[list[str], set[str]]:
    """Each once, and those that are stale: where all that say an edge are."""
    if set(map(type, said)) <= _CURRENT:
        return list(dict.fromkeys(said)), set()  # type: ignore[arg-type]
    current = {one for one in said if isinstance(one, str)}
    every = dict.fromkeys(one if isinstance(one, str) else one[0] for one in said)
    return list(every), every.keys() - current
