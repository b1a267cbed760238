"""How wrong columns of a version make columns of another one wrong, through one run: pure functions.

What is not known counts as wrong: the answer is never less than the truth.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Columns = frozenset[str] | None
"""Paths of columns that are wrong, in lower case. None: all of the content may be, its rows too."""


@dataclass(frozen=True, slots=True)
class Flow:
    """What a job makes of a column of its input, from one moment to another. `target` is the dataset made (an id),
    empty for USED_BY; `to` the column made, empty where it decides which rows there are.
    """

    kind: Literal["FEEDS", "SHAPES", "USED_BY"]
    column: str
    target: str
    to: str
    since: datetime
    until: datetime

    def held_during(self, since: datetime, until: datetime | None) -> bool:
        """Whether it was true at any moment of a run."""
        return self.until > since and (until is None or self.since <= until)


@dataclass(frozen=True, slots=True)
class Passed:
    """What of an output is wrong by an input, and why in a few words."""

    columns: Columns
    why: str


def passed_on(wrong: Columns, flows: Sequence[Flow], *, source: str, target: str, known: bool) -> Passed | None:
    """What becomes wrong in `target` by what is wrong in `source`; None: nothing does.

    `flows` are those of one run's job out of `source`. `known`: they are all that it does with columns.
    """
    if wrong is None:
        return Passed(None, "everything in what it read may be wrong")
    if not known:
        return Passed(None, "which columns the run used is not known")
    hit = [flow for flow in flows if touches(flow.column, wrong)]
    shaping = sorted({flow.column for flow in hit if flow.kind == "SHAPES" and flow.target == target})
    if shaping:
        return Passed(None, f"{_listed(shaping)} decides which rows there are")
    followed = {flow.column for flow in hit if flow.kind != "USED_BY"}
    lost = sorted({flow.column for flow in hit} - followed)
    if lost:
        return Passed(None, f"{_listed(lost)} is used, and it is not known for what")
    fed = [flow for flow in hit if flow.target == target]
    columns = frozenset(flow.to.lower() for flow in fed)
    if source == target:
        columns |= wrong  # what a dataset gives to itself unchanged is no flow
    if not columns:
        return None
    return Passed(columns, f"made from {_listed(sorted({flow.column for flow in fed}) or sorted(wrong))}")


def reads_wrong(wrong: Columns, flows: Iterable[Flow], *, known: bool) -> bool:
    """Whether a run that has made nothing yet may use what is wrong."""
    return wrong is None or not known or any(touches(flow.column, wrong) for flow in flows)


def touches(column: str, wrong: Columns) -> bool:
    """Whether reading `column` reads anything wrong: it, a part of it, or what it is a part of."""
    if wrong is None:
        return True
    path = column.lower()
    return any(path == one or path.startswith(f"{one}.") or one.startswith(f"{path}.") for one in wrong)


def both(one: Columns, other: Columns) -> Columns:
    """What is wrong by two inputs."""
    return None if one is None or other is None else one | other


def uses(flows: Iterable[Flow], target: str) -> tuple[str, ...]:
    """The columns that go into `target`, or decide its rows."""
    return tuple(sorted({flow.column for flow in flows if flow.target == target}))


def _listed(columns: Sequence[str]) -> str:
    return ", ".join(columns)
