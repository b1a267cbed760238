"""Orders that are worked off, as the sweep knows them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from graph_model.names import Name
from graph_model.orders.entities import Chosen, Terms
from graph_model.store.graph import Graph, Row

LEAST_WINDOW, MOST_WINDOW, STEPS_PER_RUN = 100, 1000, 25


@dataclass(frozen=True, slots=True)
class Active:
    """`line`: those before it have had their turn, of `lines`. `parameters`: as runs keep them, by job id;
    filled in when a step of the job is looked at.
    """

    id: str
    terms: Terms
    line: int
    lines: int
    by: str
    reason: str
    created_at: datetime
    parameters: dict[str, str] = field(default_factory=dict)

    @property
    def chosen(self) -> Mapping[str, str]:
        """Version by partition."""
        return {item.partition_id: item.version for item in self.terms.chosen}

    @property
    def window(self) -> int:
        """So many of its steps are looked at: more than run at once, since some wait for others of them."""
        return min(max(self.terms.at_once * STEPS_PER_RUN, LEAST_WINDOW), MOST_WINDOW)


def active_orders(graph: Graph) -> dict[str, Active]:
    return {row["id"]: _active(row) for row in graph.rows("orders.active")}


def terms_of(text: str) -> Terms:
    """What `start.terms_text` wrote."""
    said: dict[str, Any] = json.loads(text)
    chosen = tuple(
        Chosen(Name(**item["dataset"]), item["partition"], item["partition_id"], item["version"])
        for item in said.pop("chosen")
    )
    return Terms(**said, chosen=chosen)


def _active(row: Row) -> Active:
    return Active(
        row["id"], terms_of(row["terms"]), row["line"], row["lines"], row["by"], row["reason"], row["created_at"]
    )
