"""What retention lets go: pure decisions over the good versions of one partition."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from graph_model.partitions.rules import PartitionScheme
from graph_model.readiness.rules import JobNeeds, concerned
from graph_model.retention.entities import Retention

# What keeps a version for now (newer partitions to come, a run, a hold) is asked about again after so long.
LOOK_AGAIN = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Aging:
    """A good version that another one has replaced, or gone before, since `replaced_at`."""

    version: str
    replaced_at: datetime


@dataclass(frozen=True, slots=True)
class Kept:
    """What a partition holds. `aging` is in the order of source times, newest first.

    `end`: of the time that the partition stands for; None for keys that stand for none. `among_newest`: it is one of
    the newest partitions that `Retention.partitions` keeps whole. `needed`: why the current version must stay, whatever
    its age; empty: nobody needs it.
    """

    current: str | None
    aging: tuple[Aging, ...]
    end: datetime | None = None
    among_newest: bool = False
    needed: str = ""


@dataclass(frozen=True, slots=True)
class Judgement:
    """The versions that expire, and when the partition wants the next look; None: not before something changes."""

    expired: tuple[str, ...] = ()
    next_look: datetime | None = None


def judge(retention: Retention, kept: Kept, now: datetime) -> Judgement:
    """A replaced version expires when no rule keeps it; the current one only with its whole partition."""
    over = _moment_after(kept.end, retention.partition_age)
    if over is not None and over <= now:
        if not kept.needed:
            return Judgement(tuple(filter(None, (kept.current, *(each.version for each in kept.aging)))))
        over = now + LOOK_AGAIN
    if not retention.keeps:
        return Judgement(next_look=over)
    if kept.among_newest and kept.aging:
        return Judgement(next_look=_first(over, now + LOOK_AGAIN))
    beyond = kept.aging[_spared(retention, kept) :]
    ends = {each.version: _moment_after(each.replaced_at, retention.age) for each in beyond}
    young = {version: end for version, end in ends.items() if end is not None and end > now}
    expired = tuple(each.version for each in beyond if each.version not in young)
    return Judgement(expired, _first(over, *young.values()))


def still_reached(
    jobs: Sequence[JobNeeds], *, dataset: str, scheme: PartitionScheme, key: str, newest: str | None
) -> bool:
    """Whether a window of a job reaches from the newest partition, or from a later one, back to `key`."""
    if newest is None or not scheme.holds(newest) or not scheme.holds(key):
        return False
    if any(need.mapping.kind == "fixed" and need.mapping.key == key for job in jobs for need in job.inputs_of(dataset)):
        return True
    frontier = scheme.interval(newest)
    schemes = {job.job: job.scheme for job in jobs}
    for target in concerned(jobs, dataset=dataset, key=key):
        own = schemes[target.job]
        reach = own.interval(target.key) if own.holds(target.key) else None
        if reach and frontier and reach.end > frontier.start:
            return True
    return False


def why_needed(
    *, current: str | None, readers: Sequence[str], questions: Sequence[str], held: bool, reached: bool
) -> str:
    """Why the current version must stay though the time of its partition is over; empty: it need not."""
    if held:
        return "it is held"
    if current is not None and readers:
        return f"run {readers[0]} reads it"
    if questions:
        return f"question {questions[0]} is open"
    return "a window of a job still reaches it" if reached else ""


def _spared(retention: Retention, kept: Kept) -> int:
    """How many of the replaced versions `versions` keeps."""
    if retention.versions is None:
        return 0
    return max(retention.versions - (kept.current is not None), 0)


def _moment_after(start: datetime | None, seconds: float | None) -> datetime | None:
    return None if start is None or seconds is None else start + timedelta(seconds=seconds)


def _first(*moments: datetime | None) -> datetime | None:
    return min((moment for moment in moments if moment is not None), default=None)
