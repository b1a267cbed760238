"""Contracts as the graph keeps them: which a dataset had, since when, and what it said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from graph_model.contracts.document import Document, kept_document
from graph_model.errors import ContractNotFound
from graph_model.names import Name
from graph_model.store.graph import Graph, Row

MOST_LOOKED_AT = 1000
OPEN_YEAR = 9999


@dataclass(frozen=True, slots=True)
class Recorded:
    """That a dataset (by id) had a contract: from `since` on, and no longer since `until`. What was declared twice,
    with something else in between, is recorded twice under the same id."""

    id: str
    dataset: str
    version: str
    status: str
    name: str
    file: str
    since: datetime
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Whole:
    """A contract with everything that it says."""

    recorded: Recorded
    document: Document


def recorded(graph: Graph, dataset: str, *, limit: int = MOST_LOOKED_AT) -> tuple[tuple[Recorded, ...], bool]:
    """The contracts of a dataset (by id), oldest first, and whether these are all of them."""
    rows = graph.rows("contracts.history", dataset=dataset, limit=limit + 1)
    return tuple(reversed([_recorded(row) for row in rows[:limit]])), len(rows) <= limit


def current_of(graph: Graph, datasets: Sequence[str]) -> Mapping[str, Whole]:
    """By dataset id, the contract that it has now."""
    rows = graph.rows("contracts.current", datasets=list(datasets))
    return {row["dataset"]: Whole(_recorded(row), _document(row["text"], row["file"])) for row in rows}


def contract_of(graph: Graph, dataset: str, name: Name, which: str = "") -> Whole:
    """The contract of a dataset (by id; `name` is for messages) that is called `which`: its version (the newest where
    several have it) or its id; empty: the one of now. Raises ContractNotFound, with the nearest version."""
    found, _ = recorded(graph, dataset)
    for one in reversed(found):
        if (which in (one.id, one.version)) if which else one.until is None:
            return Whole(one, _document(texts(graph, [one.id])[one.id], one.file))
    if not which:
        raise ContractNotFound(f"of {name}")
    raise ContractNotFound(f"of {name} called {which}", [f"of {name} called {one.version}" for one in found])


def texts(graph: Graph, ids: Sequence[str]) -> Mapping[str, str]:
    """By id, contracts as they were written."""
    return {row["id"]: row["text"] for row in graph.rows("contracts.texts", ids=sorted(set(ids)))} if ids else {}


def _document(text: str, file: str) -> Document:
    return kept_document(text, file=file or "a contract")


def _recorded(row: Row) -> Recorded:
    return Recorded(
        id=row["id"],
        dataset=row["dataset"],
        version=row["version"] or "",
        status=row["status"] or "",
        name=row["name"] or "",
        file=row["file"] or "",
        since=row["since"],
        until=row["until"] if row["until"].year < OPEN_YEAR else None,
    )
