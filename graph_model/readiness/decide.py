"""May a job partition run: one pure function of what it needs, what is there, and the time.

What decides is laid out per input first (`Look`), then for all of them together. Time only ever opens what was closed:
a waiting time ends, an earlier version may serve. That a version grows too old closes again, but makes no other run: a
run's identity is what is current, whether or not all of it still counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from graph_model.names import partition_id
from graph_model.readiness.control import Control, Stands, is_met
from graph_model.readiness.rules import InputNeed, JobNeeds, ReadyInputs
from graph_model.readiness.terms import Group


@dataclass(frozen=True, slots=True)
class Good:
    """The version that readers of a partition get. `first_at`: since when they get anything there; `data_at`: from when
    its data is, or was found unchanged.
    """

    version: str
    published_at: datetime
    first_at: datetime
    data_at: datetime


@dataclass(frozen=True, slots=True)
class There:
    """All that a decision rests on. `good`, `expired` and `skipped` by partition id; readers go without what is
    skipped. `latest`: by dataset, the newest partition that the job partition may take, where that is asked for.
    `controls`: by job partition, how those stand that it waits for by control. `last_run_at`: since when the last
    successful run of the job partition knew what it would read; `last_run_of_job_at`: the same for the whole job.
    """

    now: datetime
    good: Mapping[str, Good] = field(default_factory=dict)
    expired: frozenset[str] = frozenset()
    skipped: frozenset[str] = frozenset()
    latest: Mapping[str, tuple[str, Good]] = field(default_factory=dict)
    generation: int = 0
    controls: Mapping[str, Stands] = field(default_factory=dict)
    last_run_at: datetime | None = None
    last_run_of_job_at: datetime | None = None


LATEST = "latest"
"""Stands for the key of the newest partition, while there is none."""


class Why(StrEnum):
    """What keeps an input from counting, or a job partition from running."""

    MISSING = "MISSING"
    EXPIRED = "EXPIRED"
    TOO_OLD = "TOO_OLD"
    NOT_NEWER = "NOT_NEWER"
    TOO_FEW = "TOO_FEW"
    WAITED_FOR = "WAITED_FOR"
    NOTHING = "NOTHING"
    CONTROL = "CONTROL"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why it waits. `input` is the one that it is about; TOO_FEW is about `group`, of whose inputs the ones of the
    datasets `there` are there; CONTROL about `control`, whose partition `stands` so. `until`: when time alone will end
    it. `age` in seconds, of what is TOO_OLD.
    """

    why: Why
    input: InputNeed | None = None
    keys: tuple[str, ...] = ()
    until: datetime | None = None
    age: float = 0.0
    group: Group | None = None
    members: tuple[str, ...] = ()
    there: tuple[str, ...] = ()
    control: Control | None = None
    stands: Stands | None = None


@dataclass(frozen=True, slots=True)
class Waits:
    """`look_again_at`: when time alone may change the answer; None: only news can."""

    reasons: tuple[Reason, ...]
    look_again_at: datetime | None = None

    def awaits_latest(self, job: JobNeeds) -> bool:
        """Whether a new partition of an input of which the latest is taken may change the answer."""
        latest = {need.dataset for need in job.inputs if need.is_latest}
        about = {reason.input.dataset for reason in self.reasons if reason.input}
        return not latest.isdisjoint(about.union(*(reason.members for reason in self.reasons)))


@dataclass(frozen=True, slots=True)
class Look:
    """How one input of a job partition stands. `since` is when all that it takes was first there; None: it is not, and
    `reason` says why. `versions` would be read; `current` are those in its partitions, whether or not they count.
    """

    input: InputNeed
    versions: tuple[str, ...] = ()
    current: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    since: datetime | None = None
    reason: Reason | None = None
    serves_from: datetime | None = None
    """When an earlier version may stand in."""
    serving: str = ""
    """The partition that stands in."""
    keys: tuple[str, ...] = ()
    """Of the partitions that it takes."""
    asks_for_nothing: bool = False

    @property
    def counts(self) -> bool:
        return self.since is not None or self.asks_for_nothing


