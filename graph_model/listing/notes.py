"""What clients say of namespaces, sources and tags. None of them has a node of its own: a namespace is a part of names,
a tag is there where something carries it. So what is said of them is kept as it was said."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Literal

from graph_model.errors import InvalidInput
from graph_model.lineage.repository import Rows
from graph_model.listing.entities import Namespace, Note
from graph_model.listing.rows import facets, said
from graph_model.names import note_id
from graph_model.store.graph import Graph, Row
from graph_model.texts import NOT_STORABLE, is_storable

Kind = Literal["namespace", "source", "tag"]
LONGEST = 1024


def notes(graph: Rows, kind: Kind) -> dict[str, Note]:
    """By name, in order."""
    return {row["name"]: _note(row) for row in graph.rows("listing.notes", kind=kind)}


def keep_note(graph: Graph, kind: Kind, name: str, told: Mapping[str, Any]) -> Note:
    """Keeps what is said of a name, in place of what was said before. Raises InvalidInput for a name that is none."""
    if not name or len(name) > LONGEST:
        raise InvalidInput("name", f"has 1 to {LONGEST} characters")
    text = json.dumps(told, ensure_ascii=False, sort_keys=True)
    if not is_storable(name) or not is_storable(text):
        raise InvalidInput("name", NOT_STORABLE)
    row = graph.write(
        lambda tx: tx.rows("listing.note", id=note_id(kind, name), kind=kind, called=name, said=text, token=tx.token)[0]
    )
    return _note(row)


def namespaces(graph: Rows) -> dict[str, Namespace]:
    """All that a dataset or a job has, or a client named; by name, in order."""
    named = notes(graph, "namespace")
    found = {
        row["namespace"]: Namespace(
            row["namespace"], row["datasets"], row["since"], row["last"], named.get(row["namespace"])
        )
        for row in graph.rows("listing.namespaces")
    }
    for name, note in named.items():
        found.setdefault(name, Namespace(name, has_datasets=False, since=note.since, last=note.last, note=note))
    return dict(sorted(found.items()))


def tags(graph: Rows) -> dict[str, Note | None]:
    """All that a dataset or a column carries, or a client named; by name, in order."""
    row = graph.rows("listing.tags")[0]
    found: dict[str, Note | None] = dict.fromkeys(row["tags"])
    for text in row["facets"]:
        found |= dict.fromkeys(tags_in(facets(text)))
    return dict(sorted({**found, **notes(graph, "tag")}.items()))


def tags_in(facets: Mapping[str, Any], column: str | None = "") -> list[str]:
    """The tags that a facet gives to the whole (`column` None), to a column, or to anything (empty)."""
    found = facets.get("tags") or {}
    listed = found.get("tags") if isinstance(found, dict) else None
    return [
        str(tag["key"])
        for tag in (listed if isinstance(listed, list) else ())
        if isinstance(tag, dict) and tag.get("key") and column in ("", tag.get("field"))
    ]


def _note(row: Row) -> Note:
    return Note(row["name"], said(row["said"]), row["since"], row["last"])
