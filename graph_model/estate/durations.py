"""Lengths of time as people write them: `30s`, `10m`, `2h`, `1d`."""

from __future__ import annotations

import re

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_DURATION = re.compile(r"^(\d{1,6}(?:\.\d{1,3})?)([smhd])$")
EXAMPLE = "30s, 10m, 2h or 1d"


def parse_duration(text: str) -> float | None:
    """Seconds; None for what is no length of time, or for one of no length."""
    found = _DURATION.match(text)
    seconds = float(found[1]) * _SECONDS[found[2]] if found else 0.0
    return seconds or None
