"""Changes that somebody proposes, and what they would do to everyone downstream."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

from graph_model.lineage.entities import LineageEdge, LineageNode
from graph_model.names import Name


@dataclass(frozen=True, slots=True)
class DropColumn:
    dataset: Name
    column: str


@dataclass(frozen=True, slots=True)
class RenameColumn:
    dataset: Name
    column: str
    to: str


@dataclass(frozen=True, slots=True)
class RetypeColumn:
    """`type` is one of the canonical types of contracts."""

    dataset: Name
    column: str
    type: str


@dataclass(frozen=True, slots=True)
class DropDataset:
    dataset: Name


@dataclass(frozen=True, slots=True)
class RetireJob:
    """The job goes: it is not judged itself, and what it makes is no longer made."""

    job: Name


@dataclass(frozen=True, slots=True)
class RetireConsumer:
    """The consumer goes: nothing can break for it any more."""

    consumer: Name


ColumnChange = DropColumn | RenameColumn | RetypeColumn
Change = ColumnChange | DropDataset | RetireJob | RetireConsumer
"""The changes of one set speak of names as they are before it, and are judged after all of them."""


class Verdict(StrEnum):
    BREAKS = "BREAKS"
    RISKY = "RISKY"
    SAFE = "SAFE"
    UNKNOWN = "UNKNOWN"


Effect = Literal["HIT", "STALLED", ""]
"""HIT: by the change itself. STALLED: only waits for something that breaks. Empty: neither."""


@dataclass(frozen=True, slots=True)
class Affected:
    """One job or consumer downstream of the changes.

    `rule` names the rule that decided (docs/impact-rules.md), `path` is the shortest way from the change to this node,
    edge by edge, for this verdict. `deadline` is a text like `06:00 Europe/Paris`. `remedy` says what would help; empty
    when nothing has to.
    """

    node: LineageNode
    verdict: Verdict
    effect: Effect
    rule: str
    reason: str
    path: tuple[LineageEdge, ...] = ()
    owners: tuple[str, ...] = ()
    deadline: str | None = None
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class ImpactReport:
    """Every job and consumer downstream, the worst first. `nodes` are all that the paths pass, to name their ends by.

    `incomplete_reasons` not empty: the walk was cut off, so that nobody is called SAFE and there may be more of them.
    """

    changes: tuple[Change, ...]
    affected: tuple[Affected, ...]
    as_of: datetime
    incomplete_reasons: tuple[str, ...] = ()
    nodes: tuple[LineageNode, ...] = ()

    @property
    def is_complete(self) -> bool:
        return not self.incomplete_reasons
