"""A scheme as the graph keeps it: rhythm and first key as properties of their own, the rest as one JSON text."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, cast

from graph_model.partitions.calendars import Calendar
from graph_model.partitions.scheme import Every, PartitionScheme


def details_of(scheme: PartitionScheme) -> str | None:
    """What `every` and `start` leave open, as JSON; None when that is nothing."""
    calendar = scheme.calendar
    details: dict[str, Any] = {
        "timezone": scheme.timezone if scheme.timezone != "UTC" else None,
        "calendar": {"name": calendar.name, "closed": calendar.closed} if calendar else None,
        "keys": scheme.keys or None,
        "due_after": scheme.due_after or None,
    }
    said = {key: value for key, value in details.items() if value is not None}
    return json.dumps(said, sort_keys=True, ensure_ascii=False) if said else None


def scheme_of(said: Mapping[str, Any]) -> PartitionScheme:
    """The scheme of a dataset or job by its properties in the graph; none of them is set where nothing is sliced."""
    return stored_scheme(said.get("partition_every"), said.get("partition_from"), said.get("partition_details"))


@lru_cache(maxsize=4096)
def stored_scheme(every: str | None, start: str | None, details: str | None) -> PartitionScheme:
    """The scheme that these three properties stand for."""
    said = json.loads(details) if details else {}
    calendar = said.get("calendar")
    return PartitionScheme(
        cast("Every | None", every),
        start,
        timezone=said.get("timezone", "UTC"),
        calendar=Calendar(calendar["name"], tuple(calendar["closed"])) if calendar else None,
        keys=tuple(said.get("keys", ())),
        due_after=said.get("due_after", 0.0),
    )
