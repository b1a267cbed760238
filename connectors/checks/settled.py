"""Checks that are settled before anybody looks at rows: by the nulls that were counted, or by trusted statistics."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from operator import ge, gt, le, lt
from typing import Any

from connectors.storage.scan import Bounds, Scan
from graph_model.contracts.entities import Check


def holds_already(scan: Scan, check: Check) -> bool:
    """Whether no row can fail the check. False says nothing: then the rows have to be asked."""
    settle = _SETTLED.get(check.kind)
    return settle is not None and settle(scan, check)


def _not_null(scan: Scan, check: Check) -> bool:
    """Nulls are counted for top-level columns, as they are written; other texts for nothing need a look."""
    names = check.params.get("columns", check.params.get("column")) or ()
    nulls: Mapping[str, int] = scan.inspection.metrics.get("nulls", {})
    listed = [names] if isinstance(names, str) else names
    return not check.params.get("missing") and bool(listed) and all(nulls.get(name) == 0 for name in listed)


_HOLDS: Mapping[str, tuple[str, Callable[[Any, Any], bool]]] = {
    "min": ("least", ge),
    "above": ("least", gt),
    "max": ("most", le),
    "below": ("most", lt),
}


def _in_range(scan: Scan, check: Check) -> bool:
    columns = check.params.get("columns", check.params.get("column"))
    name = columns if isinstance(columns, str) else next(iter(columns or ()), "")
    bounds = scan.statistics.bounds.get(name) if scan.statistics else None
    asked = {key: check.params[key] for key in _HOLDS if check.params.get(key) is not None}
    return bounds is not None and bool(asked) and _lie_within(bounds, asked)


def _lie_within(bounds: Bounds, asked: Mapping[str, Any]) -> bool:
    try:
        limits = {key: _comparable(bounds.least, limit) for key, limit in asked.items()}
    except (TypeError, ValueError):
        return False
    return all(_HOLDS[key][1](getattr(bounds, _HOLDS[key][0]), limit) for key, limit in limits.items())


def _comparable(value: Any, limit: Any) -> Any:
    """The limit in the terms of the bounds. Raises TypeError or ValueError where the two cannot be compared."""
    if isinstance(value, float):
        if isinstance(limit, (int, float)) and not isinstance(limit, bool):
            return float(limit)
        raise TypeError
    found = datetime.fromisoformat(limit)
    if found.tzinfo:
        raise ValueError(limit)
    return found


_SETTLED: Mapping[str, Callable[[Scan, Check], bool]] = {"not_null": _not_null, "range": _in_range}
