"""What a person says of a run that did not go as it should: try it now, count it as done, or give it up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeVar

from graph_model.audit.record import Transition, record
from graph_model.errors import CannotMark, RunNotFound
from graph_model.names import Name
from graph_model.runs.done import Done, count_as_done
from graph_model.runs.entities import RunKind, RunState
from graph_model.runs.fail import give_up
from graph_model.runs.replay import replay, revalidate
from graph_model.store.graph import Graph, Row, Transaction

T = TypeVar("T")
As = Literal["succeeded", "failed"]


@dataclass(frozen=True, slots=True)
class Retried:
    """`run` is ready and due: the same one, or a new one where the old one had ended. `was`: the state of the old."""

    run: str
    was: RunState


@dataclass(frozen=True, slots=True)
class Marked:
    """`state` is what the run is now, `was` what it was; equal when it had been marked so before."""

    run: str
    state: RunState
    was: RunState


def retry(graph: Graph, run: str, *, by: str, reason: str) -> Retried:
    """A run that waits for its next try is due now. One that failed or was cancelled gets a successor on the inputs
    that are current now, with all its attempts.

    Raises RunNotFound; CannotMark for a run that is under way, done or overtaken; NotReady when an input has gone
    meanwhile, and CannotRevalidate for a validation whose version is not waiting for one.
    """
    found = _found(graph, run)
    state = RunState(found["state"])
    if state is RunState.READY:
        graph.write(lambda tx: _try_now(tx, found, by=by, reason=reason))
        return Retried(run, state)
    if state not in (RunState.FAILED, RunState.CANCELLED):
        raise CannotMark(run, state, "only what waits, failed or was cancelled can be tried again")
    if found["kind"] == RunKind.VALIDATION:
        return Retried(revalidate(graph, found["input_set"], by=by, reason=reason).run, state)
    job = Name(found["namespace"], found["name"])
    return Retried(replay(graph, job, found["key"], by=by, reason=reason).run, state)


def mark(graph: Graph, run: str, state: As, *, by: str, reason: str) -> Marked:
    """`succeeded`: a run that waits, failed or was cancelled counts as done; nothing is published, and whoever needs
    its outputs goes without as long as nothing is there. `failed`: a run that waits is given up, and its owners are
    told.

    Raises RunNotFound, and CannotMark for a run in another state or a validation.
    """
    found = _found(graph, run)
    if found["kind"] == RunKind.VALIDATION:
        raise CannotMark(run, found["state"], "what is valid only a validation can say: `headwater retry` it")
    how = _mark_succeeded if state == "succeeded" else _mark_failed
    return graph.write(lambda tx: _locked(tx, found, lambda: how(tx, found, by=by, reason=reason)))


def _found(graph: Graph, run: str) -> Row:
    rows = graph.rows("runs.find_to_mark", run=run)
    if not rows:
        raise RunNotFound(run)
    return rows[0]


def _locked(tx: Transaction, run: Row, work: Callable[[], T]) -> T:
    tx.rows("runs.lock", job_partitions=[run["job_partition"]], token=tx.token)
    return work()


def _try_now(tx: Transaction, run: Row, *, by: str, reason: str) -> None:
    tx.rows("runs.lock", job_partitions=[run["job_partition"]], token=tx.token)
    found = tx.rows("runs.try_now", run=run["id"])
    if not found:
        raise _cannot(tx, run["id"], "it does not wait any more")
    record(tx, [Transition(run["id"], "RETRIED", by, {"reason": reason, "was_due": found[0]["not_before"]})])


def _mark_succeeded(tx: Transaction, run: Row, *, by: str, reason: str) -> Marked:
    was = RunState(tx.rows("runs.state_of", run=run["id"])[0]["state"])
    if was is RunState.SUCCEEDED and run["pretended"]:
        return Marked(run["id"], was, was)
    states = (RunState.READY, RunState.FAILED, RunState.CANCELLED)
    if not count_as_done(tx, [Done(run["id"], by, reason, "marked as succeeded")], states=states):
        raise _cannot(tx, run["id"], "only what waits, failed or was cancelled can count as done")
    return Marked(run["id"], RunState.SUCCEEDED, was)


def _mark_failed(tx: Transaction, run: Row, *, by: str, reason: str) -> Marked:
    why = f"marked as failed by {by}: {reason}"
    if not tx.rows("runs.count_as_failed", run=run["id"], reason=why):
        raise _cannot(tx, run["id"], "only what waits can be given up; cancel it if it runs")
    give_up(tx, run, why)
    record(tx, [Transition(run["id"], RunState.FAILED, by, {"reason": reason, "was": RunState.READY})])
    return Marked(run["id"], RunState.FAILED, RunState.READY)


def _cannot(tx: Transaction, run: str, problem: str) -> CannotMark:
    return CannotMark(run, tx.rows("runs.state_of", run=run)[0]["state"], problem)
