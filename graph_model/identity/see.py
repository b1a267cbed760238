"""What observations say about names of one dataset: the edges SAME_AS, and what follows from those that are new."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from graph_model.identity.entities import SameName
from graph_model.identity.settle import settle
from graph_model.names import dataset_name_id, same_as_id
from graph_model.store.graph import Row, Transaction
from graph_model.store.trouble import all_seen

Sights = Mapping[SameName, tuple[datetime, datetime]]
"""What is said, and when it was said first and last."""


def see_names(
    tx: Transaction, sights: Sights, datasets: Mapping[str, str], *, said_by: str, now: datetime, forever: datetime
) -> None:
    """`datasets` has the dataset behind each name, both by id. What is known already costs one statement."""
    rows = _rows(sights, datasets)
    if not rows:
        return
    seen = tx.rows("identity.see", evidence=rows, said_by=said_by, now=now, forever=forever)
    fresh = {end for row in all_seen(rows, seen) if row["fresh"] for end in (row["source"], row["target"])}
    if fresh:
        settle(tx, fresh)


def _rows(sights: Sights, datasets: Mapping[str, str]) -> list[Row]:
    rows: dict[str, Row] = {}
    for same, (first, last) in sights.items():
        source, target = datasets[dataset_name_id(same.source)], datasets[dataset_name_id(same.target)]
        if source == target:
            continue
        identity = same_as_id(same.kind, source, target, same.form)
        row = {"id": identity, "kind": same.kind, "form": same.form, "source": source, "target": target}
        known = rows.setdefault(identity, {**row, "first": first, "last": last})
        known["first"], known["last"] = min(known["first"], first), max(known["last"], last)
    return [rows[identity] for identity in sorted(rows)]
