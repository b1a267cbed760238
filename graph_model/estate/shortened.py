"""A value as it stands in a sentence."""

from __future__ import annotations

from typing import Any

LONGEST_VALUE = 40


def short(value: Any) -> str:
    if value is None:
        return "nothing"
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}…"
