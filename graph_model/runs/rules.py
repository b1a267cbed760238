"""What becomes of a run whose attempt did not succeed: pure decisions."""

from __future__ import annotations

import random
from dataclasses import dataclass

from graph_model.runs.entities import Failure, RunState

# A job that takes its worker down with it is not tried for ever: a run that lost so many workers is poison.
POISON_LOSSES = 3
LAST_CHANCE_LOSSES = POISON_LOSSES - 1
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


def after_lost_worker(*, owner: str, losses: int) -> Outcome:
    """`losses` counts the attempts whose worker vanished, this one too. How often the job may fail is another count."""
    if losses >= POISON_LOSSES:
        return Outcome(RunState.FAILED, f"poison: {losses} attempts each lost their worker (last {owner})")
    return Outcome(RunState.READY, f"its worker {owner} is gone")


def is_last_chance(losses: int) -> bool:
    """Whether one more lost worker makes the run poison. A worker carries one such run at a time: which of its runs has
    killed a worker nobody can know, and an innocent one must not go down with the same poison three times.
    """
    return losses >= LAST_CHANCE_LOSSES


def backoff_seconds(failures: int) -> float:
    """1, 2, 4 … seconds up to five minutes, half to full of it, so that many retries do not meet."""
    longest = min(LONGEST_WAIT_SECONDS, 2.0**failures)
    return random.uniform(longest / 2, longest)
