"""Which partitions of a dataset a run wrote or read, by what is known of the run. What does not say it clearly is no
answer, with the reason: nothing is guessed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from graph_model.errors import InvalidPartition
from graph_model.observed.subsets import Slice, UnreadableSubset, slices_of
from graph_model.observed.trust import Source, Trust
from graph_model.partitions.scheme import WHOLE, PartitionScheme
from graph_model.partitions.units import UNITS, Unit, UnitName
from graph_model.partitions.zones import local_time, zone

_TIME_WORDS = ("year", "month", "day", "hour")
_COMPACT = re.compile(r"^(\d{4})(\d{2})(\d{2})(?:T?(\d{2}))?$")
_PLACEHOLDER = re.compile(r"\{(?:date|partition)\}")


@dataclass(frozen=True, slots=True)
class Sliced:
    """How a dataset is sliced, and where its slices lie, if the estate says so."""

    scheme: PartitionScheme
    location: str | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """What is known of one run and one dataset of it. `subset` and `nominal`: facets as the client sent them."""

    complete_at: datetime
    subset: Mapping[str, Any] | None = None
    nominal: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Placed:
    """The partitions, by their keys, and what said so."""

    keys: tuple[str, ...]
    by: str


@dataclass(frozen=True, slots=True)
class Unplaced:
    """Why it is not known which partitions they are."""

    reason: str


def place(dataset: Sliced, trust: Trust, said: Said) -> Placed | Unplaced:
    """The partitions that a complete run wrote. A dataset without partitions has the one."""
    if dataset.scheme.every is None:
        return Placed((WHOLE,), "whole")
    for source in trust.partition:
        found = _by(source, dataset, trust, said)
        if found is not None:
            return found
    return Unplaced(f"the run says nothing about its partition by {' or '.join(trust.partition)}")


def place_subset(
    dataset: Sliced, subset: Mapping[str, Any] | None, dimension: str | None = None
) -> Placed | Unplaced | None:
    """The partitions that a subset names; None: there is no subset to ask."""
    if subset is None or subset.get("_deleted") is True:
        return None
    try:
        keys = [_key_of_slice(one, dataset, dimension) for one in slices_of(subset)]
    except (UnreadableSubset, _Unclear) as error:
        return Unplaced(f"its subset {error}")
    return Placed(tuple(sorted(set(keys))), "subset")


class _Unclear(Exception):
    """Why something names no partition; said as the end of a sentence about a subset."""


def _by(source: Source, dataset: Sliced, trust: Trust, said: Said) -> Placed | Unplaced | None:
    """None: the run says nothing of the kind, so the next source is asked."""
    if source == "subset":
        return place_subset(dataset, said.subset, trust.dimension)
    unit = dataset.scheme.unit
    if unit is None:  # a list has no times
        return None
    if source == "nominal_time":
        return _by_nominal_time(dataset.scheme, unit, said.nominal)
    if source == "completed_in":
        return _placed_at(dataset.scheme, unit, said.complete_at, source)
    key = next(dataset.scheme.due_by(said.complete_at), None)
    return Placed((key,), source) if key else Unplaced("it completed before the first partition was over")


def _placed_at(scheme: PartitionScheme, unit: Unit, moment: datetime, by: str) -> Placed | Unplaced:
    key = _key_at(scheme, unit, moment)
    try:
        return Placed((scheme.check(key),), by)
    except InvalidPartition as error:
        return Unplaced(f"{by} {moment:%Y-%m-%dT%H:%M:%SZ}: {error}")


def _by_nominal_time(scheme: PartitionScheme, unit: Unit, facet: Mapping[str, Any] | None) -> Placed | Unplaced | None:
    """The partition in which the nominal time starts. One that goes on to the end of the next partition, or further,
    is about several, and does not say which of them were written."""
    if facet is None or facet.get("nominalStartTime") is None:
        return None
    start, end = moment_of(facet["nominalStartTime"]), moment_of(facet.get("nominalEndTime"))
    if start is None:
        return Unplaced(f"its nominal time starts at {facet['nominalStartTime']!r}, which is no time")
    placed = _placed_at(scheme, unit, start, "nominal_time")
    if end is None or isinstance(placed, Unplaced):
        return placed
    following = next(scheme.later(placed.keys[0]), None)
    after = scheme.interval(following) if following and scheme.has_begun(following) else None
    if after and end >= after.end:
        return Unplaced(f"its nominal time spans several partitions, from {placed.keys[0]} on")
    return placed


def _key_at(scheme: PartitionScheme, unit: Unit, moment: datetime) -> str:
    return unit.key(unit.at(local_time(moment, zone(scheme.timezone))))


def moment_of(text: Any) -> datetime | None:
    """A time as clients write it, in UTC; one without a zone is taken as UTC. None: it is none."""
    if not isinstance(text, str):
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    try:
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except OverflowError:
        return None


def _key_of_slice(one: Slice, dataset: Sliced, dimension: str | None) -> str:
    if dataset.scheme.every is None:
        return WHOLE
    if one.location is not None:
        return _key_of_location(one.location, dataset)
    if one.identifier is not None and dataset.scheme.holds(one.identifier):
        return one.identifier
    return _key_of_dimensions(dict(one.dimensions), dataset.scheme, dimension)


def _key_of_dimensions(said: Mapping[str, str], scheme: PartitionScheme, dimension: str | None) -> str:
    if dimension is not None:
        if dimension not in said:
            raise _Unclear(f"has no dimension {dimension}, but {_listed(said)}")
        return _key_of_value(said[dimension], scheme)
    names = {name.lower() for name in said}
    if names <= set(_TIME_WORDS) and len(names) == len(said) and "year" in names and len(said) > 1:
        return _key_of_parts({name.lower(): value for name, value in said.items()}, scheme)
    if len(said) != 1:
        raise _Unclear(f"has several dimensions, {_listed(said)}, and the estate does not say which is the partition")
    return _key_of_value(next(iter(said.values())), scheme)


def _listed(said: Mapping[str, str]) -> str:
    return ", ".join(sorted(said)) or "none at all"


def _key_of_parts(said: Mapping[str, str], scheme: PartitionScheme) -> str:
    """`year`, `month`, `day` and `hour` apart, as folders of files are often named."""
    unit = scheme.unit
    finest: UnitName = next(word for word in ("hour", "day", "month", "year") if word in said)
    if unit is None or set(said) != set(_TIME_WORDS[: _TIME_WORDS.index(finest) + 1]):
        raise _Unclear(f"has the dimensions {_listed(said)}, which are no {unit.name if unit else 'key of its list'}")
    try:
        numbers = [int(said[word]) for word in _TIME_WORDS if word in said]
        begin = datetime(*(numbers + [1, 1, 0][len(numbers) - 1 :])[:4])  # type: ignore[arg-type]  # noqa: DTZ001
    except ValueError:
        raise _Unclear(f"has the dimensions {_listed(said)}, which are no time") from None
    return _key_of_local(begin, finest, scheme, unit)


def _key_of_value(value: str, scheme: PartitionScheme) -> str:
    """The partition that a value stands for: its key as it is, another spelling of it, or a time in it."""
    if scheme.holds(value):
        return value
    unit = scheme.unit
    if unit is None:
        raise _Unclear(f"names {value!r}, which is none of its partitions")
    for name, known in UNITS.items():
        if known.spells(value):
            return _key_of_local(known.begin(known.index(value)), name, scheme, unit)
    if compact := _COMPACT.match(value):
        return _key_of_value("-".join(compact.groups()[:3]) + (f"T{compact[4]}" if compact[4] else ""), scheme)
    moment = _local_moment(value, scheme)
    if moment is None:
        raise _Unclear(f"names {value!r}, which is no {unit.name} like {unit.example}")
    return _key_of_local(moment, None, scheme, unit)


def _local_moment(value: str, scheme: PartitionScheme) -> datetime | None:
    """What the clocks of the scheme show; a time without a zone is one of theirs."""
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return None
    return local_time(found, zone(scheme.timezone)) if found.tzinfo else found


def _key_of_local(begin: datetime, said: str | None, scheme: PartitionScheme, unit: Unit) -> str:
    """The partition that holds a local time. `said`: the unit that was named; a longer one holds several of them."""
    if said is not None and _longer(UNITS[said], unit):
        raise _Unclear(f"names a {said}, which holds several of its partitions (by {unit.name})")
    key = unit.key(unit.at(begin))
    if not scheme.holds(key):
        raise _Unclear(f"names {key}, which is none of its partitions")
    return key


def _longer(one: Unit, other: Unit) -> bool:
    return _length(one) > _length(other)


def _length(unit: Unit) -> timedelta:
    index = unit.at(datetime(2013, 1, 7))  # noqa: DTZ001  any local time will do
    return unit.begin(index + 1) - unit.begin(index)


def _key_of_location(location: str, dataset: Sliced) -> str:
    """The key in the place of `{date}` or `{partition}`: of the location itself, or of a folder above it."""
    template = dataset.location
    if template is None or not _PLACEHOLDER.search(template):
        raise _Unclear("names places, and the dataset has no location with {date} or {partition}")
    found = _template(template).search(location)
    if found is None:
        raise _Unclear(f"names the place {location}, which is none of {template}")
    keys = {key for key in found.groups() if key is not None}
    if len(keys) != 1:
        raise _Unclear(f"names the place {location}, which says two different partitions")
    return _key_of_value(keys.pop(), dataset.scheme)


def _template(template: str) -> re.Pattern[str]:
    """Matches the end of a place, whatever stands before: clients write it absolute, the estate may not."""
    return re.compile(rf"(?:^|/){''.join(_pieces(template.strip('/')))}(?:/|$)")


def _pieces(template: str) -> Iterator[str]:
    rest = 0
    for found in _PLACEHOLDER.finditer(template):
        yield re.escape(template[rest : found.start()]) + "([^/]+?)"
        rest = found.end()
    yield re.escape(template[rest:])
