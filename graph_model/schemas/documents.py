"""Types in documents that others write: OpenLineage schema facets, ODCS contracts, and the header of a CSV file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from graph_model.schemas.mapped import Mapped, losing, together
from graph_model.schemas.spark_names import from_spark
from graph_model.schemas.sql_names import from_sql
from graph_model.schemas.types import (
    ARRAY,
    BOOLEAN,
    DATE,
    INTEGER,
    MOST_NESTED,
    NUMBER,
    OBJECT,
    STRING,
    TIME,
    TIMESTAMP,
    UNKNOWN,
    DataType,
    ListOf,
    MapOf,
    Member,
    NotAType,
    Plain,
    StructOf,
    kind,
    parse,
)
from graph_model.schemas.widening import takes_in

_ELEMENT = "_element"


def to_openlineage(name: str, type: DataType) -> dict[str, Any]:
    """A field of a schema facet. Nothing is lost: the facet takes any text as a type, and fields inside."""
    if isinstance(type, StructOf):
        return _field(name, "struct", [to_openlineage(member.name, member.type) for member in type.members])
    if isinstance(type, ListOf):
        return _field(name, "array", [to_openlineage(_ELEMENT, type.item)])
    if isinstance(type, MapOf):
        return _field(name, "map", [to_openlineage("key", type.key), to_openlineage("value", type.value)])
    return {"name": name, "type": str(type)}


def _field(name: str, type: str, fields: list[dict[str, Any]]) -> dict[str, Any]:
    return {"name": name, "type": type, "fields": fields}


def from_openlineage(field: Mapping[str, Any], depth: int = 1) -> Mapped[DataType]:
    """The type of a field of a schema facet, whoever wrote it: our own names, Spark's, or those of a database."""
    text, fields = str(field.get("type") or "unknown"), field.get("fields")
    if depth > MOST_NESTED:
        return losing(UNKNOWN, f"what lies deeper than {MOST_NESTED} levels")
    if isinstance(fields, Sequence) and not isinstance(fields, str):
        inner = together([from_openlineage(part, depth + 1) for part in fields])
        return inner.then(lambda types: _nested(text.lower(), [str(part.get("name", "")) for part in fields], types))
    if text.lower() in ("struct", "map"):
        return losing(OBJECT, "what it holds, which is not said")
    return _named(text)


def _nested(text: str, names: list[str], types: tuple[DataType, ...]) -> DataType:
    if text == "array" and names == [_ELEMENT]:
        return ListOf(types[0])
    if text == "map" and names == ["key", "value"]:
        return MapOf(types[0], types[1])
    struct = StructOf(tuple(map(Member, names, types)))
    return ListOf(struct) if text == "array" else struct


@lru_cache(maxsize=4096)  # an estate has few spellings of types, and each event many columns
def _named(text: str) -> Mapped[DataType]:
    """Where Spark and databases mean different types by a name (`float`), the loss says so."""
    try:
        return Mapped(parse(text.strip()))
    except NotAType:
        pass
    spark, sql = from_spark(text.strip().lower()), from_sql(text)
    if sql.value == UNKNOWN:
        return spark if spark.value != UNKNOWN else sql
    return sql if spark.value in (UNKNOWN, sql.value) or sql.lost else spark


_LOGICAL: dict[str, DataType] = {
    "string": STRING,
    "date": DATE,
    "timestamp": TIMESTAMP,
    "time": TIME,
    "number": NUMBER,
    "integer": INTEGER,
    "object": OBJECT,
    "array": ARRAY,
    "boolean": BOOLEAN,
    "map": OBJECT,
    "vector": ARRAY,
}
_KIND_TO_LOGICAL = {"decimal": "number", **{name: name for name in _LOGICAL}}


def to_odcs(type: DataType) -> dict[str, str]:
    """`logicalType` and `physicalType` of a property. A plain type that the standard has needs no physical one."""
    logical = _KIND_TO_LOGICAL.get(kind(type))
    if type == UNKNOWN:
        return {}
    if logical is None:
        return {"physicalType": str(type)}
    return (
        {"logicalType": logical} if type == _LOGICAL[logical] else {"logicalType": logical, "physicalType": str(type)}
    )


def from_odcs(logical: str | None, physical: str | None) -> Mapped[DataType]:
    """The physical type where it can be read and is of the logical kind; else the logical one, which then is all."""
    promised = _LOGICAL.get(logical or "", UNKNOWN)
    if not physical:
        return Mapped(promised)
    found = _named(physical)
    if found.value == UNKNOWN:
        return losing(promised, f"the physical type: {physical} is no type that is known here")
    if not takes_in(promised, found.value):
        return losing(promised, f"the physical type: {physical} is no {logical}")
    return found


# What reading a text shows, by the kind of what was written. Texts of other kinds are texts.
_SNIFFED = {
    name: Plain(name) for name in ("boolean", "integer", "number", "string", "date", "time", "timestamp", "unknown")
}


def to_csv(type: DataType) -> Mapped[DataType]:
    """The type that reading a CSV file back shows for values of this one: texts show a kind, and no more."""
    seen = NUMBER if kind(type) == "decimal" else _SNIFFED.get(kind(type), STRING)
    return Mapped(seen) if seen == type else losing(seen, f"that it is {type}: a text shows no more than {seen}")