def decide(
    job: JobNeeds, key: str, there: There, *, take_what_is_there: bool = False, again: bool = False
) -> ReadyInputs | Waits:
    """Whether partition `key` of `job` may run now, and on what.

    `take_what_is_there`: at a fixed time, as far as the inputs are there; those that are not are `missing`. `again`: a
    person wants it again, whether or not anything is newer, and nothing optional is waited for.
    """
    looks = tuple(look_at(need, job, key, there, again=again) for need in job.inputs)
    reasons = _expired(looks, there) or _controls(job, key, there)
    reasons = reasons or _nothing(looks, is_free=job.runs_by_control or (take_what_is_there and not looks))
    if not reasons and not take_what_is_there:
        reasons = _lacking(looks) or (() if again else _waited_for(looks, there.now))
    if reasons:
        return Waits(reasons, _soonest(looks, reasons, there.now))
    return ReadyInputs(
        versions=tuple(sorted(version for look in looks for version in look.versions)),
        triggers=_triggers(job, key, looks, there),
        generation=there.generation,
        missing=tuple(sorted(partition for look in looks for partition in look.missing)),
        look_again_at=_soonest(looks, (), there.now),
    )


def look_at(need: InputNeed, job: JobNeeds, key: str, there: There, *, again: bool = False) -> Look:
    """How one input of partition `key` stands."""
    if need.is_latest:
        newest = there.latest.get(need.dataset)
        return _judged(need, {newest[0]: newest[1]} if newest else {LATEST: None}, there, again=again)
    keys = need.mapping.needed(key, upstream=need.scheme, job=job.scheme)
    found = {one: there.good.get(partition_id(need.dataset, one)) for one in keys}
    expired = tuple(one for one in keys if partition_id(need.dataset, one) in there.expired)
    if expired:
        return Look(need, reason=Reason(Why.EXPIRED, need, expired))
    wanted = tuple(one for one in keys if found[one] or partition_id(need.dataset, one) not in there.skipped)
    if need.terms.latest_good and any(found[one] is None for one in wanted):
        return _stand_in(need, keys[0], there, again=again)
    return _judged(need, {one: found[one] for one in wanted}, there, again=again)


def _judged(need: InputNeed, found: Mapping[str, Good | None], there: There, *, again: bool) -> Look:
    good = {key: one for key, one in found.items() if one}
    current = tuple(one.version for one in good.values())
    lacking = tuple(key for key in found if key not in good)
    reason = _too_old(need, good, there.now) or (None if again else _not_newer(need, good, there))
    if reason:
        missing = tuple(partition_id(need.dataset, key) for key in found)
        return Look(need, current=current, missing=missing, reason=reason, keys=tuple(found))
    return Look(
        need,
        versions=current,
        current=current,
        missing=tuple(partition_id(need.dataset, key) for key in lacking),
        since=max(one.first_at for one in good.values()) if good and not lacking else None,
        reason=Reason(Why.MISSING, need, lacking) if lacking else None,
        keys=tuple(found),
        asks_for_nothing=not found,
    )


def _stand_in(need: InputNeed, key: str, there: There, *, again: bool) -> Look:
    """The nearest earlier partition serves, from when the one that is meant is due and a while."""
    missing = (partition_id(need.dataset, key),)
    earlier = ((one, there.good.get(partition_id(need.dataset, one))) for one in need.instead(key))
    stands_in, serving = next(((one, good) for one, good in earlier if good), ("", None))
    from_ = serves_from(need, key)
    if serving is None or (from_ and from_ > there.now):
        opens = from_ if serving else None
        return Look(need, missing=missing, reason=Reason(Why.MISSING, need, (key,), until=opens), serves_from=opens)
    reason = _too_old(need, {key: serving}, there.now) or (None if again else _not_newer(need, {key: serving}, there))
    current = (serving.version,)
    if reason:
        return Look(need, current=current, missing=missing, reason=reason)
    since = max(serving.first_at, from_) if from_ else serving.first_at
    return Look(need, versions=current, current=current, missing=missing, since=since, serving=stands_in)


def serves_from(need: InputNeed, key: str) -> datetime | None:
    """From when on an earlier partition may serve for partition `key`; None: at any time."""
    due = need.scheme.due(key) if need.scheme.holds(key) else None
    wait = need.terms.latest_good.wait if need.terms.latest_good else 0.0
    return due + timedelta(seconds=wait) if due else None


