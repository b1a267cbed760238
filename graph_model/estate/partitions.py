"""Reads how a dataset of an estate file is sliced: by a rhythm of local time, by a list of keys, on business days."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date
from typing import get_args
from zoneinfo import available_timezones

from graph_model.errors import InvalidPartition, Mistake, UnknownTimeZone
from graph_model.estate.drafts import Source
from graph_model.estate.files import read_beside
from graph_model.estate.sections import Said, Section
from graph_model.estate.vocabulary import EVERY, PARTITION_KEYS
from graph_model.estate.yaml_lines import Items
from graph_model.partitions.calendars import BadCalendarFile, Calendar, calendar_of, read_dates, read_ics
from graph_model.partitions.public_holidays import OtherWeekend, calendar_called, names
from graph_model.partitions.rules import LIST, Every, PartitionScheme
from graph_model.partitions.zones import zone

_READERS = {".ics": read_ics, ".txt": read_dates}
_KEY = re.compile(r"^[^\W_][\w.+=-]{0,99}$")
_KEY_MEND = "use letters, digits and `_ - . + =`, a letter or digit first"
MOST_KEYS = 10_000


def read_partitions(section: Section, source: Source) -> PartitionScheme | None:
    """What `partition` says; no partitions where it is missing. None when what is written is no scheme."""
    inner = section.section("partition", PARTITION_KEYS)
    if inner is None:
        return None if "partition" in section else PartitionScheme()
    told = len(source.mistakes.found)
    scheme = _listed(inner) if "keys" in inner else _timed(inner, source)
    return scheme if len(source.mistakes.found) == told else None


def _listed(inner: Section) -> PartitionScheme:
    for key in ("every", "from", "timezone", "calendar", "due_after"):
        if key in inner:
            inner.wrong(inner.line(key), f"{key} is for slices of time, and keys is a list", "keep one of them")
    found: dict[str, int] = {}
    for said in inner.texts("keys"):
        if said.value in found:
            inner.wrong(said.line, f"key {said.value} is written twice")
        elif not _KEY.match(said.value):
            inner.wrong(said.line, f"{said.value!r} is no key", _KEY_MEND)
        found[said.value] = said.line
    if not found and isinstance(inner.tree("keys"), Items):
        inner.wrong(inner.line("keys"), "keys is empty", "name the partitions: keys: [emea, us]")
    if len(found) > MOST_KEYS:
        inner.wrong(inner.line("keys"), f"keys has {len(found)} entries; {MOST_KEYS} are the most")
    return PartitionScheme(LIST, keys=tuple(found))


def _timed(inner: Section, source: Source) -> PartitionScheme | None:
    if "every" not in inner:
        inner.wrong(inner.start, "says neither every nor keys", "write every: day, or keys: [emea, us]")
        return None
    word = inner.word("every", EVERY)
    every: Every | None = next((known for known in get_args(Every) if known == word), None)
    timezone, calendar = read_timezone(inner), read_calendar(inner, source)
    if calendar and every not in ("day", None):
        message = f"a calendar says which days there are, but partitions are by {every}"
        inner.wrong(inner.line("calendar"), message, "write every: day")
        return None
    if every is None or timezone is None or ("calendar" in inner and calendar is None):
        return None
    scheme = PartitionScheme(every, timezone=timezone, calendar=calendar, due_after=inner.seconds("due_after") or 0.0)
    return _started(scheme, inner)


def _started(scheme: PartitionScheme, inner: Section) -> PartitionScheme | None:
    start = inner.text("from")
    if start is None:
        return scheme
    try:
        scheme.check(start.value)
    except InvalidPartition as error:
        inner.wrong(start.line, f"from: {error}")
        return None
    return PartitionScheme(
        scheme.every, start.value, timezone=scheme.timezone, calendar=scheme.calendar, due_after=scheme.due_after
    )


def read_timezone(inner: Section) -> str | None:
    said = inner.text("timezone")
    if said is None:
        return "UTC" if "timezone" not in inner else None
    try:
        zone(said.value)
    except UnknownTimeZone:
        message = f"{inner.what}: there is no time zone {said.value}"
        inner.mistakes.unknown(
            said.line, message, said.value, available_timezones(), otherwise="write a name such as Europe/Berlin"
        )
        return None
    return said.value


def read_calendar(inner: Section, source: Source) -> Calendar | None:
    """From a list of closed days, a file beside the estate, or by name; None, with a mistake, from anything else."""
    if isinstance(inner.tree("calendar"), Items):
        return _calendar_of_list(inner)
    said = inner.text("calendar")
    if said is None:
        return None
    read = next((read for suffix, read in _READERS.items() if said.value.endswith(suffix)), None)
    return _calendar_of_file(said, read, inner, source) if read else _calendar_called(said, inner)


def _calendar_of_list(inner: Section) -> Calendar | None:
    found = inner.texts("calendar")
    try:
        return calendar_of("its own days", [day for said in found for day in read_dates(said.value)])
    except BadCalendarFile as error:
        inner.wrong(inner.line("calendar"), f"calendar: {error}", "list the days without business: [2013-01-01, …]")
        return None


def _calendar_of_file(
    said: Said[str], read: Callable[[str], Iterable[date]], inner: Section, source: Source
) -> Calendar | None:
    text = read_beside(source, said, what=f"{inner.what}: calendar")
    if text is None:
        return None
    try:
        found = calendar_of(said.value, read(text))
    except BadCalendarFile as error:
        source.mistakes.found.append(Mistake(str(source.folder / said.value), error.line, error.problem))
        return None
    if not found.closed:
        inner.wrong(said.line, f"calendar {said.value} lists no weekday", "list the days without business, one a line")
    return found


def _calendar_called(said: Said[str], inner: Section) -> Calendar | None:
    known = names()
    if said.value in known:
        return _calendar_of_holidays(said, inner)
    inner.mistakes.unknown(
        said.line,
        f"{inner.what}: there is no calendar {said.value}",
        said.value,
        known,
        otherwise="name a file beside the estate (days.ics, or days.txt with one date a line), or list the days",
    )
    return None


def _calendar_of_holidays(said: Said[str], inner: Section) -> Calendar | None:
    start = inner.text("from")
    year = start.value[:4] if start else ""
    try:
        return calendar_called(said.value, since=int(year) if year.isdigit() else None)
    except OtherWeekend as error:
        inner.wrong(
            said.line, f"calendar: {error}", "list the days without business in a file, or use every: day alone"
        )
        return None
