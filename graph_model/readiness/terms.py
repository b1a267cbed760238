"""On which terms a job waits for an input, beyond that a good version is there: groups, waiting times, tolerance."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import TypeAdapter

NewerThan = Literal["last_run", "last_run_of_job"]
"""The last successful run of the same job partition, or of any partition of the job."""

_UNITS = ((86400, "d"), (3600, "h"), (60, "m"))


@dataclass(frozen=True, slots=True)
class Group:
    """Inputs of which so many must be there. The run waits `wait` seconds for the others, once there are enough."""

    name: str
    at_least: int
    wait: float = 0.0


@dataclass(frozen=True, slots=True)
class LatestGood:
    """While the partition that is meant is due and has no good version, the nearest of so many earlier ones serves;
    `wait`: so many seconds after it is due.
    """

    back: int
    wait: float = 0.0


@dataclass(frozen=True, slots=True)
class Terms:
    """`wait`: how many seconds an optional input is waited for, once all that is required was there. `max_age`: how old
    in seconds its data may be.
    """

    wait: float = 0.0
    max_age: float | None = None
    latest_good: LatestGood | None = None
    newer_than: NewerThan | None = None
    group: Group | None = None

    def __str__(self) -> str:
        return ", ".join(self._words()) or "none"

    def _words(self) -> list[str]:
        found: list[str] = []
        if self.group:
            waits = f" and {lasting(self.group.wait)} for the others" if self.group.wait else ""
            found.append(f"at least {self.group.at_least} of {self.group.name}{waits}")
        if self.wait:
            found.append(f"waits {lasting(self.wait)}")
        if self.max_age is not None:
            found.append(f"at most {lasting(self.max_age)} old")
        if self.latest_good:
            after = f" {lasting(self.latest_good.wait)} after it is due" if self.latest_good.wait else ""
            found.append(f"else the latest good of {self.latest_good.back} before{after}")
        if self.newer_than:
            found.append(f"newer than the {self.newer_than.replace('_', ' ')}")
        return found


PLAIN = Terms()
_TERMS = TypeAdapter(Terms)


def dumps(terms: Terms) -> str | None:
    """The terms as JSON; None for those of an input of which nothing is said."""
    if terms == PLAIN:
        return None
    return json.dumps(written(terms), sort_keys=True, separators=(",", ":"))


def written(terms: Terms) -> dict[str, Any]:
    """What is said, as plain values."""
    return _TERMS.dump_python(terms, mode="json", exclude_defaults=True)


def loads(text: str | None) -> Terms:
    """The terms that `dumps` wrote."""
    return _TERMS.validate_json(text) if text else PLAIN


def lasting(seconds: float) -> str:
    """A length of time as an estate writes it: `2h`, `90m`, `30s`; in the largest unit that says it exactly."""
    for size, unit in _UNITS:
        if seconds >= size and seconds % size == 0:
            return f"{seconds / size:g}{unit}"
    return f"{seconds:g}s"
