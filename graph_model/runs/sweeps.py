"""What the steward looks for again and again, so that no crash, lost message or lost worker leaves anything behind."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from graph_model.runs.details import held_runs
from graph_model.runs.entities import ClaimedRun, RunState
from graph_model.runs.fail import attempt_row, end_attempts, give_up
from graph_model.runs.rules import after_lost_worker
from graph_model.store.graph import Graph, Row, Transaction

# A ring may take this long before a run counts as not heard of.
PATIENCE_MS = 1_000


def expire_leases(graph: Graph, *, limit: int = 100) -> tuple[str, ...]:
    """Takes runs away from workers whose lease ran out: READY again, or FAILED as poison. The ids of those that are
    READY.
    """
    orphaned = graph.rows("runs.orphaned", most=limit)
    if not orphaned:
        return ()
    return graph.write(lambda tx: _expire(tx, orphaned))


def unclaimed(graph: Graph, *, limit: int = 100) -> tuple[str, ...]:
    """Ready runs that are due and nobody took up: their ring was lost, or no worker was free. Most urgent first."""
    return tuple(row["id"] for row in graph.rows("runs.unclaimed", patience_ms=PATIENCE_MS, most=limit))


def dead_attempts(graph: Graph, *, grace_seconds: float, limit: int = 100) -> tuple[ClaimedRun, ...]:
    """Attempts that ended without success at least `grace_seconds` ago and whose places nobody has swept yet."""
    return held_runs(graph, graph.rows("runs.unswept", grace_ms=round(grace_seconds * 1000), most=limit))


def mark_swept(graph: Graph, attempts: Sequence[ClaimedRun]) -> None:
    """Says that what these attempts left behind is gone."""
    graph.rows("runs.swept", attempts=[{"id": attempt.id, "fence": attempt.fence} for attempt in attempts])


def _expire(tx: Transaction, orphaned: list[Row]) -> tuple[str, ...]:
    tx.rows("runs.lock", job_partitions=sorted({row["job_partition"] for row in orphaned}), token=tx.token)
    # A heartbeat that is under way is waited for: what it holds on to is not taken.
    tx.rows("runs.lock_workers", workers=sorted({row["owner"] for row in orphaned}), token=tx.token)
    lost = tx.rows("runs.still_orphaned", runs=[row["id"] for row in orphaned])
    if not lost:
        return ()
    rows = [_lost_attempt(row) for row in lost]
    end_attempts(tx, rows)
    for row, attempt in zip(lost, rows, strict=True):
        if attempt["state"] == RunState.FAILED:
            give_up(tx, row, attempt["reason"])
    return tuple(attempt["run"] for attempt in rows if attempt["state"] == RunState.READY)


def _lost_attempt(row: Row) -> dict[str, Any]:
    outcome = after_lost_worker(owner=row["owner"], losses=row["losses"] + 1)
    return attempt_row(row["id"], outcome, ended="LOST", lost=1)
