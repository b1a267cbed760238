"""Parameters on their way to the driver: times are brought into the form of the wire here.

The driver takes fifty microseconds for a time, by arithmetic in Python; a batch of events has a thousand of them. All
our times are in UTC, so a subtraction is enough. `tests/unit/test_packing.py` holds both ways to the same bytes.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from neo4j._codec.packstream import Structure

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SCALAR = frozenset((str, int, float, bool, type(None)))
_TAG = b"I"
FIRST_PROTOCOL = (5, 0)
"""Older ones write times in another way; there the driver does it."""


def packed(value: Any) -> Any:
    """`value` with its times in UTC ready to be sent, in maps and lists however deep. What else it holds stays; what
    holds nothing but plain values is not copied."""
    kind = type(value)
    if kind is datetime and value.tzinfo is UTC:
        since = value - _EPOCH
        return Structure(_TAG, since.days * 86_400 + since.seconds, since.microseconds * 1000, 0)
    if kind is dict and not _SCALAR.issuperset(map(type, value.values())):
        return {key: item if type(item) in _SCALAR else packed(item) for key, item in value.items()}
    if (kind is list or kind is tuple) and not _SCALAR.issuperset(map(type, value)):
        return [item if type(item) in _SCALAR else packed(item) for item in value]
    return value
