"""A day of the flights estate, played faster than it is and with failures; then what is wrong with what it left.

Nothing here fakes a clock. Hours of the story are divided by the speed, but the graph's clock goes on as ever. So what
the estate says in lengths of time is as long as fits into the day that is played: waits of two seconds, a watched
folder that is looked at each second, a hold of some seconds, leases of three. What can only be said by the minute is
said so: a schedule of each minute, and a `not_before` of the next minutes, for a partition that ends today.
"""

from __future__ import annotations

import random
import sys
import threading
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import LiteralString

from app.demo.data import open_source
from app.demo.story import at_rest
from graph_model.holds.repository import holds
from graph_model.runs.entities import RunState
from graph_model.runs.repository import runs
from graph_model.runs.stuck import stuck
from tests.day.estate import Clocked, declare_day
from tests.day.faults import Injector
from tests.day.findings import findings
from tests.day.plan import Cast, Moment, commands, faults, landings, skip
from tests.day.stage import Stage, a_stage
from tests.day.world import World
from tests.kill.stack import NeverHappened, until

AT_REST_WITHIN = 420.0
LOOK_EVERY = 0.3
CALM_LOOKS = 3


@dataclass(frozen=True, slots=True)
class Length:
    """How much of a story is played in how many seconds. `faults`: which failures, in the words of Injector."""

    days: int
    seconds: float
    faults: tuple[str, ...]
    minutes_before: int
    hold_for: str


@dataclass(frozen=True, slots=True)
class Played:
    """What came of it: `wrong` has a sentence for everything that is not as it should be."""

    wrong: tuple[str, ...]
    done: dict[str, int]
    counts: dict[str, int]
    retried: int
    seconds: float


def play(home: Path, length: Length, *, seed: int, engine: str = "arcadedb") -> Played:
    """Plays it on a stack of its own below the empty folder `home`, and leaves the folder as it is in the end."""
    began = time.monotonic()
    chance, cast = random.Random(seed), Cast.of(length.days)
    with a_stage(home, engine=engine, say=_say) as stage:
        clocked = Clocked.soon(datetime.now(UTC), minutes=length.minutes_before)
        since = datetime.now(UTC)
        estate = declare_day(stage.graph, stage.project, clocked)
        (stage.project / "trouble" / f"hold-{cast.cancelled}").touch()
        (stage.root / "incoming").mkdir()
        world, injector = World(stage, open_source()), Injector(stage)
        skip(world, cast)
        lanes = [
            landings(world, cast, clocked, chance),
            commands(world, cast, hold_for=length.hold_for),
            faults(length.faults, injector.inject, chance),
        ]
        try:
            _play_lanes(lanes, length.seconds)
            world.await_acknowledged()
            retried = _settle(world)
            wrong = tuple(findings(world, estate, cast, clocked, since))
        finally:
            world.stop()
        counts = _counts(stage)
    return Played(wrong, dict(injector.done), counts, retried, time.monotonic() - began)


def _play_lanes(lanes: Sequence[Sequence[Moment]], seconds: float) -> None:
    """All lanes side by side. Within one, what takes longer than it should delays the rest of it."""
    began, broken_off = time.monotonic(), threading.Event()

    def play_lane(lane: Sequence[Moment]) -> None:
        for moment in lane:
            if broken_off.wait(max(0.0, began + moment.at * seconds - time.monotonic())):
                return
            _say(f"{moment.at * 24:5.1f} h  {moment.what}")
            moment.act()

    with ThreadPoolExecutor(len(lanes)) as threads:
        try:
            for played in [threads.submit(play_lane, lane) for lane in lanes]:
                played.result()
        finally:
            broken_off.set()


def _settle(world: World) -> int:
    """Until nothing is left to do; how often a run was tried again by hand, because it had lost three workers."""
    retried: set[str] = set()

    def settled() -> bool:
        if not _is_quiet(world.stage):
            return False
        failed = [each.run.id for each in stuck(world.stage.graph) if each.run.state is RunState.FAILED]
        for run in failed:
            world.command("retry", run, "--reason", "its workers were killed")
        retried.update(failed)
        return not failed

    calm = 0

    def calm_for_long() -> bool:
        nonlocal calm
        calm = calm + 1 if settled() else 0
        return calm >= CALM_LOOKS

    try:
        until(calm_for_long, "rest", seconds=AT_REST_WITHIN, every=LOOK_EVERY)
    except NeverHappened:
        raise NeverHappened(f"the fleet is not at rest: {_what_is_open(world.stage)}") from None
    return len(retried)


_LATER: dict[LiteralString, LiteralString] = {
    "job partitions to look at again": "MATCH (j:JobPartition) WHERE j.look_again_at IS NOT NULL RETURN j.id AS id",
    "orders": "MATCH (x:Replay) WHERE x.open = 1 RETURN x.id AS id",
}


def _is_quiet(stage: Stage) -> bool:
    return at_rest(stage.graph) and not any(stage.rows(each) for each in _LATER.values()) and not _ending(stage)


def _ending(stage: Stage) -> list[str]:
    """The holds that will end by themselves."""
    return [str(hold.target) for hold in holds(stage.graph) if hold.until]


def _what_is_open(stage: Stage) -> str:
    """What keeps the fleet from its rest."""
    waiting = [f"{run.subject}@{run.partition} {run.state} {run.reason}" for run in runs(stage.graph, open_only=True)]
    marks = [row["id"] for row in stage.graph.rows("readiness.marked", grace_ms=0, most=3)]
    later = [f"{what}: {found}" for what, each in _LATER.items() if (found := stage.rows(each))]
    return "; ".join([*waiting, *marks, *later, *_ending(stage)])


def _counts(stage: Stage) -> dict[str, int]:
    rows = stage.rows("MATCH (r:Run) RETURN r.kind + ' runs ' + r.state AS what, count(*) AS number")
    tried = stage.rows("MATCH (a:Attempt) RETURN 'attempts ' + coalesce(a.outcome, 'open') AS what, count(*) AS number")
    states = stage.rows("MATCH (v:DatasetVersion) RETURN 'versions ' + v.state AS what, count(*) AS number")
    return dict(Counter({row["what"]: row["number"] for row in (*rows, *tried, *states)}))


def _say(text: str) -> None:
    (sys.__stderr__ or sys.stderr).write(f"{text}\n")  # a command that runs beside it takes the other one
