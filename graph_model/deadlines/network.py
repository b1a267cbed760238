"""Runs time through a network of steps, many times at once: when each is over, and how much time it has to spare.

The 95 % point of a path is not the sum of the 95 % points of its steps: that all of them are slow at once hardly ever
happens. So each step gets 199 durations, its quantiles at equal distances in an order of its own, and 199 histories of
the whole network are computed side by side. The orders follow from the ids alone: two computations of one network
differ only where it differs, and a later input never makes anything earlier in any history.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from graph_model.deadlines.draws import HISTORIES, at_once, draw
from graph_model.deadlines.spread import Spread
from graph_model.deadlines.waves import Block, Edges, Floats, Places, in_waves

EARLY, LIKELY, LATE = 9, 99, 189
NEVER = float("inf")
AT_ANY_TIME = -NEVER
IN_THE_END = 3.0e10
"""Infinity minus infinity would be nothing at all: what is never over is over in a thousand years."""
_FEW = 16


class Step(NamedTuple):
    """Something that begins when what it comes `after` (places in the network) is over, and not before `release`.

    `takes` are the durations that it adds up, one after the other. `enough`: so many of `after` are enough; None: all
    must be over. `only_then`: it begins at its release or, where that finds it still waiting, never. `blocked`: it does
    not come to its end by itself. All times are seconds from the moment of the forecast.
    """

    id: str
    after: tuple[int, ...] = ()
    takes: tuple[Spread, ...] = ()
    release: float = 0.0
    enough: int | None = None
    only_then: bool = False
    blocked: bool = False

    @property
    def width(self) -> int:
        """How many of `after` must be over."""
        return len(self.after) if self.enough is None else min(self.enough, len(self.after))


@dataclass(frozen=True, slots=True)
class Course:
    """Steps in the order of time, and how long each takes: what several computations of one network share."""

    steps: Sequence[Step]
    durations: Floats
    edges: Edges
    blocks: Sequence[Block]

    def run(self, releases: Sequence[float] | None = None) -> Times:
        """When each step is over. `releases`: in place of those of the steps."""
        given = [step.release for step in self.steps] if releases is None else releases
        blocked = np.fromiter((step.blocked for step in self.steps), dtype=bool, count=len(self.steps))
        release = np.where(blocked, NEVER, np.asarray(given, dtype=np.float64))
        only_then = np.fromiter((step.only_then for step in self.steps), dtype=bool, count=len(self.steps))
        ends = np.full((len(self.steps), HISTORIES), NEVER)
        for block in self.blocks:
            begin = np.maximum(_over(ends, block), release[block.places][:, None])
            if (strict := only_then[block.places]).any():
                late = begin[strict] > release[block.places[strict]][:, None]
                begin[strict] = np.where(late, NEVER, begin[strict])
            ends[block.places] = begin + self.durations[block.places]
        return Times(self, release, ends)


@dataclass(frozen=True, slots=True)
class Times:
    """`ends`: a row for each step, a column for each history."""

    course: Course
    release: Floats
    ends: Floats
    _waited: dict[int, int | None] = field(default_factory=dict)

    @property
    def steps(self) -> Sequence[Step]:
        return self.course.steps

    def ends_of(self, each: Sequence[Sequence[int]]) -> Floats:
        """When the last of some steps is over, in each history; a row for each of some. Of no steps: at any time."""
        found = np.full((len(each), HISTORIES), AT_ANY_TIME)
        for row, places in zip(found, each, strict=True):
            if places:
                self.ends[list(places)].max(axis=0, out=row)
        return found

    def path_to(self, places: Sequence[int]) -> tuple[int, ...]:
        """The steps that decide when the last of `places` is over, in their order: backwards from the one that is last
        in most histories, each time what it waited for in most of them. It begins with what waits for no other."""
        found, at = list[int](), self._decides(places, len(places))
        while at is not None:
            found.append(at)
            at = self._waited_for(at)
        return tuple(reversed(found))

    def _waited_for(self, at: int) -> int | None:
        """The one that a step waits for; None, where in most histories something else keeps it longer."""
        if at not in self._waited:
            step = self.steps[at]
            decides = self._decides(step.after, step.width)
            kept = decides is None or step.only_then or (self.ends[decides] < self.release[at]).mean() > 0.5
            self._waited[at] = None if kept else decides
        return self._waited[at]

    def _decides(self, among: Sequence[int], width: int) -> int | None:
        """The step that is the `width`-th to be over, in most histories."""
        if not among:
            return None
        ends = self.ends[list(among)]
        deciding = ends.argmax(axis=0) if width == len(among) else np.argsort(ends, axis=0, kind="stable")[width - 1]
        return among[int(np.bincount(deciding, minlength=len(among)).argmax())]


def prepare(steps: Sequence[Step]) -> Course:
    """The steps may be in any order."""
    edges = Edges.of([step.after for step in steps])
    enough = np.fromiter((step.width for step in steps), dtype=np.intp, count=len(steps))
    return Course(steps, draw(steps), edges, in_waves(edges, enough) if len(steps) else [])


def run_through(steps: Sequence[Step]) -> Times:
    """When each step is over. They may be in any order; one that is part of a circle never is."""
    return prepare(steps).run()


def latest_ends(times: Times, limits: Sequence[tuple[int, float]]) -> Floats:
    """When each step must be over at the latest, in each history, so that no step in `limits` is over after its limit;
    infinity where nothing depends on it.

    Where some of several are enough, those that are over first keep the time of the others: nobody counts on it that
    another steps in.
    """
    latest = np.full(times.ends.shape, NEVER)
    for at, limit in limits:
        np.minimum(latest[at], limit, out=latest[at])
    begin = np.full(times.ends.shape, NEVER)
    chosen = _chosen(times)
    for block in _backwards(times.course):
        rows = np.minimum(latest[block.places], _first_begin(begin, times, block, chosen))
        latest[block.places] = rows
        begin[block.places] = rows - times.course.durations[block.places]
        for place in chosen.only_then.intersection(block.places.tolist()):
            begin[place] = np.where(np.isfinite(latest[place]), times.release[place], NEVER)
    return latest


def _first_begin(begin: Floats, times: Times, block: Block, chosen: _Chosen) -> Floats:
    """When the first of what comes after each step of a block must begin."""
    count, width = block.others.shape
    if not chosen.until and width > _FEW:
        return np.stack([begin[row].min(axis=0) for row in block.others])
    found = np.full((count, HISTORIES), NEVER)
    for column in block.others.T:
        wanted = begin[column]
        for row, until in chosen.crossings(column):
            # Only where this one is among the first that are enough.
            wanted[row] = np.where(times.ends[block.places[row]] <= until, wanted[row], NEVER)
        np.minimum(found, wanted, out=found)
    return found


@dataclass(frozen=True, slots=True)
class _Chosen:
    """`until`: of each step that some of several are enough for, when enough of them are over, in each history."""

    until: dict[int, Floats]
    only_then: frozenset[int]

    def crossings(self, column: Places) -> list[tuple[int, Floats]]:
        if not self.until:
            return []
        return [(row, self.until[at]) for row, at in enumerate(column.tolist()) if at in self.until]


def _chosen(times: Times) -> _Chosen:
    until: dict[int, Floats] = {}
    for block in times.course.blocks:
        if not block.needs_all:
            until.update(zip(block.places.tolist(), _over(times.ends, block), strict=True))
    return _Chosen(until, frozenset(at for at, step in enumerate(times.steps) if step.only_then))


def _backwards(course: Course) -> list[Block]:
    """What nothing comes after, then what only that comes after, and so on."""
    seen = np.zeros(len(course.steps), dtype=bool)
    for block in course.blocks:
        seen[block.places] = True
    return in_waves(course.edges.turned_round(without=np.flatnonzero(~seen))) if len(course.steps) else []


def _over(ends: Floats, block: Block) -> Floats:
    """When enough of what each row of a block comes after is over."""
    count, width = block.others.shape
    if not width:
        return np.full((count, HISTORIES), AT_ANY_TIME)
    if not block.needs_all:
        return np.partition(ends[block.others], block.enough - 1, axis=1)[:, block.enough - 1]
    if width > _FEW:
        return np.stack([ends[row].max(axis=0) for row in block.others])
    found = ends[block.others[:, 0]]
    for column in block.others.T[1:]:
        np.maximum(found, ends[column], out=found)
    return found


def quantiles(rows: Floats, *, less: Floats | None = None) -> Floats:
    """The 5, 50 and 95 % points of each row, or of what each is more than the same row of `less`."""
    found = np.empty((len(rows), 3))
    for some in at_once(len(rows)):
        values = rows[some] if less is None else rows[some] - less[some].clip(max=IN_THE_END)
        # All of a row in order is found sooner than three places of it.
        found[some] = np.sort(values, axis=1)[:, (EARLY, LIKELY, LATE)]
    return found
