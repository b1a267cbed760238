"""Which failures are tried again, how often, how long they wait, and which rule has it so."""

from __future__ import annotations

import pytest

from graph_model.policies.entities import Backoff, Retries, RetryRule
from graph_model.policies.retrying import Failed, backoff_seconds, rule_of, verdict
from graph_model.runs.entities import Failure, RunState
from graph_model.runs.rules import after_failure

BUSY, BROKEN, OTHER = Failed("exited with 75", 75), Failed("exited with 2", 2), Failed("exited with 1", 1)
LOST = Failed("raised ConnectionError: refused", 1)
POLICY = Retries(
    rules=(RetryRule(2, exit_code=75), RetryRule(0, exit_code=2), RetryRule(1, error="ConnectionError")),
)


def again(failure: Failed, *before: Failed, retries: int = 1, policy: Retries = POLICY, seconds: float = 0.0) -> bool:
    return verdict(failure, before=before, retries=retries, policy=policy, seconds=seconds).again


def test_each_rule_counts_its_own_failures():
    assert [again(BUSY, *[BUSY] * n) for n in range(3)] == [True, True, False]
    assert again(BUSY, OTHER, OTHER, LOST)
    assert [again(OTHER, *[BUSY] * 5), again(OTHER, BUSY, OTHER)] == [True, False]


def test_a_code_that_is_never_tried_again_says_so():
    found = verdict(BROKEN, before=(), retries=9, policy=POLICY)

    assert (found.again, found.why) == (False, "exit code 2 is never tried again")


def test_an_error_is_known_by_a_text_of_its_reason_and_a_code_goes_before_it():
    assert rule_of(LOST, POLICY.rules) == RetryRule(1, error="ConnectionError")
    assert rule_of(Failed("raised ConnectionError", 75), POLICY.rules) == RetryRule(2, exit_code=75)
    assert [again(LOST), again(LOST, LOST)] == [True, False]


def test_where_codes_to_try_again_are_listed_no_other_is():
    policy = Retries(only=(75,))

    assert again(BUSY, policy=policy)
    assert not again(OTHER, policy=policy)
    assert again(Failed("the worker's disk is full"), policy=policy), "no exit code: not the job's doing"
    assert verdict(OTHER, before=(), retries=1, policy=policy).why == "only exit code 75 would be tried again"


def test_a_run_that_had_its_time_in_total_is_not_tried_again():
    policy = Retries(total_seconds=60)

    assert [again(OTHER, policy=policy, seconds=59.9), again(OTHER, policy=policy, seconds=60)] == [True, False]


def test_the_reason_of_the_run_names_the_rule():
    outcome = after_failure(Failure("exited with 2", 2), retries=3, policy=POLICY)

    assert outcome.state is RunState.FAILED
    assert outcome.reason == "exited with 2 (exit code 2 is never tried again)"


@pytest.mark.parametrize(
    ("failures", "longest"), [(0, 10.0), (1, 30.0), (2, 90.0), (3, 100.0), (5_000, 100.0)], ids=str
)
def test_waiting_grows_by_its_factor_up_to_the_longest(failures: int, longest: float):
    waited = [backoff_seconds(failures, Backoff(10, 3, 100)) for _ in range(50)]

    assert all(longest / 2 <= seconds <= longest for seconds in waited)


def test_waiting_without_a_word_grows_to_five_minutes():
    assert 0.5 <= backoff_seconds(0, Backoff()) <= 1
    assert 150 <= backoff_seconds(50, Backoff()) <= 300
