"""Takes back what a run of others had published, because of what is said of the run since; and its return."""

from __future__ import annotations

from graph_model.errors import CannotQuarantine, CannotRelease, RunEnded
from graph_model.names import run_id, validation_job_partition_id
from graph_model.readiness.rules import input_set
from graph_model.runs.cancel import cancel
from graph_model.store.graph import Graph, Row, Transaction
from graph_model.versions.quarantine import release, take_from_readers

BY = "openlineage"
# A version is judged while it is taken back at most once, then it is good or bad for good.
_TRIES = 3


def withdraw(graph: Graph, version: str, *, reason: str) -> tuple[str, ...] | None:
    """Readers get the last good version again. The runs that became ready. None: it is not judged yet."""
    try:
        return take_from_readers(graph, version, by=BY, reason=reason, aside=_alone).runs
    except CannotQuarantine:
        return None


def withdraw_for_good(graph: Graph, version: str, *, reason: str) -> tuple[str, ...]:
    """As `withdraw`, for what can never come back: a version that is not judged yet never will be."""
    for _ in range(_TRIES):
        ready = withdraw(graph, version, reason=reason)
        if ready is not None:
            return ready
        if _stop_validation(graph, version, reason):
            break
    return ()


def bring_back(graph: Graph, version: str) -> tuple[str, ...] | None:
    """What was withdrawn is good again, after all; the runs that became ready. None: it was never found good."""
    try:
        runs = release(graph, version, by=BY, reason="its run says again that it wrote it").runs
    except CannotRelease:
        return None
    _note(graph, version, withdrawn=None)
    return runs


def _alone(tx: Transaction, version: str, by: str, reason: str) -> list[Row]:
    """The run is in doubt, not the content: what others said of the same content stays."""
    return tx.rows("observed.set_aside", version=version, by=by, reason=reason)


def _stop_validation(graph: Graph, version: str, reason: str) -> bool:
    """Whether the version is set aside without having been judged. False: its validation has just ended."""
    validation = run_id(validation_job_partition_id(version), input_set([version]), "", 0)
    try:
        cancel(graph, validation, by=BY, reason=reason)
    except RunEnded:
        return False
    _note(graph, version, withdrawn=1)
    return True


def _note(graph: Graph, version: str, *, withdrawn: int | None) -> None:
    graph.write(lambda tx: tx.rows("observed.note_withdrawn", versions=[{"id": version, "withdrawn": withdrawn}]))
