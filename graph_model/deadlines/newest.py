"""Of inputs of which the latest partition is taken: since when there is one that a job partition may take."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from graph_model.deadlines.plan import Plan
from graph_model.deadlines.planned import Slice
from graph_model.readiness.latest import how_many, last_key, newest
from graph_model.store.graph import Graph, Row

Newest = Mapping[tuple[Slice, str], datetime]
"""By job partition and dataset; without those of which nothing is there."""


def newest_there(graph: Graph, plan: Plan, jobs: Iterable[Slice]) -> Newest:
    """Asks nothing where none of `jobs` takes the latest of an input."""
    asked = {
        (job, item.dataset): need
        for job in jobs
        if not plan.jobs[job.of].is_plain
        for item in plan.jobs[job.of].inputs
        if item.is_latest and (need := plan.input_need(item))
    }
    if not asked:
        return {}
    bounds = {(job, of): (of, last_key(need, plan.job_needs(job.of), job.key)) for (job, of), need in asked.items()}
    # Many have the same bound; each is asked for once.
    places = {bound: str(place) for place, bound in enumerate(dict.fromkeys(bounds.values()))}
    wanted = [{"job_partition": place, "dataset": of, "up_to": up_to} for (of, up_to), place in places.items()]
    found: dict[str, dict[str, Row]] = {}
    for row in graph.rows("readiness.latest", wanted=wanted, most=max(map(how_many, asked.values()))):
        found.setdefault(row["job_partition"], {})[row["key"]] = row
    there: dict[tuple[Slice, str], datetime] = {}
    for (job, of), need in asked.items():
        rows = found.get(places[bounds[job, of]], {})
        key = newest(need, plan.job_needs(job.of), job.key, rows)
        if key is not None:
            there[job, of] = rows[key]["first_at"]
    return there
