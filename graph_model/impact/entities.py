"""Changes that somebody proposes, and what they would do to everyone downstream."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

from graph_model.lineage.entities import LineageEdge, LineageNode
from graph_model.names import Name


@dataclass(frozen=True, slots=True)
class AddColumn:
    """`position` counts from 0; None: it comes last. `default` is what rows get that say nothing, as text."""

    dataset: Name
    column: str
    type: str = "unknown"
    nullable: bool = True
    default: str | None = None
    position: int | None = None


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
    """`type` is the text of a canonical type (docs/schemas.md)."""

    dataset: Name
    column: str
    type: str


@dataclass(frozen=True, slots=True)
class ReorderColumns:
    """`columns` are all top-level columns of the dataset, in their new order."""

    dataset: Name
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ChangeNullability:
    dataset: Name
    column: str
    nullable: bool


@dataclass(frozen=True, slots=True)
class ChangeKey:
    """`columns` are unique together from now on; empty: nothing is."""

    dataset: Name
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ChangeAllowedValues:
    """`before` and `after` are the values that may occur, as text; None: any value."""

    dataset: Name
    column: str
    before: tuple[str, ...] | None
    after: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class ChangeMeaning:
    """The column is called as before and means something else: `meaning` says what."""

    dataset: Name
    column: str
    meaning: str


@dataclass(frozen=True, slots=True)
class ChangeDefault:
    """`default` is what rows get that say nothing, as text; None: nothing."""

    dataset: Name
    column: str
    default: str | None


@dataclass(frozen=True, slots=True)
class DropDataset:
    dataset: Name


@dataclass(frozen=True, slots=True)
class RenameDataset:
    dataset: Name
    to: Name


@dataclass(frozen=True, slots=True)
class ChangeFormat:
    """Another format, or other options of it: (option, before, after), such as `delimiter`, `header`, `encoding`.

    `format` None: it stays.
    """

    dataset: Name
    format: str | None = None
    options: tuple[tuple[str, str | None, str | None], ...] = ()


@dataclass(frozen=True, slots=True)
class MoveDataset:
    """Its fixed place is another one. Readers that are given versions by a run get them wherever they lie."""

    dataset: Name
    location: str | None


@dataclass(frozen=True, slots=True)
class Repartition:
    """`before` and `after` are the unit of its partitions, such as `day`; None: it has none."""

    dataset: Name
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class ChangeTerm:
    """A term of its contract, such as `freshness` or `retention`; `weaker`: it promises less than before."""

    dataset: Name
    term: str
    before: str | None
    after: str | None
    weaker: bool


@dataclass(frozen=True, slots=True)
class ChangeJob:
    """Other code. `sql` is the new text of a job whose SQL can be read; None: what it computes may be anything."""

    job: Name
    sql: str | None = None


@dataclass(frozen=True, slots=True)
class RetireJob:
    """The job goes: it is not judged itself, and what it makes is no longer made."""

    job: Name


@dataclass(frozen=True, slots=True)
class RetireConsumer:
    """The consumer goes: nothing can break for it any more."""

    consumer: Name


@dataclass(frozen=True, slots=True)
class Delay:
    """A partition of a dataset (empty: the next one that is due) is there no sooner than `until`."""

    dataset: Name
    partition: str
    until: datetime


@dataclass(frozen=True, slots=True)
class BadVersion:
    """A version (an id) whose content turned out to be wrong. `columns` are those that are; empty: all may be."""

    version: str
    columns: tuple[str, ...] = ()


ColumnChange = (
    AddColumn
    | DropColumn
    | RenameColumn
    | RetypeColumn
    | ReorderColumns
    | ChangeNullability
    | ChangeKey
    | ChangeAllowedValues
    | ChangeMeaning
    | ChangeDefault
)
DatasetChange = DropDataset | RenameDataset | ChangeFormat | MoveDataset | Repartition | ChangeTerm
FlowChange = ColumnChange | DatasetChange | ChangeJob | RetireJob | RetireConsumer
Change = FlowChange | Delay | BadVersion
"""The changes of one set speak of names as they are before it, and are judged after all of them."""


class Verdict(StrEnum):
    BREAKS = "BREAKS"
    RISKY = "RISKY"
    SAFE = "SAFE"
    UNKNOWN = "UNKNOWN"


Effect = Literal["HIT", "STALLED", ""]
"""HIT: by the change itself. STALLED: only waits for something that breaks. Empty: neither."""


@dataclass(frozen=True, slots=True)
class LastUse:
    """The newest read that is known of a reader: when, and the run that did it, where it was one."""

    at: datetime
    run: str | None = None


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much is known of those who read downstream: how many they are, and of how many which columns they use."""

    readers: int = 0
    columns_known: int = 0


@dataclass(frozen=True, slots=True)
class Affected:
    """One job or consumer downstream of the changes.

    `rule` names the rule that decided (docs/impact-rules.md), `path` is the way from the change to this node, edge by
    edge, that is behind this verdict, and `shortest` the one of the fewest hops, whatever it leads to. `hit` are the
    columns (`shop/orders.price`) or the datasets that it reads and that something happens to. `deadline` is a text like
    `06:00 Europe/Paris`. `remedy` says what would help; `settle`, of UNKNOWN, what would tell. Empty: nothing has to.
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
    hit: tuple[str, ...] = ()
    shortest: tuple[LineageEdge, ...] = ()
    last_use: LastUse | None = None
    settle: str = ""


@dataclass(frozen=True, slots=True)
class ImpactReport:
    """Every job and consumer downstream, the worst first. `nodes` are all that the paths pass, to name their ends by.

    `incomplete_reasons` not empty: the walk was cut off, so that nobody is called SAFE and there may be more of them.
    SAFE holds for the readers that are known: `coverage` counts them.
    """

    changes: tuple[Change, ...]
    affected: tuple[Affected, ...]
    as_of: datetime
    incomplete_reasons: tuple[str, ...] = ()
    nodes: tuple[LineageNode, ...] = ()
    coverage: Coverage = Coverage()

    @property
    def is_complete(self) -> bool:
        return not self.incomplete_reasons
