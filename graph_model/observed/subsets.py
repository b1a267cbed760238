"""Reads what a `subset` facet says: which slices of a dataset a run wrote or read, without knowing how it is sliced."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

MOST_SLICES = 1_000


@dataclass(frozen=True, slots=True)
class Slice:
    """One slice as a client names it: by a name of its own, by values of dimensions, or by where it lies."""

    identifier: str | None = None
    dimensions: tuple[tuple[str, str], ...] = ()
    location: str | None = None


class UnreadableSubset(Exception):
    """What in a condition is not understood; said as the end of a sentence about the subset."""


def slices_of(facet: Mapping[str, Any]) -> tuple[Slice, ...]:
    """The slices that the facet names, each once, in its order. Raises UnreadableSubset."""
    condition = facet.get("outputCondition") or facet.get("inputCondition")
    if not isinstance(condition, dict):
        raise UnreadableSubset("has no condition")
    found = tuple(dict.fromkeys(_slices(condition)))
    if not found:
        raise UnreadableSubset("names no slice")
    if len(found) > MOST_SLICES:
        raise UnreadableSubset(f"names more than {MOST_SLICES} slices")
    return found


def _slices(condition: Any) -> list[Slice]:
    kind = condition.get("type") if isinstance(condition, dict) else None
    reader = _READERS.get(kind if isinstance(kind, str) else "")
    if reader is None:
        raise UnreadableSubset(f"has a condition of type {kind}, which is not understood")
    try:
        return reader(condition)
    except (KeyError, TypeError, AttributeError):
        raise UnreadableSubset(f"has a condition of type {kind} that is not of its form") from None
    except RecursionError:
        raise UnreadableSubset("is nested too deeply") from None


def _partitions(condition: Mapping[str, Any]) -> list[Slice]:
    return [
        Slice(_text(said["identifier"]) if said.get("identifier") is not None else None, _dimensions(said))
        for said in condition["partitions"]
    ]


def _dimensions(said: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((name, _text(value)) for name, value in said["dimensions"].items()))


def _locations(condition: Mapping[str, Any]) -> list[Slice]:
    return [Slice(location=_text(location)) for location in condition["locations"]]


def _compared(condition: Mapping[str, Any]) -> list[Slice]:
    """One field that equals one value; which side is which does not matter."""
    if condition["comparison"] != "EQUAL":
        raise UnreadableSubset(f"compares by {condition['comparison']}; only EQUAL names a slice")
    sides = {side["type"]: side for side in (condition["left"], condition["right"])}
    if sides.keys() != {"field", "literal"}:
        raise UnreadableSubset("compares something else than a field with a value")
    return [Slice(dimensions=((sides["field"]["field"], _text(sides["literal"]["value"])),))]


def _combined(condition: Mapping[str, Any]) -> list[Slice]:
    left, right = _slices(condition["left"]), _slices(condition["right"])
    if condition["operator"] == "OR":
        return [*left, *right]
    if condition["operator"] != "AND":
        raise UnreadableSubset(f"combines by {condition['operator']}; AND and OR are understood")
    if len(left) * len(right) > MOST_SLICES:
        raise UnreadableSubset(f"names more than {MOST_SLICES} slices")
    return [both for one in left for other in right if (both := _both(one, other))]


def _both(one: Slice, other: Slice) -> Slice | None:
    """What lies in both; None where they contradict each other."""
    if one.location or other.location or one.identifier or other.identifier:
        if one != other:
            raise UnreadableSubset("combines places or names by AND")
        return one
    together = dict(one.dimensions)
    for name, value in other.dimensions:
        if together.setdefault(name, value) != value:
            return None
    return Slice(dimensions=tuple(sorted(together.items())))


def _text(value: Any) -> str:
    """Numbers stand for what is written there, as 2013 does for a year."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise TypeError
    return str(value)


_READERS = {"partition": _partitions, "location": _locations, "compare": _compared, "binary": _combined}
