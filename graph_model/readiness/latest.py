"""Inputs of which a job partition takes the newest partition that is there: which one that may be."""

from __future__ import annotations

from collections.abc import Iterable

from graph_model.partitions.rules import LIST, PartitionScheme
from graph_model.partitions.zones import local_time, zone
from graph_model.readiness.rules import InputNeed, JobNeeds

NEWEST_LOOKED_AT = 3
"""Of a rhythm: the bound may be a key or two late."""


def last_key(need: InputNeed, job: JobNeeds, key: str) -> str | None:
    """The last key of the input that need be looked at for partition `key`; None: there is no limit."""
    if not need.is_bounded or LIST in (need.scheme.every, job.scheme.every):
        return None
    if need.scheme.every == job.scheme.every:
        return key
    interval, unit = job.scheme.interval(key), need.scheme.unit
    if interval is None or unit is None:
        return None
    return unit.key(unit.at(local_time(interval.end, zone(need.scheme.timezone))))


def how_many(need: InputNeed) -> int:
    """So many of the newest are enough to find the one that is taken."""
    return max(NEWEST_LOOKED_AT, len(need.scheme.keys))


def newest(need: InputNeed, job: JobNeeds, key: str, there: Iterable[str]) -> str | None:
    """Which of the partitions that are `there` partition `key` takes."""
    found = [one for one in there if may_take(need, one, job.scheme, key)]
    if need.scheme.every == LIST:
        return max(found, key=need.scheme.keys.index, default=None)
    return max(found, default=None)


def may_take(need: InputNeed, key: str, job: PartitionScheme, own: str) -> bool:
    """Whether partition `key` of the input may be the latest one for job partition `own`."""
    if not need.scheme.holds(key):
        return False
    if not need.is_bounded:
        return True
    strictly = need.mapping.kind == "latest before"
    if LIST in (need.scheme.every, job.every) or need.scheme.every == job.every:
        return key < own if strictly else key <= own
    its, mine = need.scheme.interval(key), job.interval(own) if job.holds(own) else None
    return its is not None and mine is not None and its.end <= (mine.start if strictly else mine.end)
