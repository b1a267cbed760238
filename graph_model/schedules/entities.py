"""A schedule as it is declared, and what becomes of each of its nominal times."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any, Literal, cast

from graph_model.partitions.calendars import Calendar

OnHoliday = Literal["skip", "previous", "next"]
CatchUp = Literal["latest", "all", "none"]
Takes = Literal["inputs", "what_is_there"]
NEWEST, SAME = "newest", "same"
MOST_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Rule:
    """One of `cron` (five fields), `every` (seconds from `anchor` on, a local time) and `at` (local times of day).

    `on` are the days of `at`: `mon`, `day 15`, `last day`, `business day 3`, `last business day`; none: every day. A
    time that falls on a day that `calendar` closes is left out, or moved to the business day before or after.
    `starting` and `until` are the first and the last local day. All of it is local time of `timezone`.
    """

    cron: str | None = None
    every: float | None = None
    anchor: str | None = None
    at: tuple[str, ...] = ()
    on: tuple[str, ...] = ()
    timezone: str = "UTC"
    calendar: Calendar | None = None
    holiday: OnHoliday = "skip"
    starting: str | None = None
    until: str | None = None

    def __str__(self) -> str:
        if self.cron is not None:
            said = f"cron {self.cron}"
        elif self.every is not None:
            said = f"every {span(self.every)}" + (f" from {self.anchor}" if self.anchor else "")
        else:
            said = f"at {' and '.join(self.at)}" + (f" on {', '.join(self.on)}" if self.on else "")
        words = (
            f"in {self.timezone}" if self.timezone != "UTC" else "",
            f"by {self.calendar.name}" if self.calendar else "",
            f"else the {self.holiday} business day" if self.calendar and self.holiday != "skip" else "",
            f"starting {self.starting}" if self.starting else "",
            f"until {self.until}" if self.until else "",
        )
        return " ".join((said, *filter(None, words)))


@dataclass(frozen=True, slots=True)
class Schedule:
    """`partition`: which one a nominal time stands for: the `newest` that is over by then, the `same` that it lies in,
    or `previous N`, so many before the newest. `takes`: whether the nominal time waits for the required inputs, or the
    job runs with what is there. `most`: so many missed nominal times are caught up with, no more.
    """

    rules: tuple[Rule, ...]
    partition: str = NEWEST
    takes: Takes = "inputs"
    catch_up: CatchUp = "latest"
    most: int = MOST_AT_ONCE

    @property
    def paces(self) -> bool:
        """Whether the first run of a job partition waits for a nominal time of it."""
        return self.takes == "inputs"

    def __str__(self) -> str:
        words = (
            f"for the {self.partition} partition" if self.partition != NEWEST else "",
            "with what is there" if self.takes == "what_is_there" else "",
            f"catching up {self.catch_up}" if self.catch_up != "latest" else "",
            f"at most {self.most} at once" if self.most != MOST_AT_ONCE else "",
        )
        return ", ".join(("; ".join(map(str, self.rules)), *filter(None, words)))


@dataclass(frozen=True, slots=True)
class NotBefore:
    """No run of a job partition starts before this local time, `days` after the day on which the partition ends."""

    at: str
    timezone: str = "UTC"
    days: int = 1

    def __str__(self) -> str:
        day = {0: "the same day", 1: "the day after"}.get(self.days, f"{self.days} days after")
        return f"{self.at} of {day}" + (f" in {self.timezone}" if self.timezone != "UTC" else "")


@dataclass(frozen=True, slots=True)
class Nominal:
    """One nominal time. `local`: what the clocks of its rule show then; `note`: why it is not when its rule alone would
    have it; empty: it is.
    """

    at: datetime
    local: datetime
    timezone: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A local day on which a rule would have fallen, and which a calendar closes."""

    day: date
    why: str


class TickState(StrEnum):
    """What became of a nominal time for one job partition. WAITING: for its required inputs. RUN: it has its run.
    HAD_RUN: the job partition had run already. NOTHING_THERE: it was to run with what is there, and nothing was.
    SUPERSEDED: it waited, and a later nominal time came for the same job partition.
    """

    WAITING = "WAITING"
    RUN = "RUN"
    HAD_RUN = "HAD_RUN"
    NOTHING_THERE = "NOTHING_THERE"
    SUPERSEDED = "SUPERSEDED"


@dataclass(frozen=True, slots=True)
class Tick:
    """A nominal time that came, for one job partition. `run` None: it has none (yet)."""

    id: str
    partition: str
    nominal: datetime
    state: TickState
    reason: str = ""
    run: str | None = None


def dumps(schedule: Schedule) -> str:
    """What differs from the defaults, as JSON; equal schedules give equal texts."""
    said = _said(schedule, Schedule(()), leave=("rules",))
    return json.dumps({**said, "rules": [_rule(rule) for rule in schedule.rules]}, sort_keys=True, ensure_ascii=False)


@lru_cache(maxsize=4096)
def loads(text: str | None) -> Schedule | None:
    """The schedule that `dumps` wrote; None without a text."""
    if not text:
        return None
    said = json.loads(text)
    return Schedule(**{**said, "rules": tuple(_read_rule(rule) for rule in said["rules"])})


def dumps_not_before(said: NotBefore) -> str:
    return json.dumps({"at": said.at, **_said(said, NotBefore(""), leave=("at",))}, sort_keys=True)


@lru_cache(maxsize=4096)
def loads_not_before(text: str | None) -> NotBefore | None:
    return NotBefore(**json.loads(text)) if text else None


def span(seconds: float) -> str:
    """A length of time as an estate would write it: `15m`, `36h`."""
    sizes = (("d", 86_400), ("h", 3_600), ("m", 60))
    unit, size = next(((unit, size) for unit, size in sizes if seconds % size == 0), ("s", 1))
    return f"{seconds / size:g}{unit}"


def _rule(rule: Rule) -> Mapping[str, Any]:
    said = _said(rule, Rule(), leave=("calendar",))
    if rule.calendar is None:
        return said
    return {**said, "calendar": {"name": rule.calendar.name, "closed": list(rule.calendar.closed)}}


def _read_rule(said: Mapping[str, Any]) -> Rule:
    calendar = said.get("calendar")
    return Rule(
        **{
            **said,
            "at": tuple(said.get("at", ())),
            "on": tuple(said.get("on", ())),
            "calendar": Calendar(calendar["name"], tuple(calendar["closed"])) if calendar else None,
        }
    )


def _said(thing: object, default: object, *, leave: tuple[str, ...]) -> dict[str, Any]:
    """The fields that are not as they are where nothing is said."""
    names = [name for name in cast("Any", thing).__dataclass_fields__ if name not in leave]
    return {name: getattr(thing, name) for name in names if getattr(thing, name) != getattr(default, name)}
