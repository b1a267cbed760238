"""Business calendars by name: countries, their states, and markets, from the library `holidays`."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from graph_model.partitions.calendars import Calendar, calendar_of

if TYPE_CHECKING:
    import holidays

FIRST_YEAR = 2000
_SATURDAY_AND_SUNDAY = {5, 6}


class OtherWeekend(ValueError):
    """A country whose weekend is not Saturday and Sunday; its days have to be listed."""


def names() -> tuple[str, ...]:
    """Every name that `calendar_called` knows: `US`, `DE`, `DE-BY`, `NYSE`, `XNYS`; a market before a country of the
    same name."""
    import holidays

    countries = holidays.list_supported_countries(include_aliases=False)
    states = (f"{country}-{state}" for country, within in countries.items() for state in within)
    return (*holidays.list_supported_financial(), *countries, *states)


def calendar_called(name: str, *, since: int | None = None, now: datetime | None = None) -> Calendar:
    """The days of this calendar without business, from the year `since` (2000 when None) to the end of the decade after
    this one: within a decade the same call gives the same days, for one release of the library.

    `name` is one of `names()`. Raises OtherWeekend.
    """
    today = now or datetime.now(UTC)
    last = today.year // 10 * 10 + 19
    return calendar_of(name, _closed(name, range(min(since or FIRST_YEAR, last), last + 1)))


def _closed(name: str, years: range) -> Iterable[date]:
    days = _days(name, years)
    if days.weekend != _SATURDAY_AND_SUNDAY:
        raise OtherWeekend(f"the weekend of {name} is not Saturday and Sunday")
    return days


def _days(name: str, years: Iterable[int]) -> holidays.HolidayBase:
    import holidays

    with warnings.catch_warnings():
        # The library warns of years that it does not know, or knows in part, and lists what it has.
        warnings.simplefilter("ignore")
        if name in holidays.list_supported_financial():
            return holidays.financial_holidays(name, years=years, expand=False)
        country, _, state = name.partition("-")
        return holidays.country_holidays(country, subdiv=state or None, years=years, expand=False)
