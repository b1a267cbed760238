"""The pure decisions of the run protocol."""

from __future__ import annotations

import pytest

from graph_model.names import partition_id
from graph_model.partitions.rules import PartitionScheme, parse_mapping
from graph_model.policies.retrying import Failed
from graph_model.readiness.rules import InputNeed, JobNeeds, concerned, input_set, needs_of, needs_of_row
from graph_model.runs.entities import Failure, RunState
from graph_model.runs.rules import POISON_LOSSES, after_failure, after_lost_worker
from graph_model.versions.rules import Candidate, Judgement, judge_candidate, judge_partition

DAILY = PartitionScheme("day", "2013-01-01")


def a_need(dataset: str, mapping: str = "same", *, required: bool = True, triggers: bool = True) -> InputNeed:
    return InputNeed(dataset, DAILY, parse_mapping(mapping), required, triggers)


def a_job(*inputs: InputNeed, job: str = "clean") -> JobNeeds:
    return JobNeeds(job, DAILY, "hash", 0, inputs, ("out",))


def a_candidate(**changes: object) -> Candidate:
    facts = {"version": "b", "content_hash": "2", "current": "a", "current_hash": "1", "newer": True}
    return Candidate(**{**facts, **changes})  # type: ignore[arg-type]


def test_a_published_day_concerns_its_own_day_and_the_windows_over_it() -> None:
    jobs = [a_job(a_need("raw")), a_job(a_need("raw", "previous 2"), job="rolling"), a_job(a_need("other"), job="else")]

    found = {(target.job, target.key) for target in concerned(jobs, dataset="raw", key="2013-01-05")}

    assert found == {("clean", "2013-01-05"), ("rolling", "2013-01-06"), ("rolling", "2013-01-07")}


def test_job_partitions_come_in_the_order_of_locking() -> None:
    jobs = [a_job(a_need("raw", "previous 9"), job=f"job{n}") for n in range(5)]

    found = concerned(jobs, dataset="raw", key="2013-01-05")

    assert [target.id for target in found] == sorted(target.id for target in found)


def test_a_partition_that_two_mappings_need_is_needed_by_the_strictest() -> None:
    job = a_job(a_need("raw", "previous 1", required=False, triggers=False), a_need("raw", "last 2"))

    needs = {need.partition: need for need in needs_of(job, "2013-01-05")}

    before = needs[partition_id("raw", "2013-01-04")]
    assert (len(needs), before.required, before.triggers) == (2, True, True)


@pytest.mark.parametrize(
    ("correction", "mapping", "triggers", "asks"),
    [
        ("rerun", "same", True, False),
        ("ignore", "same", False, False),
        ("ask", "same", False, True),
        ("ask", "whole", False, False),
    ],
)
def test_what_a_corrected_input_does(correction: str, mapping: str, *, triggers: bool, asks: bool) -> None:
    item = {"dataset": "raw", "every": "day", "start": None, "details": None, "required": True}
    row = {
        "job": "clean",
        "every": "day",
        "start": None,
        "details": None,
        "definition_hash": "h",
        "priority": 0,
        "outputs": [],
    }

    needs = needs_of_row({**row, "outputs": [], "inputs": [{**item, "mapping": mapping, "correction": correction}]})

    assert (needs.inputs[0].triggers, needs.inputs[0].asks, needs.asks) == (triggers, asks, asks)


def test_the_identity_of_inputs_does_not_depend_on_their_order() -> None:
    assert input_set(["a", "b"]) == input_set(["b", "a"]) != input_set(["a"])


def test_a_newer_version_takes_its_place() -> None:
    assert judge_candidate(a_candidate()).kept == ""
    assert judge_candidate(a_candidate(current=None, current_hash=None)).kept == ""


def test_an_older_version_never_overtakes() -> None:
    assert judge_candidate(a_candidate(newer=False)).kept == "older than a"


def test_equal_content_changes_nothing_and_confirms_what_is_current_when_it_is_later() -> None:
    later, earlier = a_candidate(content_hash="1"), a_candidate(content_hash="1", newer=False)

    assert judge_candidate(later) == Judgement("b", "same content as a", confirms="a")
    assert judge_candidate(earlier) == Judgement("b", "same content as a")


def test_of_several_candidates_of_one_partition_only_the_newest_takes_the_place() -> None:
    newest, middle, same = (a_candidate(version=v, content_hash=h) for v, h in (("d", "4"), ("c", "3"), ("b", "4")))

    judged = judge_partition([newest, middle, same])

    assert [judgement.kept for judgement in judged] == ["", "older than d", "same content as d"]


def test_a_candidate_that_confirms_what_is_current_leaves_no_place_to_the_older_ones() -> None:
    confirming, between = a_candidate(version="c", content_hash="1"), a_candidate(version="b", content_hash="2")

    judged = judge_partition([confirming, between])

    assert judged == (Judgement("c", "same content as a", confirms="a"), Judgement("b", "older than a"))


def test_candidates_that_are_all_older_leave_the_current_version_alone() -> None:
    judged = judge_partition([a_candidate(version=v, content_hash=v, newer=False) for v in "cb"])

    assert [judgement.kept for judgement in judged] == ["older than a", "older than a"]


def test_a_failure_is_retried_as_often_as_the_job_says() -> None:
    failure = Failure("exit code 1", exit_code=1)

    before = [Failed("exit code 1", 1)] * 3
    states = [after_failure(failure, before=before[:failures], retries=2).state for failures in range(3)]

    assert states == [RunState.READY, RunState.READY, RunState.FAILED]


def test_a_failure_that_cannot_be_helped_is_not_retried() -> None:
    assert after_failure(Failure("bad", retry=False), retries=5).state == RunState.FAILED


def test_a_job_that_takes_its_workers_down_is_poison_after_three_losses() -> None:
    states = [after_lost_worker(owner="w", losses=n).state for n in range(1, POISON_LOSSES + 1)]

    assert states == [RunState.READY, RunState.READY, RunState.FAILED]
