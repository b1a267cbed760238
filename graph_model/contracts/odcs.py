"""Contracts in the Open Data Contract Standard, version 3: what they declare, as columns and checks.

What a contract promises is checked, or the contract is refused: a promise that nobody checks would be worse than none.
Rules of type `text` are for people and are left to them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from open_data_contract_standard.model import (
    DataQuality,
    OpenDataContractStandard,
    Relationship,
    SchemaObject,
    SchemaProperty,
)

from graph_model.contracts.definition import as_text
from graph_model.contracts.document import Document, document_of, model_of
from graph_model.contracts.entities import Check, Column, Contract
from graph_model.contracts.quality import checks_of_rule
from graph_model.contracts.relationships import checks_of_relationships
from graph_model.contracts.sensitive import hidden_in, sensitive_columns
from graph_model.contracts.source import Path, Source, texts
from graph_model.errors import nearest
from graph_model.schemas.documents import from_odcs

# Logical types are canonical types, but for these.
_LOGICAL = {"map": "object", "vector": "array"}
_CANONICAL = ("string", "date", "timestamp", "time", "number", "integer", "object", "array", "boolean")


def read_contract(text: str, *, file: str, dataset: str) -> Contract:
    """What the contract says about `dataset` (the name or physical name of one of its schema objects; a lone object is
    taken whatever its name). Raises InvalidContract."""
    return read_whole(text, file=file, dataset=dataset)[1]


def read_whole(text: str, *, file: str, dataset: str) -> tuple[Document, Contract]:
    """The whole document, and what it says about `dataset`. Raises InvalidContract."""
    source, model, document = _read(text, file)
    objects = model.schema_ or []
    if not objects:
        return document, Contract(version=document.version, file=file)
    position = _position_of(source, objects, dataset)
    return document, _Reader(source, objects[position], ("schema", position)).contract(document.version)


def read_all(text: str, *, file: str) -> tuple[Document, Mapping[str, Contract]]:
    """The whole document, and what it says about each of its schema objects, by name. Raises InvalidContract."""
    source, model, document = _read(text, file)
    found: dict[str, Contract] = {}
    for position, one in enumerate(model.schema_ or []):
        name = one.name or one.physicalName or f"object {position + 1}"
        if name in found:
            raise source.refusal(("schema", position), f"a second object is called {name}")
        found[name] = _Reader(source, one, ("schema", position)).contract(document.version)
    return document, found


def _read(text: str, file: str) -> tuple[Source, OpenDataContractStandard, Document]:
    source = Source(text, file)
    return source, model_of(source), document_of(source)


def _position_of(source: Source, objects: Sequence[SchemaObject], dataset: str) -> int:
    for position, found in enumerate(objects):
        if dataset in (found.name, found.physicalName):
            return position
    if len(objects) == 1:
        return 0
    names = [found.name or "" for found in objects]
    near = nearest(dataset, names)
    raise source.refusal(
        ("schema",), f"it describes {texts(names)}, not {dataset}" + (f"; did you mean {near}?" if near else "")
    )


def column_name(prop: SchemaProperty) -> str:
    """The name that the column has in the data."""
    return prop.physicalName or prop.name or ""


class _Reader:
    """Reads one schema object. `path` is where it stands in the file."""

    def __init__(self, source: Source, found: SchemaObject, path: Path) -> None:
        self.source, self.object, self.path = source, found, path
        source.known_keys(path, SchemaObject.model_fields)
        self.properties = list(self._walk(found.properties or [], path, ""))
        self.nested = {column.path for column, _, here in self.properties if len(here) > len(path) + 2}
        self.sensitive = sensitive_columns([column for column, _, _ in self.properties])
        self.columns = {
            column.path if column.path in self.nested else prop.name or column.path: column.path
            for column, prop, _ in self.properties
        }

    def contract(self, version: str) -> Contract:
        checks = [*self._schema_checks(), *self._key_checks(), *self._value_checks(), *self._quality_checks()]
        checks = [hidden_in(check, self.sensitive) for check in checks]
        return Contract(
            tuple(column for column, _, _ in self.properties), _named_apart(checks), version, self.source.file
        )

    def _walk(
        self, properties: Sequence[SchemaProperty], path: Path, prefix: str
    ) -> Iterator[tuple[Column, SchemaProperty, Path]]:
        """All columns with where they stand; fields of objects after their object, with dotted paths."""
        for position, prop in enumerate(properties):
            here = (*path, "properties", position)
            self.source.known_keys(here, SchemaProperty.model_fields)
            if not column_name(prop):
                raise self.source.refusal(here, "a property without a name")
            name = f"{prefix}{column_name(prop)}"
            nullable = not (prop.required or prop.primaryKey)
            former = self._former(prop, prefix, here)
            column = Column(name, self._type(prop, here), nullable, prop.description or "", former)
            yield self._with_words(column, prop, here), prop, here
            self._nothing_inside_arrays(prop.items, (*here, "items"))
            yield from self._walk(prop.properties or [], here, f"{name}.")

    def _with_words(self, column: Column, prop: SchemaProperty, here: Path) -> Column:
        """With `meaning` and `default`, for which the standard has no word either, and the words that it has."""
        meaning, default = self._own(prop, "meaning", here), self._own(prop, "default", here)
        return replace(
            column,
            tags=tuple(prop.tags or ()),
            classification=prop.classification or "",
            meaning=meaning or "",
            default=default,
        )

    def _own(self, prop: SchemaProperty, key: str, here: Path) -> str | None:
        """The one value below `customProperties` with this name, as text."""
        said = [own.value for own in prop.customProperties or [] if own.property == key]
        if len(said) > 1 or (said and not isinstance(said[0], (str, int, float, bool))):
            raise self.source.refusal((*here, "customProperties"), f"{key} must be one text, number or true or false")
        return as_text(said[0]) if said else None

    def _former(self, prop: SchemaProperty, prefix: str, here: Path) -> str:
        """The path before a rename, which the standard has no word for: `customProperties` with `renamedFrom`."""
        said = [own.value for own in prop.customProperties or [] if own.property == "renamedFrom"]
        if not said:
            return ""
        if len(said) > 1 or not isinstance(said[0], str) or said[0] in ("", column_name(prop)):
            raise self.source.refusal((*here, "customProperties"), "renamedFrom must be one other name of the column")
        return f"{prefix}{said[0]}"

    def _type(self, prop: SchemaProperty, here: Path) -> str:
        if prop.logicalType is None:
            return str(from_odcs(None, prop.physicalType).value)
        kind = _LOGICAL.get(prop.logicalType, prop.logicalType)
        if kind in _CANONICAL:
            return str(from_odcs(kind, prop.physicalType).value)
        near = nearest(prop.logicalType, _CANONICAL)
        raise self.source.refusal(
            (*here, "logicalType"),
            f"{prop.logicalType} is not a logical type" + (f"; did you mean {near}?" if near else ""),
        )

    def _nothing_inside_arrays(self, item: SchemaProperty | None, here: Path) -> None:
        """Promises about the items of an array cannot be checked; types in there are fine."""
        if item is None:
            return
        if item.required or item.unique or item.primaryKey or item.quality or item.enum:
            raise self.source.refusal(here, "a rule about the items of an array cannot be checked here")
        for position, inner in enumerate(item.properties or []):
            self._nothing_inside_arrays(inner, (*here, "properties", position))
        self._nothing_inside_arrays(item.items, (*here, "items"))

    def _schema_checks(self) -> Iterator[Check]:
        """What is promised is the logical type: it can be checked in any format."""
        types = {
            column.path: _LOGICAL.get(prop.logicalType or "unknown", prop.logicalType or "unknown")
            for column, prop, _ in self.properties
            if column.path not in self.nested
        }
        if types:
            yield Check("schema", "schema", {"columns": types})

    def _key_checks(self) -> Iterator[Check]:
        required = [column.path for column, _, _ in self.properties if not column.nullable]
        if required:
            yield Check("required columns", "not_null", {"columns": required})
        key = sorted(
            (prop.primaryKeyPosition or 0, order)
            for order, (_, prop, _) in enumerate(self.properties)
            if prop.primaryKey
        )
        if key:
            yield Check("primary key", "unique", {"columns": [self.properties[order][0].path for _, order in key]})
        for column, prop, _ in self.properties:
            if prop.unique:
                yield Check(f"unique {column.path}", "unique", {"columns": [column.path]})

    def _value_checks(self) -> Iterator[Check]:
        for column, prop, path in self.properties:
            if prop.enum:
                values = [found.value for found in prop.enum if found.value is not None]
                yield Check(f"values of {column.path}", "allowed_values", {"column": column.path, "values": values})
            yield from self._option_checks(column.path, prop.logicalTypeOptions or {}, (*path, "logicalTypeOptions"))

    def _option_checks(self, column: str, options: dict[str, Any], here: Path) -> Iterator[Check]:
        for name in sorted(options.keys() - _BOUNDS.keys() - _LENGTHS.keys() - _DESCRIPTIVE - {"pattern"}):
            if options[name] not in (0, False, None):
                raise self.source.refusal(
                    (*here, name), f"{name} cannot be checked here; say it in a quality rule of type text"
                )
        bounds = {_BOUNDS[name]: value for name, value in options.items() if name in _BOUNDS}
        lengths = {_LENGTHS[name]: value for name, value in options.items() if name in _LENGTHS}
        if bounds:
            yield Check(f"range of {column}", "range", {"column": column, **bounds})
        if lengths:
            yield Check(f"length of {column}", "length", {"column": column, **lengths})
        if options.get("pattern"):
            yield Check(f"pattern of {column}", "matches", {"column": column, "pattern": str(options["pattern"])})

    def _quality_checks(self) -> Iterator[Check]:
        yield from self._rules(self.object.quality, self.path, None)
        yield from self._relationships(self.object.relationships, self.path, None)
        for column, prop, path in self.properties:
            yield from self._rules(prop.quality, path, column.path)
            yield from self._relationships(prop.relationships, path, column.path)

    def _relationships(self, found: Sequence[Relationship] | None, path: Path, column: str | None) -> Iterator[Check]:
        return checks_of_relationships(self.source, found, path, column=column, columns=self.columns)

    def _rules(self, rules: Sequence[DataQuality] | None, path: Path, column: str | None) -> Iterator[Check]:
        for position, rule in enumerate(rules or []):
            here = (*path, "quality", position)
            self.source.known_keys(here, DataQuality.model_fields)
            yield from checks_of_rule(self.source, rule, here, column=column, columns=self.columns)


_BOUNDS = {"minimum": "min", "maximum": "max", "exclusiveMinimum": "above", "exclusiveMaximum": "below"}
_LENGTHS = {"minLength": "min", "maxLength": "max"}
# Options that describe how a value is written or meant, and promise nothing that could be broken.
_DESCRIPTIVE = {
    "format",
    "timezone",
    "defaultTimezone",
    "distanceMetric",
    "embeddingModel",
    "embeddingModelVersion",
    "elementType",
}


def _named_apart(checks: Sequence[Check]) -> tuple[Check, ...]:
    """The checks, each with a name of its own: results are told apart by it."""
    seen: dict[str, int] = {}
    named = []
    for check in checks:
        seen[check.name] = count = seen.get(check.name, 0) + 1
        named.append(check if count == 1 else replace(check, name=f"{check.name} ({count})"))
    return tuple(named)
