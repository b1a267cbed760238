"""Which partitions of an input a job partition needs, and the other way round: pure calendar arithmetic."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, takewhile
from typing import Literal

from graph_model.errors import InvalidMapping
from graph_model.partitions.scheme import LIST, WHOLE, Every, Interval, PartitionScheme
from graph_model.partitions.units import Unit, fits_into

__all__ = ["LIST", "WHOLE", "Every", "Interval", "Mapping", "PartitionScheme", "Window", "parse_mapping", "read_window"]


@dataclass(frozen=True, slots=True)
class Mapping:
    """Which partitions of an input a job partition needs.

    `offsets`: from `first` to `last` steps from its own key, both included. `same` is 0..0, `previous 3` is -3..-1,
    `last 3` is -2..0. Step 0 is the same key if the input has it; step -n is the input's nth key before it, so steps
    count what the input has: business days, for an input that has only those.
    `all`: every partition of the input that lies in the job partition, such as the days of its month.
    `whole`: the one there is (the input has no partitions).
    """

    kind: Literal["offsets", "whole", "all"] = "offsets"
    first: int = 0
    last: int = 0

    def __str__(self) -> str:
        if self.kind != "offsets":
            return self.kind
        if self.first == self.last == 0:
            return "same"
        return f"last {1 - self.first}" if self.last == 0 else f"previous {-self.first}"

    @property
    def takes_several(self) -> bool:
        """Whether a job partition may get several partitions of the input."""
        return self.kind == "all" or self.first != self.last

    def needed(self, key: str, *, upstream: PartitionScheme, job: PartitionScheme) -> tuple[str, ...]:
        """The input partitions that job partition `key` needs, in their order; none before the first one."""
        if self.kind == "whole":
            return (WHOLE,)
        if self.kind == "all":
            return _inside(key, upstream, job)
        before = islice(upstream.earlier(key), -self.first) if self.first < 0 else ()
        found = [near for near in islice(before, max(-self.last - 1, 0), None) if upstream.has_begun(near)]
        return (*reversed(found), *((key,) if self.last == 0 and upstream.holds(key) else ()))

    def needing(self, key: str, *, upstream: PartitionScheme, job: PartitionScheme) -> tuple[str, ...]:
        """The job partitions that need input partition `key`, in their order: `needed`, turned round.

        Empty for `whole` unless the job has no partitions either: which job partitions exist is then known to the
        graph only.
        """
        if self.kind == "whole":
            return (WHOLE,) if job.every is None else ()
        if self.kind == "all":
            return _holding(key, upstream, job)
        if LIST in (job.every, upstream.every):
            return tuple(own for own in job.keys if key in self.needed(own, upstream=upstream, job=job))
        own = (key,) if self.last == 0 and job.holds(key) else ()
        return (*own, *(found for found in self._later(key, upstream, job) if job.has_begun(found)))

    def _later(self, key: str, upstream: PartitionScheme, job: PartitionScheme) -> Iterator[str]:
        """The job's keys after `key` that have it at most -first, at least -last (but 1) of the input's keys back."""
        if self.first == 0:
            return iter(())
        nearest_step, farthest_step = max(-self.last, 1), -self.first
        steps = list(islice(upstream.later(key), farthest_step))
        after = key if nearest_step == 1 else steps[nearest_step - 2] if len(steps) > nearest_step - 2 else None
        if after is None:
            return iter(())
        latest = steps[-1] if len(steps) == farthest_step else None
        return takewhile(lambda own: latest is None or own <= latest, job.later(after))


@dataclass(frozen=True, slots=True)
class Window:
    """A mapping with the words it was written in. `unit` is what it counts (`day` in `previous 3 days`), `of` the
    slice that holds them (`month` in `all days of the month`); None where that is not said.
    """

    mapping: Mapping
    unit: str | None = None
    of: str | None = None


_UNIT = r"(hour|day|week|month|quarter|year)"
_STEPS = re.compile(rf"^(previous|last) (\d{{1,4}})(?: (?:(?:business )?{_UNIT}s?|partitions?))?$")
_ALL = re.compile(rf"^all(?: (?:business )?{_UNIT}s of the {_UNIT})?$")
_EXPECTED = "`same`, `whole`, `previous N days`, `last N days` or `all days of the month`"


def parse_mapping(text: str) -> Mapping:
    """`same`, `whole`, `previous N [days]` (without its own), `last N [days]` (with it) or `all [days of the month]`.

    Raises InvalidMapping.
    """
    return read_window(text).mapping


def read_window(text: str) -> Window:
    """As parse_mapping, with the units that the text names."""
    if text in ("same", "whole"):
        return Window(Mapping("whole" if text == "whole" else "offsets"))
    if found := _ALL.match(text):
        return Window(Mapping("all"), found[1], found[2])
    found = _STEPS.match(text)
    if not found or int(found[2]) < 1:
        raise InvalidMapping(text, _EXPECTED)
    count = int(found[2])
    mapping = Mapping("offsets", -count, -1) if found[1] == "previous" else Mapping("offsets", 1 - count, 0)
    return Window(mapping, found[3])


def _nested(upstream: PartitionScheme, job: PartitionScheme) -> tuple[Unit, Unit] | None:
    small, large = upstream.unit, job.unit
    return (small, large) if small and large and fits_into(small.name, large.name) else None


def _inside(key: str, upstream: PartitionScheme, job: PartitionScheme) -> tuple[str, ...]:
    units = _nested(upstream, job)
    if units is None or not job.holds(key):
        return ()
    index = units[1].index(key)
    return upstream.within(units[1].begin(index), units[1].begin(index + 1))


def _holding(key: str, upstream: PartitionScheme, job: PartitionScheme) -> tuple[str, ...]:
    units = _nested(upstream, job)
    if units is None or not upstream.holds(key):
        return ()
    own = units[1].key(units[1].at(units[0].begin(units[0].index(key))))
    return (own,) if job.holds(own) else ()
