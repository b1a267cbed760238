"""The schema facet, as columns."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from graph_model.contracts.entities import Column
from graph_model.schemas.documents import from_openlineage
from graph_model.schemas.types import MOST_NESTED

Warn = Callable[[str], None]
MOST_COLUMNS = 10_000
# Their `int8` has eight bytes.
_OF_POSTGRESQL = ("postgres", "redshift", "cockroach")


def columns_of(facet: Any, at: str, warn: Warn, *, namespace: str = "") -> tuple[Column, ...]:
    """All columns in order, fields of structs after their struct with dotted paths; none, with a warning, from a facet
    that is not of its form, and none from one that was deleted. `namespace` is that of the dataset: types are spelled
    as its kind of database spells them."""
    if facet is None or facet.get("_deleted") is True:
        return ()
    fields = facet.get("fields")
    if fields is None:
        return ()
    found: dict[str, Column] = {}
    try:
        for column in _columns(fields, "", 1, namespace.startswith(_OF_POSTGRESQL)):
            found.setdefault(column.path, column)
            if len(found) > MOST_COLUMNS:
                warn(f"{at}/fields: more than {MOST_COLUMNS} columns; none is taken")
                return ()
    except (TypeError, ValueError, AttributeError):
        warn(f"{at}/fields: not a list of fields, each with a name; none is taken")
        return ()
    return tuple(found.values())


def _columns(fields: Any, prefix: str, depth: int, of_postgresql: bool) -> Iterator[Column]:
    if not isinstance(fields, list):
        raise TypeError
    for field in fields:
        name = field["name"] if isinstance(field, dict) and isinstance(field.get("name"), str) else ""
        if not name:
            raise ValueError
        path = f"{prefix}{name}"
        # Some clients send an empty list of fields for every column.
        inner, description = field.get("fields"), str(field.get("description") or "")
        if not inner:
            yield _plain_column(path, str(field.get("type") or ""), description, of_postgresql)
            continue
        yield Column(path, _type(field), True, description)
        if depth < MOST_NESTED:
            yield from _columns(inner, f"{path}.", depth + 1, of_postgresql)


@lru_cache(maxsize=16_384)  # datasets that are made from each other have the same columns
def _plain_column(path: str, kind: str, description: str, of_postgresql: bool) -> Column:
    """Clients do not say whether a column may be null."""
    return Column(path, _plain_type(kind, of_postgresql), True, description)


@lru_cache(maxsize=4096)  # an estate has few spellings of types, and each event many columns
def _plain_type(text: str, of_postgresql: bool) -> str:
    """A name of PostgreSQL means another type elsewhere."""
    return _type({"type": "int64" if of_postgresql and text == "int8" else text})


def _type(field: Mapping[str, Any]) -> str:
    return str(from_openlineage(field).value)
