"""From selectors to job partitions: which are meant, and which stand before and behind them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from graph_model.errors import InvalidInput, OutsideRange
from graph_model.names import Name
from graph_model.orders.jobs import Jobs
from graph_model.orders.selectors import Keys, Selector
from graph_model.partitions.scheme import LIST, WHOLE, PartitionScheme
from graph_model.partitions.units import UNITS
from graph_model.readiness.rules import JobNeeds, needs_of

MOST = 200_000
"""So many job partitions may be asked for at once."""
_A_MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, order=True)
class Wanted:
    """A job partition that is asked for, by the id of its job."""

    job: str
    key: str


@dataclass(frozen=True, slots=True)
class Choice:
    """All that is asked for; `named`: by a selector itself."""

    wanted: frozenset[Wanted]
    named: frozenset[Wanted]


Step = Callable[[Jobs, Wanted], Iterator[Wanted]]


def choose(jobs: Jobs, selectors: Sequence[Selector], exclude: Sequence[Selector], *, now: datetime) -> Choice:
    """The job partitions that selectors mean. What stands before and behind them follows from the windows of the
    inputs; a job's own earlier partitions are no hop.

    Raises NothingSelected, InvalidInput where partitions are not said, OutsideRange, InvalidPartition.
    """
    wanted: set[Wanted] = set()
    named: set[Wanted] = set()
    for selector in selectors:
        start = {
            Wanted(job, key)
            for job in jobs.named(selector)
            for key in _keys(jobs, job, selector.keys or _unsaid(jobs, job, selector), now)
        }
        named |= start
        wanted |= start | _walk(jobs, start, selector.up, _before) | _walk(jobs, start, selector.down, _behind)
        _refuse_too_many(selector.text, wanted)
    return _without(jobs, Choice(frozenset(wanted), frozenset(named)), exclude, now)


def choose_range(
    jobs: Jobs, selectors: Sequence[Selector], exclude: Sequence[Selector], keys: Keys, *, now: datetime
) -> Choice:
    """The partitions of a range, of all jobs that selectors mean with what stands before and behind them. Raises as
    `choose`.
    """
    wanted: set[Wanted] = set()
    for selector in selectors:
        if selector.keys is not None:
            raise InvalidInput(selector.text, "the range says which partitions: leave out what is behind the @")
        found = jobs.named(selector)
        for job in jobs.around(found, up=selector.up, down=selector.down):
            try:
                wanted.update(Wanted(job, key) for key in _keys(jobs, job, keys, now))
            except OutsideRange:
                if job in found:
                    raise
            _refuse_too_many(selector.text, wanted)
    chosen = frozenset(wanted)
    return _without(jobs, Choice(chosen, chosen), exclude, now)


def below(jobs: Jobs, start: Wanted) -> frozenset[Wanted]:
    """Everything that waits for a job partition, through others or not."""
    return frozenset(_walk(jobs, {start}, len(jobs.known), _behind))


def _without(jobs: Jobs, choice: Choice, exclude: Sequence[Selector], now: datetime) -> Choice:
    out: set[Wanted] = set()
    for selector in exclude:
        for job in jobs.around(jobs.named(selector), up=selector.up, down=selector.down):
            keys = None if selector.keys is None else set(_keys(jobs, job, selector.keys, now))
            out |= {one for one in choice.wanted if one.job == job and (keys is None or one.key in keys)}
    return Choice(choice.wanted - out, choice.named - out) if out else choice


def _walk(jobs: Jobs, start: set[Wanted], hops: int, step: Step) -> set[Wanted]:
    found: set[Wanted] = set()
    frontier = start
    for _ in range(min(hops, len(jobs.known))):
        frontier = {near for one in frontier for near in step(jobs, one)} - found - start
        if not frontier:
            break
        found |= frontier
    return found


def _before(jobs: Jobs, one: Wanted) -> Iterator[Wanted]:
    for need in needs_of(jobs.needs(one.job), one.key):
        for maker in jobs.makers.get(need.dataset, ()):
            if maker != one.job and jobs.needs(maker).scheme.holds(need.key):
                yield Wanted(maker, need.key)


def _behind(jobs: Jobs, one: Wanted) -> Iterator[Wanted]:
    made = set(jobs.known[one.job].makes)
    for reader in set(jobs.behind(one.job)) - {one.job}:
        needs: JobNeeds = jobs.needs(reader)
        for need in needs.inputs:
            if need.dataset in made:
                keys = need.mapping.needing(one.key, upstream=need.scheme, job=needs.scheme)
                yield from (Wanted(reader, key) for key in keys)


def _unsaid(jobs: Jobs, job: str, selector: Selector) -> Keys:
    if jobs.needs(job).scheme.every is None:
        return Keys()
    name = jobs.known[job].name
    raise InvalidInput(selector.text, f"{name} has partitions: write @PARTITION or @FIRST..LAST behind it")


def _keys(jobs: Jobs, job: str, keys: Keys, now: datetime) -> tuple[str, ...]:
    scheme = jobs.needs(job).scheme
    name = jobs.known[job].name
    found = keys_of(scheme, keys, name, now=now)
    if not found:
        raise OutsideRange(name, keys, *_ends(scheme, now))
    return found


def keys_of(scheme: PartitionScheme, keys: Keys, name: Name, *, now: datetime) -> tuple[str, ...]:
    """The partitions of a job in a range. Where the range is written in a longer or shorter rhythm than the job's,
    those that it touches. Raises InvalidPartition, InvalidInput.
    """
    if scheme.every is None:
        return (WHOLE,)
    if scheme.every == LIST:
        return _listed(scheme, keys)
    first, last = keys.first or scheme.start, keys.last or next(scheme.due_by(now), None)
    if first is None:
        raise InvalidInput(str(keys), f"{name} has no first partition: write where to begin")
    if last is None:
        return ()
    if keys.is_one and scheme.unit and scheme.unit.spells(first):
        return (scheme.check(first),) if scheme.has_begun(first) else ()
    begin, end = _times(scheme, first)[0], _times(scheme, last)[1]
    unit = scheme.unit
    if unit is None or begin >= end:
        return ()
    return scheme.within(unit.begin(unit.at(begin)), unit.begin(unit.at(end - _A_MOMENT) + 1))


def _times(scheme: PartitionScheme, key: str) -> tuple[datetime, datetime]:
    """Local time from the beginning of `key` to its end, in whichever rhythm it is spelled."""
    own = [unit for unit in (scheme.unit, *UNITS.values()) if unit and unit.spells(key)]
    if not own:
        scheme.check(key)
    index = own[0].index(key)
    return own[0].begin(index), own[0].begin(index + 1)


def _listed(scheme: PartitionScheme, keys: Keys) -> tuple[str, ...]:
    for key in (keys.first, keys.last):
        if key is not None:
            scheme.check(key)
    first = scheme.keys.index(keys.first) if keys.first else 0
    last = scheme.keys.index(keys.last) if keys.last else len(scheme.keys) - 1
    return scheme.keys[first : last + 1]


def _ends(scheme: PartitionScheme, now: datetime) -> tuple[str | None, str | None]:
    if scheme.every == LIST:
        return next(iter(scheme.keys), None), next(reversed(scheme.keys), None)
    return scheme.start, next(scheme.due_by(now), None)


def _refuse_too_many(text: str, wanted: set[Wanted]) -> None:
    if len(wanted) > MOST:
        raise InvalidInput(text, f"means more than {MOST} job partitions: ask for a part of them")
