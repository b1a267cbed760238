"""Steps over the keys of an input, earlier and later, and who is that many steps away: pure arithmetic."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice, takewhile

from graph_model.partitions.scheme import LIST, PartitionScheme


def stepped(key: str, first: int, last: int, upstream: PartitionScheme) -> tuple[str, ...]:
    """The input's keys from `first` to `last` steps away from `key`, in their order; none before its first one.

    Step 0 is `key` itself if the input has it, step -n the input's nth key before it, step n the nth after it.
    """
    before = list(_between(upstream.earlier(key), -last, -first))
    own = (key,) if first <= 0 <= last and upstream.holds(key) else ()
    after = _between(upstream.later(key), first, last)
    return (*filter(upstream.has_begun, reversed(before)), *own, *filter(upstream.has_begun, after))


def stepping(key: str, first: int, last: int, upstream: PartitionScheme, job: PartitionScheme) -> tuple[str, ...]:
    """The job's keys that have `key` among the input's keys `first` to `last` steps away, in their order."""
    if not upstream.holds(key):
        return ()
    if LIST in (job.every, upstream.every):
        return tuple(own for own in job.keys if key in stepped(own, first, last, upstream))
    before = reversed(list(_reaching_ahead(key, max(first, 1), last, upstream, job)))
    own = (key,) if first <= 0 <= last and job.holds(key) else ()
    after = _reaching_back(key, max(-last, 1), -first, upstream, job)
    return (*filter(job.has_begun, before), *own, *filter(job.has_begun, after))


def _between(steps: Iterator[str], nearest: int, farthest: int) -> Iterator[str]:
    return islice(steps, max(nearest, 1) - 1, farthest) if farthest > 0 else iter(())


def _reaching_back(
    key: str, nearest: int, farthest: int, upstream: PartitionScheme, job: PartitionScheme
) -> Iterator[str]:
    """The job's keys after `key` that have it `nearest` to `farthest` of the input's keys before them."""
    bounds = _bounds(key, nearest, farthest, upstream.later(key))
    if bounds is None:
        return iter(())
    start, end = bounds
    return takewhile(lambda own: end is None or own <= end, job.later(start))


def _reaching_ahead(
    key: str, nearest: int, farthest: int, upstream: PartitionScheme, job: PartitionScheme
) -> Iterator[str]:
    """As `_reaching_back`, the other way round; the latest first."""
    bounds = _bounds(key, nearest, farthest, upstream.earlier(key))
    if bounds is None:
        return iter(())
    start, end = bounds
    return takewhile(lambda own: end is None or own >= end, job.earlier(start))


def _bounds(key: str, nearest: int, farthest: int, steps: Iterator[str]) -> tuple[str, str | None] | None:
    """Between which keys of the input, without the first and with the second, the own key lies; an end of None is open,
    because the input's years end before it."""
    if farthest < 1:
        return None
    passed = [key, *islice(steps, farthest)]
    if nearest > len(passed):
        return None
    return passed[nearest - 1], passed[farthest] if len(passed) > farthest else None
