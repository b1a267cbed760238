"""How old an observation may be: it depends on how often the job runs that it is of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

from graph_model.impact.walking import Asking
from graph_model.lineage.entities import LineageEdge

MOST_RUNS = 12
TIMES = 10
"""An observation is weak when it is older than so many of the job's usual distances from run to run."""
_LEAST = TIMES * timedelta(hours=1)


def may_be_outdated(edge: LineageEdge, *, at: datetime) -> bool:
    """Whether it has to be asked how often its job runs: none is judged by less than hours."""
    if edge.provenance != "observed" or edge.stale or edge.last_seen is None:
        return False
    return at - edge.last_seen > _LEAST


def outdated(edge: LineageEdge, usual: timedelta | None, *, at: datetime) -> bool:
    """Whether an observed edge says little by now. `usual` distance from run to run of its job; None: nobody knows, and
    then it is not outdated."""
    if usual is None or edge.last_seen is None or not may_be_outdated(edge, at=at):
        return False
    return at - edge.last_seen > TIMES * usual


def usual_distance(runs: Sequence[int]) -> timedelta | None:
    """Between runs, whose moments are given in ms and in any order. None: fewer than three do not tell."""
    distances = [later - earlier for earlier, later in pairwise(sorted(runs))]
    return timedelta(milliseconds=median(distances)) if len(distances) > 1 else None


def ask_distances(graph: Asking, jobs: Iterable[str]) -> Callable[[], Mapping[str, timedelta | None]]:
    """How far apart the last complete runs of these jobs lay, as others observed them; without those that had less than
    three."""
    asked = sorted(set(jobs))
    rows = graph.ask("impact.cadence", jobs=asked, most=MOST_RUNS) if asked else list
    return lambda: {job: usual_distance(moments) for row in rows() for job, moments in row["runs"]}
