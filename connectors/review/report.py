"""What a check found, as every format tells it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePosixPath

from connectors.git.history import Comparison
from connectors.review.estates import Sides
from connectors.review.fail_on import FailOn
from connectors.review.subjects import subject_of
from graph_model.errors import Mistake
from graph_model.estate.entities import Estate
from graph_model.estate.review import Drift, Review, nothing_changes
from graph_model.impact.entities import Affected, Change, ChangeJob, ImpactReport, Verdict
from graph_model.lineage.entities import LineageEdge, LineageNode
from graph_model.names import Name

WORST_FIRST = (Verdict.BREAKS, Verdict.UNKNOWN, Verdict.RISKY, Verdict.SAFE)
_MOST_DRIFTED = 5


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a file of the head."""

    file: str
    line: int


@dataclass(frozen=True)
class Report:
    """`failure` not empty: nothing could be checked, and why; then there is nothing else. `places` are those of the
    changes, in their order; None where the head has none, because its file is gone.

    `mistakes` are the head's. `notes` say what to keep in mind about the answer, `files` are the estate files that were
    read.
    """

    base: str
    head: str
    failure: str = ""
    comparison: Comparison | None = None
    files: tuple[str, ...] = ()
    impact: ImpactReport = field(default_factory=nothing_changes)
    places: tuple[Place | None, ...] = ()
    mistakes: tuple[Mistake, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def counts(self) -> Mapping[Verdict, int]:
        """How many readers have each verdict, the worst first."""
        found = Counter(one.verdict for one in self.impact.affected)
        return {verdict: found[verdict] for verdict in WORST_FIRST}

    @property
    def is_complete(self) -> bool:
        """Whether there can be nobody else: everything was read, and followed to its end."""
        return not (self.failure or self.mistakes) and self.impact.is_complete

    def of(self, verdict: Verdict) -> tuple[Affected, ...]:
        return tuple(one for one in self.impact.affected if one.verdict is verdict)

    def fails(self, fail_on: FailOn) -> bool:
        """An answer that was cut off may leave anybody out, so that it counts as UNKNOWN."""
        if self.failure or self.mistakes:
            return True
        failing = failing_verdicts(fail_on)
        is_cut_off = not self.impact.is_complete and Verdict.UNKNOWN in failing
        return is_cut_off or any(one.verdict in failing for one in self.impact.affected)

    def place_of(self, affected: Affected) -> Place | None:
        """Where the change stands that `affected` is about; else where any stands."""
        change = self.cause_of(affected)
        found = self.places[self.impact.changes.index(change)] if change is not None else None
        return found or next((place for place in self.places if place), None)

    def cause_of(self, affected: Affected) -> Change | None:
        """The change that the path of `affected` starts from; None where that cannot be told."""
        start = self._start(affected)
        if start is None:
            return None
        column = (start.column or "").lower()
        candidates = self._changes_of.get(start.name, ())
        about = [change for change in candidates if subject_of(change).is_about(start.kind, start.name)]
        exact = (change for change in about if subject_of(change).column.lower() == column)
        return next(exact, next(iter(about), None))

    def way_of(self, affected: Affected) -> Iterator[tuple[LineageNode, LineageEdge | None]]:
        """The nodes of its path, each with the edge that leads on from it."""
        nodes = self._nodes
        for edge in affected.path:
            if edge.source in nodes:
                yield nodes[edge.source], edge
        if affected.path:
            yield nodes.get(affected.path[-1].target, affected.node), None

    def _start(self, affected: Affected) -> LineageNode | None:
        return self._nodes.get(affected.path[0].source) if affected.path else affected.node

    @cached_property
    def _changes_of(self) -> Mapping[Name | str, list[Change]]:
        found: dict[Name | str, list[Change]] = {}
        for change in self.impact.changes:
            found.setdefault(subject_of(change).name, []).append(change)
        return found

    @cached_property
    def _nodes(self) -> Mapping[str, LineageNode]:
        return {node.id: node for node in (*self.impact.nodes, *(one.node for one in self.impact.affected))}


def failing_verdicts(fail_on: FailOn) -> frozenset[Verdict]:
    order = [verdict.lower() for verdict in WORST_FIRST]
    return frozenset(WORST_FIRST[: order.index(fail_on) + 1])


def failed(base: str, head: str, failure: str) -> Report:
    """A check that could not be made: told like any other, so that nobody takes silence for a pass."""
    return Report(base, head, failure=failure)


def report_of(comparison: Comparison, sides: Sides, review: Review) -> Report:
    files = tuple(dict.fromkeys((*sides.before.files, *sides.after.files)))
    mistakes = tuple(dict.fromkeys((*sides.after.mistakes, *review.mistakes)))
    places = tuple(_place(change, sides) for change in review.changes)
    notes = tuple(_notes(comparison, sides, review))
    return Report(
        comparison.base.ref,
        comparison.head.ref,
        comparison=comparison,
        files=files,
        impact=review.impact,
        places=places,
        mistakes=mistakes,
        notes=notes,
    )


def _place(change: Change, sides: Sides) -> Place | None:
    """The line that declares what changes, of a job's SQL its file; where that is gone, the first line of the file that
    did declare it."""
    key = subject_of(change).key
    for estate in sides.after.estates:
        if key in estate.lines:
            return _sql_of(change, estate) or Place(estate.file, estate.lines[key])
    scope = next((estate.scope for estate in sides.before.estates if key in estate.lines), None)
    found = next((estate for estate in sides.after.estates if estate.scope == scope), None)
    return Place(found.file, 1) if found else None


def _sql_of(change: Change, estate: Estate) -> Place | None:
    if not isinstance(change, ChangeJob):
        return None
    file = next((job.executor.get("file") for job in estate.jobs if job.name == change.job), None)
    return Place(PurePosixPath(estate.file).parent.joinpath(file).as_posix(), 1) if file else None


def _notes(comparison: Comparison, sides: Sides, review: Review) -> Iterator[str]:
    for reason in review.impact.incomplete_reasons:
        yield f"the answer was cut off ({reason}): there may be more, and nobody is called safe"
    for mistake in dict.fromkeys((*sides.before.mistakes, *review.base_wrong)):
        yield f"the base has a mistake, so that what the graph holds of its scope was compared with: {mistake}"
    for drift in review.drift:
        yield _drifted(drift, comparison)
    yield from (f"scope {scope} is no longer declared: judged as if all of it went" for scope in sides.gone)
    for remark in review.remarks:
        yield f"{remark.name}: {remark.text}"


def _drifted(drift: Drift, comparison: Comparison) -> str:
    if drift.is_new:
        return f"scope {drift.scope} of the base was never applied to this graph: it was judged as if it were"
    told = [f"{change.action} {change.kind} {change.name}" for change in drift.changes[:_MOST_DRIFTED]]
    more = len(drift.changes) - len(told)
    return (
        f"the graph is not as {comparison.before.short} declares scope {drift.scope}: somebody applied something else, "
        f"or it was never applied. To be as the base it would {', '.join(told)}{f' and {more} more' if more else ''}"
    )
