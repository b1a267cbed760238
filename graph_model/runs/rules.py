"""What becomes of a run whose attempt did not succeed: pure decisions."""

from __future__ import annotations

import random
from dataclasses import dataclass

from graph_model.runs.entities import Failure, RunState

# A job that takes its worker down with it is not tried for ever: after so many attempts it is poison.
POISON_ATTEMPTS = 3
# Validation reads what others wrote, so only trouble of our own machines fails it; that is worth a few more tries.
VALIDATION_RETRIES = 2
LONGEST_WAIT_SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """The run's next state; `wait_seconds` counts only when it is READY again."""

    state: RunState
    reason: str
    wait_seconds: float = 0.0


def after_failure(failure: Failure, *, failures: int, retries: int) -> Outcome:
    """`failures` counts the failed attempts before this one; `retries` is how many the job may have on top of the
    first.
    """
    if not failure.retry:
        return Outcome(RunState.FAILED, failure.reason)
    if failures >= retries:
        return Outcome(RunState.FAILED, failure.reason)
    return Outcome(RunState.READY, failure.reason, backoff_seconds(failures))


def after_lost_worker(*, owner: str, attempts: int, retries: int) -> Outcome:
    """`attempts` counts the one whose worker vanished."""
    if attempts >= max(POISON_ATTEMPTS, retries + 1):
        return Outcome(RunState.FAILED, f"poison: {attempts} attempts each lost their worker (last {owner})")
    return Outcome(RunState.READY, f"its worker {owner} is gone")


def backoff_seconds(failures: int) -> float:
    """1, 2, 4 … seconds up to five minutes, half to full of it, so that many retries do not meet."""
    longest = min(LONGEST_WAIT_SECONDS, 2.0**failures)
    return random.uniform(longest / 2, longest)
