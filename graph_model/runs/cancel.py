"""Cancelling: a run that waits or runs is ended by a person. Its inputs are not tried again unless somebody says so."""

from __future__ import annotations

from dataclasses import dataclass

from graph_model.audit.record import Transition, record
from graph_model.errors import RunEnded, RunNotFound
from graph_model.runs.entities import RunKind, RunState
from graph_model.store.graph import Graph, Row, Transaction
from graph_model.store.trouble import all_seen
from graph_model.versions.entities import VersionState
from graph_model.versions.states import set_states


@dataclass(frozen=True, slots=True)
class Cancelled:
    """`was`: the state it was cancelled in; CANCELLED: somebody had done so before, and nothing changed."""

    run: str
    was: RunState


def cancel(graph: Graph, run: str, *, by: str, reason: str) -> Cancelled:
    """Ends a run now: whoever executes it can publish nothing any more, and learns so by its next heartbeat.

    Raises RunNotFound, and RunEnded (with its state) when it ended otherwise.
    """
    found = graph.rows("runs.find", run=run)
    if not found:
        raise RunNotFound(run)
    return graph.write(lambda tx: _cancel(tx, found[0], by=by, reason=reason))


def _cancel(tx: Transaction, run: Row, *, by: str, reason: str) -> Cancelled:
    tx.rows("runs.lock", job_partitions=[run["job_partition"]], token=tx.token)
    why = f"cancelled by {by}: {reason}"
    ended = tx.rows("runs.cancel", run=run["id"], reason=why)
    if not ended:
        state = tx.rows("runs.state_of", run=run["id"])[0]["state"]
        if state != RunState.CANCELLED:
            raise RunEnded(run["id"], state)
        return Cancelled(run["id"], RunState.CANCELLED)
    if ended[0]["was"] == RunState.RUNNING:
        all_seen(ended, ended[0]["attempts"])
    record(tx, [Transition(run["id"], RunState.CANCELLED, by, {"reason": reason, "was": ended[0]["was"]})])
    if run["kind"] == RunKind.VALIDATION:
        _set_aside(tx, ended[0]["input_set"], why, by)
    return Cancelled(run["id"], RunState(ended[0]["was"]))


def _set_aside(tx: Transaction, version: str, why: str, by: str) -> None:
    """A version whose validation was cancelled is one that nobody judged."""
    reason = f"could not be validated: {why}"
    set_states(tx, [{"version": version, "state": VersionState.QUARANTINED, "reason": reason}])
    record(tx, [Transition(version, VersionState.QUARANTINED, by, {"reason": reason})])
