"""Which partitions of an input a job partition needs, and the other way round: pure calendar arithmetic."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from graph_model.partitions.calendars import Calendar
from graph_model.partitions.scheme import WHOLE, PartitionScheme
from graph_model.partitions.slices import (
    Place,
    around,
    inside,
    lying_around,
    overlapping,
    picked,
    picking,
    shifted,
    shifting,
    taking_inside,
)
from graph_model.partitions.steps import stepped, stepping
from graph_model.partitions.units import UNITS, Unit, UnitName

Latest = Literal["latest", "latest before", "latest at or before"]
Kind = Literal["offsets", "whole", "all", "around", "pick", "earlier", "overlapping", "fixed"] | Latest
LATEST: tuple[Latest, ...] = ("latest", "latest before", "latest at or before")


@dataclass(frozen=True, slots=True, repr=False)
class Mapping:
    """Which partitions of an input a job partition needs.

    `offsets`: from `first` to `last` steps from its own key, both included. `same` is 0..0, `previous 3` is -3..-1,
    `last 3` is -2..0, `next 1` is 1..1. Step 0 is the same key if the input has it; step -n is the input's nth key
    before it, so steps count what the input has: business days, for an input that has only those, or those of
    `calendar`.
    `whole`: the one there is (the input has no partitions).
    `all`: every partition of the input that lies in the job partition, such as the days of its month; with `unit`, in
    the slices of that unit that lie `first` to `last` from the one around the job partition. Of a list, for a job
    without partitions, all keys.
    `around`: as offsets, from the longer slice of the input (`unit`) in which the job partition lies.
    `pick`: the `nth` in the slice of `unit` that lies `first` from the one around the job partition.
    `earlier`: the key of the time that lies -`first` of `unit` earlier.
    `overlapping`: what has a moment in common.
    `fixed`: partition `key`, for every job partition.
    `latest`: the newest that is there, perhaps `before` the own key or `at or before` it: which one that is, only the
    graph knows.
    """

    kind: Kind = "offsets"
    first: int = 0
    last: int = 0
    unit: UnitName | None = None
    nth: int = 0
    key: str = ""
    calendar: Calendar | None = None

    def __repr__(self) -> str:
        """Part of what wiring is made from: what a mapping does not say is left out."""
        said = {"unit": self.unit, "nth": self.nth, "key": self.key, "calendar": self.calendar}
        more = "".join(f", {name}={value!r}" for name, value in said.items() if value)
        return f"Mapping(kind={self.kind!r}, first={self.first}, last={self.last}{more})"

    def __str__(self) -> str:
        return f"{_worded(self)} by {self.calendar.name}" if self.calendar else _worded(self)

    @property
    def text(self) -> str:
        """As `str`, with all days on which a calendar is closed, so that it can be read anywhere."""
        return f"{self}; closed {' '.join(self.calendar.closed)}" if self.calendar else str(self)

    @property
    def takes_several(self) -> bool:
        """Whether a job partition may get several partitions of the input."""
        if self.kind in ("all", "overlapping"):
            return True
        return self.kind in ("offsets", "around") and self.first != self.last

    @property
    def serves_all(self) -> bool:
        """Whether one partition of the input may serve every job partition, so that who needs it is known to the graph
        only."""
        return self.kind in ("whole", "fixed", *LATEST)

    @property
    def looks_back(self) -> bool:
        """Whether all that it takes lies strictly before the job partition."""
        if self.kind in LATEST:
            return self.kind == "latest before"
        return self.kind not in ("whole", "fixed", "overlapping") and self.last < 0

    def needed(self, key: str, *, upstream: PartitionScheme, job: PartitionScheme) -> tuple[str, ...]:
        """The input partitions that job partition `key` needs, in order; none before the first one, and none of the
        latest.
        """
        if self.kind == "whole":
            return (WHOLE,)
        if self.kind == "fixed":
            return (self.key,) if upstream.holds(self.key) else ()
        if self.kind in LATEST:
            return ()
        if self.kind == "offsets":
            found = stepped(key, self.first, self.last, self._counted(upstream))
            return tuple(filter(upstream.holds, found)) if self.calendar else found
        return self._needed_beside(key, upstream, job)

    def needing(self, key: str, *, upstream: PartitionScheme, job: PartitionScheme) -> tuple[str, ...]:
        """The job partitions that need input partition `key`, in their order: `needed`, turned round.

        Empty where one serves all, unless the job has no partitions either: which job partitions exist is then known
        to the graph only.
        """
        if self.serves_all:
            return (WHOLE,) if job.every is None and (self.kind != "fixed" or key == self.key) else ()
        if self.kind == "offsets":
            counted = self._counted(upstream)
            return stepping(key, self.first, self.last, counted, job) if upstream.holds(key) else ()
        return self._needing_beside(key, upstream, job)

    def _needed_beside(self, key: str, upstream: PartitionScheme, job: PartitionScheme) -> tuple[str, ...]:
        if self.kind == "all":
            if job.every is None:
                return upstream.keys
            return inside(key, self._unit(job), (self.first, self.last), upstream, job)
        if self.kind == "around":
            return around(key, (self.first, self.last), upstream, job)
        if self.kind == "pick":
            found = picked(key, self._unit(job), Place(self.first, self.nth), self._counted(upstream), job)
            return tuple(filter(upstream.holds, found))
        if self.kind == "earlier":
            return shifted(key, self._unit(job), -self.first, upstream, job)
        return overlapping(key, job, upstream)

    def _needing_beside(self, key: str, upstream: PartitionScheme, job: PartitionScheme) -> tuple[str, ...]:
        if self.kind == "all":
            if job.every is None:
                return (WHOLE,) if upstream.holds(key) else ()
            return taking_inside(key, self._unit(job), (self.first, self.last), upstream, job)
        if self.kind == "around":
            return lying_around(key, (self.first, self.last), upstream, job)
        if self.kind == "pick":
            counted = self._counted(upstream)
            return (
                picking(key, self._unit(job), Place(self.first, self.nth), counted, job) if upstream.holds(key) else ()
            )
        if self.kind == "earlier":
            return shifting(key, self._unit(job), -self.first, upstream, job)
        return overlapping(key, upstream, job)

    def _unit(self, job: PartitionScheme) -> Unit | None:
        return UNITS[self.unit] if self.unit else job.unit

    def _counted(self, upstream: PartitionScheme) -> PartitionScheme:
        """The keys that steps go over."""
        return replace(upstream, calendar=self.calendar, start=None) if self.calendar else upstream


def _worded(mapping: Mapping) -> str:
    kind, unit = mapping.kind, mapping.unit
    if kind == "offsets":
        return _steps(mapping.first, mapping.last)
    if kind == "around":
        own = mapping.first == mapping.last == 0
        return f"the {unit}" if own else f"{_steps(mapping.first, mapping.last)} {unit}s around"
    if kind == "all" and unit:
        return f"all of the {_period(mapping)}"
    if kind == "pick":
        return f"{_ordinal(mapping.nth)} of the {_period(mapping)}"
    if kind == "earlier":
        return f"{-mapping.first} {unit}{'s' if mapping.first < -1 else ''} earlier"
    return f"partition {mapping.key}" if kind == "fixed" else kind


def _steps(first: int, last: int) -> str:
    if first == last == 0:
        return "same"
    if last == 0:
        return f"last {1 - first}"
    if last == -1:
        return f"previous {-first}"
    return f"next {last}" if first == 1 else f"from {first} to {last}"


def _period(mapping: Mapping) -> str:
    first, last, unit = mapping.first, mapping.last, mapping.unit
    if first == last and first in (-1, 0, 1):
        return f"{('', 'next ', 'previous ')[first]}{unit}"
    return f"{_steps(first, last)} {unit}s"


def _ordinal(nth: int) -> str:
    if nth in (1, -1):
        return "first" if nth == 1 else "last"
    count = abs(nth)
    ending = "th" if count % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(count % 10, "th")
    return f"{count}{ending}{' last' if nth < 0 else ''}"
