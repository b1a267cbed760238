"""Reading JSON that somebody else wrote: what is there is taken, what is odd is refused in one sentence."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Any

from graph_model.errors import InvalidResults

LONGEST_TEXT = 500


def mapping(value: Any, source: str, otherwise: str) -> dict[str, Any]:
    """Raises InvalidResults for anything but an object."""
    if not isinstance(value, dict):
        raise InvalidResults(source, otherwise)
    return value


def listed(value: Any, source: str, otherwise: str) -> list[dict[str, Any]]:
    """A list of objects. Raises InvalidResults."""
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise InvalidResults(source, otherwise)
    return value


def text(value: Any) -> str:
    """In one line, and cut where it is very long."""
    line = " ".join(str(value).split()) if value is not None and not isinstance(value, (dict, list)) else ""
    return line if len(line) <= LONGEST_TEXT else f"{line[:LONGEST_TEXT]}…"


def number(value: Any) -> float | None:
    """A finite number, also one written as a text; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None


def count(value: Any) -> int:
    found = number(value)
    return int(found) if found is not None and 0 <= found < 2**63 else 0


def moment(value: Any) -> datetime | None:
    """An ISO 8601 time; UTC where it says nothing else. None for what is no time."""
    if not isinstance(value, str):
        return None
    try:
        found = datetime.fromisoformat(value)
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
