"""Contracts and checks as JSON text, exactly: what was written comes back equal.

Everything inside a check's `params` is a JSON value (lists, not tuples; times as ISO texts).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from graph_model.contracts.entities import Check, Column, Contract


def dumps(contract: Contract) -> str:
    """One text for equal contracts, whatever the order of keys in their checks."""
    document = {
        "columns": [_column_to(column) for column in contract.columns],
        "checks": [check_to(check) for check in contract.checks],
        "version": contract.version,
        "file": contract.file,
    }
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def loads(text: str) -> Contract:
    document = json.loads(text)
    return Contract(
        columns=tuple(_column_from(column) for column in document["columns"]),
        checks=tuple(check_from(check) for check in document["checks"]),
        version=document["version"],
        file=document["file"],
    )


def as_text(value: Any) -> str:
    """A plain value as text: `true`, `12`, and texts as they are."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _column_to(column: Column) -> dict[str, Any]:
    found = {"path": column.path, "type": column.type, "nullable": column.nullable, "description": column.description}
    said = {
        "renamed_from": column.renamed_from,
        "tags": list(column.tags),
        "classification": column.classification,
        "meaning": column.meaning,
    }
    default = {} if column.default is None else {"default": column.default}
    return found | {key: value for key, value in said.items() if value} | default


def _column_from(document: Mapping[str, Any]) -> Column:
    return Column(**{**document, "tags": tuple(document.get("tags", ()))})


def check_to(check: Check) -> dict[str, Any]:
    """A check as a JSON value."""
    return {"name": check.name, "kind": check.kind, "params": dict(check.params), "severity": check.severity}


def check_from(document: Mapping[str, Any]) -> Check:
    """The check that `check_to` wrote down."""
    return Check(document["name"], document["kind"], document["params"], document["severity"])