def _too_old(need: InputNeed, good: Mapping[str, Good], now: datetime) -> Reason | None:
    if need.terms.max_age is None or not good:
        return None
    age = (now - min(one.data_at for one in good.values())).total_seconds()
    return Reason(Why.TOO_OLD, need, tuple(good), age=age) if age > need.terms.max_age else None


def _not_newer(need: InputNeed, good: Mapping[str, Good], there: There) -> Reason | None:
    if need.terms.newer_than is None or not good:
        return None
    last = there.last_run_at if need.terms.newer_than == "last_run" else there.last_run_of_job_at
    if last is None or max(one.published_at for one in good.values()) > last:
        return None
    return Reason(Why.NOT_NEWER, need, tuple(good))


def _expired(looks: tuple[Look, ...], there: There) -> tuple[Reason, ...]:
    """What has expired is waited for even where it is optional: else a run would do without what was there once."""
    if not there.expired:
        return ()
    return tuple(look.reason for look in looks if look.reason and look.reason.why == Why.EXPIRED)


def _triggers(job: JobNeeds, key: str, looks: tuple[Look, ...], there: There) -> tuple[str, ...]:
    """What identifies the run: versions, or, where no input makes it run, the runs that it waited for."""
    if job.runs_by_control:
        waited = (id for control in job.after for id, _ in control.waits_for(key, job.scheme))
        return tuple(sorted(there.controls[id].run for id in waited))
    return tuple(sorted(version for look in looks if look.input.triggers for version in look.current))


def _controls(job: JobNeeds, key: str, there: There) -> tuple[Reason, ...]:
    return tuple(
        Reason(Why.CONTROL, keys=(one,), control=control, stands=there.controls.get(id))
        for control in job.after
        for id, one in control.waits_for(key, job.scheme)
        if not is_met(control.state, there.controls.get(id))
    )


def _nothing(looks: tuple[Look, ...], *, is_free: bool) -> tuple[Reason, ...]:
    if is_free or any(look.versions for look in looks):
        return ()
    return _lacking(looks) or (Reason(Why.NOTHING),)


def _lacking(looks: tuple[Look, ...]) -> tuple[Reason, ...]:
    required = (look.reason for look in looks if look.input.required and look.reason and not look.counts)
    return (*required, *(reason for group, members in groups(looks).items() if (reason := _too_few(group, members))))


def groups(looks: tuple[Look, ...]) -> dict[Group, tuple[Look, ...]]:
    """The inputs of each group."""
    found: dict[Group, tuple[Look, ...]] = {}
    for look in looks:
        if look.input.terms.group:
            found[look.input.terms.group] = (*found.get(look.input.terms.group, ()), look)
    return found


def _too_few(group: Group, members: tuple[Look, ...]) -> Reason | None:
    there = tuple(look.input.dataset for look in members if look.counts)
    if len(there) >= group.at_least:
        return None
    return Reason(Why.TOO_FEW, group=group, members=tuple(look.input.dataset for look in members), there=there)


def _waited_for(looks: tuple[Look, ...], now: datetime) -> tuple[Reason, ...]:
    """Inputs that a run could do without, while it still waits for them."""
    complete = complete_since(looks)
    if complete is None:
        return ()
    found: list[Reason] = []
    for look in looks:
        until = complete + timedelta(seconds=_patience(look.input))
        if not look.counts and look.reason and until > now:
            found.append(Reason(Why.WAITED_FOR, look.input, look.reason.keys, until=until))
    return tuple(found)


def _patience(need: InputNeed) -> float:
    return need.terms.group.wait if need.terms.group else need.terms.wait


def complete_since(looks: tuple[Look, ...]) -> datetime | None:
    """Since when all that must be there was first there; where nothing must, since when anything was. Corrections do
    not move it."""
    required = [look.since for look in looks if look.input.required and look.since]
    for group, members in groups(looks).items():
        moments = sorted(look.since for look in members if look.since)
        free = sum(look.asks_for_nothing for look in members)
        required += moments[max(group.at_least - free, 0) - 1 : max(group.at_least - free, 0)]
    if required:
        return max(required)
    return min((look.since for look in looks if look.since), default=None)


def _soonest(looks: tuple[Look, ...], reasons: tuple[Reason, ...], now: datetime) -> datetime | None:
    moments = [*(reason.until for reason in reasons), *(look.serves_from for look in looks)]
    return min((moment for moment in moments if moment and moment > now), default=None)
