"""What happens in the day and when: moments are parts of the day, from 0 to 1, whatever its length."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from app.demo.delivery import ARRIVAL
from app.demo.estate import NAMESPACE
from graph_model.names import Name
from graph_model.runs.entities import RunState
from graph_model.runs.repository import runs
from tests.day.estate import Clocked
from tests.day.world import World
from tests.kill.stack import until

SECONDS_OF_A_DAY = 86_400.0
WHY = ("--reason", "the day goes on")
LATE_NOTICE = "2013-01-02"
"""A day whose notice comes only when its board stands without."""
ARRIVED_BY = 0.55
"""The part of the day in which the files of all days land."""


@dataclass(frozen=True, slots=True)
class Moment:
    at: float
    what: str
    act: Callable[[], object]


@dataclass(frozen=True, slots=True)
class Cast:
    """Which day has which part. A short day has fewer parts: None, or the same day twice."""

    days: tuple[str, ...]
    corrected: str
    skipped: str
    cancelled: str
    bad: str
    late: str | None

    @classmethod
    def of(cls, number: int) -> Cast:
        """The parts of a story of so many days, two at least."""
        days = tuple(sorted(ARRIVAL))[:number]
        first, second, *more = [day for day in ARRIVAL if day in days]
        return cls(days, first, second, first, second, more[-1] if more else None)

    @property
    def arriving(self) -> list[str]:
        return [day for day in ARRIVAL if day in self.days]


def landings(world: World, cast: Cast, clocked: Clocked, chance: random.Random) -> list[Moment]:
    """The files that land, and who is told of them how often."""

    def often() -> int:
        return chance.choice((1, 1, 2, 3))

    moments = [
        Moment(0.0, "the airlines", world.airlines),
        Moment(0.0, "the wire", lambda: world.feed("wire", clocked.partition, rows=4)),
    ]
    for place, day in enumerate(cast.arriving):
        at = 0.02 + ARRIVED_BY * place / len(cast.days)
        moments += _landings_of(world, cast, day, at, often)
    first, bad = cast.corrected, cast.bad
    return sorted(
        [
            *moments,
            Moment(0.57, "the bad day, mended", lambda: world.flights(bad, number=2, times=often())),
            Moment(0.6, "a correction", lambda: world.flights(first, number=2, left_out=7, times=often())),
            Moment(0.68, "a late notice", lambda: world.notice(LATE_NOTICE, rows=9)),
            Moment(0.7, "a file that is no day", world.misnamed_notice),
            Moment(0.75, "one more correction", lambda: world.flights(first, number=3, left_out=3, times=often())),
        ],
        key=lambda moment: moment.at,
    )


def _landings_of(world: World, cast: Cast, day: str, at: float, often: Callable[[], int]) -> list[Moment]:
    number, flights_told, weather_told = int(day[-2:]), often(), often()
    flights = Moment(
        0.65 if day == cast.late else at,
        f"flights of {day}",
        lambda: world.flights(day, number=1, bad=day == cast.bad, times=flights_told),
    )
    ice = [] if day == cast.skipped else [Moment(at + 0.02, "ice", lambda: world.feed("ice", day, rows=number))]
    notice = [Moment(at + 0.03, "a notice", lambda: world.notice(day, rows=number))] if number % 2 else []
    return [
        flights,
        Moment(at + 0.01, "weather", lambda: world.weather(day, times=weather_told)),
        Moment(at + 0.015, "tower", lambda: world.feed("tower", day, rows=10 + number)),
        Moment(at + 0.02, "apron", lambda: world.feed("apron", day, rows=20 + number)),
        *ice,
        *notice,
    ]


def skip(world: World, cast: Cast) -> None:
    """What has to be said before the day begins: a job that is not to run for one day, an input that never comes."""
    for target in (f"mail@{cast.skipped}", f"ice@{cast.skipped}"):
        world.command("skip", target, *WHY)


def commands(world: World, cast: Cast, *, hold_for: str) -> list[Moment]:
    """What a person does meanwhile."""
    first, last = cast.days[0], cast.days[-1]
    history = ("--from", first, "--to", last, "--force", "--pool", "history", "--at-once", "4")
    return [
        Moment(0.3, "hold", lambda: world.command("hold", "flight_weather", "--job", "--for", hold_for, *WHY)),
        Moment(0.35, "cancel", lambda: cancel_the_slow_one(world, cast.cancelled)),
        Moment(0.5, "backfill", lambda: world.command("backfill", "clean+", *history, *WHY)),
    ]


def cancel_the_slow_one(world: World, day: str) -> None:
    """Cancels a run while its process waits, lets that go, and has the run tried again. One that died too often with
    its worker is not there to cancel: then another try of it is."""

    def there() -> list[str]:
        found = runs(world.stage.graph, job=Name(NAMESPACE, "slow"))
        return [run.id for run in found if run.partition == day and run.state in (RunState.RUNNING, RunState.FAILED)]

    run = until(there, f"a run of slow@{day}", every=0.2)[0]
    with suppress(AssertionError):  # it has ended as failed, and is tried again all the same
        world.command("cancel", run, *WHY)
    (world.stage.project / "trouble" / f"hold-{day}").unlink()
    world.command("retry", run, *WHY)


def faults(kinds: Sequence[str], act: Callable[[str], object], chance: random.Random) -> list[Moment]:
    """The failures in a shuffled order, each in its own piece of the day."""
    shuffled = chance.sample(kinds, len(kinds))
    width = 0.92 / len(shuffled)
    return [
        Moment(0.06 + width * (place + chance.random() * 0.6), kind, lambda kind=kind: act(kind))
        for place, kind in enumerate(shuffled)
    ]
