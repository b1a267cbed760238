"""Nominal times held against what clocks and calendars say when they are asked minute by minute."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph_model.partitions.calendars import Calendar, calendar_of
from graph_model.partitions.scheme import PartitionScheme
from graph_model.schedules.entities import NotBefore, Rule, Schedule, dumps, loads, loads_not_before
from graph_model.schedules.entities import dumps_not_before as dumps_earliest
from graph_model.schedules.rules import (
    between,
    left_out,
    missed,
    next_after,
    partitions_of,
    release,
    to_catch_up,
)

BERLIN, NEW_YORK, LORD_HOWE = "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"
YEAR = 2027
BEGIN, END = datetime(YEAR, 1, 1, tzinfo=UTC), datetime(YEAR + 1, 1, 1, tzinfo=UTC)
ANCHOR = datetime(YEAR - 1, 12, 31, 0, 10)  # noqa: DTZ001  local time
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
FEASTS = calendar_of(
    "feasts",
    [date(YEAR, 1, 1), date(YEAR, 3, 26), date(YEAR, 3, 29), date(YEAR, 11, 15), date(YEAR, 12, 31), date(2028, 1, 3)],
)
ALL_DAYS = [date(YEAR - 1, 11, 1) + DAY * count for count in range(500)]
OPEN = [day for day in ALL_DAYS if day.weekday() < 5 and day.isoformat() not in FEASTS.closed]


def utc(month: int, day: int, *clock: int) -> datetime:
    return datetime(YEAR, month, day, *clock, tzinfo=UTC)


@cache
def shown(zone: str) -> tuple[tuple[datetime, datetime], ...]:
    """Every minute of the year, and what the clocks show."""
    clocks = ZoneInfo(zone)
    minutes = (BEGIN + MINUTE * count for count in range((END - BEGIN) // MINUTE))
    return tuple((minute, minute.astimezone(clocks).replace(tzinfo=None, fold=0)) for minute in minutes)


def at_clock(zone: str, clock: str, days: Iterator[date] | list[date]) -> list[datetime]:
    """The first minute at which the clocks show `clock`, or later, on each of `days`."""
    wanted, hour, minute = set(days), int(clock[:2]), int(clock[3:])
    found: dict[date, datetime] = {}
    for moment, local in shown(zone):
        day = local.date()
        if day in wanted and day not in found and (local.hour, local.minute) >= (hour, minute):
            found[day] = moment
    first = shown(zone)[0][1]
    # The day that the year begins in the middle of shows its time before, or not at all.
    if (first.hour, first.minute) > (hour, minute):
        found.pop(first.date(), None)
    return list(found.values())


def where(zone: str, holds: Callable[[datetime], bool]) -> list[datetime]:
    return [moment for moment, local in shown(zone) if holds(local)]


def of_month(day: date, days: list[date]) -> list[date]:
    return [other for other in days if (other.year, other.month) == (day.year, day.month)]


def moved(days: list[date], step: int) -> list[date]:
    def to(day: date) -> date:
        while day not in set(OPEN):
            day += DAY * step
        return day

    return [to(day) for day in days if ALL_DAYS[40] < day < ALL_DAYS[-40]]


CASES: dict[str, tuple[Rule, Callable[[], list[datetime]]]] = {
    "every day": (Rule(at=("06:00",), timezone=BERLIN), lambda: at_clock(BERLIN, "06:00", ALL_DAYS)),
    "a time that is skipped and doubled": (
        Rule(at=("02:30",), timezone=BERLIN),
        lambda: at_clock(BERLIN, "02:30", ALL_DAYS),
    ),
    "the same elsewhere": (Rule(at=("01:30",), timezone=NEW_YORK), lambda: at_clock(NEW_YORK, "01:30", ALL_DAYS)),
    "half an hour of summer time": (
        Rule(at=("02:15", "12:00"), on=("sun", "thu"), timezone=LORD_HOWE),
        lambda: [
            moment
            for clock in ("02:15", "12:00")
            for moment in at_clock(LORD_HOWE, clock, [day for day in ALL_DAYS if day.weekday() in (3, 6)])
        ],
    ),
    "the third business day": (
        Rule(at=("07:15",), on=("business day 3",), calendar=FEASTS, timezone=NEW_YORK),
        lambda: at_clock(NEW_YORK, "07:15", [day for day in OPEN if of_month(day, OPEN)[2] == day]),
    ),
    "the last business day": (
        Rule(at=("07:15",), on=("last business day",), calendar=FEASTS),
        lambda: at_clock("UTC", "07:15", [day for day in OPEN if of_month(day, OPEN)[-1] == day]),
    ),
    "the last day of the month": (
        Rule(at=("18:00",), on=("last day",)),
        lambda: at_clock("UTC", "18:00", [day for day in ALL_DAYS if (day + DAY).day == 1]),
    ),
    "the 15th, or the next business day": (
        Rule(at=("09:00",), on=("day 15",), calendar=FEASTS, holiday="next"),
        lambda: at_clock("UTC", "09:00", moved([day for day in ALL_DAYS if day.day == 15], 1)),
    ),
    "the last day, or the business day before": (
        Rule(at=("09:00",), on=("last day",), calendar=FEASTS, holiday="previous", timezone=BERLIN),
        lambda: at_clock(BERLIN, "09:00", moved([day for day in ALL_DAYS if (day + DAY).day == 1], -1)),
    ),
    "a day that not every month has": (
        Rule(at=("00:00",), on=("day 31",)),
        lambda: at_clock("UTC", "00:00", [day for day in ALL_DAYS if day.day == 31]),
    ),
    "cron in office hours": (
        Rule(cron="*/20 8-17 * * mon-fri", timezone=BERLIN),
        lambda: where(BERLIN, lambda t: t.minute % 20 == 0 and 8 <= t.hour <= 17 and t.weekday() < 5),
    ),
    "cron by elapsed time": (Rule(cron="30 * * * *", timezone=NEW_YORK), lambda: where(NEW_YORK, _is_half_past)),
    "cron on business days": (
        Rule(cron="0 6 * * *", calendar=FEASTS, timezone=BERLIN),
        lambda: where(BERLIN, lambda t: (t.hour, t.minute) == (6, 0) and t.date() in set(OPEN)),
    ),
    "cron that moves": (
        Rule(cron="0 6 1 * *", calendar=FEASTS, holiday="next"),
        lambda: at_clock("UTC", "06:00", moved([day for day in ALL_DAYS if day.day == 1], 1)),
    ),
    "an interval": (
        Rule(every=5400.0, anchor="2026-12-31T00:10"),
        lambda: where("UTC", lambda t: (t - ANCHOR) % (MINUTE * 90) == timedelta()),
    ),
    "an interval on business days": (
        Rule(every=3600.0, calendar=FEASTS, timezone=BERLIN),
        lambda: where(BERLIN, lambda t: t.minute == 0 and t.date() in set(OPEN)),
    ),
    "some time of the year": (
        Rule(at=("12:00",), starting="2027-05-03", until="2027-05-05"),
        lambda: [utc(5, day, 12) for day in (3, 4, 5)],
    ),
}  # fmt: skip


def _is_half_past(local: datetime) -> bool:
    return local.minute == 30


@pytest.mark.parametrize("case", CASES)
def test_a_year_of_nominal_times_is_what_clocks_and_calendars_say(case: str) -> None:
    rule, expected = CASES[case]

    found = [one.at for one in between(Schedule((rule,)), BEGIN, END)]

    assert found == sorted(expected())
    assert found


@pytest.mark.parametrize("case", CASES)
@settings(max_examples=5, derandomize=True)
@given(cuts=st.lists(st.integers(0, (END - BEGIN) // MINUTE), min_size=2, max_size=4))
def test_it_does_not_matter_where_one_begins_to_look(case: str, cuts: list[int]) -> None:
    schedule = Schedule((CASES[case][0],))
    moments = sorted({BEGIN + MINUTE * (cut // 30_000 * 30_000 + cut % 4000) for cut in cuts})

    whole = between(schedule, moments[0], moments[-1])

    assert whole == tuple(one for begin, end in pairwise(moments) for one in between(schedule, begin, end))
    assert all(next_after(schedule, one.at) == following for one, following in list(pairwise(whole))[:20])


def test_around_each_jump_of_the_clocks_every_look_finds_the_same() -> None:
    """Also from within the hour that is shown twice."""
    for zone, day in (
        (BERLIN, (3, 28)),
        (BERLIN, (10, 31)),
        (NEW_YORK, (3, 14)),
        (NEW_YORK, (11, 7)),
        (LORD_HOWE, (4, 4)),
    ):
        begin = utc(*day) - timedelta(hours=20)
        minutes = [begin + MINUTE * 15 * count for count in range(30 * 4)]
        for rule in (
            Rule(cron="30 2 * * *", timezone=zone),
            Rule(cron="*/20 * * * *", timezone=zone),
            Rule(at=("01:45",), timezone=zone),
        ):
            schedule = Schedule((rule,))
            whole = between(schedule, minutes[0], minutes[-1])
            pieces = (one for begin, end in pairwise(minutes) for one in between(schedule, begin, end))
            assert whole == tuple(pieces), rule


def test_what_several_rules_have_is_one_nominal_time() -> None:
    schedule = Schedule(
        (Rule(at=("06:00", "18:00")), Rule(cron="0 6 * * *"), Rule(every=43_200.0, anchor="2027-01-01T06:00"))
    )

    assert len(between(schedule, BEGIN, BEGIN + DAY * 2)) == 4


def test_a_moved_time_says_why() -> None:
    schedule = Schedule((Rule(at=("09:00",), on=("day 15",), calendar=FEASTS, holiday="next"),))

    notes = {one.local.date(): one.note for one in between(schedule, BEGIN, END) if one.note}

    assert notes[date(YEAR, 11, 16)] == "moved from Mon 2027-11-15, no business day of feasts"
    assert len(notes) == 3


def test_a_day_that_a_calendar_takes_away_is_told() -> None:
    schedule = Schedule((Rule(at=("09:00",), on=("mon",), calendar=FEASTS),))

    assert [str(one.day) for one in left_out(schedule, BEGIN, END)] == ["2027-03-29", "2027-11-15"]
    assert left_out(schedule, BEGIN, END)[0].why == "Mon 2027-03-29 is no business day of feasts"


def test_a_schedule_that_is_over_has_no_next_time() -> None:
    assert next_after(Schedule((Rule(at=("06:00",), until="2027-01-02"),)), utc(1, 2, 6)) is None


@pytest.mark.parametrize(
    ("catch_up", "expected", "is_cut"), [("latest", [23], True), ("all", [21, 22, 23], True), ("none", [], True)]
)
def test_after_an_outage_the_policy_decides(catch_up: str, expected: list[int], is_cut: bool) -> None:
    schedule = Schedule((Rule(every=3600.0),), catch_up=catch_up, most=3)  # type: ignore[arg-type]

    found, cut = to_catch_up(schedule, BEGIN, BEGIN + timedelta(hours=23, minutes=30))

    assert ([one.at.hour for one in found], cut) == (expected, is_cut)


def test_what_comes_in_time_is_never_missed() -> None:
    for catch_up in ("latest", "all", "none"):
        schedule = Schedule((Rule(every=3600.0),), catch_up=catch_up)
        found, cut = to_catch_up(schedule, BEGIN + MINUTE, BEGIN + MINUTE * 60 + timedelta(seconds=3))
        assert ([one.at.hour for one in found], cut) == ([1], False)


def test_a_long_outage_is_not_gone_through_from_its_beginning() -> None:
    found, cut = missed(Schedule((Rule(every=60.0),), most=5), BEGIN - DAY * 4000, BEGIN)

    assert ([(BEGIN - one.at) // MINUTE for one in found], cut) == ([4, 3, 2, 1, 0], True)


@pytest.mark.parametrize(
    ("partition", "scheme", "moment", "expected"),
    [
        ("newest", PartitionScheme("day"), utc(3, 2, 6), ("2027-03-01",)),
        ("newest", PartitionScheme("day"), utc(3, 2, 0), ("2027-03-01",)),
        ("same", PartitionScheme("day"), utc(3, 2, 6), ("2027-03-02",)),
        ("previous", PartitionScheme("day"), utc(3, 2, 6), ("2027-02-28",)),
        ("previous 2", PartitionScheme("day"), utc(3, 2, 6), ("2027-02-27",)),
        ("newest", PartitionScheme("day", timezone=NEW_YORK), utc(3, 2, 4, 59), ("2027-02-28",)),
        ("newest", PartitionScheme("day", timezone=NEW_YORK), utc(3, 2, 5), ("2027-03-01",)),
        ("newest", PartitionScheme("day", calendar=FEASTS), utc(3, 30, 6), ("2027-03-25",)),
        ("same", PartitionScheme("day", calendar=FEASTS), utc(3, 29, 6), ()),
        ("newest", PartitionScheme("month"), utc(3, 3, 6), ("2027-02",)),
        ("newest", PartitionScheme("hour"), utc(3, 3, 6, 5), ("2027-03-03T05",)),
        ("newest", PartitionScheme("day", "2027-03-01"), utc(3, 1, 6), ()),
        ("newest", PartitionScheme(), utc(3, 1, 6), ("",)),
        ("newest", PartitionScheme("list", keys=("emea", "us")), utc(3, 1, 6), ("emea", "us")),
        ("newest", PartitionScheme("day", due_after=86_400.0), utc(3, 2, 6), ("2027-03-01",)),
    ],
)  # fmt: skip
def test_a_nominal_time_stands_for_a_partition(
    partition: str, scheme: PartitionScheme, moment: datetime, expected: tuple[str, ...]
) -> None:
    schedule = Schedule((Rule(at=("06:00",)),), partition=partition)

    assert partitions_of(schedule, scheme, moment) == expected


@pytest.mark.parametrize(
    ("said", "scheme", "key", "expected"),
    [
        (NotBefore("06:00"), PartitionScheme("day"), "2027-03-27", utc(3, 28, 6)),
        (NotBefore("06:00", BERLIN), PartitionScheme("day"), "2027-03-27", utc(3, 28, 4)),
        (NotBefore("02:30", BERLIN), PartitionScheme("day"), "2027-03-27", utc(3, 28, 1)),
        (NotBefore("23:00", days=0), PartitionScheme("hour"), "2027-03-27T05", utc(3, 27, 23)),
        (NotBefore("06:00", days=2), PartitionScheme("month"), "2027-02", utc(3, 2, 6)),
    ],
)
def test_no_run_starts_before_a_local_time_of_the_day_after(
    said: NotBefore, scheme: PartitionScheme, key: str, expected: datetime
) -> None:
    assert release(said, scheme, key) == expected
    assert release(said, PartitionScheme(), "") is None


def test_a_schedule_comes_back_as_it_was_written() -> None:
    schedule = Schedule(
        (Rule(cron="0 6 * * *"), *(rule for rule, _ in CASES.values())),
        partition="previous 2",
        takes="what_is_there",
        catch_up="none",
        most=7,
    )

    assert loads(dumps(schedule)) == schedule
    assert loads(None) is None
    assert loads_not_before(dumps_earliest(NotBefore("06:00", BERLIN, 0))) == NotBefore("06:00", BERLIN, 0)


def test_a_schedule_says_itself_in_words() -> None:
    rule = Rule(at=("06:00",), on=("mon",), timezone=BERLIN, calendar=Calendar("feasts"), holiday="next")
    schedule = Schedule((rule, Rule(every=900.0)), partition="same", takes="what_is_there", catch_up="all")

    assert str(schedule) == (
        "at 06:00 on mon in Europe/Berlin by feasts else the next business day; every 15m, "
        "for the same partition, with what is there, catching up all"
    )
    assert str(NotBefore("06:00", BERLIN)) == "06:00 of the day after in Europe/Berlin"
