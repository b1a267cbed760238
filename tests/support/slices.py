"""Partition schemes and keys to try: zones with odd clocks, a business calendar, a list."""

from __future__ import annotations

from datetime import date, datetime
from typing import cast

from hypothesis import settings
from hypothesis import strategies as st

from graph_model.partitions.calendars import calendar_of
from graph_model.partitions.rules import Every, PartitionScheme
from graph_model.partitions.units import UNITS

REGIONS = PartitionScheme("list", keys=("us", "emea", "apac"))
BERLIN, NEW_YORK = "Europe/Berlin", "America/New_York"
# Half an hour of summer time, a day that never was, jumps at midnight and a minute after it, odd offsets.
ODD_ZONES = ("Australia/Lord_Howe", "Pacific/Apia", "America/Havana", "America/St_Johns", "Asia/Kathmandu")
ZONES = (BERLIN, NEW_YORK, *ODD_ZONES)
FEASTS = calendar_of("FEASTS", [date(2012, 12, 25), date(2012, 12, 26), date(2013, 1, 1), date(2013, 3, 29)])

fewer = settings(max_examples=40)

TIMED = st.sampled_from(("hour", "day", "week", "month", "quarter", "year"))
MOMENTS = st.datetimes(datetime(1950, 1, 1), datetime(2060, 1, 1))  # noqa: DTZ001  local times
BY = st.integers(-60, 60)


@st.composite
def rhythms(draw: st.DrawFn) -> PartitionScheme:
    every = cast("Every", draw(TIMED))
    calendar = FEASTS if every == "day" and draw(st.booleans()) else None
    return PartitionScheme(every, timezone=draw(st.sampled_from(("UTC", *ZONES))), calendar=calendar)


@st.composite
def slices(draw: st.DrawFn) -> tuple[PartitionScheme, str]:
    """A scheme and one of its keys."""
    scheme = draw(rhythms())
    unit = UNITS[scheme.every or ""]
    near = unit.key(unit.at(draw(MOMENTS)))
    return scheme, near if scheme.holds(near) else scheme.shift(near, 1)
