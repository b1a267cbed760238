"""Moments: the earlier and the later of two, either of which may be unknown, and those that are counted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    if one is None or other is None:
        return one or other
    return min(one, other)


def later(one: datetime | None, other: datetime | None) -> datetime | None:
    if one is None or other is None:
        return one or other
    return max(one, other)


def moment_at(micros: int) -> datetime:
    """The moment so many microseconds after the beginning of 1970, in UTC; nothing is rounded."""
    return _EPOCH + timedelta(microseconds=micros)
