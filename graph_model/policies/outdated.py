"""Jobs of which only the latest partition is run: what waits for an older one gives way."""

from __future__ import annotations

from graph_model.audit.record import Transition, record
from graph_model.runs.entities import RunState
from graph_model.store.graph import Graph, Row, Transaction

WHY = "only the latest partition of its job is run, and a newer one is there"


def give_way(graph: Graph, *, limit: int = 100) -> tuple[str, ...]:
    """Supersedes waiting runs for which a newer partition stands in; they were not claimed before this either."""
    found = graph.rows("policies.outdated", most=limit)
    return graph.write(lambda tx: _give_way(tx, found)) if found else ()


def _give_way(tx: Transaction, found: list[Row]) -> tuple[str, ...]:
    tx.rows("runs.lock", job_partitions=sorted({row["job_partition"] for row in found}), token=tx.token)
    gone = tx.rows("policies.give_way", runs=[row["id"] for row in found], reason=WHY)
    record(tx, [Transition(row["id"], RunState.SUPERSEDED, "steward", {"reason": WHY}) for row in gone])
    return tuple(row["id"] for row in gone)
