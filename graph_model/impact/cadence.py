"""How old an observation may be: it depends on how often the job runs that it is of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

from graph_model.lineage.entities import LineageEdge
from graph_model.lineage.merging import Rows

MOST_RUNS = 12
TIMES = 10
"""An observation is weak when it is older than so many of the job's usual distances from run to run."""
_LEAST = TIMES * timedelta(hours=1)


def may_be_outdated(edge: LineageEdge, *, at: datetime) -> bool:
    """Whether it has to be asked how often its job runs: none is judged by less than hours."""
    if edge.provenance != "observed" or edge.stale or edge.last_seen is None:
        return False
    return at - edge.last_seen > _LEAST


def outdated(edge: LineageEdge, runs: Sequence[datetime], *, at: datetime) -> bool:
    """Whether an observed edge says little by now. `runs` of its job, in any order: fewer than three do not tell how
    often it runs, and then it is not outdated."""
    usual = _usual_distance(runs)
    if usual is None or edge.last_seen is None or not may_be_outdated(edge, at=at):
        return False
    return at - edge.last_seen > TIMES * usual


def _usual_distance(runs: Sequence[datetime]) -> timedelta | None:
    distances = [later - earlier for earlier, later in pairwise(sorted(runs))]
    return timedelta(seconds=median(one.total_seconds() for one in distances)) if len(distances) > 1 else None


def runs_of(graph: Rows, jobs: Iterable[str]) -> Mapping[str, Sequence[datetime]]:
    """When these jobs last ran completely, as others observed it; without those that did so less than three times."""
    asked = sorted(set(jobs))
    rows = graph.rows("impact.cadence", jobs=asked, most=MOST_RUNS) if asked else []
    return {one["job"]: one["at"] for row in rows for one in row["runs"]}
