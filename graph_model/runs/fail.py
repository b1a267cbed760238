"""Failing an attempt: the run waits for its next try in the graph, or ends and its owners are told."""

from __future__ import annotations

from operator import itemgetter
from typing import Any

from graph_model.audit.record import Notice, Transition, notify, record
from graph_model.errors import FenceLost
from graph_model.policies.retrying import Failed
from graph_model.runs.entities import ClaimedRun, Failure, RunKind, RunState
from graph_model.runs.finish import own_job_partition
from graph_model.runs.rules import VALIDATION_RETRIES, Outcome, after_failure
from graph_model.store.graph import Graph, Row, Transaction
from graph_model.store.trouble import all_seen
from graph_model.versions.entities import VersionState
from graph_model.versions.states import set_states


def fail_run(graph: Graph, run: ClaimedRun, failure: Failure) -> RunState:
    """READY: it will be tried again, not before the time that lies in the graph. FAILED: that was the last attempt.

    Raises FenceLost when the run has a newer owner or has ended.
    """
    return graph.write(lambda tx: _fail(tx, run, failure))


def _fail(tx: Transaction, run: ClaimedRun, failure: Failure) -> RunState:
    tx.rows("runs.lock", job_partitions=[own_job_partition(run).id], token=tx.token)
    held = tx.rows("runs.held", run=run.id, fence=run.fence)
    if not held:
        raise FenceLost(run.id, run.fence)
    outcome = _outcome(run, failure, held[0])
    end_attempts(tx, [attempt_row(run.id, outcome, ended="FAILED", failed=1, exit_code=failure.exit_code)])
    if outcome.state == RunState.FAILED:
        give_up(tx, held[0], outcome.reason)
    return outcome.state


def _outcome(run: ClaimedRun, failure: Failure, held: Row) -> Outcome:
    retries = VALIDATION_RETRIES if run.kind == RunKind.VALIDATION else held["retries"]
    attempts = sorted(held["tried"], key=itemgetter("number"))
    before = [Failed(a.get("reason") or "", a.get("exit_code")) for a in attempts if a.get("outcome") == "FAILED"]
    seconds = (held["now"] - attempts[0]["started_at"]).total_seconds() if attempts else 0.0
    policy = run.job.policies.retries if run.job else None
    return after_failure(failure, before=before, retries=retries, policy=policy, seconds=seconds)


def attempt_row(
    run: str,
    outcome: Outcome,
    *,
    ended: str,
    failed: int = 0,
    lost: int = 0,
    uncounted: int = 0,
    exit_code: int | None = None,
) -> dict[str, Any]:
    """A row of `runs.end_attempts`."""
    return {
        "run": run,
        "state": outcome.state,
        "outcome": ended,
        "reason": outcome.reason,
        "exit_code": exit_code,
        "failed": failed,
        "lost": lost,
        "uncounted": uncounted,
        "wait_ms": round(outcome.wait_seconds * 1000),
    }


def end_attempts(tx: Transaction, attempts: list[dict[str, Any]]) -> None:
    """Ends attempts that did not succeed, with an audit record each. Their job partitions must be locked."""
    all_seen(attempts, tx.rows("runs.end_attempts", attempts=attempts))
    record(
        tx,
        [
            Transition(row["run"], row["state"], "worker", {"outcome": row["outcome"], "reason": row["reason"]})
            for row in attempts
        ],
    )


def give_up(tx: Transaction, run: Row, reason: str) -> None:
    """What a run that failed for good leaves to do: its owners are told, and a version that nobody could judge is set
    aside. `run` is a row of `runs.held` or `runs.still_orphaned`.
    """
    title = f"failed: partition {run['key'] or 'whole'}"
    notify(tx, [Notice(f"failed/{run['id']}", "failed", run["id"], run["job"], title, reason)])
    if run["kind"] != RunKind.VALIDATION:
        return
    # The triggering set of a validation is the one version that it reads.
    version, why = run["input_set"], f"could not be validated: {reason}"
    set_states(tx, [{"version": version, "state": VersionState.QUARANTINED, "reason": why}])
    record(tx, [Transition(version, VersionState.QUARANTINED, run["id"], {"reason": why})])
