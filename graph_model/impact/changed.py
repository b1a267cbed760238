"""The changes of a set, found in the graph and spelled as it spells them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from graph_model import names
from graph_model.contracts.entities import Column
from graph_model.errors import InvalidInput
from graph_model.impact.changes import ColumnHarm, ColumnOutcome, before_the_set, outcomes
from graph_model.impact.declared import DatasetFacts, datasets
from graph_model.impact.entities import (
    AddColumn,
    ChangeAllowedValues,
    ChangeDefault,
    ChangeFormat,
    ChangeJob,
    ChangeKey,
    ChangeMeaning,
    ChangeNullability,
    ColumnChange,
    DropColumn,
    DropDataset,
    FlowChange,
    RenameColumn,
    RenameDataset,
    ReorderColumns,
    RetireConsumer,
    RetireJob,
    RetypeColumn,
)
from graph_model.impact.layout import Layout, laid_out
from graph_model.impact.measured import Measured, fitting, guessed, is_asked, measured, settled
from graph_model.lineage import repository
from graph_model.lineage.entities import LineageNode
from graph_model.lineage.merging import Rows
from graph_model.lineage.repository import FieldFacts, Root
from graph_model.names import Name

_OF_OTHER_TYPES = (ColumnHarm.RETYPED, ColumnHarm.NARROWED, ColumnHarm.REPLACED)


@dataclass(slots=True)
class ChangedSet:
    """The changes, found in the graph. `columns` are by field id; `retired` are jobs and consumers that go. All else is
    by the id of the dataset or the job: `layouts` where the columns are known, `changes` all that happens to a dataset,
    `facts` what is declared of those that change, `settled` why a change of columns changes nothing in their data,
    `shown` datasets that become text, of whose columns it is known whether their values show their types."""

    at: datetime
    starts: dict[str, LineageNode] = field(default_factory=dict)
    dropped: set[str] = field(default_factory=set)
    retired: dict[str, LineageNode] = field(default_factory=dict)
    columns: dict[str, tuple[LineageNode, ColumnOutcome]] = field(default_factory=dict)
    layouts: dict[str, Layout] = field(default_factory=dict)
    changes: dict[str, list[FlowChange]] = field(default_factory=dict)
    jobs: dict[str, ChangeJob] = field(default_factory=dict)
    facts: dict[str, DatasetFacts] = field(default_factory=dict)
    settled: dict[str, tuple[str, ...]] = field(default_factory=dict)
    shown: set[str] = field(default_factory=set)

    def fits(self, dataset: str) -> bool:
        """Whether each type that changes in a dataset holds all of the values that are there."""
        harms = (outcome.harm for node, outcome in self.columns.values() if node.name == self.starts[dataset].name)
        return not any(harm in _OF_OTHER_TYPES for harm in harms)

    def renames(self, dataset: str) -> dict[str, str]:
        """New names of columns by old ones, without those that are dropped as well."""
        return {
            change.column: change.to for change in self.changes.get(dataset, ()) if isinstance(change, RenameColumn)
        }

    def new_name(self, dataset: str) -> Name | None:
        """The name that a dataset gets; None: it keeps its own."""
        given = [change.to for change in self.changes.get(dataset, ()) if isinstance(change, RenameDataset)]
        return given[-1] if given else None


def find_changes(graph: Rows, changes: Sequence[FlowChange], *, as_of: datetime | None) -> ChangedSet:
    """The changes, found in the graph. Raises DatasetNotFound, ColumnNotFound, JobNotFound, ConsumerNotFound,
    InvalidInput for a column that is added and is there already."""
    if not changes:
        raise ValueError("an empty set of changes has no impact to assess")
    roots = _roots(graph, changes, as_of)
    found = ChangedSet(next(iter(roots.values())).at)
    of_dataset: dict[str, list[ColumnChange]] = {}
    for change in changes:
        root = roots[_subject(change)]
        _note(found, change, root)
        if isinstance(change, ColumnChange | ChangeFormat):
            own = of_dataset.setdefault(root.node.id, [])
            own += [change] if isinstance(change, ColumnChange) else []
    found.facts = datasets(graph, {id_: found.starts[id_].members for id_ in found.changes}, at=found.at)
    known = repository.fields_of(graph, [found.starts[id_] for id_ in of_dataset], at=found.at)
    asked = [id_ for id_, all_ in found.changes.items() if any(map(is_asked, all_))] if as_of is None else []
    data = measured(graph, {id_: found.starts[id_].members for id_ in asked})  # as it is now, and never was before
    for id_, column_changes in of_dataset.items():
        _note_columns(found, found.starts[id_], known[id_], column_changes, data.get(id_, Measured()))
    return found


_OF_VALUES = (RetypeColumn, ChangeNullability, ChangeMeaning, ChangeDefault, ChangeAllowedValues)
Subject = tuple[str, Name]


def _subject(change: FlowChange) -> Subject:
    if isinstance(change, RetireJob | ChangeJob):
        return "JOB", change.job
    if isinstance(change, RetireConsumer):
        return "CONSUMER", change.consumer
    return "DATASET", change.dataset


def _roots(graph: Rows, changes: Iterable[FlowChange], as_of: datetime | None) -> dict[Subject, Root]:
    """All of them at the same moment. What is not found is told of the first one."""
    subjects = dict.fromkeys(map(_subject, changes))
    datasets = repository.dataset_roots(graph, [name for kind, name in subjects if kind == "DATASET"], as_of=as_of)
    found: dict[Subject, Root] = {}
    at = next((root.at for root in datasets.values()), as_of)
    for subject in subjects:
        root = datasets.get(subject[1]) if subject[0] == "DATASET" else None
        found[subject] = root or _root_of(graph, subject, at)
        at = found[subject].at
    return found


def _root_of(graph: Rows, subject: Subject, as_of: datetime | None) -> Root:
    kind, name = subject
    for root in repository.roots(graph, name, as_of=as_of):
        if root.node.kind == kind:
            return root
    raise repository.not_found(graph, name, "JOB" if kind == "JOB" else "CONSUMER" if kind == "CONSUMER" else "DATASET")


def _note(found: ChangedSet, change: FlowChange, root: Root) -> None:
    node = root.node
    if isinstance(change, RetireJob | RetireConsumer):
        found.retired[node.id] = node
        return
    found.starts[node.id] = node
    if isinstance(change, ChangeJob):
        found.jobs[node.id] = change
        return
    found.changes.setdefault(node.id, []).append(change)
    if isinstance(change, DropDataset):
        found.dropped.add(node.id)


def _note_columns(
    found: ChangedSet,
    node: LineageNode,
    known: Sequence[FieldFacts],
    changes: Sequence[ColumnChange],
    data: Measured,
) -> None:
    """What becomes of the columns of one dataset. A dataset without a known schema may have any column."""
    columns = found.facts[node.id].columns if node.id in found.facts else ()
    spelled = _Spelling(node, known, columns, changes)
    changes = [spelled.of(change) for change in changes]
    others = [change for change in found.changes[node.id] if not isinstance(change, ColumnChange)]
    found.changes[node.id] = [*others, *changes]
    why = {change: text for change in changes if (text := settled(change, data))}
    found.settled[node.id] = tuple(why.values())
    changes = [*changes, *_retyped_as_text(found, node, data)]
    fits = fitting(spelled.types, changes, data)
    for path, outcome in outcomes(spelled.types, [change for change in changes if change not in why], fits).items():
        id_ = spelled.ids[path]
        found.columns[id_] = (LineageNode(id_, "COLUMN", node.name, path, members=node.members), outcome)
    if columns and changes:
        found.layouts[node.id] = laid_out(columns, changes)


def _retyped_as_text(found: ChangedSet, node: LineageNode, data: Measured) -> Sequence[RetypeColumn]:
    """What becomes of the types of a typed file that is written as text from now on, for who is told by its values."""
    facts, changes = found.facts.get(node.id), found.changes[node.id]
    formats = [one for one in changes if isinstance(one, ChangeFormat)]
    if facts is None or facts.format != "parquet" or facts.options or len(formats) != 1:
        return ()
    if formats[0].format != "csv" or formats[0].options or any("." in column.path for column in facts.columns):
        return ()
    spoken = {one.column for one in changes if isinstance(one, _OF_VALUES)}
    types = {column.path: column.type for column in facts.columns}
    shown = guessed(types, data)
    found.shown |= {node.id} if shown and not spoken else set()
    is_new = {path: type_ for path, type_ in shown.items() if type_ != types[path] and path not in spoken}
    return tuple(RetypeColumn(node.name, path, type_) for path, type_ in is_new.items())


class _Spelling:
    """The names of columns as the graph spells them, with their ids and types."""

    def __init__(
        self, node: LineageNode, known: Sequence[FieldFacts], columns: Sequence[Column], changes: Sequence[ColumnChange]
    ) -> None:
        self._node, self._known, self._changes = node, known, changes
        # What else is known may have been a column once, or be one that a plan has just said to be used.
        self._listed = {column.path for column in columns} | {one.path for one in known if one.listed}
        self._has_schema = bool(self._listed)
        self.types: dict[str, str | None] = {one.path: one.type for one in known}
        self.types |= {column.path: column.type for column in columns}
        self.ids = {path: names.field_id(node.id, path) for path in self.types} | {one.path: one.id for one in known}

    def of(self, change: ColumnChange) -> ColumnChange:
        if isinstance(change, AddColumn):
            return self._added(change)
        if isinstance(change, ReorderColumns | ChangeKey):
            return replace(change, columns=tuple(map(self._path, change.columns)))
        return replace(change, column=self._path(change.column))

    def _added(self, change: AddColumn) -> AddColumn:
        gone = [one.column for one in self._changes if isinstance(one, DropColumn | RenameColumn)]
        if change.column in self._listed and change.column.lower() not in (name.lower() for name in gone):
            raise InvalidInput("changes", f"{self._node.name} already has a column {change.column}")
        return change

    def _path(self, column: str) -> str:
        added = [one.column for one in self._changes if isinstance(one, AddColumn)]
        if column in added and column not in self.types:
            return column  # a change of the same set brings it
        column = before_the_set(column, self._changes, self.types)
        path = self._found(column)
        self.types.setdefault(path, None)
        self.ids.setdefault(path, names.field_id(self._node.id, path))
        return path

    def _found(self, column: str) -> str:
        same = [path for path in self.types if path == column]
        same = same or [path for path in self.types if path.lower() == column.lower()]
        if same or not self._has_schema:
            return same[0] if same else column
        return repository.field_called(self._known, self._node.name, column).path
