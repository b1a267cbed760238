"""Learns from history how long jobs take, and when data from outside arrives.

The steward looks at each of them again from time to time and keeps what it learned in a few numbers, so that a forecast
reads only those. What has little history, or was never looked at, a forecast measures itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import chain
from typing import NamedTuple

from graph_model.deadlines.dates import EVERY_DAY, MONTH_END, kinds_of_day
from graph_model.deadlines.entities import Timing
from graph_model.deadlines.spread import Spread, differs, read, spread_of, written
from graph_model.partitions.scheme import PartitionScheme
from graph_model.partitions.stored import stored_scheme
from graph_model.schedules.entities import NotBefore, loads_not_before
from graph_model.schedules.rules import release
from graph_model.store.graph import Graph, Row

NEWEST = 400
"""So many runs of a job, or versions of a dataset, are looked at: a year of days, with its month ends."""
ENOUGH_OF_A_KIND = 8
"""So many Mondays, or month ends, stand alone, if they differ from the other days by more than chance."""
FEW = 8
"""With fewer runs of its own, a job is judged by what is similar."""
THIN = 40
"""With less history than this, every new run tells something: a forecast measures it anew."""
LIVE_MOST = 300
LEARN_MOST = 200
SOON_SECONDS, LATER_SECONDS = 600, 6 * 3600
BATCH = 25
# What comes, or is made, so long after the end of its time fills a gap: it says nothing about any other day.
BACKFILL = timedelta(days=3)
WAITS = "waits"
_KIND_WORDS = {
    MONTH_END: "at month ends",
    "mon": "on Mondays",
    "tue": "on Tuesdays",
    "wed": "on Wednesdays",
    "thu": "on Thursdays",
    "fri": "on Fridays",
    "sat": "on Saturdays",
    "sun": "on Sundays",
}


class Subject(NamedTuple):
    """What has a history: a job, or a dataset that no job here makes. `not_before`: until then its runs wait for their
    time, and not for a worker."""

    id: str
    is_job: bool
    scheme: PartitionScheme
    not_before: NotBefore | None = None


@dataclass(slots=True)
class History:
    """Durations (of a dataset: seconds from the end of the time of a partition to its first good version), each with
    the kinds of its day, and how long ready runs waited."""

    measured: list[tuple[float, tuple[str, ...]]] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)

    def known(self) -> dict[str, Spread]:
        """What can be said, by kind of day; a kind that has enough days and differs from the others stands alone."""
        found = {EVERY_DAY: spread_of(seconds for seconds, _ in self.measured), WAITS: spread_of(self.waits)}
        for kind in sorted({kind for _, kinds in self.measured for kind in kinds}):
            some = [seconds for seconds, kinds in self.measured if kind in kinds]
            others = [seconds for seconds, kinds in self.measured if kind not in kinds]
            if len(some) >= ENOUGH_OF_A_KIND and differs(some, others):
                found[kind] = spread_of(some)
        return {kind: spread for kind, spread in found.items() if spread is not None}


def measure(graph: Graph, subjects: Sequence[Subject]) -> dict[str, History]:
    """The history of each, empty where nothing ever ended."""
    found = {subject.id: History() for subject in subjects}
    by_id = {subject.id: subject for subject in subjects}
    jobs = [subject.id for subject in subjects if subject.is_job]
    datasets = [subject.id for subject in subjects if not subject.is_job]
    for some in _batches(jobs):
        for row in graph.rows("deadlines.runs_of", jobs=some, most=NEWEST):
            add_run(found[row["job"]], by_id[row["job"]], row)
    for some in _batches(datasets):
        for row in graph.rows("deadlines.arrivals_of", datasets=some, most=NEWEST):
            add_arrival(found[row["dataset"]], by_id[row["dataset"]].scheme, row["key"], row["at"])
    return found


def add_run(history: History, subject: Subject, row: Row) -> None:
    """A run that filled a gap took as long as any other, but what it waited for was the rest of the gap."""
    scheme, ready, began, ended = subject.scheme, row["ready"], row["began"], row["ended"]
    history.measured.append((max((ended - began).total_seconds(), 0.0), kinds_of_day(scheme, row["key"])))
    if subject.not_before and (opens := release(subject.not_before, scheme, row["key"])):
        ready = max(ready, opens)
    if _is_of_its_day(scheme, row["key"], ready):
        history.waits.append(max((began - ready).total_seconds(), 0.0))


def add_arrival(history: History, scheme: PartitionScheme, key: str, at: datetime) -> None:
    interval = scheme.interval(key) if scheme.holds(key) else None
    if interval is not None and interval.start <= at <= interval.end + BACKFILL:
        history.measured.append(((at - interval.end).total_seconds(), kinds_of_day(scheme, key)))


def learn(graph: Graph, *, most: int = LEARN_MOST) -> int:
    """Looks at jobs and datasets whose turn it is, and keeps what it learned; at how many."""
    rows = graph.rows("deadlines.to_learn", most=most)[:most]
    subjects = [_subject(row) for row in rows]
    found = measure(graph, subjects)
    timings = [_remembered(id_, history) for id_, history in sorted(found.items())]
    if timings:
        graph.write(lambda tx: tx.rows("deadlines.remember", timings=timings), step="learn durations")
    return len(timings)


def timings(
    graph: Graph, asked: Sequence[tuple[Subject, tuple[str, ...]]]
) -> tuple[dict[tuple[str, tuple[str, ...]], Timing], int]:
    """What is known of each subject for the kinds of day that are asked for, and how many nobody has looked at yet."""
    known = _remembered_of(graph, asked)
    found = _timings(asked, known)
    thin = {
        subject.id: subject
        for subject, kinds in asked
        if (subject.id, kinds) not in found or found[subject.id, kinds].count < THIN
    }
    live = list(thin.values())[:LIVE_MOST]
    histories = {id_: history.known() for id_, history in measure(graph, live).items()}
    found |= _timings(asked, histories)
    return found, sum((subject.id, kinds) not in found for subject, kinds in asked)


def _remembered_of(graph: Graph, asked: Sequence[tuple[Subject, tuple[str, ...]]]) -> dict[str, dict[str, Spread]]:
    """By kind of day, of each that was ever looked at; as `History.known` says it."""
    kinds_of: dict[str, set[str]] = defaultdict(set)
    for subject, kinds in asked:
        kinds_of[subject.id].update(kinds)
    ids = list(kinds_of)
    if not ids:
        return {}
    special = [sorted(kinds - {EVERY_DAY}) for kinds in kinds_of.values()]
    row = graph.rows("deadlines.timings", ids=ids, kinds=special)[0]
    found: dict[str, dict[str, Spread]] = {}
    for place, measured, waits in zip(row["places"], row["measured"], row["waits"], strict=True):
        said = {EVERY_DAY: _read(measured), WAITS: _read(waits)}
        found[ids[place]] = {kind: spread for kind, spread in said.items() if spread is not None}
    for place, kind, measured in chain.from_iterable(row["special"]):
        if (spread := _read(measured)) is not None:
            found[ids[place]][kind] = spread
    return found


def basis_of(subject: Subject, measured: Spread | None, kind: str) -> str:
    """What a timing rests on, in words; empty: on nothing."""
    if measured is None:
        return ""
    what = "run" if subject.is_job else "arrival"
    words = f"{measured.count} {what}{'s' if measured.count != 1 else ''}"
    return f"{words} {_KIND_WORDS[kind]}" if kind in _KIND_WORDS else words


def similar(of: Iterable[Timing]) -> Timing:
    """What jobs that are alike take, each weighing the same; nothing where none of them has a history."""
    known = [timing.measured for timing in of if timing.measured is not None and timing.count >= FEW]
    pooled = spread_of(spread.quantile((place + 0.5) / 10) for spread in known for place in range(10))
    if pooled is None:
        return Timing()
    count = sum(spread.count for spread in known)
    jobs = "1 similar job" if len(known) == 1 else f"{len(known)} similar jobs"
    return Timing(Spread(pooled.points, count), None, f"{count} runs of {jobs}")


def _timings(
    asked: Iterable[tuple[Subject, tuple[str, ...]]], known: Mapping[str, Mapping[str, Spread]]
) -> dict[tuple[str, tuple[str, ...]], Timing]:
    """For the first of the kinds of day that stands alone, else for every day. Most dates share theirs."""
    found: dict[tuple[str, tuple[str, ...]], Timing] = {}
    alike: dict[tuple[str, str], Timing] = {}
    for subject, kinds in asked:
        spreads = known.get(subject.id)
        if spreads is None:
            continue
        kind = next((kind for kind in kinds if kind in spreads), EVERY_DAY)
        timing = alike.get((subject.id, kind))
        if timing is None:
            measured = spreads.get(kind)
            timing = Timing(measured, spreads.get(WAITS), basis_of(subject, measured, kind))
            alike[subject.id, kind] = timing
        found[subject.id, kinds] = timing
    return found


def _remembered(id_: str, history: History) -> dict[str, object]:
    known = {kind: written(spread) for kind, spread in history.known().items()}
    again = SOON_SECONDS if len(history.measured) < THIN else LATER_SECONDS
    return {"id": id_, "known": known, "again_s": again}


def _read(kept: str | Sequence[float] | None) -> Spread | None:
    if not kept:
        return None
    # A list of numbers was kept before; it goes when its job is looked at again.
    return read(kept) if isinstance(kept, str) else Spread(tuple(kept[1:]), int(kept[0]))


def _subject(row: Row) -> Subject:
    scheme = stored_scheme(row["every"], row["start"], row["details"])
    return Subject(row["id"], row["is_job"], scheme, loads_not_before(row["not_before"]))


def _is_of_its_day(scheme: PartitionScheme, key: str, at: datetime) -> bool:
    """Whether something was made when its time was over, or shortly after; always, for what stands for no time."""
    interval = scheme.interval(key) if scheme.holds(key) else None
    return interval is None or interval.start <= at <= interval.end + BACKFILL


def _batches(ids: Sequence[str]) -> Iterable[list[str]]:
    return (list(ids[start : start + BATCH]) for start in range(0, len(ids), BATCH))
