"""Reads and keeps what sources speak of."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from graph_model.estate.batches import in_batches
from graph_model.estate.holdings import NodeKind
from graph_model.estate.repository import source_of
from graph_model.estate.vocabulary import IMPORT
from graph_model.imports.entities import ImportedSource
from graph_model.store.graph import Graph, Transaction

_KINDS: dict[str, NodeKind] = {"Dataset": "dataset", "Job": "job", "Consumer": "consumer"}


def scope_of(source: str) -> str:
    """How a source is called where scopes are."""
    return f"{IMPORT}{source}"


def imported_sources(graph: Graph) -> tuple[ImportedSource, ...]:
    """The sources that speak of anything now, by name."""
    rows = graph.rows("imports.list_sources", prefix=_scope_node(IMPORT))
    return tuple(
        ImportedSource(row["id"].removeprefix(_scope_node(IMPORT)), row["datasets"], row["jobs"], row["consumers"])
        for row in rows
    )


def spoken_of(tx: Transaction, scope: str) -> tuple[tuple[NodeKind, str], ...]:
    """What the source spoke of so far, whoever declares it."""
    return tuple((_KINDS[row["label"]], row["id"]) for row in tx.rows("imports.spoken_of", scope=_scope_node(scope)))


def remember(tx: Transaction, scope: str, *, new: Iterable[str], gone: Iterable[str]) -> None:
    """From now on the source speaks of what is `new`, and no longer of what is `gone`."""
    for part in in_batches(sorted(new)):
        tx.rows("imports.remember", scope=_scope_node(scope), ids=list(part))
    for part in in_batches(sorted(gone)):
        tx.rows("imports.forget", scope=_scope_node(scope), ids=list(part))


def spoken_of_by_others(tx: Transaction, ids: Collection[str], scope: str) -> frozenset[str]:
    """Those of `ids` that an open edge of another source leads to or from."""
    found: set[str] = set()
    for part in in_batches(sorted(ids)):
        found |= {row["id"] for row in tx.rows("imports.of_others", ids=list(part), source=source_of(scope))}
    return frozenset(found)


def release(tx: Transaction, ids: Collection[str]) -> None:
    """Things that stay, though the source that described them is silent now."""
    for part in in_batches(sorted(ids)):
        tx.rows("imports.release", ids=list(part))


def _scope_node(scope: str) -> str:
    return f"scope {scope}"
