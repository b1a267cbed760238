"""What the steward does about holds: ends runs that are to be skipped, and holds whose time is over."""

from __future__ import annotations

from collections.abc import Sequence

from graph_model.errors import NotHeld
from graph_model.holds.entities import HoldKind, HoldTarget
from graph_model.holds.hold import end_hold
from graph_model.names import Name
from graph_model.runs.done import Done, count_as_done
from graph_model.runs.entities import RunState
from graph_model.store.graph import Graph, Row, Transaction
from graph_model.store.rounds import in_rounds

BATCH = 100
# Who ends a hold whose time is over.
EXPIRY = "expiry"


def skip_runs(graph: Graph, *, most_rounds: int = 50) -> tuple[str, ...]:
    """Ends ready runs of what is skipped, as if they had succeeded; their ids. Readers go without their outputs as
    long as nothing is there.
    """
    return in_rounds(
        lambda: graph.rows("holds.to_skip", most=BATCH),
        lambda rows: graph.write(lambda tx: _skip(tx, rows), step="skip"),
        limit=BATCH,
        most=most_rounds,
    )


def expire_holds(graph: Graph) -> tuple[str, ...]:
    """Ends holds whose time is over; the runs that waited for them and want ringing."""
    waiting: list[str] = []
    for row in graph.rows("holds.expired", most=BATCH):
        target = HoldTarget(HoldKind(row["kind"]), Name(row["namespace"], row["name"]), row["key"])
        try:
            graph.write(lambda tx, row=row, target=target: end_hold(tx, target, row["target"], by=EXPIRY))
        except NotHeld:  # a person was faster
            continue
        concerned = graph.rows("holds.concerned", target=row["target"])
        waiting += [run["id"] for run in concerned if run["state"] == RunState.READY]
    return tuple(waiting)


def _skip(tx: Transaction, rows: Sequence[Row]) -> list[str]:
    tx.rows("runs.lock", job_partitions=sorted({row["job_partition"] for row in rows}), token=tx.token)
    holds = tx.rows("holds.skips", job_partitions=sorted({row["job_partition"] for row in rows}))
    by_whom = {row["job_partition"]: row for row in holds}
    done = [
        Done(row["id"], by_whom[row["job_partition"]]["by"], by_whom[row["job_partition"]]["reason"], "skipped")
        for row in rows
        if row["job_partition"] in by_whom
    ]
    return count_as_done(tx, done, states=(RunState.READY,))
