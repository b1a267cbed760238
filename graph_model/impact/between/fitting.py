"""Changes that come from outside, held against what the graph knows: a script speaks of more than an estate does."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from graph_model.impact.entities import (
    AddColumn,
    Affected,
    BadVersion,
    Change,
    ChangeJob,
    ChangeKey,
    ColumnChange,
    ImpactReport,
    ReorderColumns,
    RetireConsumer,
    RetireJob,
    Verdict,
)
from graph_model.impact.rules import Finding, when_cut_off
from graph_model.lineage import repository
from graph_model.lineage.merging import Rows
from graph_model.names import Name

UNREAD = "UNREAD"
"""Among the reasons why an answer is incomplete: something of what was given could not be read or has no place."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """`changes` are those that the graph can be asked about; `left_out` says of each other one why not.

    What nobody has heard of has no known readers. `open` of them is about a column of a dataset that is known: readers
    of whom it is not known which columns they use may use it.
    """

    changes: tuple[Change, ...]
    left_out: tuple[str, ...] = ()
    open: tuple[str, ...] = ()


def fitted(graph: Rows, changes: Sequence[Change]) -> Fitted:
    """`changes` without what the graph does not know."""
    known = _Known(graph)
    kept: list[Change] = []
    left_out: dict[str, None] = {}
    open_: dict[str, None] = {}
    for change in changes:
        if isinstance(change, BadVersion):
            kept.append(change)
        elif not known.has(*_about(change)):
            left_out[f"{_about(change)[1]} is not known here"] = None
        elif unknown := known.missing(change):
            open_[f"{unknown} is not known here: whether somebody uses it cannot be told"] = None
        else:
            kept.append(change)
    return Fitted(tuple(kept), tuple(left_out), tuple(open_))


def with_unread(report: ImpactReport, *, unread: bool) -> ImpactReport:
    """The report as one that is not complete: what was not read may hit anybody, so that nobody is called SAFE."""
    if not unread:
        return report
    affected = tuple(_unsure(one) for one in report.affected)
    reasons = tuple(dict.fromkeys((*report.incomplete_reasons, UNREAD)))
    return replace(report, affected=affected, incomplete_reasons=reasons)


def _unsure(one: Affected) -> Affected:
    if one.verdict is not Verdict.SAFE:
        return one
    found = when_cut_off(Finding(one.verdict, one.effect, one.rule, one.reason, one.path, one.remedy))
    reason = f"{one.reason}; but not everything that was given could be read"
    return replace(one, verdict=found.verdict, rule=found.rule, reason=reason, remedy="mend what could not be read")


def _about(change: Change) -> tuple[str, Name]:
    """The kind and name of what a change is about."""
    if isinstance(change, ChangeJob | RetireJob):
        return "JOB", change.job
    if isinstance(change, RetireConsumer):
        return "CONSUMER", change.consumer
    if isinstance(change, BadVersion):
        raise TypeError("a version has no name")
    return "DATASET", change.dataset


@dataclass(slots=True)
class _Known:
    graph: Rows
    roots: dict[Name, dict[str, repository.Root]] = field(default_factory=dict)
    columns: dict[Name, frozenset[str] | None] = field(default_factory=dict)

    def has(self, kind: str, name: Name) -> bool:
        if name not in self.roots:
            found = repository.roots(self.graph, name, as_of=None)
            self.roots[name] = {root.node.kind: root for root in found}
        return kind in self.roots[name]

    def missing(self, change: Change) -> str | None:
        """A column that the change names and the dataset does not have; a dataset without a schema may have any."""
        if not isinstance(change, ColumnChange) or isinstance(change, AddColumn):
            return None
        known = self._columns(change.dataset)
        named = _columns_of(change)
        return next(
            (f"{change.dataset}.{one}" for one in named if known is not None and one.lower() not in known), None
        )

    def _columns(self, name: Name) -> frozenset[str] | None:
        if name not in self.columns:
            root = self.roots[name]["DATASET"]
            found = repository.fields(self.graph, root.node, at=root.at)
            listed = any(one.listed for one in found)
            self.columns[name] = frozenset(one.path.lower() for one in found) if listed else None
        return self.columns[name]


def _columns_of(change: ColumnChange) -> Iterable[str]:
    """A key, or an order, is of all columns that stay: what the graph does not know of them is no matter."""
    return () if isinstance(change, ReorderColumns | ChangeKey) else (change.column,)
