"""What a rule looks at, and what it finds."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import IntEnum
from typing import Literal

from graph_model.impact.changes import ColumnHarm, Likeness
from graph_model.impact.declared import By
from graph_model.impact.entities import ChangeJob, Effect, FlowChange, Verdict
from graph_model.impact.held import Held
from graph_model.impact.layout import Layout
from graph_model.lineage.entities import LineageEdge
from graph_model.names import Name

Path = tuple[LineageEdge, ...]
ReaderKind = Literal["sql", "job", "other", "consumer"]
"""A job of ours that is SQL, another job of ours, a job that only others tell of, a consumer."""


class DatasetHarm(IntEnum):
    """What happens to a dataset, the worse the higher."""

    ROWS_CHANGE = 1  # its rows or values may become other ones
    MAY_STALL = 2  # it comes from a job that may fail on what it reads
    DOUBTFUL = 3  # it comes from a job of which nobody knows whether it breaks
    STALLED = 4  # nothing new arrives
    GONE = 5


@dataclass(frozen=True, slots=True)
class HarmedDataset:
    """`cause` says in words what is behind it; `path` leads from the change to the dataset."""

    harm: DatasetHarm
    cause: str
    path: Path = ()


@dataclass(frozen=True, slots=True)
class HarmedColumn:
    """A column that something happens to. `text` ends the sentence that its name begins; `path` leads to it. `values`:
    they may be other ones, so that what is made from them may be, too. `likeness` is that of a new type, `tight` and
    `shown` are those of its outcome; `retypes`: its type may be another one in a way that nobody worked out."""

    name: str
    harm: ColumnHarm
    text: str
    path: Path = ()
    to: str | None = None
    values: bool = True
    likeness: Likeness = Likeness.OTHER
    retypes: bool = False
    tight: bool = False
    shown: bool = True


@dataclass(frozen=True, slots=True)
class Use:
    """A harmed column that the reader uses, with the edge that says so."""

    column: HarmedColumn
    edge: LineageEdge

    @property
    def path(self) -> Path:
        return (*self.column.path, self.edge)


@dataclass(frozen=True, slots=True)
class Reading:
    """One reader and one dataset it reads. `harmed_columns` are all harmed ones of the dataset, `uses` those it uses.

    `way` leads to the dataset over whole datasets, `edge` is the read itself. `is_job`: else a consumer. `used`: all
    columns it uses, where they are listed. `several`: it may get several partitions at once. `layout`: what becomes of
    the dataset's columns. `changes`: what is done to the dataset itself. `settled`: why some of that changes nothing in
    its data. `types_shown`: it becomes text, and it is known which columns show their types. `held`: what its query
    comes to; None: nobody can say. `text`: its SQL after the set. `mended`: its SQL is changed along, in nothing but
    the names that the set changes. `deadline`: it has one. `is_text`: the dataset is written as text, where each value
    looks as its type spells it; `is_delimited`: columns stand there one after the other. `location`: its fixed place.
    """

    reader: Name
    is_job: bool
    dataset: Name
    edge: LineageEdge
    required: bool
    columns_known: bool
    harm: HarmedDataset | None = None
    harmed_columns: tuple[HarmedColumn, ...] = ()
    uses: tuple[Use, ...] = ()
    way: Path = ()
    kind: ReaderKind = "job"
    by: By = "name"
    several: bool = False
    used: tuple[str, ...] = ()
    layout: Layout | None = None
    changes: tuple[FlowChange, ...] = ()
    settled: tuple[str, ...] = ()
    types_shown: bool = False
    held: Held | None = None
    text: str = ""
    mended: bool = False
    key: tuple[str, ...] = ()
    deadline: bool = False
    is_text: bool = False
    is_delimited: bool = False
    location: str | None = None

    @property
    def path(self) -> Path:
        return (*(self.harm.path if self.harm else self.way), self.edge)

    @property
    def direct(self) -> Path:
        """The path over whole datasets."""
        return (*self.way, self.edge)


@dataclass(frozen=True, slots=True)
class Making:
    """One job as a whole: what becomes of its query and of its output. `path` leads to it; `change`: of its code.
    `retyped`: columns it reads, in lower case, that become another kind of values."""

    job: Name
    path: Path = ()
    held: Held | None = None
    change: ChangeJob | None = None
    mended: bool = False
    retyped: frozenset[str] = frozenset()

    @property
    def is_rewritten(self) -> bool:
        """It may come to anything from now on."""
        return self.change is not None and (self.held.rewritten if self.held else not self.mended)


@dataclass(frozen=True, slots=True)
class Finding:
    """`may_fail`: not only what comes of it may be another thing; the reader itself may fail, and make nothing.
    `stalls`, of BREAKS: it makes nothing for certain, and not something that is wrong."""

    verdict: Verdict
    effect: Effect
    rule: str
    reason: str
    path: Path
    remedy: str = ""
    hit: tuple[str, ...] = ()
    may_fail: bool = False
    stalls: bool = True


Rule = Callable[[Reading], Finding | None]
MakingRule = Callable[[Making], Finding | None]


def listed(names: Iterable[str]) -> str:
    ordered = sorted(set(names))
    return ", ".join(ordered[:3]) + (f" and {len(ordered) - 3} more" if len(ordered) > 3 else "")


def has(reading: Reading, harm: DatasetHarm) -> bool:
    return reading.harm is not None and reading.harm.harm is harm


def cause(reading: Reading) -> str:
    return reading.harm.cause if reading.harm else ""


def nearest_use(reading: Reading, harm: ColumnHarm) -> Use | None:
    uses = [use for use in reading.uses if use.column.harm is harm]
    return min(uses, key=lambda use: (use.edge.stale, len(use.path), use.column.name), default=None)


def by_use(reading: Reading, harm: ColumnHarm, verdict: Verdict, rule: str, remedy: str) -> Finding | None:
    use = nearest_use(reading, harm)
    if use is None:
        return None
    reason = f"uses {reading.dataset}.{use.column.name}, which {use.column.text}"
    effect: Effect = "HIT" if harm is not ColumnHarm.TOUCHED and verdict is not Verdict.UNKNOWN else ""
    return Finding(verdict, effect, rule, reason, use.path, remedy, may_fail=_may_fail(reading, use.column))


_FATAL = frozenset({ColumnHarm.RETYPED, ColumnHarm.WIDENED, ColumnHarm.NARROWED, ColumnHarm.REPLACED})


def _may_fail(reading: Reading, column: HarmedColumn) -> bool:
    """Code that nobody held against its tables may stumble over another type. Other values of a type that stays are not
    taken for a reason to fail; one that is missing is, since what a job makes may be checked for it."""
    if column.harm is ColumnHarm.MAY_BE_MISSING:
        return reading.is_job
    if reading.held or (reading.kind == "sql" and column.harm is ColumnHarm.WIDENED):
        return False  # SQL makes room for a wider type
    if column.likeness is Likeness.KIND and not reading.is_text:
        return column.retypes
    return column.retypes or column.harm in _FATAL
