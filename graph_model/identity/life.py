"""What becomes of a dataset that was seen to be dropped: what was last seen before the drop, ended with it.

It all follows from the set of drops and from when each edge was last seen, so it does not matter what was learned
first. A drop is of the name that was dropped, not of the other names of the dataset.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from graph_model.observed.entities import SQL_SOURCE
from graph_model.store.graph import Row, Transaction

MOST_DROPS = 100
"""The newest so many are remembered: of a table that is dropped and made anew every day, those of three months."""
CHANGE = "lifecycleStateChange"


@dataclass(frozen=True, slots=True)
class Life:
    """`drops` in order. `alive_at`: the last word about its life was another one than that it was dropped, and when."""

    dataset: str
    drops: tuple[datetime, ...]
    alive_at: datetime | None = None


def life(dataset: str, drops: Iterable[datetime], change: tuple[str, Any] | None) -> Life | None:
    """None where no drop is known. `change` is the facet of the last change of its life, with the stamp that it has."""
    newest = tuple(sorted(set(drops))[-MOST_DROPS:])
    if not newest:
        return None
    alive = change and str(change[1].get(CHANGE) or "").upper() != "DROP"
    return Life(dataset, newest, _time_of(change[0]) if change and alive else None)


def settle_lives(tx: Transaction, lives: Iterable[Life], *, source: str, forever: datetime) -> None:
    """Ends the edges of `source` that were not seen after a drop, and opens those that were."""
    rows: list[Row] = [
        {"id": one.dataset, "drops": list(one.drops), "alive_at": one.alive_at}
        for one in sorted(lives, key=lambda one: one.dataset)
    ]
    if not rows:
        return
    tx.rows("identity.settle_lives", lives=rows, source=source, forever=forever)
    datasets = [row["id"] for row in rows]
    for said_by in (source, SQL_SOURCE):
        settle_columns(tx, datasets, source=said_by, forever=forever)


def settle_columns(tx: Transaction, datasets: Sequence[str], *, source: str, forever: datetime) -> None:
    """The same for the edges of `source` between columns of `datasets` that were dropped once, and others."""
    tx.rows("identity.settle_lives_of_columns", datasets=datasets, source=source, forever=forever)


def _time_of(stamp: str) -> datetime:
    return datetime.fromisoformat(stamp.partition(" ")[0]).replace(tzinfo=UTC)
