"""The order in which columns flow through jobs: what makes an input comes before who reads it. Pure."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterator, Mapping, Sequence

from graph_model.lineage.hops import Hop


def ranks(
    reads: Mapping[str, Sequence[Hop]], makes: Mapping[str, Sequence[Hop]], *, also: Collection[str] = ()
) -> Iterator[tuple[str, ...]]:
    """Readers (ids), and jobs that only make something, in groups: none reads what one of its own or of a later group
    makes. Those in a cycle come where the first way reaches them. Ordered by id in each group."""
    after = _followers(reads, makes)
    everyone = [*dict.fromkeys([*reads, *makes, *also])]
    waits_for = dict.fromkeys(everyone, 0)
    for followers in after.values():
        for one in followers:
            waits_for[one] += 1
    rank = [one for one in everyone if not waits_for[one]]
    left = deque(everyone)
    done: set[str] = set()
    while len(done) < len(everyone):
        if not rank:  # a cycle: whoever was met first
            while left[0] in done:
                left.popleft()
            rank = [left.popleft()]
        yield tuple(sorted(rank))
        done.update(rank)
        for one in rank:
            for other in after.get(one, ()):
                waits_for[other] -= 1
        candidates = dict.fromkeys(other for one in rank for other in after.get(one, ()))
        rank = [one for one in candidates if waits_for[one] <= 0 and one not in done]


def _followers(reads: Mapping[str, Sequence[Hop]], makes: Mapping[str, Sequence[Hop]]) -> dict[str, tuple[str, ...]]:
    """Who reads what a job makes, itself left out, each once."""
    readers: dict[str, dict[str, None]] = {}
    for reader, hops in reads.items():
        for hop in hops:
            readers.setdefault(hop.edge.source, {})[reader] = None
    return {
        job: tuple(dict.fromkeys(one for hop in hops for one in readers.get(hop.edge.target, ()) if one != job))
        for job, hops in makes.items()
    }
