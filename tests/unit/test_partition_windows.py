"""Windows between slices of different rhythms, in other time zones, by calendars: what they need, who needs it."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from graph_model.errors import InvalidMapping
from graph_model.partitions.calendars import Calendar, calendar_of
from graph_model.partitions.rules import WHOLE, Mapping, PartitionScheme, parse_mapping
from graph_model.partitions.units import UNITS, UnitName, fits_into
from tests.support.slices import BERLIN, FEASTS, NEW_YORK, REGIONS, ZONES

CASES = 700  # each with many keys on either side
DAILY, MONTHLY, HOURLY = PartitionScheme("day"), PartitionScheme("month"), PartitionScheme("hour")
BUSINESS = PartitionScheme("day", calendar=FEASTS)
RHYTHMS: tuple[UnitName, ...] = ("hour", "day", "week", "month", "quarter", "year")
# Around the jumps of clocks, the ends of months, a leap day and the turn of years, and anywhere else.
MOMENTS = [
    datetime(*day)  # noqa: DTZ001  local times
    for day in (
        (2026, 3, 29),
        (2026, 10, 25),
        (2012, 2, 29),
        (2013, 3, 31),
        (2012, 12, 31),
        (2013, 1, 1),
        (2011, 12, 30),
    )
]


def _scheme(draw: random.Random, every: UnitName) -> PartitionScheme:
    calendar = FEASTS if every == "day" and draw.random() < 0.3 else None
    return PartitionScheme(every, timezone=draw.choice(("UTC", *ZONES)), calendar=calendar)


def _key(draw: random.Random, scheme: PartitionScheme) -> str:
    unit = UNITS[scheme.every or ""]
    moment = draw.choice(MOMENTS) + timedelta(hours=draw.randint(-72, 72))
    near = unit.key(unit.at(moment))
    return near if scheme.holds(near) else scheme.shift(near, 1)


def _reach(draw: random.Random) -> tuple[int, int]:
    first = draw.randint(-3, 2)
    return first, draw.randint(first, 3)


def _case(draw: random.Random) -> tuple[Mapping, PartitionScheme, PartitionScheme]:
    """A mapping, with an input and a job that it joins."""
    kind = draw.choice(("offsets", "around", "all", "pick", "earlier", "overlapping"))
    if kind in ("offsets", "earlier"):
        every = draw.choice(RHYTHMS)
        units: list[UnitName] = [unit for unit in RHYTHMS if unit == every or fits_into(every, unit)]
        upstream, job = _scheme(draw, every), _scheme(draw, every)
        job = replace(job, timezone=upstream.timezone) if every == "hour" else job
        if kind == "earlier":
            count = draw.randint(1, 14)
            return Mapping("earlier", -count, -count, draw.choice(units)), upstream, job
        calendar = FEASTS if every == "day" and draw.random() < 0.3 else None
        return Mapping("offsets", *_reach(draw), calendar=calendar), upstream, job
    if kind == "overlapping":
        return Mapping("overlapping"), _scheme(draw, draw.choice(RHYTHMS[:3])), _scheme(draw, draw.choice(RHYTHMS[:3]))
    small = draw.choice((*RHYTHMS[:2], *RHYTHMS[3:5]))
    # Hours of years would be right as well, but thousands of keys each time.
    longer: list[UnitName] = [unit for unit in RHYTHMS if fits_into(small, unit)]
    large = draw.choice(longer[: 1 if small == "hour" else 3])
    upstream, job = _scheme(draw, small), _scheme(draw, draw.choice((small, large)))
    job = replace(job, timezone=upstream.timezone)
    if kind == "around":
        job, upstream = upstream, replace(_scheme(draw, large), timezone=upstream.timezone)
        return Mapping("around", *_reach(draw), unit=large), upstream, job
    if kind == "all":
        first, last = _reach(draw)
        return Mapping("all", first, last, large), upstream, job
    step, nth = draw.randint(-1, 1), draw.choice((1, 2, 5, -1, -2))
    calendar = FEASTS if small == "day" and draw.random() < 0.3 else None
    return Mapping("pick", step, step, large, nth, calendar=calendar), upstream, job


def test_what_is_needed_and_who_needs_it_agree_in_every_way_to_join_slices() -> None:
    draw = random.Random(20130105)
    met: dict[str, int] = {}
    for _ in range(CASES):
        mapping, upstream, job = _case(draw)
        if draw.random() < 0.5:
            upstream = replace(upstream, start=_key(draw, upstream))
        if draw.random() < 0.3:
            job = replace(job, start=_key(draw, job))
        for _ in range(3):
            own, key = _key(draw, job), _key(draw, upstream)
            for found in mapping.needed(own, upstream=upstream, job=job) if job.holds(own) else ():
                assert upstream.holds(found), (mapping, upstream, job, own, found)
                met[mapping.kind] = met.get(mapping.kind, 0) + 1
                if draw.random() < 0.2:
                    assert own in mapping.needing(found, upstream=upstream, job=job), (
                        mapping,
                        upstream,
                        job,
                        own,
                        found,
                    )
            needing = mapping.needing(key, upstream=upstream, job=job)
            for found in draw.sample(needing, min(3, len(needing))):
                assert job.holds(found), (mapping, upstream, job, key, found)
                assert key in mapping.needed(found, upstream=upstream, job=job), (mapping, upstream, job, found, key)
            assert list(needing) == sorted(set(needing)), (mapping, upstream, job, key, needing)
        assert parse_mapping(mapping.text) == mapping
    assert set(met) == {"offsets", "around", "all", "pick", "earlier", "overlapping"}
    assert min(met.values()) > 100


def test_a_day_reads_the_month_around_it_and_those_before() -> None:
    assert _needs("the month of the day", "2013-03-31", MONTHLY, DAILY) == ("2013-03",)
    assert _needs("previous 2 months around", "2013-01-15", MONTHLY, DAILY) == ("2012-11", "2012-12")
    assert _needed_by("previous 1 month around", "2013-01", MONTHLY, DAILY)[0] == "2013-02-01"
    assert len(_needed_by("previous 1 month around", "2013-01", MONTHLY, DAILY)) == 28


def test_the_month_before_is_read_by_days_whole_or_by_one_of_its_business_days() -> None:
    assert len(_needs("all days of the previous month", "2013-03-31", DAILY, DAILY)) == 28
    assert len(_needs("all days of the previous 2 months", "2013-03-31", DAILY, DAILY)) == 59
    assert _needs("last day of the previous month", "2013-04-10", BUSINESS, DAILY) == ("2013-03-28",)
    assert _needs("first day of the month", "2013-01-20", BUSINESS, DAILY) == ("2013-01-02",)
    assert _needs("3rd day of the month", "2013-01", BUSINESS, MONTHLY) == ("2013-01-04",)
    assert _needs("31st day of the month", "2013-02", DAILY, MONTHLY) == ()


def test_business_days_of_a_named_calendar_are_counted_where_the_input_has_every_day() -> None:
    by = replace(parse_mapping("previous 1"), calendar=FEASTS)

    assert by.needed("2013-01-07", upstream=DAILY, job=DAILY) == ("2013-01-04",)
    assert by.needed("2013-01-02", upstream=DAILY, job=DAILY) == ("2012-12-31",)
    assert by.needing("2013-01-04", upstream=DAILY, job=DAILY) == ("2013-01-05", "2013-01-06", "2013-01-07")
    assert by.needing("2013-01-05", upstream=DAILY, job=DAILY) == ()
    assert str(by) == "previous 1 by FEASTS"
    assert parse_mapping(by.text) == by


def test_a_calendar_without_closed_days_and_with_a_name_of_several_words_is_kept() -> None:
    for calendar in (Calendar("its own days"), calendar_of("by closed; closed", [date(2013, 1, 1)])):
        mapping = Mapping("offsets", -1, -1, calendar=calendar)
        assert parse_mapping(mapping.text) == mapping


def test_a_month_earlier_ends_where_the_month_ends() -> None:
    assert _needs("1 month earlier", "2013-03-31", DAILY, DAILY) == ("2013-02-28",)
    assert _needs("1 month earlier", "2012-03-30", DAILY, DAILY) == ("2012-02-29",)
    assert _needed_by("1 month earlier", "2013-02-28", DAILY, DAILY) == (
        "2013-03-28",
        "2013-03-29",
        "2013-03-30",
        "2013-03-31",
    )
    assert _needs("1 year earlier", "2013-W01", PartitionScheme("week"), PartitionScheme("week")) != ()
    assert _needs("1 day earlier", "2013-01-02", BUSINESS, DAILY) == ("2012-12-31",)
    assert _needs("9999 years earlier", "2013-01-02", DAILY, DAILY) == ()


def test_a_day_in_new_york_reads_the_hours_of_utc_that_overlap_it() -> None:
    york = PartitionScheme("day", timezone=NEW_YORK)

    found = _needs("overlapping hours", "2013-01-05", HOURLY, york)
    longest = _needs("overlapping hours", "2013-11-03", HOURLY, york)

    assert (found[0], found[-1], len(found)) == ("2013-01-05T05", "2013-01-06T04", 24)
    assert len(longest) == 25
    assert _needed_by("overlapping hours", "2013-01-06T04", HOURLY, york) == ("2013-01-05",)
    half = PartitionScheme("hour", timezone="Asia/Kolkata")
    assert _needs("overlapping hours", "2013-01-05T00", HOURLY, half) == ("2013-01-04T18", "2013-01-04T19")


def test_weeks_overlap_the_months_that_they_lie_in() -> None:
    weekly = PartitionScheme("week", timezone=BERLIN)

    assert _needs("overlapping weeks", "2013-02", weekly, replace(MONTHLY, timezone=BERLIN)) == (
        "2013-W05",
        "2013-W06",
        "2013-W07",
        "2013-W08",
        "2013-W09",
    )


def test_looking_ahead_is_looking_back_the_other_way_round() -> None:
    assert _needs("next 2 days", "2012-12-31", BUSINESS, DAILY) == ("2013-01-02", "2013-01-03")
    assert _needs("from -1 to 1 days", "2013-01-02", BUSINESS, DAILY) == ("2012-12-31", "2013-01-02", "2013-01-03")
    assert _needs("next 1", "us", REGIONS, REGIONS) == ("emea",)
    assert _needed_by("next 1", "apac", REGIONS, REGIONS) == ("emea",)


def test_one_fixed_partition_serves_every_one_of_the_job() -> None:
    assert _needs("partition 2013-01-01", "2014-05-05", DAILY, DAILY) == ("2013-01-01",)
    assert _needs("partition 2013-01-01", "2014-05-05", BUSINESS, DAILY) == ()
    assert _needed_by("partition 2013-01-01", "2013-01-01", DAILY, DAILY) == ()
    assert _needed_by("partition 2013-01-01", "2013-01-01", DAILY, PartitionScheme()) == (WHOLE,)


def test_a_job_without_partitions_takes_all_keys_of_a_list() -> None:
    assert _needs("all", WHOLE, REGIONS, PartitionScheme()) == REGIONS.keys
    assert _needed_by("all", "us", REGIONS, PartitionScheme()) == (WHOLE,)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("the month of the day", "the month"),
        ("previous month around", "previous 1 months around"),
        ("next 3 days", "next 3"),
        ("from -7 to -2 days", "from -7 to -2"),
        ("all days of the last 3 months", "all of the last 3 months"),
        ("all of the next 2 weeks", "all of the next 2 weeks"),
        ("last business day of the previous month", "last of the previous month"),
        ("22nd last day of the quarter", "22nd last of the quarter"),
        ("13th day of the month", "13th of the month"),
        ("2 weeks earlier", "2 weeks earlier"),
        ("overlapping hours", "overlapping"),
        ("partition us", "partition us"),
        ("latest at or before", "latest at or before"),
    ],
)
def test_the_words_of_a_window_are_kept_in_one_spelling(text: str, kept: str) -> None:
    mapping = parse_mapping(text)

    assert str(mapping) == kept
    assert parse_mapping(kept) == mapping


@pytest.mark.parametrize(
    "text",
    ["from 1 to -1 days", "0th day of the month", "the fortnight", "last day", "0 days earlier", "partition", "next"],
)
def test_words_that_make_no_window_are_refused(text: str) -> None:
    with pytest.raises(InvalidMapping, match="expected"):
        parse_mapping(text)


@pytest.mark.parametrize(
    ("text", "back", "several"),
    [
        ("previous 1", True, False),
        ("last 3", False, True),
        ("next 1", False, False),
        ("1 month earlier", True, False),
        ("all of the previous month", True, True),
        ("all", False, True),
        ("last of the previous month", True, False),
        ("partition 2013", False, False),
        ("overlapping", False, True),
        ("whole", False, False),
        ("latest before", True, False),
        ("latest", False, False),
    ],
)
def test_what_looks_back_and_what_takes_several(text: str, back: bool, several: bool) -> None:
    mapping = parse_mapping(text)

    assert (mapping.looks_back, mapping.takes_several) == (back, several)


def test_what_was_wired_before_other_windows_were_known_is_told_the_same() -> None:
    assert repr(Mapping("offsets", -3, -1)) == "Mapping(kind='offsets', first=-3, last=-1)"


def _needs(text: str, own: str, upstream: PartitionScheme, job: PartitionScheme) -> tuple[str, ...]:
    return parse_mapping(text).needed(own, upstream=upstream, job=job)


def _needed_by(text: str, key: str, upstream: PartitionScheme, job: PartitionScheme) -> tuple[str, ...]:
    return parse_mapping(text).needing(key, upstream=upstream, job=job)
