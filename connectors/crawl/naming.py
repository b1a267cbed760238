"""What the path of a file says: the dataset it belongs to, and which partition of it. Pure.

A date, an hour or a month in the path is a partition; so is what stands in a level like `region=emea`. What is left
when they are taken out is the same for all files of a dataset.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import PurePosixPath

DATE, PART = "{date}", "{part}"


@dataclass(frozen=True, slots=True)
class Shape:
    """`template` is the path with `{date}` for its date, `{NAME}` for a level `NAME=…`, `{part}` for the number of a
    part. `key` is the partition as an estate spells it, by `every`; `is_spelled_so`: the path spells it so, too, and in
    one place. `levels` are the values of levels that are no dates.
    """

    template: str
    every: str | None = None
    key: str = ""
    is_spelled_so: bool = True
    levels: dict[str, str] = field(default_factory=dict, hash=False)

    @property
    def is_part(self) -> bool:
        return PART in self.template


@dataclass(frozen=True, slots=True)
class _Date:
    """One way to write a date: `text` finds it, `key` spells what was found as an estate does."""

    every: str
    text: re.Pattern[str]
    key: Callable[[re.Match[str]], str]


def _pattern(text: str) -> re.Pattern[str]:
    """Digits beside it would make it part of another number."""
    return re.compile(rf"(?<!\d){text}(?!\d)")


_Y, _M, _D = r"(19\d\d|20\d\d)", r"(0[1-9]|1[0-2])", r"(0[1-9]|[12]\d|3[01])"
_HOUR = r"([01]\d|2[0-3])"
_DATES = (
    _Date("hour", _pattern(rf"{_Y}-{_M}-{_D}T{_HOUR}"), lambda m: f"{m[1]}-{m[2]}-{m[3]}T{m[4]}"),
    _Date("hour", _pattern(rf"{_Y}{_M}{_D}[T_-]?{_HOUR}"), lambda m: f"{m[1]}-{m[2]}-{m[3]}T{m[4]}"),
    _Date("day", _pattern(rf"{_Y}([-_.]?){_M}\2{_D}"), lambda m: f"{m[1]}-{m[3]}-{m[4]}"),
    _Date("week", _pattern(rf"{_Y}-?W(0[1-9]|[1-4]\d|5[0-3])"), lambda m: f"{m[1]}-W{m[2]}"),
    _Date("quarter", _pattern(rf"{_Y}[-_]?[Qq]([1-4])"), lambda m: f"{m[1]}-Q{m[2]}"),
    _Date("month", _pattern(rf"{_Y}[-_.]{_M}(?![-_.]\d)"), lambda m: f"{m[1]}-{m[2]}"),
    _Date("year", re.compile(rf"^{_Y}$|(?<=[-_.]){_Y}$"), lambda m: m[1] or m[2]),
)
_LEVEL = re.compile(r"^([^\W\d]\w*)=(.+)$")
# A folder for each year, month and day, with or without the name of the level.
_FOLDERS = re.compile(
    rf"(?:^|(?<=/))(?:(?:year|y)=)?{_Y}/(?:(?:month|m)=)?(0?[1-9]|1[0-2])(?:/(?:(?:day|d)=)?(0?[1-9]|[12]\d|3[01]))?"
    r"(?:/(?:(?:hour|h)=)?([01]?\d|2[0-3]))?(?=/)"
)
# Names of files that say nothing about what is in them.
_SAY_NOTHING = ("data", "file", "part", "export", "output", "manifest", "content")
_PART = re.compile(r"^(part|chunk|file|data)[-_.]?\d[\w.=-]*$", re.IGNORECASE)


def shape_of(path: str) -> Shape:
    """What a path (below what is crawled, with `/`) says. The ending stays in the template, so formats never mix."""
    folders = _FOLDERS.search(path)
    if folders and _exists(folders):
        template = f"{path[: folders.start()]}{{year}}/…{path[folders.end() :]}"
        every, key = _key_of(folders)
        return _with_segments(template, every, key, spelled_so=False)
    return _with_segments(path, None, "", spelled_so=True)


def _with_segments(path: str, every: str | None, key: str, *, spelled_so: bool) -> Shape:
    parts, levels = path.split("/"), dict[str, str]()
    for position, part in enumerate(parts):
        is_file = position == len(parts) - 1
        stem, ending = _split(part) if is_file else (part, "")
        found = _dated(stem)
        if found:
            kind, spelled, start, end = found
            spelled_so = spelled_so and every is None and stem[start:end] == spelled
            stem = f"{stem[:start]}{DATE}{stem[end:]}"
            every, key = _finer((every, key), (kind, spelled))
        elif (level := _LEVEL.match(stem)) and not is_file:
            levels[level[1]] = level[2]
            stem = f"{level[1]}={{{level[1]}}}"
        elif is_file and _PART.match(stem):
            stem = PART
        parts[position] = stem + ending
    return Shape("/".join(parts), every, key, spelled_so, levels)


def _split(name: str) -> tuple[str, str]:
    """A file's name without its last ending. A dot in a date is none."""
    stem, dot, ending = name.rpartition(".")
    return (stem, f"{dot}{ending}") if stem else (name, "")


def _dated(text: str) -> tuple[str, str, int, int] | None:
    """Rhythm, key, and where it stands."""
    for way in _DATES:
        found = way.text.search(text)
        if found and _is_day(way.every, way.key(found)):
            return way.every, way.key(found), found.start(), found.end()
    return None


def _is_day(every: str, key: str) -> bool:
    if every not in ("day", "hour"):
        return True
    try:
        date.fromisoformat(key[:10])
    except ValueError:
        return False
    return True


def _exists(folders: re.Match[str]) -> bool:
    every, key = _key_of(folders)
    return _is_day(every, key)


def _key_of(folders: re.Match[str]) -> tuple[str, str]:
    year, month, day, hour = folders.groups()
    if day is None:
        return "month", f"{year}-{int(month):02}"
    key = f"{year}-{int(month):02}-{int(day):02}"
    return ("day", key) if hour is None else ("hour", f"{key}T{int(hour):02}")


_FINENESS = ("year", "quarter", "month", "week", "day", "hour")


def _finer(one: tuple[str | None, str], other: tuple[str, str]) -> tuple[str | None, str]:
    return one if one[0] and _FINENESS.index(one[0]) >= _FINENESS.index(other[0]) else other


def name_of(template: str) -> tuple[str, ...]:
    """The words that a dataset can be called by, the last and most telling first: what of its path is no partition."""
    path = PurePosixPath(template)
    told = [_told(_split(path.name)[0]), *(_told(folder) for folder in reversed(path.parts[:-1]))]
    words = [word for word in told if word]
    if words and words[0].lower() in _SAY_NOTHING:
        words = [*words[1:], words[0]]
    return tuple(words)


def _told(part: str) -> str:
    if _LEVEL.match(part) or part == "…":
        return ""
    bare = re.sub(r"\{[^}]*\}", "", part)
    return re.sub(r"[^\w.+-]+", "_", bare).strip("_.-+ ")
