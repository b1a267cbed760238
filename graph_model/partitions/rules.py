"""Partition keys, schemes, and mappings between them: pure calendar arithmetic.

A key is a string: `2013-01-05` (day), `2013-01-05T07` (hour), `2013-01` (month), or empty for a dataset without
partitions. Keys of one scheme sort like the times they stand for.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from graph_model.errors import InvalidMapping, InvalidPartition

Every = Literal["day", "hour", "month"]
_FORMATS: dict[str, str] = {"day": "%Y-%m-%d", "hour": "%Y-%m-%dT%H", "month": "%Y-%m"}
_EXAMPLES: dict[str, str] = {"day": "2013-01-05", "hour": "2013-01-05T07", "month": "2013-01"}

WHOLE = ""
"""The key of the only partition of a dataset without partitions."""


@dataclass(frozen=True, slots=True)
class PartitionScheme:
    """How a dataset or job is sliced. `every=None`: not at all. `start` is the first key that exists, or None for no
    limit.
    """

    every: Every | None = None
    start: str | None = None

    def check(self, key: str) -> str:
        """`key`, if it is one of this scheme; else raises InvalidPartition."""
        if self.every is None:
            if key != WHOLE:
                raise InvalidPartition(key, "no partition (the dataset has none)")
            return key
        _time_of(self.every, key)
        if self.start is not None and key < self.start:
            raise InvalidPartition(key, f"{self.start} or later")
        return key

    def holds(self, key: str) -> bool:
        """Whether `key` is a partition of this scheme."""
        try:
            self.check(key)
        except InvalidPartition:
            return False
        return True

    def shift(self, key: str, by: int) -> str:
        """The key `by` steps later (earlier when negative), whether or not it exists."""
        if self.every is None:
            return WHOLE
        return _key_of(self.every, _step(self.every, _time_of(self.every, key), by))


@dataclass(frozen=True, slots=True)
class Mapping:
    """Which partitions of an input a job partition needs: `first` to `last` steps from its own key, both included.

    `same` is 0..0, `previous 3` is -3..-1, `last 3` is -2..0. `whole` (the input has no partitions) needs the one
    there is.
    """

    kind: Literal["offsets", "whole"] = "offsets"
    first: int = 0
    last: int = 0

    def __str__(self) -> str:
        if self.kind == "whole":
            return "whole"
        if self.first == self.last == 0:
            return "same"
        return f"last {1 - self.first}" if self.last == 0 else f"previous {-self.first}"

    def needed(self, key: str, *, upstream: PartitionScheme) -> tuple[str, ...]:
        """The input partitions that job partition `key` needs, oldest first; none before the first one."""
        if self.kind == "whole":
            return (WHOLE,)
        keys = (upstream.shift(key, offset) for offset in range(self.first, self.last + 1))
        return tuple(found for found in keys if upstream.holds(found))

    def needing(self, key: str, *, job: PartitionScheme) -> tuple[str, ...]:
        """The job partitions that need input partition `key`, oldest first: `needed`, turned round.

        Empty for `whole` unless the job has no partitions either: which job partitions exist is then known to the
        graph only.
        """
        if self.kind == "whole":
            return (WHOLE,) if job.every is None else ()
        keys = (job.shift(key, -offset) for offset in range(self.last, self.first - 1, -1))
        return tuple(found for found in keys if job.holds(found))


_MAPPING = re.compile(r"^(previous|last) (\d{1,4})(?: (?:days?|hours?|months?|partitions?))?$")


def parse_mapping(text: str) -> Mapping:
    """`same`, `whole`, `previous N [days]` (without its own) or `last N [days]` (with it). Raises InvalidMapping."""
    if text == "same":
        return Mapping()
    if text == "whole":
        return Mapping("whole")
    found = _MAPPING.match(text)
    if not found or int(found[2]) < 1:
        raise InvalidMapping(text, "`same`, `whole`, `previous N days` or `last N days`")
    count = int(found[2])
    return Mapping("offsets", -count, -1) if found[1] == "previous" else Mapping("offsets", 1 - count, 0)


def _time_of(every: str, key: str) -> datetime:
    try:
        time = datetime.strptime(key, _FORMATS[every])  # noqa: DTZ007  a key is a calendar slice, of no time zone
    except ValueError:
        raise InvalidPartition(key, f"a {every} like {_EXAMPLES[every]}") from None
    if time.strftime(_FORMATS[every]) != key:
        raise InvalidPartition(key, f"a {every} like {_EXAMPLES[every]}")
    return time


def _key_of(every: str, time: datetime) -> str:
    return time.strftime(_FORMATS[every])


def _step(every: str, time: datetime, by: int) -> datetime:
    if every == "day":
        return time + timedelta(days=by)
    if every == "hour":
        return time + timedelta(hours=by)
    months = time.year * 12 + time.month - 1 + by
    return time.replace(year=months // 12, month=months % 12 + 1)
