"""Runs of others whose end was lost: closed by evidence, and said to be.

It is a conclusion, not an event: whatever is heard of the run afterwards takes it back, and an end counts as it would
have. Which runs are concluded to be lost follows from what is known, not from the order in which it came.
"""

from __future__ import annotations

from graph_model.observed.record import run_state
from graph_model.store.graph import Graph, Row

AT_ONCE = 500
# What was said of other runs may come late too; after that it changes no conclusion any more.
_LOOK_AGAIN_MS = 24 * 3_600_000


def close_lost(graph: Graph, *, silent_seconds: float) -> tuple[str, ...]:
    """The runs, by id, that are concluded to be lost now. `silent_seconds`: one of which nothing was heard for so long
    is lost without other evidence."""
    _reopen(graph)
    found = graph.rows("observed.silent", silent_s=round(silent_seconds), most=AT_ONCE)
    rows = [
        {"id": row["id"], "heard": row["heard"], "because": _because(row), "later_id": _later(row)}
        for row in sorted(found, key=lambda row: row["id"])
    ]
    if not rows:
        return ()
    closed = graph.write(lambda tx: tx.rows("observed.close_lost", runs=rows, token=tx.token), step="close lost")
    return tuple(row["id"] for row in closed)


def _because(row: Row) -> str:
    """The strongest evidence first."""
    if row["part_of"] is not None:
        return f"run {row['part_of']}, which it was a part of, has ended"
    if row["later"] is not None:
        return f"run {row['later']} of the same job is later, and complete"
    return "nothing was heard of it any more"


def _later(row: Row) -> str | None:
    """The later run, where it is what the conclusion rests on."""
    return row["later_id"] if row["part_of"] is None else None


def _reopen(graph: Graph) -> None:
    found = graph.rows("observed.doubtful", since_ms=_LOOK_AGAIN_MS, most=AT_ONCE)
    rows = [{"id": row["id"], "state": run_state(row["types"])} for row in sorted(found, key=lambda row: row["id"])]
    if rows:
        graph.write(lambda tx: tx.rows("observed.reopen", runs=rows, token=tx.token), step="reopen")
