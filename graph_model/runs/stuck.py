"""What does not get on: runs that wait, run, or have failed, and what each waits for, in one sentence."""

from __future__ import annotations

from dataclasses import dataclass

from graph_model.readiness.explain import readiness
from graph_model.runs.entities import Run, RunKind, RunState
from graph_model.runs.repository import runs_by_id
from graph_model.store.graph import Graph, Row

# A run that was made a moment ago is only on its way.
PATIENCE_SECONDS = 10.0
DAY_SECONDS = 86_400.0


@dataclass(frozen=True, slots=True)
class Stuck:
    """`why` says in one sentence what the run waits for, or why it failed. `behind`: so many jobs need what it would
    make.
    """

    run: Run
    why: str
    behind: int


def stuck(
    graph: Graph,
    *,
    older_than: float = PATIENCE_SECONDS,
    failed_within: float = DAY_SECONDS,
    limit: int = 50,
) -> tuple[Stuck, ...]:
    """Runs that have waited or run for longer than `older_than` seconds, and those that failed in the last
    `failed_within` seconds and had no successor. Most waited for first, then the oldest. Empty: everything gets on.
    """
    rows = graph.rows(
        "runs.stuck", older_ms=round(older_than * 1000), failed_ms=round(failed_within * 1000), most=limit
    )
    found = runs_by_id(graph, [row["id"] for row in rows])
    return tuple(Stuck(found[row["id"]], _why(graph, found[row["id"]], row), row["behind"]) for row in rows)


def _why(graph: Graph, run: Run, row: Row) -> str:
    if run.state is RunState.FAILED:
        return f"failed after {_times(len(run.attempts))}: {run.reason}"
    if run.state is RunState.RUNNING:
        return _running(run, row["overdue"])
    if run.kind is RunKind.VALIDATION:
        return _validation(run)
    return readiness(graph, run.subject, run.partition).reason


def _running(run: Run, overdue: bool) -> str:
    attempt = run.attempts[-1]
    where = f"runs on {attempt.worker} since {attempt.started_at:%Y-%m-%d %H:%M:%S} UTC"
    tries = f", its attempt {len(run.attempts)}" if len(run.attempts) > 1 else ""
    gone = "; the lease of that worker is over, so the next sweep takes the run back" if overdue else ""
    return where + tries + gone


def _validation(run: Run) -> str:
    if run.not_before is not None:
        return f"its next try is due at {run.not_before:%Y-%m-%d %H:%M:%S} UTC after: {run.reason}"
    return "its validation waits for a free worker"


def _times(count: int) -> str:
    return "1 attempt" if count == 1 else f"{count} attempts"
