"""Which partitions are there, which came late, and which should be there and are not."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice, takewhile

from graph_model.datasets.entities import PartitionOverview
from graph_model.datasets.repository import overview_of
from graph_model.errors import InvalidInput
from graph_model.names import partition_id
from graph_model.pages import Page, cut
from graph_model.partitions.scheme import LIST, PartitionScheme
from graph_model.store.graph import Graph
from graph_model.versions.entities import GONE

BATCH = 1000
FIRST_KNOWN = 50
MOST_LOOKED_AT = 100_000
MISSING = "MISSING"


@dataclass(frozen=True, slots=True)
class PartitionStatus:
    """`due` is when it is expected; None: at any time, or never, for a key that its dataset no longer has.

    `is_gap`: it should be there by now, and readers get nothing; what has expired is none. `is_late`: its first good
    version came after `due`.
    """

    overview: PartitionOverview
    due: datetime | None
    is_gap: bool
    is_late: bool

    @property
    def key(self) -> str:
        return self.overview.key

    @property
    def state(self) -> str:
        """PUBLISHED if readers get a version, else the state of the newest one; MISSING without any."""
        if self.overview.current:
            return "PUBLISHED"
        return str(self.overview.newest_state.value) if self.overview.newest_state else MISSING


def judge(overview: PartitionOverview, scheme: PartitionScheme, now: datetime) -> PartitionStatus:
    """What `overview` means at `now` for a dataset that is sliced by `scheme`."""
    due = due_of(overview, scheme)
    is_over = due is None or due <= now
    is_gap = overview.current is None and is_over and overview.newest_state not in GONE and scheme.holds(overview.key)
    return PartitionStatus(overview, due, is_gap, came_late(overview, due))


def due_of(overview: PartitionOverview, scheme: PartitionScheme) -> datetime | None:
    return scheme.due(overview.key) if scheme.holds(overview.key) else None


def came_late(overview: PartitionOverview, due: datetime | None) -> bool:
    """Whether readers got a first good version only after it was due."""
    came = overview.first_published
    return due is not None and came is not None and came > due


def partition_statuses(
    graph: Graph,
    dataset_id: str,
    scheme: PartitionScheme,
    *,
    gaps: bool = False,
    start: str | None = None,
    end: str | None = None,
    first: int = 50,
    after: str | None = None,
) -> Page[PartitionStatus]:
    """One page of a dataset's partitions, newest first; those of a list in its order.

    Listed is what should be there by the graph's clock, from the first partition on (the declared one, else the first
    that was ever reported), and with it, unless only `gaps` are asked for, whatever else was reported. `start` and
    `end` are the first and last key to list, `after` is the last one of the page before. Raises InvalidPartition, and
    InvalidInput when nothing is found among very many.
    """
    now: datetime = graph.rows("doctor.clock")[0]["now"]
    for bound in (start, end):
        _check_bound(scheme, bound)
    keys = _keys(graph, dataset_id, scheme, now, gaps=gaps, bounds=(start, end, after))
    found = (judge(overview, scheme, now) for overview in _overviews(graph, dataset_id, _limited(keys)))
    return cut(list(islice((status for status in found if status.is_gap or not gaps), first + 1)), first)


def _check_bound(scheme: PartitionScheme, bound: str | None) -> None:
    """A bound need not exist as a partition: it may be a day without business."""
    if bound is None:
        return
    if scheme.unit:
        scheme.unit.index(bound)
    else:
        scheme.check(bound)


def _keys(
    graph: Graph,
    dataset_id: str,
    scheme: PartitionScheme,
    now: datetime,
    *,
    gaps: bool,
    bounds: tuple[str | None, str | None, str | None],
) -> Iterator[str]:
    start, end, after = bounds
    if scheme.unit is None:
        known = () if gaps or start or end else _known(graph, dataset_id, None)
        return _in_declared_order(scheme, start, end, after, known)
    following = next(scheme.later(end), None) if end else None
    before = min((key for key in (after, following) if key), default=None)
    expected = _expected(graph, dataset_id, scheme, now, before)
    known = iter(()) if gaps else _known(graph, dataset_id, before)
    merged = _each_once(heapq.merge(expected, known, reverse=True))
    return takewhile(lambda key: start is None or key >= start, merged)


def _expected(
    graph: Graph, dataset_id: str, scheme: PartitionScheme, now: datetime, before: str | None
) -> Iterator[str]:
    lower = scheme.start or _first_known(graph, dataset_id, scheme)
    if lower is None:
        return iter(())
    return takewhile(lambda key: key >= lower, scheme.due_by(now, before=before))


def _first_known(graph: Graph, dataset_id: str, scheme: PartitionScheme) -> str | None:
    """Keys from a time when the dataset was sliced otherwise do not count."""
    rows = graph.rows("partitions.first_keys", dataset=dataset_id, limit=FIRST_KNOWN)
    return next((row["key"] for row in rows if scheme.holds(row["key"])), None)


def _known(graph: Graph, dataset_id: str, before: str | None) -> Iterator[str]:
    while rows := graph.rows("partitions.known_keys", dataset=dataset_id, before=before, limit=BATCH):
        yield from (row["key"] for row in rows)
        before = rows[-1]["key"]


def _in_declared_order(
    scheme: PartitionScheme, start: str | None, end: str | None, after: str | None, known: Iterable[str]
) -> Iterator[str]:
    """What is listed, then what was reported while it still was."""
    declared = scheme.keys if scheme.every == LIST else ("",)
    first = declared.index(start) if start else 0
    last = declared.index(end) + 1 if end else len(declared)
    ordered = _each_once((*declared[first:last], *known))
    if after is not None:
        for key in ordered:
            if key == after:
                break
    return ordered


def _each_once(keys: Iterable[str]) -> Iterator[str]:
    seen: set[str] = set()
    for key in keys:
        if key not in seen:
            seen.add(key)
            yield key


def _limited(keys: Iterator[str]) -> Iterator[str]:
    """So that a dataset of very many partitions without a gap does not keep a request for minutes."""
    yield from islice(keys, MOST_LOOKED_AT)
    further = next(keys, None)
    if further is not None:
        raise InvalidInput(
            further, f"{MOST_LOOKED_AT} partitions after it were looked at; ask for a shorter time, from here back"
        )


def _overviews(graph: Graph, dataset_id: str, keys: Iterator[str]) -> Iterator[PartitionOverview]:
    """Of each of `keys`, in their order; an empty one for what the graph does not know."""
    while batch := list(islice(keys, BATCH)):
        rows = graph.rows("partitions.overviews", ids=[partition_id(dataset_id, key) for key in batch])
        found = {row["key"]: overview_of(row) for row in rows}
        yield from (found.get(key) or PartitionOverview(key, 0) for key in batch)
