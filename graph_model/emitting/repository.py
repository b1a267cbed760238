"""The outbox of events: one word for each start and end of an attempt, written with it in one transaction.

A word says only which attempt it is about; what is told of it is read when it is sent (`gather.py`), so that no run
waits for that.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from graph_model.emitting.entities import Event, Happening, claims_to_be_ours, is_own
from graph_model.observed.entities import Observation
from graph_model.store.graph import Graph

# Words are written for so long after the last worker that sends them was there.
KEPT_MS = 24 * 3600 * 1000
ABANDONED_MS = 7 * KEPT_MS
LONGEST_WAIT_MS = 60_000
DROPPED_AT_ONCE = 1_000
RUNS_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Backlog:
    """`waiting` events, the oldest since `oldest`; `refused` ones, `reason` being that of one of them. `subscribed`:
    somebody sends, or did so in the last day (`until`). `trouble`: what keeps the receiver from taking them."""

    waiting: int
    oldest: datetime | None
    refused: int
    reason: str | None
    subscribed: bool
    until: datetime | None
    trouble: str | None
    dropped: int


def subscribe(graph: Graph, *, keep_ms: int = KEPT_MS) -> str:
    """From now on starts and ends are put into the outbox, for `keep_ms`. The instance of this graph."""
    return graph.rows("emitting.subscribe", instance=str(uuid.uuid4()), keep_ms=keep_ms)[0]["instance"]


def identity(graph: Graph) -> str:
    """What tells the runs of this graph from those of another, chosen now where it has none. Nobody is told of runs by
    that."""
    return instance_of(graph) or subscribe(graph, keep_ms=0)


def instance_of(graph: Graph) -> str | None:
    """What tells the runs of this graph from those of another; None before anybody was told of one."""
    rows = graph.rows("emitting.instance")
    return rows[0]["instance"] if rows else None


def due(graph: Graph, *, limit: int) -> tuple[Happening, ...]:
    """What waits and is due, oldest first; never an end whose start waits."""
    return tuple(
        Happening(row["id"], row["run"], row["fence"], Event(row["event"]), row["attempts"])
        for row in graph.rows("emitting.due", most=limit)
    )


def taken(graph: Graph, happenings: Sequence[Happening]) -> None:
    """The receiver has these."""
    if happenings:
        graph.rows("emitting.told", events=[happening.id for happening in happenings])


def postpone(graph: Graph, happening: Happening) -> None:
    """It is tried again after 1, 2, 4 … seconds, at most a minute apart, for as long as it takes."""
    wait = min(LONGEST_WAIT_MS, 1_000 * 2 ** min(happening.tries, 16))
    graph.rows("notify.postpone", notice=happening.id, wait_ms=wait)


def set_aside(graph: Graph, refused: Mapping[str, str]) -> None:
    """Events by id that the receiver will never take, each with what it said."""
    if refused:
        rows = [{"id": identity, "reason": reason} for identity, reason in sorted(refused.items())]
        graph.rows("emitting.refused", events=rows)


def say_trouble(graph: Graph, trouble: str | None) -> None:
    graph.rows("emitting.trouble", trouble=trouble)


def backlog(graph: Graph) -> Backlog:
    return Backlog(**graph.rows("emitting.backlog")[0])


def drop_beyond(graph: Graph, keep: int) -> int:
    """Lets the oldest events go where more than `keep` wait; how many. They are counted in the graph."""
    dropped = 0
    while rows := graph.rows("emitting.drop", keep=keep, most=DROPPED_AT_ONCE):
        dropped += rows[0]["dropped"]
        if rows[0]["dropped"] < DROPPED_AT_ONCE:
            break
    return dropped


def forget(graph: Graph) -> int:
    """Lets go what was refused a week ago, and what waits although for a week no worker has told of runs; how much."""
    forgotten = 0
    while gone := graph.rows("emitting.forget", keep_ms=ABANDONED_MS, most=DROPPED_AT_ONCE)[0]["gone"]:
        forgotten += gone
    return forgotten


def past(graph: Graph, *, since: datetime | None = None) -> Iterator[tuple[Happening, ...]]:
    """The starts and ends of all attempts there ever were, oldest run first, a page at a time."""
    start, after = since or datetime(1970, 1, 1, tzinfo=UTC), ""
    while rows := graph.rows("emitting.past", since=start, after=after, most=RUNS_AT_ONCE):
        yield tuple(
            Happening(f"{row['run']}/{fence}/{event}", row["run"], fence, event)
            for row in rows
            for fence in sorted(row["fences"])
            for event in Event
        )
        after = rows[-1]["run"]


def of_others(graph: Graph, observations: Sequence[Observation]) -> list[Observation]:
    """Without those that tell this graph of its own runs: it knows them, and better."""
    if not claims_to_be_ours([observation.run_facets for observation in observations]):
        return list(observations)
    instance = instance_of(graph)
    return [
        observation
        for observation in observations
        if instance is None or not is_own(observation.run_facets, observation.run, instance)
    ]
