"""Business calendars that are called by name."""

from datetime import UTC, date, datetime

import pytest

from graph_model.partitions.public_holidays import OtherWeekend, calendar_called, names

NOW = datetime(2026, 11, 26, tzinfo=UTC)


def test_countries_their_parts_and_markets_have_names() -> None:
    assert {"US", "DE", "DE-BY", "NYSE", "XNYS", "XETR"} <= set(names())


def test_a_part_of_a_country_has_holidays_of_its_own() -> None:
    assumption = date(2022, 8, 15)
    assert not calendar_called("DE-BY", now=NOW).is_open(date(2022, 6, 16))
    assert calendar_called("DE", now=NOW).is_open(date(2022, 6, 16))
    assert not calendar_called("AT", now=NOW).is_open(assumption)


def test_it_knows_from_the_first_year_to_the_end_of_the_next_decade() -> None:
    closed = calendar_called("US", since=2013, now=NOW).closed
    assert (closed[0][:4], closed[-1][:4]) == ("2013", "2039")
    assert calendar_called("US", since=2013, now=datetime(2029, 12, 31, tzinfo=UTC)).closed == closed


def test_without_a_first_year_it_begins_in_2000() -> None:
    assert calendar_called("US", now=NOW).closed[0][:4] == "2000"


def test_a_beginning_in_the_far_future_is_no_mistake() -> None:
    assert calendar_called("US", since=2999, now=NOW).closed[0][:4] == "2039"


def test_years_that_the_library_does_not_know_are_business_as_usual() -> None:
    """India's moon is known to the library for some years only; asking for more is no warning."""
    assert calendar_called("IN", now=NOW).closed[-1] >= "2036"


def test_a_country_with_another_weekend_is_refused() -> None:
    with pytest.raises(OtherWeekend, match="SA"):
        calendar_called("SA", now=NOW)


def test_every_name_gives_a_calendar_or_says_why_not() -> None:
    for name in names():
        try:
            calendar = calendar_called(name, since=2024, now=NOW)
        except OtherWeekend:
            continue
        assert calendar.name == name
