"""Cancelling a replay: nothing more of it is begun. Runs that it was given go on."""

from __future__ import annotations

from dataclasses import dataclass

from graph_model.audit.record import Transition, record
from graph_model.errors import ReplayEnded, ReplayNotFound
from graph_model.replays.entities import ReplayState
from graph_model.store.graph import Graph, Transaction


@dataclass(frozen=True, slots=True)
class CancelledReplay:
    """`steps`: how many were open. `runs` were given to some of these, and go on unless they are over or cancelled."""

    replay: str
    steps: int
    runs: tuple[str, ...]


def cancel_replay(graph: Graph, replay: str, *, by: str, reason: str) -> CancelledReplay:
    """Raises ReplayNotFound, and ReplayEnded (with its state) when it is over."""
    return graph.write(lambda tx: _cancel(tx, replay, by=by, reason=reason), step="cancel replay")


def _cancel(tx: Transaction, replay: str, *, by: str, reason: str) -> CancelledReplay:
    found = tx.rows("replays.lock", replay=replay, token=tx.token)
    if not found:
        raise ReplayNotFound(replay)
    if not found[0]["is_open"]:
        raise ReplayEnded(replay, found[0]["state"])
    steps = tx.rows("replays.cancel_steps", replay=replay, why=f"cancelled by {by}: {reason}")
    tx.rows("replays.end", replay=replay, state=ReplayState.CANCELLED)
    record(tx, [Transition(replay, "REPLAY_CANCELLED", by, {"reason": reason, "steps": len(steps)})])
    return CancelledReplay(replay, len(steps), tuple(sorted(row["run"] for row in steps if row["run"])))
