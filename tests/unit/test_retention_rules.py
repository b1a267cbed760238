"""What retention keeps, and when it wants to look again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from graph_model.partitions.rules import Mapping, PartitionScheme
from graph_model.readiness.rules import InputNeed, JobNeeds
from graph_model.retention.entities import Retention
from graph_model.retention.rules import LOOK_AGAIN, Aging, Judgement, Kept, judge, still_reached, why_needed

NOW = datetime(2013, 6, 1, tzinfo=UTC)
DAY = timedelta(days=1)
DAYS = PartitionScheme("day", "2013-01-01")
MONTHS = PartitionScheme("month", "2013-01")


def a_partition(*ages: int, current: str | None = "now", **facts: object) -> Kept:
    """Versions replaced so many days ago, newest first: v0, v1 …"""
    aging = tuple(Aging(f"v{place}", NOW - age * DAY) for place, age in enumerate(ages))
    return Kept(current, aging, **facts)  # pyright: ignore[reportArgumentType]


def days(count: float) -> float:
    return count * DAY.total_seconds()


@pytest.mark.parametrize(
    ("retention", "partition", "judgement"),
    [
        (Retention(versions=3), a_partition(1, 2, 3, 4), Judgement(("v2", "v3"))),
        (Retention(versions=3), a_partition(1, 2, 3, 4, current=None), Judgement(("v3",))),
        (Retention(versions=1), a_partition(1), Judgement(("v0",))),
        (Retention(versions=5), a_partition(1, 2), Judgement()),
        (Retention(age=days(3)), a_partition(1, 2, 3, 4), Judgement(("v2", "v3"), NOW + DAY)),
        (Retention(age=days(3)), a_partition(4), Judgement(("v0",))),
        (Retention(versions=2, age=days(3)), a_partition(9, 2, 9), Judgement(("v2",), NOW + DAY)),
        (Retention(partitions=9), a_partition(1, 2), Judgement(("v0", "v1"))),
        (Retention(partitions=9), a_partition(1, among_newest=True), Judgement((), NOW + LOOK_AGAIN)),
        (Retention(partitions=9), a_partition(among_newest=True), Judgement()),
        (Retention(), a_partition(1, 2), Judgement()),
    ],
)
def test_a_replaced_version_expires_when_no_rule_keeps_it(retention: Retention, partition: Kept, judgement: Judgement):
    assert judge(retention, partition, NOW) == judgement


def test_a_partition_past_its_age_goes_with_its_current_version():
    retention = Retention(versions=30, partition_age=days(10))

    assert judge(retention, a_partition(1, end=NOW - 10 * DAY), NOW) == Judgement(("now", "v0"))
    assert judge(retention, a_partition(1, end=NOW - 9 * DAY), NOW) == Judgement((), NOW + DAY)


def test_a_current_version_that_is_needed_stays_and_is_looked_at_again():
    retention = Retention(age=days(1), partition_age=days(10))

    judged = judge(retention, a_partition(2, end=NOW - 99 * DAY, needed="it is held"), NOW)

    assert judged == Judgement(("v0",), NOW + LOOK_AGAIN)


def test_keys_that_stand_for_no_time_have_no_age():
    assert judge(Retention(partition_age=days(1)), a_partition(end=None), NOW) == Judgement()


def a_reader(mapping: Mapping, scheme: PartitionScheme = DAYS) -> JobNeeds:
    return JobNeeds("jb", scheme, "", 0, (InputNeed("ds", DAYS, mapping, required=True, triggers=True),), ())


@pytest.mark.parametrize(
    ("job", "newest", "reached"),
    [
        (a_reader(Mapping("offsets", -3, -1)), "2013-02-03", True),
        (a_reader(Mapping("offsets", -3, -1)), "2013-02-04", True),
        (a_reader(Mapping("offsets", -3, -1)), "2013-02-05", False),
        (a_reader(Mapping()), "2013-02-01", True),
        (a_reader(Mapping()), "2013-02-02", False),
        (a_reader(Mapping("all"), MONTHS), "2013-02-28", True),
        (a_reader(Mapping("all"), MONTHS), "2013-03-01", False),
        (a_reader(Mapping()), None, False),
    ],
)
def test_a_window_that_reaches_back_from_the_newest_partition_keeps_what_it_reads(
    job: JobNeeds, newest: str | None, reached: bool
):
    assert still_reached([job], dataset="ds", scheme=DAYS, key="2013-02-01", newest=newest) is reached


def test_what_needs_a_current_version_is_said_in_words():
    def said(**facts: object) -> str:
        asked: dict[str, object] = {"current": "v", "readers": [], "questions": [], "held": False, "reached": False}
        return why_needed(**{**asked, **facts})  # pyright: ignore[reportArgumentType]

    assert said() == ""
    assert said(held=True) == "it is held"
    assert said(readers=["rn_1"]) == "run rn_1 reads it"
    assert said(questions=["qs_1"]) == "question qs_1 is open"
    assert said(reached=True) == "a window of a job still reaches it"
