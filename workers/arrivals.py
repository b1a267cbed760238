"""The watcher: files and rows that appear where datasets are watched become reports of versions."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

import structlog

from connectors.arrivals import files_below, mark_of
from connectors.bell import ring
from connectors.table_arrivals import rows_of
from graph_model.arrivals.entities import AnyMark, Arrived, Mark, Watched
from graph_model.arrivals.repository import not_reported, report_key, tell, watched_datasets
from graph_model.arrivals.watch import AnyWatch, TableWatch, Watch
from graph_model.errors import ContentError, DomainError, StorageUnavailable
from graph_model.store.graph import Graph
from graph_model.versions.entities import Content, Report
from graph_model.versions.places import fixed_place
from graph_model.versions.report import report_versions
from graph_model.versions.roots import Roots

REPORTED_BY = "arrival"
AT_ONCE = 100
"""So many versions are reported in one transaction."""

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Seen:
    """A file, or the rows of a partition, at the last look: since when they have this mark, and whether their version
    is reported."""

    mark: AnyMark
    since: float
    reported: bool = False


class Watcher:
    """Looks where datasets are watched, each at its own pace.

    What it remembers only spares work: that a file was reported is known by the graph, so whoever looks next goes on
    where this one ended. A file that nobody looked at for a while is found at the next look.
    """

    def __init__(
        self, graph: Graph, *, broker_url: str | None, roots: Roots, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._graph, self._broker_url, self._roots, self._clock = graph, broker_url, roots, clock
        self._seen: dict[tuple[str, AnyWatch], dict[str, _Seen]] = {}
        self._next: dict[tuple[str, AnyWatch], float] = {}

    def look(self) -> None:
        """Reports what has come. One dataset that cannot be looked at keeps nobody from the others."""
        watched = {(one.dataset, one.watch): one for one in watched_datasets(self._graph)}
        for gone in self._seen.keys() - watched.keys():
            del self._seen[gone]
        for known, one in watched.items():
            if self._clock() >= self._next.get(known, 0.0):
                self._next[known] = self._clock() + one.watch.every
                self._look_at(one, self._seen.setdefault(known, {}))

    def _look_at(self, watched: Watched, seen: dict[str, _Seen]) -> None:
        try:
            there = self._there(watched)
            whole, strange = self._whole(watched, there, seen)
        except (ContentError, StorageUnavailable) as error:
            if tell(self._graph, watched, trouble=str(error), strange=watched.strange):
                log.warning("a dataset cannot be watched", dataset=str(watched.name), error=str(error))
            return
        tell(self._graph, watched, trouble="", strange=strange)
        for together in _in_rounds(watched.watch, whole):
            self._report(watched, together, seen)

    def _there(self, watched: Watched) -> Mapping[str, AnyMark]:
        """By paths of files, or by keys of the partitions whose rows they are."""
        watch = watched.watch
        if isinstance(watch, TableWatch):
            content = Content(watched.format, _table(watched), watched.options)
            return rows_of(watch, content, partitions=watched.partitions, roots=self._roots)
        return files_below(watch, format=watched.format, options=watched.options, roots=self._roots)

    def _whole(
        self, watched: Watched, there: Mapping[str, AnyMark], seen: dict[str, _Seen]
    ) -> tuple[list[str], list[str]]:
        """The paths of files that are whole and not known to be reported, oldest first; and those of strange names."""
        whole: list[str] = []
        strange: list[str] = []
        for gone in seen.keys() - there.keys():
            del seen[gone]
        for path, mark in sorted(there.items(), key=lambda item: (item[1].order, item[0])):
            key = _key_of(watched.watch, path)
            if key is None:
                continue
            if not watched.partitions.holds(key):
                strange.append(path)
                continue
            last = seen.get(path)
            if last is None or last.mark != mark:
                last = seen[path] = _Seen(mark, self._clock())
            if not last.reported and self._is_whole(watched, key, last):
                whole.append(path)
        return whole, strange

    def _is_whole(self, watched: Watched, key: str, file: _Seen) -> bool:
        watch = watched.watch
        marker = watch.marker_of(key) if isinstance(watch, Watch) else None
        if marker is None or not isinstance(file.mark, Mark):
            return self._clock() - file.since >= watch.stable_for
        # One that was left for what lay there before says nothing of a newer file.
        mark = mark_of(marker, format=watched.format, options=watched.options, roots=self._roots)
        return mark is not None and mark.time >= file.mark.time

    def _report(self, watched: Watched, paths: list[str], seen: dict[str, _Seen]) -> None:
        arrived = {_arrived(watched, path, seen[path].mark): path for path in paths}
        new = not_reported(self._graph, watched, list(arrived))
        reports = [Report(watched.name, one.key, one.location, report_key(one), reported_by=REPORTED_BY) for one in new]
        refused: set[Arrived] = set()
        runs: list[str] = []
        for one, outcome in zip(new, report_versions(self._graph, reports, self._roots), strict=True):
            if isinstance(outcome, DomainError):
                refused.add(one)
                log.warning(
                    "what came cannot be reported", partition=one.key, dataset=str(watched.name), error=str(outcome)
                )
                continue
            runs.extend(outcome.runs)
            log.info("data came", dataset=str(watched.name), partition=one.key, version=outcome.version)
        for one, path in arrived.items():
            seen[path].reported = one not in refused
        if runs:
            ring(self._broker_url, tuple(runs))


def _in_rounds(watch: AnyWatch, paths: Iterable[str]) -> Iterator[list[str]]:
    """At most so many at once, and each partition once: what is reported together has one time, and of two files of a
    partition the later one must have a later time.
    """
    together: dict[str | None, str] = {}
    for path in paths:
        key = _key_of(watch, path)
        if key in together or len(together) >= AT_ONCE:
            yield list(together.values())
            together = {}
        together[key] = path
    if together:
        yield list(together.values())


def _key_of(watch: AnyWatch, path: str) -> str | None:
    """The partition that something is; None: no such thing is looked for."""
    return path if isinstance(watch, TableWatch) else watch.key_of(path)


def _arrived(watched: Watched, path: str, mark: AnyMark) -> Arrived:
    watch = watched.watch
    location = _table(watched) if isinstance(watch, TableWatch) else watch.at(path)
    return Arrived(location, _key_of(watch, path) or "", mark)


def _table(watched: Watched) -> str:
    return fixed_place(None, watched.options, "") or ""
