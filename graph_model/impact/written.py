"""Changes as people and programs write them: each with its kind, in the same words in a file and in an answer.

`{change: retype-column, dataset: shop/orders, column: id, type: int64}`. `changes.schema.json` tells editors the same.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, get_args, get_type_hints

from graph_model.impact import entities
from graph_model.impact.entities import Change
from graph_model.names import Name

KIND = "change"
SQL_FILE = "file"
"""Beside `sql`: the name of a file, relative to the one that says it."""
FOUND_OUT = frozenset({"before", "weaker"})
"""What may be left out: the graph knows what is, and two values of a term mostly which of them promises less."""


def kind_of(change: object) -> str:
    """What a change is called: `drop-column` for DropColumn."""
    return _kind(type(change).__name__)


def _kind(of: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "-", of).lower()


KINDS: Mapping[str, type[Change]] = {_kind(one.__name__): one for one in get_args(Change)}


def fields_of(kind: type[Change]) -> dict[str, Any]:
    """The type of what each key of this kind takes, in order."""
    hints = get_type_hints(kind, dict(vars(entities)))
    return {field.name: hints[field.name] for field in dataclasses.fields(kind)}


def required_of(kind: type[Change]) -> list[str]:
    return [
        field.name
        for field in dataclasses.fields(kind)
        if field.default is dataclasses.MISSING and field.name not in FOUND_OUT
    ]


def as_written(change: Change) -> dict[str, Any]:
    """A change as JSON values, which are read back as the same change."""
    said = {field.name: _value(getattr(change, field.name)) for field in dataclasses.fields(change)}
    if isinstance(change, entities.ChangeFormat):
        said["options"] = {option: {"before": then, "after": now} for option, then, now in change.options}
    return {KIND: kind_of(change), **said}


def _value(value: Any) -> Any:
    if isinstance(value, Name):
        return str(value)
    if isinstance(value, datetime):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value


def schema() -> dict[str, Any]:
    """The JSON Schema of a file of changes."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A set of changes to ask the impact of",
        "description": "All of them are applied before anybody is judged. They speak of names as they are before.",
        "type": "array",
        "minItems": 1,
        "items": {"oneOf": [_schema_of(name, kind) for name, kind in KINDS.items()]},
    }


def _schema_of(name: str, kind: type[Change]) -> dict[str, Any]:
    found = {key: _SCHEMAS[hint] for key, hint in fields_of(kind).items()}
    beside = {SQL_FILE: {"type": "string"}} if "sql" in found else {}
    about = (
        {"description": " ".join((kind.__doc__ or "").split())}
        if not (kind.__doc__ or "").startswith(kind.__name__)
        else {}
    )
    return {
        "title": name,
        **about,
        "type": "object",
        "additionalProperties": False,
        "required": [KIND, *required_of(kind)],
        "properties": {KIND: {"const": name}, **found, **beside},
    }


_TEXTS = {"type": "array", "items": {"type": ["string", "number", "boolean"]}}
_TEXT_OR_NONE = {"type": ["string", "number", "boolean", "null"]}
_OPTION = {
    "anyOf": [
        _TEXT_OR_NONE,
        {
            "type": "object",
            "additionalProperties": False,
            "properties": {"before": _TEXT_OR_NONE, "after": _TEXT_OR_NONE},
        },
    ]
}
OPTIONS = tuple[tuple[str, str | None, str | None], ...]
_SCHEMAS: Mapping[Any, dict[str, Any]] = {
    Name: {"type": "string", "description": "NAMESPACE/NAME, or NAME where only one is called so"},
    str: {"type": ["string", "number"]},
    bool: {"type": "boolean"},
    str | None: _TEXT_OR_NONE,
    int | None: {"type": ["integer", "null"], "minimum": 0},
    tuple[str, ...]: _TEXTS,
    tuple[str, ...] | None: {"anyOf": [_TEXTS, {"type": "null"}]},
    datetime: {"type": "string", "format": "date-time"},
    OPTIONS: {"type": "object", "additionalProperties": _OPTION},
}
