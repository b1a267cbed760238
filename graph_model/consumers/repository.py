"""Reads consumers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from graph_model.consumers.entities import Consumer
from graph_model.errors import ConsumerNotFound
from graph_model.estate.entities import Deadline, ReadSpec
from graph_model.names import Name, consumer_id
from graph_model.pages import Page, cut
from graph_model.store.graph import Graph, Row

KNOWN_NAMES = 2000


def consumer(graph: Graph, name: Name) -> Consumer:
    """The consumer called `name`, retired or not. Raises ConsumerNotFound, with the nearest name."""
    found = consumers_by_id(graph, [consumer_id(name)])
    if not found:
        raise ConsumerNotFound(name, known_consumers(graph, name.namespace))
    return found[consumer_id(name)]


def consumers(graph: Graph, *, search: str | None = None, first: int = 50, after: Name | None = None) -> Page[Consumer]:
    """One page of the consumers declared now, by namespace and name; `search` is a part of a name in any case."""
    start = after or Name("", "")
    rows = graph.rows(
        "consumers.list_consumers",
        search=(search or "").lower(),
        after_namespace=start.namespace,
        after_name=start.name,
        limit=first + 1,
    )
    page = cut([row["id"] for row in rows], first)
    found = consumers_by_id(graph, page.items)
    return Page(tuple(found[key] for key in page.items if key in found), page.has_next)


def count_consumers(graph: Graph, *, search: str | None = None) -> int:
    return graph.rows("consumers.count_consumers", search=(search or "").lower())[0]["total"]


def consumers_by_id(graph: Graph, ids: Sequence[str]) -> Mapping[str, Consumer]:
    """Those of `ids` that exist."""
    return {row["id"]: _consumer(row) for row in graph.rows("consumers.get_consumers", ids=list(ids))} if ids else {}


def known_consumers(graph: Graph, namespace: str) -> tuple[str, ...]:
    """Names to find a nearest one among; those of `namespace` first."""
    rows = graph.rows("consumers.known_names", namespace=namespace, limit=KNOWN_NAMES)
    return tuple(str(Name(row["namespace"], row["name"])) for row in rows)


def _consumer(row: Row) -> Consumer:
    deadline = Deadline(row["deadline_by"], row["deadline_timezone"] or "UTC") if row["deadline_by"] else None
    reads = (
        ReadSpec(Name(read["namespace"], read["name"]), tuple(read["columns"] or ()), read.get("by") or "name")
        for read in row["reads"]
    )
    return Consumer(
        id=row["id"],
        name=Name(row["namespace"], row["name"]),
        kind=row["kind"],
        reads=tuple(sorted(reads, key=lambda read: read.dataset)),
        owners=tuple(sorted(row["owners"])),
        deadline=deadline,
        description=row["description"] or "",
        scope=row["scope"] or "",
        retired_at=row["retired_at"],
    )
