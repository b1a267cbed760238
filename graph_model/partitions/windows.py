"""The words in which a window is written, and in which the graph keeps it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import cast

from graph_model.errors import InvalidMapping
from graph_model.partitions.calendars import Calendar
from graph_model.partitions.mapping import LATEST, Mapping
from graph_model.partitions.units import UnitName


@dataclass(frozen=True, slots=True)
class Window:
    """A mapping with the words it was written in. `unit` is what it counts (`day` in `previous 3 days`), `of` the
    slice that holds them (`month` in `all days of the month`); None where that is not said. `business`: it counts
    business days.
    """

    mapping: Mapping
    unit: str | None = None
    of: str | None = None
    business: bool = False


_UNIT = r"(hour|day|week|month|quarter|year)"
_COUNTED = rf"(?: (?:(business) )?(?:{_UNIT}s?|partitions?))"
_STEPS = re.compile(rf"^(previous|last|next)(?: (\d{{1,4}}))?{_COUNTED}?( around)?$")
_FROM = re.compile(rf"^from (-?\d{{1,4}}) to (-?\d{{1,4}}){_COUNTED}?( around)?$")
_THE = re.compile(rf"^the {_UNIT}(?: of the {_UNIT})?$")
_OF_THE = rf" of the (?:(previous|last|next) (?:(\d{{1,4}}) )?)?{_UNIT}s?"
_ALL = re.compile(rf"^all{_COUNTED}?(?:{_OF_THE})?$")
_ALL_FROM = re.compile(rf"^all{_COUNTED}? of the from (-?\d{{1,4}}) to (-?\d{{1,4}}) {_UNIT}s$")
_PICK = re.compile(rf"^(first|last|(\d{{1,3}})(?:st|nd|rd|th)( last)?){_COUNTED}? of the (?:(previous|next) )?{_UNIT}$")
_EARLIER = re.compile(rf"^(\d{{1,4}}) {_UNIT}s? earlier$")
_OVERLAPPING = re.compile(rf"^overlapping{_COUNTED}?$")
_FIXED = re.compile(r"^partition (\S{1,100})$")
_CLOSED = re.compile(r"^(.*?) by (.*); closed ?([\d -]*)$")

_EXPECTED = (
    "`same`, `whole`, `previous N days`, `last N days` or `all days of the month`, or one of the others in "
    "docs/partitions.md"
)


def parse_mapping(text: str) -> Mapping:
    """As read_window, and what `Mapping.text` wrote. Raises InvalidMapping."""
    if kept := _CLOSED.match(text):
        return replace(read_window(kept[1]).mapping, calendar=Calendar(kept[2], tuple(kept[3].split())))
    return read_window(text).mapping


def read_window(text: str) -> Window:
    """What a window says, with the units that it names. Raises InvalidMapping."""
    if text == "same":
        return Window(Mapping())
    if text == "whole":
        return Window(Mapping("whole"))
    if text in LATEST:
        return Window(Mapping(LATEST[LATEST.index(text)]))
    for read in (_steps, _from_to, _the, _all, _all_from, _pick, _earlier, _overlapping, _fixed):
        found = read(text)
        if found:
            return found
    raise InvalidMapping(text, _EXPECTED)


def _steps(text: str) -> Window | None:
    found = _STEPS.match(text)
    if not found or found[2] == "0" or not (found[2] or (found[4] and found[1] != "last")):
        return None
    first, last = _reach(found[1], int(found[2] or 1))
    return _counting(first, last, found[3], found[4], around=found[5])


def _from_to(text: str) -> Window | None:
    found = _FROM.match(text)
    if not found or int(found[1]) > int(found[2]):
        return None
    return _counting(int(found[1]), int(found[2]), found[3], found[4], around=found[5])


def _counting(first: int, last: int, business: str | None, unit: str | None, *, around: str | None) -> Window | None:
    if around:
        return Window(Mapping("around", first, last, cast("UnitName", unit)), unit) if unit else None
    return Window(Mapping("offsets", first, last), unit, business=bool(business))


def _the(text: str) -> Window | None:
    found = _THE.match(text)
    return found and Window(Mapping("around", unit=cast("UnitName", found[1])), found[1], found[2])


def _all(text: str) -> Window | None:
    found = _ALL.match(text)
    if not found:
        return None
    first, last = _reach(found[3], int(found[4] or 1)) if found[3] else (0, 0)
    # `all days of the month` may be of the job's own month, or of the one around its day: only the schemes tell.
    unit = found[5] if found[3] or text.startswith("all of") else None
    return Window(Mapping("all", first, last, cast("UnitName | None", unit)), found[2], found[5], bool(found[1]))


def _all_from(text: str) -> Window | None:
    found = _ALL_FROM.match(text)
    if not found or int(found[3]) > int(found[4]):
        return None
    mapping = Mapping("all", int(found[3]), int(found[4]), cast("UnitName", found[5]))
    return Window(mapping, found[2], found[5], bool(found[1]))


def _pick(text: str) -> Window | None:
    found = _PICK.match(text)
    if not found or found[2] == "0":
        return None
    nth = (-1 if found[3] else 1) * int(found[2]) if found[2] else 1 if found[1] == "first" else -1
    step = {"previous": -1, "next": 1}.get(found[6], 0)
    mapping = Mapping("pick", step, step, cast("UnitName", found[7]), nth)
    return Window(mapping, found[5], found[7], bool(found[4]))


def _earlier(text: str) -> Window | None:
    found = _EARLIER.match(text)
    if not found or int(found[1]) < 1:
        return None
    return Window(Mapping("earlier", -int(found[1]), -int(found[1]), cast("UnitName", found[2])))


def _overlapping(text: str) -> Window | None:
    found = _OVERLAPPING.match(text)
    return found and Window(Mapping("overlapping"), found[2])


def _fixed(text: str) -> Window | None:
    found = _FIXED.match(text)
    return found and Window(Mapping("fixed", key=found[1]))


def _reach(word: str, count: int) -> tuple[int, int]:
    return {"previous": (-count, -1), "last": (1 - count, 0), "next": (1, count)}[word]
