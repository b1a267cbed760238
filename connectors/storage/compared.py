"""What lies between two contents of one dataset, as changes: their columns, and how they are written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from connectors.storage import inspect
from graph_model.contracts.definition import as_text
from graph_model.contracts.entities import Column
from graph_model.impact.between.columns import between_columns
from graph_model.impact.entities import Change, ChangeFormat
from graph_model.names import Name
from graph_model.versions.dialects import OPTION
from graph_model.versions.entities import Content, Inspection

# Which texts stand for no value is seen in the rows of one day, and says little of the next.
COMPARED = ("delimiter", "quote", "header", "encoding")


def between_contents(dataset: Name, before: Content, after: Content) -> tuple[Change, ...]:
    """Both are read whole; of a csv file whose dialect nobody declares, it is found out. Raises ContentError."""
    old, new = inspect(before), inspect(after)
    then, now = (_written(content, found) for content, found in ((before, old), (after, new)))
    columns = _named_alike(old.columns, new.columns, then, now)
    return (*between_columns(dataset, *columns), *_format(dataset, before.format, after.format, then, now))


def _written(content: Content, found: Inspection) -> Mapping[str, Any]:
    seen = found.metrics.get(OPTION)
    return {**content.options, **(seen if isinstance(seen, Mapping) else {})}


def _named_alike(
    old: Sequence[Column], new: Sequence[Column], then: Mapping[str, Any], now: Mapping[str, Any]
) -> tuple[Sequence[Column], Sequence[Column]]:
    """Columns of a file without a header have no names of their own: beside one that has, they are told by place."""
    headers = [said.get("header", True) for said in (then, now)]
    if headers[0] == headers[1]:
        return old, new
    return (old, _called(new, old)) if headers[0] else (_called(old, new), new)


def _called(columns: Sequence[Column], like: Sequence[Column]) -> list[Column]:
    named = [replace(column, path=other.path) for column, other in zip(columns, like, strict=False)]
    return [*named, *columns[len(named) :]]


def _format(
    dataset: Name, before: str, after: str, then: Mapping[str, Any], now: Mapping[str, Any]
) -> tuple[Change, ...]:
    if before != after:
        return (ChangeFormat(dataset, after),)
    seen = [(name, _text(then, name), _text(now, name)) for name in COMPARED]
    options = tuple((name, old, new) for name, old, new in seen if old != new)
    return (ChangeFormat(dataset, None, options),) if options else ()


def _text(said: Mapping[str, Any], name: str) -> str | None:
    return as_text(said[name]) if name in said else None
