"""What becomes of a run whose attempt did not succeed: pure decisions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from graph_model.policies.entities import Retries
from graph_model.policies.retrying import Failed, backoff_seconds, verdict
from graph_model.runs.entities import Failure, RunState

# A job that takes its worker down with it is not tried for ever: a run that lost so many workers is poison.
POISON_LOSSES = 3
LAST_CHANCE_LOSSES = POISON_LOSSES - 1
# Validation reads what others wrote, so only trouble of our own machines fails it; that is worth a few more tries.
VALIDATION_RETRIES = 2


@dataclass(frozen=True, slots=True)
class Outcome:
    """The run's next state; `wait_seconds` counts only when it is READY again."""

    state: RunState
    reason: str
    wait_seconds: float = 0.0


def after_failure(
    failure: Failure,
    *,
    before: Sequence[Failed] = (),
    retries: int,
    policy: Retries | None = None,
    seconds: float = 0.0,
) -> Outcome:
    """`before` are the failed attempts before this one, `retries` how many the job may have on top of the first, and
    `seconds` how long ago the first attempt began.
    """
    if not failure.retry:
        return Outcome(RunState.FAILED, failure.reason)
    policy = policy or Retries()
    failed = Failed(failure.reason, failure.exit_code)
    found = verdict(failed, before=before, retries=retries, policy=policy, seconds=seconds)
    if not found.again:
        return Outcome(RunState.FAILED, f"{failure.reason} ({found.why})" if found.why else failure.reason)
    return Outcome(RunState.READY, failure.reason, backoff_seconds(len(before), policy.backoff))


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
