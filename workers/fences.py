"""Runs as databases see them: which attempt is later than which, and what its sessions are found by."""

from __future__ import annotations

from connectors.storage.fences import Fence
from graph_model.runs.entities import ClaimedRun, RunOutput

# So many attempts may a run have before its numbers reach those of a run that is a millisecond younger.
_ATTEMPTS = 1_000_000


def fence_number(run: ClaimedRun) -> int:
    """Greater for a later attempt of a run, and for a later run of the same job partition: the fence of a run alone
    counts from 1 for each."""
    created = 0 if run.created_at is None else round(run.created_at.timestamp() * 1000)
    return created * _ATTEMPTS + run.fence


def holder_of(run: ClaimedRun) -> str:
    """The attempt, for people who look into a database."""
    return f"{run.id[:16]}-{run.fence}"


def place_of(run: ClaimedRun) -> str:
    """The same for all runs of one job partition."""
    return f"{run.subject} {run.partition}"


def fence_of(run: ClaimedRun, output: RunOutput) -> Fence:
    return Fence(str(output.dataset), output.partition, fence_number(run), holder_of(run))
