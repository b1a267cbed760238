"""Which partitions need which, held against the definitions by brute force."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import islice

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from graph_model.partitions.rules import Every, Mapping, PartitionScheme, parse_mapping
from graph_model.partitions.units import UNITS
from tests.support.slices import BERLIN, FEASTS, MOMENTS, NEW_YORK, REGIONS, ZONES, fewer, slices

DAYS = [(date(2012, 10, 1) + timedelta(days=offset)).isoformat() for offset in range(250)]
OPEN_DAYS = {
    calendar: [day for day in DAYS if calendar is None or calendar.is_open(date.fromisoformat(day))]
    for calendar in (None, FEASTS)
}
MIDDLE = DAYS[100:150]
DAILY = st.builds(
    PartitionScheme, st.just("day"), st.sampled_from([None, *MIDDLE]), calendar=st.sampled_from([None, FEASTS])
)
STEPS = st.one_of(
    st.just(Mapping()),
    st.integers(1, 20).map(lambda count: Mapping("offsets", -count, -1)),
    st.integers(1, 20).map(lambda count: Mapping("offsets", 1 - count, 0)),
    st.tuples(st.integers(1, 20), st.integers(0, 20)).map(lambda steps: Mapping("offsets", -sum(steps), -steps[0])),
)
NESTED = [
    *(("hour", longer) for longer in ("day", "week", "month")),
    *(("day", longer) for longer in ("week", "month", "quarter", "year")),
    ("month", "quarter"),
    ("month", "year"),
    ("quarter", "year"),
]


def _needed(mapping: Mapping, key: str, upstream: PartitionScheme) -> list[str]:
    """The definition, spelled out over a list of days: the same one, and those among the nearest before it."""
    before = [day for day in OPEN_DAYS[upstream.calendar] if day < key]
    steps = range(mapping.first, min(mapping.last, -1) + 1)
    own = [key] if mapping.last == 0 else []
    return [day for day in (*(before[step] for step in steps), *own) if upstream.holds(day)]


@given(STEPS, DAILY, DAILY, st.sampled_from(MIDDLE))
def test_steps_need_what_their_definition_says(
    mapping: Mapping, upstream: PartitionScheme, job: PartitionScheme, key: str
) -> None:
    assert list(mapping.needed(key, upstream=upstream, job=job)) == _needed(mapping, key, upstream)


@fewer
@given(STEPS, DAILY, DAILY, st.sampled_from(MIDDLE))
def test_who_needs_a_partition_is_exactly_who_lists_it(
    mapping: Mapping, upstream: PartitionScheme, job: PartitionScheme, key: str
) -> None:
    if not upstream.holds(key):
        return
    expected = [own for own in DAYS[60:] if job.holds(own) and key in _needed(mapping, own, upstream)]

    assert list(mapping.needing(key, upstream=upstream, job=job)) == expected


@fewer
@given(st.sampled_from(["same", "previous 1", "previous 3", "last 2", "last 30"]), slices(), st.integers(0, 40))
def test_needed_and_needing_agree_in_every_rhythm(text: str, slice_: tuple[PartitionScheme, str], back: int) -> None:
    mapping, (scheme, key) = parse_mapping(text), slice_
    limited = replace(scheme, start=scheme.shift(key, -back))

    for found in mapping.needed(key, upstream=limited, job=scheme):
        assert key in mapping.needing(found, upstream=limited, job=scheme)
    for own in mapping.needing(key, upstream=limited, job=scheme):
        assert key in mapping.needed(own, upstream=limited, job=scheme)


def test_business_days_are_counted_where_the_input_has_only_those() -> None:
    business, daily = PartitionScheme("day", calendar=FEASTS), PartitionScheme("day")

    assert parse_mapping("previous 3 business days").needed("2013-01-03", upstream=business, job=business) == (
        "2012-12-28",
        "2012-12-31",
        "2013-01-02",
    )
    assert parse_mapping("previous 1 day").needed("2013-01-07", upstream=daily, job=business) == ("2013-01-06",)
    assert parse_mapping("same").needed("2013-01-06", upstream=business, job=daily) == ()
    assert parse_mapping("previous 1").needing("2013-01-04", upstream=business, job=daily) == (
        "2013-01-05",
        "2013-01-06",
        "2013-01-07",
    )


def test_a_window_over_a_list_goes_in_its_order() -> None:
    assert parse_mapping("last 2").needed("emea", upstream=REGIONS, job=REGIONS) == ("us", "emea")
    assert parse_mapping("last 2").needing("us", upstream=REGIONS, job=REGIONS) == ("us", "emea")
    assert parse_mapping("previous 1").needed("latam", upstream=REGIONS, job=REGIONS) == ()


@fewer
@given(st.sampled_from(NESTED), MOMENTS, st.sampled_from(ZONES), st.booleans())
@example(("hour", "day"), datetime(2026, 3, 29), BERLIN, False)  # noqa: DTZ001
@example(("hour", "day"), datetime(2026, 10, 25), BERLIN, False)  # noqa: DTZ001
@example(("day", "month"), datetime(2012, 2, 1), NEW_YORK, False)  # noqa: DTZ001
@example(("day", "month"), datetime(2013, 1, 1), NEW_YORK, True)  # noqa: DTZ001
def test_all_slices_of_a_longer_one_fill_its_time(
    pair: tuple[Every, Every], moment: datetime, timezone: str, on_business: bool
) -> None:
    small, large = pair
    calendar = FEASTS if small == "day" and on_business else None
    upstream = PartitionScheme(small, timezone=timezone, calendar=calendar)
    job, unit = PartitionScheme(large, timezone=timezone), UNITS[large]
    key = unit.key(unit.at(moment))
    if not job.holds(key):
        return

    inside = Mapping("all").needed(key, upstream=upstream, job=job)

    assert {Mapping("all").needing(found, upstream=upstream, job=job) for found in inside} == {(key,)}
    around = [upstream.shift(inside[0], -1), upstream.shift(inside[-1], 1)]
    assert all(key not in Mapping("all").needing(found, upstream=upstream, job=job) for found in around)
    assert [inside[0], *islice(upstream.later(inside[0]), len(inside) - 1)] == list(inside)
    first, last, whole = upstream.interval(inside[0]), upstream.interval(inside[-1]), job.interval(key)
    assert first
    assert last
    assert whole
    if calendar is None:
        assert (first.start, last.end) == whole
    else:
        assert whole.start <= first.start < last.end <= whole.end


def test_a_longer_slice_without_any_of_the_input_needs_nothing() -> None:
    later = PartitionScheme("day", "2013-02-10")
    monthly = PartitionScheme("month")

    assert Mapping("all").needed("2013-01", upstream=later, job=monthly) == ()
    assert len(Mapping("all").needed("2013-02", upstream=later, job=monthly)) == 19


@pytest.mark.parametrize("text", ["same", "previous 2", "last 2", "all"])
def test_a_key_of_another_rhythm_needs_nothing_and_is_needed_by_nothing(text: str) -> None:
    daily, hourly, mapping = PartitionScheme("day"), PartitionScheme("hour"), parse_mapping(text)

    assert mapping.needed("2013-01", upstream=daily, job=hourly) == ()
    assert mapping.needing("2013-01", upstream=daily, job=hourly) == ()


@pytest.mark.parametrize(
    ("text", "mapping"),
    [
        ("all days of the month", Mapping("all")),
        ("all", Mapping("all")),
        ("all business days of the week", Mapping("all")),
        ("previous 2 weeks", Mapping("offsets", -2, -1)),
        ("last 4 quarters", Mapping("offsets", -3, 0)),
    ],
)
def test_a_window_is_read_as_people_write_it(text: str, mapping: Mapping) -> None:
    assert parse_mapping(text) == mapping
    assert parse_mapping(str(mapping)) == mapping
