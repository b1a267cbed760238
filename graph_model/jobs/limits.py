"""What the processes of a job may take: said by the job, else by its worker."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

MB = 1 << 20
_UNITS = {"K": 1 << 10, "M": MB, "G": 1 << 30, "T": 1 << 40}
_SIZE = re.compile(r"(\d{1,6}(?:\.\d{1,3})?) ?([KMGT])i?B?", re.IGNORECASE)
SIZE_EXAMPLE = "500MB or 2GB"


@dataclass(frozen=True, slots=True)
class Limits:
    """Bytes of `memory`, `disk` and `output`, seconds of `cpu`, number of `processes`. None: not limited here."""

    memory: int | None = None
    cpu: float | None = None
    disk: int | None = None
    processes: int | None = None
    output: int | None = None

    def or_else(self, defaults: Limits) -> Limits:
        """These, and where they say nothing, the others."""
        return replace(defaults, **self.said)

    @property
    def said(self) -> Mapping[str, Any]:
        return {name: value for name, value in asdict(self).items() if value is not None}

    def words(self, name: str) -> str:
        """One of them as people write it."""
        value = self.said[name]
        if name == "cpu":
            return f"{value:g} s"
        return f"{value:g}" if name == "processes" else size_in_words(int(value))

    def __str__(self) -> str:
        return ", ".join(f"{name} {self.words(name)}" for name in self.said) or "nothing"


def parse_size(text: str) -> int | None:
    """Bytes of `500MB`, `2 GB` or `1.5g`, in units of 1024; None for what is no size, or less than a byte."""
    found = _SIZE.fullmatch(text.strip())
    if found is None:
        return None
    return round(float(found[1]) * _UNITS[found[2].upper()]) or None


def size_in_words(size: int) -> str:
    unit = next((name for name, each in reversed(_UNITS.items()) if size >= each), None)
    return f"{round(size / _UNITS[unit], 2):g} {unit}B" if unit else f"{size} B"
