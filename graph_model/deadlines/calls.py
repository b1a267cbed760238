"""When the clock calls job partitions that wait for it: the nominal time of each that is still to come."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from graph_model.deadlines.plan import Plan
from graph_model.deadlines.planned import Slice
from graph_model.names import job_partition_id
from graph_model.schedules.repository import cursors
from graph_model.schedules.telling import time_of
from graph_model.store.graph import Graph

Calls = Mapping[Slice, datetime | None]
"""The job partitions that wait for their time; None: no nominal time stands for it any more."""


def calls(graph: Graph, plan: Plan, jobs: Iterable[Slice]) -> Calls:
    """Those of `jobs` whose time has not come. Asks nothing where none of them runs by the clock."""
    paced = [job for job in jobs if plan.jobs[job.of].schedule]
    if not paced:
        return {}
    ids = {job: job_partition_id(job.of, job.key) for job in paced}
    gates = {row["id"]: row for row in graph.rows("schedules.gates", ids=sorted(ids.values()))}
    waiting = [job for job in paced if _waits(gates.get(ids[job]), is_paced=plan.jobs[job.of].is_paced)]
    since = {job: cursor.ticked_at for job, cursor in cursors(graph, sorted({job.of for job in waiting})).items()}
    # A job whose schedule was never planted is not called.
    return {job: None for job in waiting if job.of not in since} | times(
        plan, {job: since[job.of] for job in waiting if job.of in since}
    )


def calls_after(plan: Plan, jobs: Iterable[Slice], moment: datetime) -> Calls:
    """As if the clock had called nobody since `moment`; without those for whom no time comes."""
    found = times(plan, {job: moment for job in jobs if plan.jobs[job.of].schedule})
    return {job: at for job, at in found.items() if at is not None}


def times(plan: Plan, since: Mapping[Slice, datetime]) -> dict[Slice, datetime | None]:
    """For each job partition its first nominal time after a moment."""
    found: dict[Slice, datetime | None] = {}
    known: dict[tuple[int, int, str], datetime | None] = {}
    for job, moment in sorted(since.items(), key=lambda each: each[1]):
        planned = plan.jobs[job.of]
        if planned.schedule is None:
            continue
        # Schedules and schemes that are written alike are one object, as long as the plan lives.
        alike = (id(planned.schedule), id(planned.scheme), job.key)
        at = known.get(alike, moment)
        if at is not None and at <= moment:
            at = known[alike] = time_of(planned.schedule, planned.scheme, job.key, moment)
        found[job] = at
    return found


def _waits(gate: Mapping[str, object] | None, *, is_paced: bool) -> bool:
    """Whether a nominal time still decides about a job partition; one that came and waits for its inputs does not."""
    if gate is None:
        return True
    if not is_paced:
        return not gate["has_run"]
    return not (gate["tick"] or gate["called"] or gate["has_run"])
