"""Changes that come from outside, held against what the graph knows: a script speaks of more than an estate does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from graph_model.impact.assess import assess
from graph_model.impact.binding import Rebind
from graph_model.impact.declared import datasets
from graph_model.impact.entities import (
    AddColumn,
    Affected,
    BadVersion,
    Change,
    ChangeJob,
    ChangeKey,
    ColumnChange,
    DropColumn,
    ImpactReport,
    RenameColumn,
    ReorderColumns,
    RetireConsumer,
    RetireJob,
    Verdict,
)
from graph_model.impact.rules import Finding, when_cut_off
from graph_model.lineage import repository
from graph_model.lineage.merging import Rows
from graph_model.lineage.repository import Root
from graph_model.names import Name
from graph_model.store.graph import Graph

Subject = tuple[str, Name]

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


def fitted(graph: Rows, changes: Sequence[Change], *, as_of: datetime | None = None) -> Fitted:
    """`changes` without what the graph does not know."""
    known = _known(graph, changes, as_of)
    kept: list[Change] = []
    left_out: dict[str, None] = {}
    open_: dict[str, None] = {}
    for change in changes:
        subject = _about(change)
        if subject is not None and subject not in known.there:
            left_out[f"{subject[1]} is not known here"] = None
        elif (there := known.there_already(change)) is not None:
            left_out[f"{there} is there already"] = None
        elif (unknown := known.missing(change)) is not None:
            open_[f"{unknown} is not known here: whether somebody uses it cannot be told"] = None
        else:
            kept.append(known.cut(change))
    return Fitted(tuple(kept), tuple(left_out), tuple(open_))


def assess_fitted(
    graph: Graph, changes: Sequence[Change], *, rebind: Rebind | None = None, as_of: datetime | None = None
) -> ImpactReport:
    """As `assess`, for changes that may speak of more than the graph knows; the report names them all the same."""
    found = fitted(graph, changes, as_of=as_of)
    report = assess(graph, found.changes, rebind=rebind, as_of=as_of)
    return replace(with_unread(report, unread=bool(found.open)), changes=tuple(changes))


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


def _about(change: Change) -> Subject | None:
    """The kind and name of what a change is about; a version has no name."""
    if isinstance(change, ChangeJob | RetireJob):
        return "JOB", change.job
    if isinstance(change, RetireConsumer):
        return "CONSUMER", change.consumer
    return None if isinstance(change, BadVersion) else ("DATASET", change.dataset)


@dataclass(frozen=True, slots=True)
class _Known:
    """`columns` are those of each dataset whose schema is known, in lower case; any other may have any column. `comes`
    and `goes` are the columns that the set adds, and that it drops or renames."""

    there: frozenset[Subject]
    columns: Mapping[Name, frozenset[str]]
    comes: frozenset[tuple[Name, str]]
    goes: frozenset[tuple[Name, str]]

    def there_already(self, change: Change) -> str | None:
        if not isinstance(change, AddColumn) or (change.dataset, change.column.lower()) in self.goes:
            return None
        known = self.columns.get(change.dataset, frozenset())
        return f"{change.dataset}.{change.column}" if change.column.lower() in known else None

    def missing(self, change: Change) -> str | None:
        """A column that the change names and the dataset does not have."""
        if not isinstance(change, ColumnChange) or isinstance(change, AddColumn | ReorderColumns):
            return None
        named = change.columns if isinstance(change, ChangeKey) else (change.column,)
        return next((f"{change.dataset}.{one}" for one in named if not self._has(change.dataset, one)), None)

    def cut(self, change: Change) -> Change:
        """An order is of the columns that are known."""
        if not isinstance(change, ReorderColumns):
            return change
        return replace(change, columns=tuple(one for one in change.columns if self._has(change.dataset, one)))

    def _has(self, dataset: Name, column: str) -> bool:
        known = self.columns.get(dataset)
        return known is None or column.lower() in known or (dataset, column.lower()) in self.comes


def _known(graph: Rows, changes: Sequence[Change], as_of: datetime | None) -> _Known:
    roots: dict[Subject, Root] = {}
    for subject in dict.fromkeys(found for change in changes if (found := _about(change)) is not None):
        for root in repository.roots(graph, subject[1], as_of=as_of):
            if root.node.kind == subject[0]:
                roots[subject] = root
    asked = {change.dataset: None for change in changes if isinstance(change, ColumnChange)}
    return _Known(
        frozenset(roots),
        _columns(graph, {name: root for name in asked if (root := roots.get(("DATASET", name))) is not None}),
        frozenset((one.dataset, one.column.lower()) for one in changes if isinstance(one, AddColumn)),
        frozenset((one.dataset, one.column.lower()) for one in changes if isinstance(one, DropColumn | RenameColumn)),
    )


def _columns(graph: Rows, roots: Mapping[Name, Root]) -> dict[Name, frozenset[str]]:
    """By dataset, as impact itself sees them: declared, shown, or used by somebody."""
    if not roots:
        return {}
    nodes = {name: root.node for name, root in roots.items()}
    at = next(iter(roots.values())).at
    fields = repository.fields_of(graph, list(nodes.values()), at=at)
    facts = datasets(graph, {node.id: node.members for node in nodes.values()}, at=at)
    found: dict[Name, frozenset[str]] = {}
    for name, node in nodes.items():
        declared = [column.path for column in facts[node.id].columns] if node.id in facts else []
        if declared or any(one.listed for one in fields[node.id]):
            found[name] = frozenset(path.lower() for path in (*declared, *(one.path for one in fields[node.id])))
    return found
