"""What two documents say of the same objects and columns beside what is checked: descriptions, tags, classification."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from graph_model.contracts.changes import Change, differing, is_now, same
from graph_model.contracts.document import Document
from graph_model.schemas.entities import ChangeClass

Described = Mapping[str, Any]
# Judged as columns and checks, or column by column.
_JUDGED = (
    "name",
    "logicalType",
    "logicalTypeOptions",
    "required",
    "unique",
    "primaryKey",
    "primaryKeyPosition",
    "enum",
    "quality",
    "properties",
)
# They say how values are to be understood, and nobody checks them: whether readers still understand, who knows.
_MEANING = ("items", "map", "encryptedName")
_MEANING_OPTIONS = ("format", "timezone", "defaultTimezone", "elementType")


def of_objects(before: Document, after: Document, old_name: str, new_name: str) -> Iterator[Change]:
    """Of the object called `old_name` in one document and `new_name` in the other."""
    old, new = _object(before, old_name), _object(after, new_name)
    left = differing(old, new, but=("properties", "quality"))
    if left:
        yield Change("schema", new_name, ChangeClass.PATCH, f"{new_name}: {', '.join(left)} changed")
    then, now = dict(_columns(old.get("properties") or (), "")), dict(_columns(new.get("properties") or (), ""))
    for path, column in now.items():
        if path in then:
            yield from _column(path, then[path], column)


def _column(path: str, old: Described, new: Described) -> Iterator[Change]:
    for key in _MEANING:
        if not same(old.get(key), new.get(key)):
            text = f"{path}: {key} changed, and whether readers notice cannot be told"
            yield Change("schema", path, ChangeClass.MAJOR, text)
    then, now = (found.get("logicalTypeOptions") or {} for found in (old, new))
    for key in _MEANING_OPTIONS:
        if not same(then.get(key), now.get(key)):
            yield Change("schema", path, ChangeClass.MAJOR, f"{key} of {path} {is_now(then.get(key), now.get(key))}")
    if new.get("deprecated") and not old.get("deprecated"):
        yield Change("schema", path, ChangeClass.MINOR, f"{path} is deprecated now")
    left = differing(old, new, but=(*_JUDGED, *_MEANING, *(("deprecated",) if new.get("deprecated") else ())))
    if left:
        yield Change("schema", path, ChangeClass.PATCH, f"{path}: {', '.join(left)} changed")


def _object(document: Document, name: str) -> Described:
    """By its name or physical name; a lone one whatever its name."""
    objects = document.content.get("schema") or []
    found = (one for one in objects if name in (one.get("name"), one.get("physicalName")))
    return next(found, objects[0] if len(objects) == 1 else {})


def _columns(properties: Sequence[Described], prefix: str) -> Iterator[tuple[str, Described]]:
    for one in properties:
        path = f"{prefix}{one.get('physicalName') or one.get('name')}"
        yield path, one
        yield from _columns(one.get("properties") or (), f"{path}.")
