"""What would come of it if the estates of one tree became those of another: judged as `plan` does, for all together.

Everything is rehearsed in one transaction that is rolled back. First the graph is brought to the base, so that only
what lies between the two trees is judged, whatever else was applied meanwhile; then the head's readers become what they
will be, so that a reader that is mended by the same change is not called broken.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import NoReturn, cast

from graph_model.contracts.entities import Column
from graph_model.errors import InvalidEstate, Mistake
from graph_model.estate.contracts import Remark
from graph_model.estate.diff import PlannedChange, portable
from graph_model.estate.entities import DatasetSpec, Estate, JobSpec
from graph_model.estate.holdings import Holdings, Node
from graph_model.estate.plan import InsideTransaction, Survey, survey
from graph_model.estate.repository import known_datasets
from graph_model.estate.writing import Writing, lock, write_flows, write_promises
from graph_model.impact.between.estates import between_estates
from graph_model.impact.between.fitting import assess_fitted
from graph_model.impact.binding import Rebind
from graph_model.impact.entities import Change, ImpactReport
from graph_model.lineage.entities import ColumnFlows, ReadColumns
from graph_model.names import Name
from graph_model.store.graph import Graph, Transaction


@dataclass(frozen=True, slots=True)
class Drift:
    """The graph does not hold a scope as its base declares it. `changes` would bring it there; `is_new`: it knows
    nothing of the scope yet."""

    scope: str
    changes: tuple[PlannedChange, ...]
    is_new: bool


def nothing_changes() -> ImpactReport:
    return ImpactReport((), (), datetime.now(UTC))


@dataclass(slots=True)
class Review:
    """`impact` is judged after the whole set of changes.

    `mistakes` are the head's, as they show against the graph: what has them was left out of the judgement. `base_wrong`
    are those of the base: of its scopes, what the graph holds was compared with.
    """

    impact: ImpactReport = field(default_factory=nothing_changes)
    mistakes: list[Mistake] = field(default_factory=list)
    base_wrong: list[Mistake] = field(default_factory=list)
    drift: list[Drift] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)

    @property
    def changes(self) -> tuple[Change, ...]:
        return self.impact.changes


def review(
    graph: Graph,
    before: Sequence[Estate],
    after: Sequence[Estate],
    *,
    read_columns: ReadColumns,
    rebind: Rebind | None = None,
) -> Review:
    """Judges what lies between two sets of estates, by their scopes; nothing is changed.

    A scope that `after` lacks is judged as if everything it declares went; one that `before` lacks is compared with
    what the graph holds of it.
    """
    concerned = _concerned(graph, before, after)
    if not concerned.heads:
        return Review()
    try:
        graph.write(_Rehearsal(graph, concerned, _remembering(read_columns), rebind))
    except _RolledBack as end:
        return end.review
    raise AssertionError("a rehearsal always ends by rolling back")


@dataclass(frozen=True, slots=True)
class _Concerned:
    """`bases` are what the graph is brought to; `heads` what is judged."""

    bases: tuple[Estate, ...]
    heads: tuple[Estate, ...]


def _concerned(graph: Graph, before: Sequence[Estate], after: Sequence[Estate]) -> _Concerned:
    """Scopes that are the same on both sides are left alone; but where the graph lacks some of their datasets, others
    may need them."""
    old = {estate.scope: estate for estate in before}
    heads = [estate for estate in after if not _same(old.get(estate.scope), estate)]
    scopes = {estate.scope for estate in after}
    heads += [_emptied(estate) for estate in before if estate.scope not in scopes]
    changed = {estate.scope for estate in heads}
    known = set(known_datasets(graph)) if heads else set()
    bases = [one for one in before if one.scope in changed or {dataset.name for dataset in one.datasets} - known]
    return _Concerned(tuple(bases), tuple(heads))


class _RolledBack(Exception):
    """Ends a rehearsal; carries its result out of the transaction that it rolls back."""

    def __init__(self, review: Review) -> None:
        super().__init__("a rehearsal")
        self.review = review


class _Rehearsal:
    """A unit of work that always ends by rolling back."""

    def __init__(self, graph: Graph, concerned: _Concerned, read_columns: ReadColumns, rebind: Rebind | None) -> None:
        self._graph, self._concerned = graph, concerned
        self._read_columns, self._rebind = read_columns, rebind

    def __call__(self, tx: Transaction) -> NoReturn:
        found = Review()
        brought: dict[str, Estate] = {}
        for estate, now, surveyed in self._surveyed(tx, self._concerned.bases, found.base_wrong):
            brought[estate.scope] = estate
            found.drift.extend(_drift(estate.scope, surveyed))
            writing = Writing(tx, estate.scope, now, surveyed.difference, surveyed.wanted)
            write_flows(writing, surveyed.standing)
            write_promises(writing, surveyed.standing)
        changes: list[Change] = []
        for estate, now, surveyed in self._surveyed(tx, self._concerned.heads, found.mistakes):
            base = brought.get(estate.scope)
            changes.extend(between_estates(base, estate) if base else surveyed.proposed)
            found.remarks.extend(surveyed.remarks)
            write_flows(Writing(tx, estate.scope, now, surveyed.difference, surveyed.wanted), surveyed.standing)
        if changes:
            inside = cast("Graph", InsideTransaction(self._graph, tx))
            found.impact = assess_fitted(inside, changes, rebind=self._rebind)
        raise _RolledBack(found)

    def _surveyed(
        self, tx: Transaction, estates: Iterable[Estate], mistakes: list[Mistake]
    ) -> Iterator[tuple[Estate, datetime, Survey]]:
        """Each estate held against the graph as those before it left it. One that needs what another declares comes
        after it; `mistakes` takes what is wrong with those that do not fit at all."""
        left = list(estates)
        while left:
            refused: list[tuple[Estate, InvalidEstate]] = []
            for estate in left:
                now = lock(tx, estate.scope)
                try:
                    surveyed = survey(tx, estate, read_columns=self._read_columns)
                except InvalidEstate as error:
                    refused.append((estate, error))
                else:
                    yield estate, now, surveyed
            if len(refused) == len(left):
                mistakes.extend(mistake for _, error in refused for mistake in error.mistakes)
                return
            left = [estate for estate, _ in refused]


def _remembering(read_columns: ReadColumns) -> ReadColumns:
    """Most jobs are the same in base and head, and their SQL is the dearest thing to read."""
    known: dict[str, ColumnFlows] = {}

    def read(job: JobSpec, schemas: Mapping[Name, Sequence[Column]]) -> ColumnFlows:
        key = repr((job, sorted((name, tuple(columns)) for name, columns in schemas.items())))
        if key not in known:
            known[key] = read_columns(job, schemas)
        return known[key]

    return read


def _drift(scope: str, surveyed: Survey) -> Iterator[Drift]:
    """What applying the base would change, but for the folder that its code happens to lie in."""
    difference, standing = surveyed.difference, surveyed.standing
    about = {edge.about for edge in (*difference.opened, *difference.closed)}
    moved = {node.id for node in difference.declared if _is_only_elsewhere(node, standing)} - about
    changes = tuple(change for change in difference.changes if change.id not in moved)
    if changes:
        is_new = not any(node.scope == scope for node in standing.nodes.values())
        yield Drift(scope, changes, is_new)


def _is_only_elsewhere(node: Node, standing: Holdings) -> bool:
    before = standing.nodes.get(node.id)
    return before is not None and before.alive and portable(before.properties) == portable(node.properties)


def _emptied(estate: Estate) -> Estate:
    """The same scope, declaring nothing."""
    return replace(estate, datasets=(), jobs=(), consumers=())


def _same(before: Estate | None, after: Estate) -> bool:
    return before is not None and _anywhere(before) == _anywhere(after)


def _anywhere(estate: Estate) -> Estate:
    """Without the folder that it was read in."""
    datasets, jobs = map(_dataset_anywhere, estate.datasets), map(_job_anywhere, estate.jobs)
    return replace(estate, project="", datasets=tuple(datasets), jobs=tuple(jobs))


def _dataset_anywhere(dataset: DatasetSpec) -> DatasetSpec:
    checks = (replace(one, params={**one.params, "project": ""}) for one in dataset.contract.checks)
    return replace(dataset, contract=replace(dataset.contract, checks=tuple(checks)))


def _job_anywhere(job: JobSpec) -> JobSpec:
    return replace(job, executor={**job.executor, "project": ""})
