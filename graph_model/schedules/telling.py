"""Says in words when something comes by the clock."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from graph_model.partitions.scheme import PartitionScheme
from graph_model.schedules.entities import Schedule
from graph_model.schedules.listing import next_dates
from graph_model.schedules.rules import next_after, partitions_of

# So many nominal times ahead it is looked which one stands for a partition.
FARTHEST = 400


def time_of(schedule: Schedule, scheme: PartitionScheme, key: str, since: datetime) -> datetime | None:
    """The next nominal time after `since` that stands for partition `key`; None: none does within some hundred."""
    moment = since
    for _ in range(FARTHEST):
        following = next_after(schedule, moment)
        if following is None:
            return None
        if key in partitions_of(schedule, scheme, following.at):
            return following.at
        moment = following.at
    return None


def waits_until(at: datetime | None, now: datetime) -> str:
    """Why a job partition has no run that waits for its time."""
    if at is None:
        return "no nominal time stands for it any more: replay it, if it is wanted"
    return f"waits for its time: next at {at:%Y-%m-%d %H:%M} UTC ({ahead(at - now)})"


def ahead(left: timedelta) -> str:
    """`in 2 h`, `in 5 min`, `now`."""
    minutes = round(left.total_seconds() / 60)
    if minutes < 1:
        return "now"
    if minutes < 120:
        return f"in {minutes} min"
    return f"in {minutes // 60} h" if minutes < 2880 else f"in {minutes // 1440} days"


def next_times(schedule: Schedule, scheme: PartitionScheme, now: datetime, *, first: int = 3) -> str:
    """What a changed schedule comes to."""
    dates = next_dates(schedule, scheme, now, first)
    if not dates:
        return "it has no time any more"
    return f"its next times are {_listed([f'{date.at:%Y-%m-%d %H:%M}' for date in dates])} UTC"


def _listed(words: Sequence[str]) -> str:
    return ", ".join(words[:-1]) + f" and {words[-1]}" if len(words) > 1 else words[0]
