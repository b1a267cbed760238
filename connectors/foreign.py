"""JSON that another program wrote, perhaps in a version that is not known here."""

from __future__ import annotations

from typing import Any


def part(value: Any, *keys: str) -> dict[str, Any]:
    """The object below these keys; empty where there is none."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}
