"""What is said of jobs and consumers beside what they read; of many with one query."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from graph_model.lineage.entities import LineageNode
from graph_model.lineage.merging import Rows


@dataclass(frozen=True, slots=True)
class About:
    """Who owns a reader, its deadline as text (`06:00 Europe/Paris`), and what is not known of the columns it uses."""

    owners: tuple[str, ...] = ()
    deadline: str | None = None
    unresolved: tuple[str, ...] = ()


NOTHING = About()
"""Of whom nothing is said."""


def about(graph: Rows, readers: Iterable[LineageNode], *, at: datetime) -> dict[str, About]:
    """By id; other nodes than jobs and consumers are passed over, and so are those that do not exist."""
    ids: dict[str, list[str]] = {"JOB": [], "CONSUMER": []}
    for node in readers:
        if node.kind in ids:
            ids[node.kind].append(node.id)
    if not any(ids.values()):
        return {}
    rows = graph.rows("impact.readers", jobs=ids["JOB"], consumers=ids["CONSUMER"], at=at)
    return {
        id_: About(tuple(sorted(owners)), f"{by} {timezone or 'UTC'}" if by else None, tuple(unresolved))
        for row in rows
        for id_, owners, by, timezone, unresolved in row["readers"]
    }
