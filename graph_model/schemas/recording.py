"""Schemas as the graph keeps them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from graph_model.contracts.entities import Column
from graph_model.names import fresh_field_ids, schema_version_id


def schema_id(dataset: str, columns: Sequence[Column]) -> str:
    """Equal columns are the same schema, whether a contract declares them or a version showed them. A declared rename
    makes it another one: it says more."""
    return schema_version_id(dataset, schema_text(columns))


def schema_text(columns: Sequence[Column]) -> str:
    """What of columns makes a schema; the id is that of a dataset with this text."""
    said = [
        [column.path, column.type, column.nullable, *([column.renamed_from] if column.renamed_from else [])]
        for column in columns
    ]
    return json.dumps(said)


def schema_row(dataset: str, columns: Sequence[Column]) -> dict[str, Any]:
    """A row of `schemas` in the queries that write them. A field is dataset and path, and stays; the rest is said on
    the edge to it."""
    return {"id": schema_id(dataset, columns), "dataset": dataset, "fields": field_rows(dataset, columns)}


def field_rows(dataset: str, columns: Sequence[Column]) -> list[dict[str, Any]]:
    """The `fields` of such a row."""
    ids = fresh_field_ids(dataset, (column.path for column in columns))
    return [
        {
            "id": identity,
            "path": column.path,
            "type": column.type,
            "position": position,
            "nullable": column.nullable,
            "renamed_from": column.renamed_from or None,
        }
        for position, (identity, column) in enumerate(zip(ids, columns, strict=True))
    ]
