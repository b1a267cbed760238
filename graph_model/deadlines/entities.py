"""What is asked about time, and what is answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

from graph_model.deadlines.spread import Spread
from graph_model.names import Name


@dataclass(frozen=True, slots=True)
class Timing:
    """How long something takes, or how long after the end of its time it arrives. `basis` says what that rests on.

    `measured` None: nothing is known. `waits`: how long ready runs wait for a worker; None: not known.
    """

    measured: Spread | None = None
    waits: Spread | None = None
    basis: str = ""

    @property
    def count(self) -> int:
        return self.measured.count if self.measured else 0


class StepState(StrEnum):
    """Of what is not there yet. EXPECTED: it comes from outside. WAITING: for its inputs. BLOCKED: it does not go on
    by itself."""

    EXPECTED = "EXPECTED"
    WAITING = "WAITING"
    READY = "READY"
    RUNNING = "RUNNING"
    BLOCKED = "BLOCKED"


class Estimate(NamedTuple):
    """When something will be there: earlier in 5 %, 50 % and 95 % of all histories.

    None: never, by itself. `unknown` says what is not known; the times are then the soonest that can be, not the
    likely ones.
    """

    earliest: datetime | None
    likely: datetime | None
    late: datetime | None
    unknown: str = ""


class StepForecast(NamedTuple):
    """A job partition, or the partition of a dataset that no job here makes, and when it will be there.

    `slack` is by how many seconds it may be later without a deadline being missed, at 50 % and, `slack_late`, with
    95 % certainty; None: no deadline depends on it. `why` says what blocks it.
    """

    id: str
    name: Name
    is_job: bool
    partition: str
    state: StepState
    ends: Estimate
    basis: str
    slack: float | None = None
    slack_late: float | None = None
    why: str = ""


class Outlook(StrEnum):
    """MISSED and KEPT are facts. LATE: it is likely to be missed. AT_RISK: it is kept, but not with 95 % certainty."""

    MISSED = "MISSED"
    LATE = "LATE"
    UNKNOWN = "UNKNOWN"
    AT_RISK = "AT_RISK"
    ON_TIME = "ON_TIME"
    KEPT = "KEPT"


@dataclass(frozen=True, slots=True)
class DeadlineForecast:
    """A deadline of one consumer for one business date.

    `over` and `over_late`: by how many seconds it is missed, at 50 % and with 95 % certainty not by more; negative: by
    how many it is kept. None: never there, or not known. `path` are the steps (places in Forecast.steps) that decide,
    in their order. `missing`: what is not there yet.
    """

    id: str
    consumer: Name
    consumer_id: str
    day: date
    due: datetime
    outlook: Outlook
    owners: tuple[str, ...]
    ends: Estimate
    over: float | None = None
    over_late: float | None = None
    path: tuple[int, ...] = ()
    missing: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Forecast:
    """`steps`: everything that is not there yet. `incomplete` not empty: what was left out, and why. `not_counted`: of
    which words of this estate the computation takes no account."""

    day: date
    at: datetime
    deadlines: tuple[DeadlineForecast, ...]
    steps: tuple[StepForecast, ...]
    incomplete: tuple[str, ...] = ()
    not_counted: tuple[str, ...] = ()
