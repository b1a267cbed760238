"""Leases: until when a worker may act on its runs, and which steward leads. The graph's clock decides.

Leases are no part of a backup, so they are renewed while one pauses all other writes: nobody loses a run to it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from graph_model.failpoints import failpoint
from graph_model.runs.entities import RunState
from graph_model.runs.fail import attempt_row, end_attempts
from graph_model.runs.rules import Outcome
from graph_model.store.graph import Graph, Transaction

STEWARD_LEASE = "steward"


def register(
    graph: Graph,
    worker: str,
    *,
    host: str,
    pid: int,
    slots: int,
    lease_seconds: float,
    labels: Collection[str] = (),
) -> None:
    """Announces a worker. `worker` is fresh for each life: whoever lost a lease comes back under a new id. `labels`:
    what it has that jobs may ask for by `runs_on`.
    """
    lease = _milliseconds(lease_seconds)
    what = {"host": host, "pid": pid, "slots": slots, "labels": sorted(labels), "lease_ms": lease}
    graph.write(lambda tx: tx.rows("runs.register_worker", worker=worker, **what), while_paused=True)


def heartbeat(graph: Graph, worker: str, *, lease_seconds: float) -> bool:
    """Renews the lease of all runs of a worker in one write. False: it had run out, and all its runs are lost to it."""
    failpoint("lease.before_renewal")
    what = {"worker": worker, "lease_ms": _milliseconds(lease_seconds)}
    return bool(graph.write(lambda tx: tx.rows("runs.renew_lease", **what), while_paused=True))


def still_owned(graph: Graph, worker: str, runs: Sequence[str]) -> frozenset[tuple[str, int]]:
    """Those of `runs` that the graph counts as this worker's, each with its fence. The others were taken away from it,
    or have ended.
    """
    rows = graph.rows("runs.still_owned", runs=list(runs), worker=worker) if runs else []
    return frozenset((row["id"], row["fence"]) for row in rows)


def retire(graph: Graph, worker: str) -> tuple[str, ...]:
    """Ends a worker in good order: its runs go back to READY at once, this attempt not counted. Their ids."""
    held = graph.rows("runs.owned", worker=worker)
    released = graph.write(lambda tx: _release(tx, worker, held)) if held else ()
    graph.write(lambda tx: tx.rows("runs.end_worker", worker=worker), while_paused=True)
    return released


def become_leader(graph: Graph, holder: str, *, seconds: float, lease: str = STEWARD_LEASE) -> bool:
    """Whether `holder` leads for the next `seconds` what one process at a time does: the steward's sweeps, or what else
    `lease` names. Ask again in time to keep it.
    """
    return bool(
        graph.write(
            lambda tx: tx.rows(
                "runs.take_lease", lease=lease, holder=holder, lease_ms=_milliseconds(seconds), token=tx.token
            ),
            while_paused=True,
        )
    )


def _release(tx: Transaction, worker: str, held: list[dict[str, str]]) -> tuple[str, ...]:
    tx.rows("runs.lock", job_partitions=sorted({row["job_partition"] for row in held}), token=tx.token)
    owned = tx.rows("runs.still_owned", runs=[row["id"] for row in held], worker=worker)
    outcome = Outcome(RunState.READY, "released by its worker")
    if owned:
        end_attempts(tx, [attempt_row(row["id"], outcome, ended="RELEASED", uncounted=1) for row in owned])
    return tuple(row["id"] for row in owned)


def _milliseconds(seconds: float) -> int:
    return round(seconds * 1000)
