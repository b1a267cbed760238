"""Reads schemas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from graph_model.contracts.entities import Column
from graph_model.schemas.entities import SchemaVersion, Sighting
from graph_model.store.graph import Graph, Row


def declared(graph: Graph, dataset: str) -> tuple[Sighting, ...]:
    """What estates declared, oldest first. `dataset` is an id."""
    rows = sorted(graph.rows("schemas.declared", dataset=dataset), key=lambda row: (row["since"], row["schema"]))
    return tuple(
        Sighting(row["schema"], "declared", row["since"], row["until"] if row["until"].year < 9999 else None)
        for row in rows
    )


def observed(graph: Graph, dataset: str, *, limit: int) -> tuple[tuple[Sighting, ...], bool]:
    """What published versions showed, oldest first, one sighting for each; and whether these are all of them."""
    rows = graph.rows("schemas.observed", dataset=dataset, limit=limit + 1)
    found = [Sighting(row["schema"], "observed", row["since"], None, 1, row["version"]) for row in rows[:limit]]
    return tuple(reversed(found)), len(rows) <= limit


def schemas(graph: Graph, ids: Sequence[str]) -> Mapping[str, SchemaVersion]:
    """Those of `ids` that exist."""
    if not ids:
        return {}
    rows = graph.rows("schemas.columns", ids=sorted(set(ids)))
    return {row["id"]: SchemaVersion(row["id"], row["dataset"], columns_of(row["columns"])) for row in rows}


def schema_of_version(graph: Graph, dataset: str, version: str) -> str | None:
    """The id of the schema that a version of the dataset showed."""
    rows = graph.rows("schemas.of_version", dataset=dataset, version=version)
    return rows[0]["schema"] if rows else None


def columns_seen(graph: Graph, dataset: str) -> tuple[Column, ...]:
    """The columns that the current version of the newest partition showed; none before there is one."""
    found = schemas(graph, [row["schema"] for row in graph.rows("schemas.current", datasets=[dataset])])
    return next((schema.columns for schema in found.values()), ())


def columns_of(rows: Sequence[Row]) -> tuple[Column, ...]:
    """In the order of the schema; a field without a position comes last."""
    ordered = sorted(rows, key=lambda row: (row["position"] is None, row["position"], row["path"]))
    return tuple(
        Column(
            row["path"],
            row["type"] or "unknown",
            nullable=row["nullable"] is not False,
            renamed_from=row.get("renamed_from") or "",
        )
        for row in ordered
    )
