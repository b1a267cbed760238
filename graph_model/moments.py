"""The earlier and the later of two moments, either of which may be unknown."""

from __future__ import annotations

from datetime import datetime


def earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    return min(filter(None, (one, other)), default=None)


def later(one: datetime | None, other: datetime | None) -> datetime | None:
    return max(filter(None, (one, other)), default=None)
