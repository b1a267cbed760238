"""What reading a version showed of its columns: kept among its metrics, measured by validation and asked by impact."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class ColumnStatistics:
    """Of one top-level column of a version. None: it was not measured. `nulls`: the rows without a value."""

    column: str
    nulls: int | None = None

    def __str__(self) -> str:
        """In words, without what was not measured."""
        if self.nulls is None:
            return self.column
        counted = {0: "no nulls", 1: "1 null"}.get(self.nulls, f"{self.nulls:,} nulls")
        return f"{self.column} {counted}"


def statistics_in(metrics: str | None) -> tuple[ColumnStatistics, ...]:
    """What the metrics of a version (JSON) say of its columns, in their order; empty where it was never read."""
    kept: dict[str, Any] = json.loads(metrics or "{}")
    return tuple(ColumnStatistics(column, nulls) for column, nulls in (kept.get("nulls") or {}).items())
