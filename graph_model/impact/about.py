"""What is said of jobs and consumers beside what they read; of many with one query."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from graph_model.impact.walking import Asking
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
    asked = _asked(readers)
    return _about(graph.rows("impact.readers", **asked, at=at)) if any(asked.values()) else {}


def ask_about(graph: Asking, readers: Iterable[LineageNode], *, at: datetime) -> Callable[[], dict[str, About]]:
    """The same, while the graph looks it up."""
    asked = _asked(readers)
    rows = graph.ask("impact.readers", **asked, at=at) if any(asked.values()) else list
    return lambda: _about(rows())


def _asked(readers: Iterable[LineageNode]) -> dict[str, list[str]]:
    ids: dict[str, list[str]] = {"JOB": [], "CONSUMER": []}
    for node in readers:
        if node.kind in ids:
            ids[node.kind].append(node.id)
    return {"jobs": ids["JOB"], "consumers": ids["CONSUMER"]}


def _about(rows: Iterable[Mapping[str, Any]]) -> dict[str, About]:
    """Of many the same is said: it is one object."""
    said: dict[tuple[object, ...], About] = {}
    found: dict[str, About] = {}
    for id_, owners, by, timezone, unresolved in (reader for row in rows for reader in row["readers"]):
        key = (tuple(owners), by, timezone, tuple(unresolved))
        if key not in said:
            said[key] = About(tuple(sorted(owners)), f"{by} {timezone or 'UTC'}" if by else None, tuple(unresolved))
        found[id_] = said[key]
    return found
