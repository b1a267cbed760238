"""What has changed since an estate was written: what lies there now, held against what is declared. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from connectors.crawl.entities import Crawled, Proposal
from graph_model.contracts.entities import Column
from graph_model.estate.entities import DatasetSpec, Estate
from graph_model.schemas.types import UNKNOWN, kind, read
from graph_model.schemas.widening import takes_in

_KEY = re.compile(r"\{(?:date|partition)\}")


@dataclass(frozen=True, slots=True)
class Change:
    """`name` is that of the estate where the dataset is in it."""

    change: Literal["new", "gone", "changed"]
    name: str
    what: str


def changes(crawled: Crawled, estate: Estate, root: Path) -> tuple[Change, ...]:
    """What is new, gone, or other than declared; only the part of the estate that lies in what was crawled."""
    declared = {place: spec for spec in estate.datasets if (place := _place_of(spec, root.resolve()))}
    found = _matched(crawled.proposals, declared, estate.datasets)
    told = [change for spec, one in found if one for change in _changed(spec, one)]
    met = {one.place for _, one in found if one}
    told += [Change("new", one.name, one.summary or one.format) for one in crawled.proposals if one.place not in met]
    gone = {spec.name for spec, one in found if one is None}
    told += [
        Change("gone", spec.name.name, str(spec.location))
        for place, spec in declared.items()
        if spec.name in gone and _lies_within(place, crawled.within)
    ]
    return tuple(sorted(told, key=lambda change: (change.name, change.change, change.what)))


def _matched(
    proposals: Iterable[Proposal], declared: Mapping[str, DatasetSpec], datasets: Iterable[DatasetSpec]
) -> list[tuple[DatasetSpec, Proposal | None]]:
    """By place; a dataset that declares none, by its name."""
    by_place = {_keyless(one.place): one for one in proposals}
    by_name = {one.name: one for one in by_place.values() if one.location is None and not one.table}
    placed = {spec.name: place for place, spec in declared.items()}
    return [
        (spec, by_place.get(placed[spec.name]) if spec.name in placed else by_name.get(spec.name.name))
        for spec in datasets
    ]


def _place_of(spec: DatasetSpec, root: Path) -> str | None:
    if spec.location is None:
        return None
    return spec.location if spec.format == "table" else _keyless(str(root / spec.location))


def _keyless(place: str) -> str:
    return _KEY.sub("{}", place)


def _lies_within(place: str, within: str) -> bool:
    return place.startswith((f"{within.rstrip('/')}/", f"{within}#"))


def _changed(spec: DatasetSpec, one: Proposal) -> Iterator[Change]:
    yield from (Change("changed", spec.name.name, what) for what in _differences(spec, one))


def _differences(spec: DatasetSpec, one: Proposal) -> Iterator[str]:
    if spec.format != one.format:
        yield f"format: {spec.format} is declared, {one.format} lies there"
    every = one.partition.get("every")
    if every and spec.partitions.every != every:
        yield f"partitions: by {spec.partitions.every or 'nothing'} as declared, by {every} as it lies there"
    keys = [key for key in one.partition.get("keys", ()) if spec.partitions.keys and key not in spec.partitions.keys]
    if keys:
        yield f"partitions that are not declared: {', '.join(keys)}"
    if spec.contract.columns and one.columns:
        yield from _columns(spec.contract.columns, one.columns)


def _columns(declared: Iterable[Column], found: Iterable[Column]) -> Iterator[str]:
    old, new = ({column.path: column for column in columns} for columns in (declared, found))
    yield from (f"column {path} is gone" for path in old if path not in new)
    yield from (f"column {path} is new" for path in new if path not in old)
    for path in old:
        if path in new and not _holds(old[path], new[path]):
            yield f"column {path}: {old[path].type} is declared, {new[path].type} lies there"


def _holds(declared: Column, found: Column) -> bool:
    """A column of nulls shows no type; and a text may look like a number without being one."""
    promised, seen = read(declared.type), read(found.type)
    return UNKNOWN in (promised, seen) or kind(promised) == "string" or takes_in(promised, seen)
