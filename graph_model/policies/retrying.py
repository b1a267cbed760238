"""What becomes of a run whose attempt failed, by what its job says of retries: pure decisions."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from graph_model.policies.entities import Backoff, Retries, RetryRule

# After so many failures a backoff has grown to its longest, and a float has not overflowed.
MOST_DOUBLINGS = 100


@dataclass(frozen=True, slots=True)
class Failed:
    """A failed attempt as the graph remembers it."""

    reason: str
    exit_code: int | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """`again` False: that was the last attempt. `why`: the rule that has it so; empty: the `retries` of the job."""

    again: bool
    why: str = ""


def verdict(
    failure: Failed, *, before: Sequence[Failed], retries: int, policy: Retries, seconds: float = 0.0
) -> Verdict:
    """`before` are the failed attempts before this one, and `seconds` how long ago the first attempt began."""
    if policy.total_seconds and seconds >= policy.total_seconds:
        return Verdict(again=False, why=f"it has had its {policy.total_seconds:g} s in total")
    rule = rule_of(failure, policy.rules)
    if rule is not None:
        return _by_rule(rule, _count(before, rule, policy.rules))
    if policy.only and failure.exit_code is not None and failure.exit_code not in policy.only:
        return Verdict(again=False, why=f"only exit code {_codes(policy.only)} would be tried again")
    return Verdict(again=_count(before, None, policy.rules) < retries)


def rule_of(failure: Failed, rules: Iterable[RetryRule]) -> RetryRule | None:
    """The first rule that speaks of this failure; those of exit codes stand before those of errors."""
    return next((rule for rule in rules if _speaks_of(rule, failure)), None)


def backoff_seconds(failures: int, backoff: Backoff) -> float:
    """Half to full of what the backoff says after so many failures, so that many retries do not meet."""
    longest = min(backoff.most_seconds, backoff.first_seconds * backoff.factor ** min(failures, MOST_DOUBLINGS))
    return random.uniform(longest / 2, longest)


def _speaks_of(rule: RetryRule, failure: Failed) -> bool:
    if rule.exit_code is not None:
        return rule.exit_code == failure.exit_code
    return rule.error in failure.reason


def _count(before: Iterable[Failed], rule: RetryRule | None, rules: Sequence[RetryRule]) -> int:
    return sum(rule_of(failure, rules) == rule for failure in before)


def _by_rule(rule: RetryRule, failures: int) -> Verdict:
    if not rule.times:
        return Verdict(again=False, why=f"{rule} is never tried again")
    if failures >= rule.times:
        return Verdict(again=False, why=f"{rule} is tried again {rule.times} times at most")
    return Verdict(again=True)


def _codes(codes: Sequence[int]) -> str:
    return " or ".join(str(code) for code in codes)
