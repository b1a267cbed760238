"""Values of the graph as JSON can hold them, and back, with nothing lost: times keep their nanoseconds.

A property is a string, a number, a boolean, a time, or a list of these. Only a time needs a form of its own:
`{"time": "2013-01-05T07:00:00.123456789Z"}`, always in UTC, whatever zone name the engine gave it.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import neo4j.time


def exact(value: Any) -> Any:
    """A driver value in the form above; maps and lists keep their shape. Raises TypeError for what it cannot hold."""
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, neo4j.time.DateTime):
        return {"time": _text(value)}
    if isinstance(value, datetime):
        return {"time": f"{value.replace(tzinfo=None).isoformat(timespec='microseconds')}000Z"}
    if isinstance(value, list):
        return [exact(item) for item in value]
    if isinstance(value, dict):
        return {key: exact(item) for key, item in value.items()}
    raise TypeError(f"the graph holds a {type(value).__name__}, which no property of Headwater is")


def from_exact(value: Any) -> Any:
    """What `exact` was given, as a parameter of a query."""
    if isinstance(value, list):
        return [from_exact(item) for item in value]
    if not isinstance(value, dict):
        return value
    if value.keys() == {"time"}:
        return _time(value["time"])
    return {key: from_exact(item) for key, item in value.items()}


def _text(moment: neo4j.time.DateTime) -> str:
    offset = moment.utcoffset()
    # The embedded engine gives back some times without a zone; all of them were written in UTC.
    utc = moment.astimezone(UTC) if offset else moment
    return (
        f"{utc.year:04}-{utc.month:02}-{utc.day:02}T{utc.hour:02}:{utc.minute:02}:{utc.second:02}.{utc.nanosecond:09}Z"
    )


def _time(text: str) -> neo4j.time.DateTime:
    year, month, day = int(text[:4]), int(text[5:7]), int(text[8:10])
    hour, minute, second = int(text[11:13]), int(text[14:16]), int(text[17:19])
    return neo4j.time.DateTime(year, month, day, hour, minute, second, int(text[20:29]), tzinfo=UTC)
