"""What runs of others wrote of a dataset and nobody could publish, because they do not say which partition it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from graph_model.names import Name
from graph_model.store.graph import Graph


@dataclass(frozen=True, slots=True)
class UnplacedRun:
    """`run`: what its client calls it."""

    job: Name
    run: str
    complete_at: datetime
    reason: str


def unplaced_runs(graph: Graph, dataset: str, *, first: int) -> tuple[UnplacedRun, ...]:
    """Those of the dataset with this id, newest first."""
    rows = graph.rows("observed.unplaced", dataset=dataset, most=first)
    return tuple(
        UnplacedRun(Name(row["namespace"], row["name"]), row["run"], row["complete_at"], row["reason"]) for row in rows
    )
