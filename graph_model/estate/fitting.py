"""Whether a window fits the slices that it joins, and what is meant where its words leave that open."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple, cast

from graph_model.errors import InvalidPartition
from graph_model.partitions.rules import LIST, Mapping, PartitionScheme, Window
from graph_model.partitions.scheme import shortened
from graph_model.partitions.units import UnitName, fits_into

WHOLE_INPUT = Mapping("whole")
SAME = Mapping()
Problem = tuple[str, str | None]
"""What is wrong, after the name of the input, and the mend."""

_LISTED_KINDS = ("all", "fixed", "latest")
"""What a job without partitions may take of an input that has some."""


class Join(NamedTuple):
    """A mapping with the slices that it joins."""

    mapping: Mapping
    upstream: PartitionScheme
    scheme: PartitionScheme


def resolved(window: Window, upstream: PartitionScheme, scheme: PartitionScheme) -> Mapping:
    """`previous 2 months` of a job by day steps from the month around the day; `all days of the month` of such a job
    are those of that month.
    """
    mapping = window.mapping
    if mapping.kind == "offsets" and window.unit == upstream.every and _lies_in(scheme.every, upstream.every):
        return replace(mapping, kind="around", unit=cast("UnitName", window.unit))
    if mapping.kind == "all" and window.of != scheme.every and _lies_in(scheme.every, window.of):
        return replace(mapping, unit=cast("UnitName", window.of))
    return mapping


def mapping_problem(mapping: Mapping, upstream: PartitionScheme, scheme: PartitionScheme) -> Problem | None:
    """Why `mapping` cannot join an input sliced as `upstream` to a job sliced as `scheme`, and the mend; else None."""
    if upstream.every is None:
        return None if mapping == WHOLE_INPUT else ("has no partitions, so it has no window", "leave the window out")
    if mapping == WHOLE_INPUT:
        return f"has {sliced(upstream)}, so there is no whole of it", "write `window: last N`"
    if mapping.calendar and (problem := _calendar_problem(mapping, upstream)):
        return problem
    if scheme.every is None:
        return _unsliced_problem(mapping, upstream)
    return _PROBLEMS[mapping.kind](Join(mapping, upstream, scheme))


def _calendar_problem(mapping: Mapping, upstream: PartitionScheme) -> Problem | None:
    if mapping.kind not in ("offsets", "pick"):
        return f"has a calendar, but its window `{mapping}` counts no business days", "leave the calendar out"
    if upstream.every != "day":
        return f"has {sliced(upstream)}, so a calendar counts none of them", "leave the calendar out"
    return None


def _unsliced_problem(mapping: Mapping, upstream: PartitionScheme) -> Problem | None:
    unlike = f"has {sliced(upstream)}, but the job has no partitions"
    if mapping.kind not in _LISTED_KINDS:
        return unlike, "give both the same `every`, or write `window: latest` or `window: partition KEY`"
    if mapping.kind == "all" and upstream.every != LIST:
        return unlike, "only a list has all of its partitions at one time"
    return _fixed_problem(Join(mapping, upstream, upstream)) if mapping.kind == "fixed" else None


def _steps_problem(join: Join) -> Problem | None:
    unlike = _unlike(join.upstream, join.scheme)
    if join.upstream.every != join.scheme.every:
        return unlike, _mend(join.upstream, join.scheme)
    if join.upstream.every == LIST and not set(join.upstream.keys) & set(join.scheme.keys):
        return f"{unlike}: they share no key", "give both the same `keys`"
    return _clock_problem(join.upstream, join.scheme, unlike)


def _inside_problem(join: Join) -> Problem | None:
    """The slices of the input lie in those of a unit, and so does that of the job."""
    unit = join.mapping.unit or join.scheme.every
    if not _lies_in(join.upstream.every, unit) or not (unit == join.scheme.every or _lies_in(join.scheme.every, unit)):
        word = "`all` is" if join.mapping.kind == "all" else "`of the` is"
        return _unlike(join.upstream, join.scheme), f"{word} for shorter slices, each inside of one longer one"
    return _clock_problem(join.upstream, join.scheme, _unlike(join.upstream, join.scheme))


def _around_problem(join: Join) -> Problem | None:
    unlike = _unlike(join.upstream, join.scheme)
    if join.mapping.unit != join.upstream.every:
        return unlike, _mend(join.upstream, join.scheme)
    if not _lies_in(join.scheme.every, join.upstream.every):
        return unlike, "`the` is for longer slices, each around shorter ones"
    return _clock_problem(join.upstream, join.scheme, unlike)


def _earlier_problem(join: Join) -> Problem | None:
    if join.upstream.every != join.scheme.every or not join.scheme.unit:
        return _unlike(join.upstream, join.scheme), "`earlier` is for the same `every` on both sides"
    if join.mapping.unit != join.upstream.every and not _lies_in(join.upstream.every, join.mapping.unit):
        return f"has {sliced(join.upstream)}, which lie in no {join.mapping.unit}", f"count {join.upstream.every}s"
    return _clock_problem(join.upstream, join.scheme, _unlike(join.upstream, join.scheme))


def _overlapping_problem(join: Join) -> Problem | None:
    if join.upstream.unit and join.scheme.unit:
        return None
    return _unlike(join.upstream, join.scheme), "only slices of time overlap"


def _fixed_problem(join: Join) -> Problem | None:
    try:
        join.upstream.check(join.mapping.key)
    except InvalidPartition as error:
        return f"has no such partition: {error}", None
    return None


def _latest_problem(join: Join) -> Problem | None:
    if join.mapping.kind != "latest" and (join.upstream.unit is None) != (join.scheme.unit is None):
        return _unlike(join.upstream, join.scheme), "write `window: latest`: they have no order in common"
    return None


_PROBLEMS = {
    "offsets": _steps_problem,
    "all": _inside_problem,
    "pick": _inside_problem,
    "around": _around_problem,
    "earlier": _earlier_problem,
    "overlapping": _overlapping_problem,
    "fixed": _fixed_problem,
    "latest": _latest_problem,
    "latest before": _latest_problem,
    "latest at or before": _latest_problem,
}


def _mend(upstream: PartitionScheme, scheme: PartitionScheme) -> str:
    """How an input of another rhythm is read."""
    if _lies_in(upstream.every, scheme.every):
        return f"write `window: all {upstream.every}s of the {scheme.every}`"
    if _lies_in(scheme.every, upstream.every):
        return f"write `window: the {upstream.every} of the {scheme.every}`"
    if upstream.unit and scheme.unit:
        return f"give both the same `every`, or write `window: overlapping {upstream.every}s`"
    return "give both the same `every`"


def _clock_problem(upstream: PartitionScheme, scheme: PartitionScheme, unlike: str) -> Problem | None:
    """Dates are the same everywhere; hours are not."""
    if "hour" in (upstream.every, scheme.every) and upstream.timezone != scheme.timezone:
        mend = f"give both the same `timezone`, or write `window: overlapping {upstream.every}s`"
        return unlike, f"hours follow one clock: {mend}"
    return None


def wrong_words(window: Window, mapping: Mapping, upstream: PartitionScheme, scheme: PartitionScheme) -> Problem | None:
    """Where the units that a window names are not those that it counts."""
    if window.unit and window.unit != upstream.every:
        return _miscounted(window, upstream, scheme)
    if window.business and not (upstream.calendar or mapping.calendar):
        mend = "count days, or add `calendar: NAME` to the input"
        return f"the window counts business days, but the input has {sliced(upstream)}", mend
    around = mapping.unit if mapping.kind in ("all", "pick") and mapping.unit else scheme.every
    if window.of and window.of != around:
        return f"the window is of the {window.of}, but the job has {sliced(scheme)}", f"write `of the {scheme.every}`"
    return None


def _miscounted(window: Window, upstream: PartitionScheme, scheme: PartitionScheme) -> Problem:
    stepping = window.mapping.kind == "offsets"
    other = f"job has {sliced(scheme)}" if stepping else f"input has {sliced(upstream)}"
    mend = "count partitions" if upstream.every == LIST else f"count {upstream.every}s"
    if stepping and window.mapping.last < 0 and _lies_in(upstream.every, window.unit):
        earlier = Mapping("earlier", window.mapping.first, unit=cast("UnitName", window.unit))
        mend = f"{mend}, or write `{earlier}`"
    return f"the window counts {window.unit}s, but the {other}", mend


def _unlike(upstream: PartitionScheme, scheme: PartitionScheme) -> str:
    return f"has {sliced(upstream)}, but the job has {sliced(scheme)}"


def _lies_in(small: str | None, large: str | None) -> bool:
    return fits_into(small or "", large or "")


def sliced(scheme: PartitionScheme) -> str:
    if scheme.every is None:
        return "no partitions"
    if scheme.every == LIST:
        return f"the partitions {shortened(scheme.keys)}"
    rhythm = f"business day of {scheme.calendar.name}" if scheme.calendar else scheme.every
    clock = "" if scheme.timezone == "UTC" else f" in {scheme.timezone}"
    return f"partitions by {rhythm}{clock}" + (f" from {scheme.start}" if scheme.start else "")
