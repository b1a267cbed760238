"""Shows what declaring an estate would change in the graph, and whom that would hit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn, TypeVar, cast

from graph_model.errors import InvalidEstate
from graph_model.estate.against_graph import foreign_mistakes, mapped_whole, wide_cycles
from graph_model.estate.contracts import Remark, judged
from graph_model.estate.controls import control_remarks
from graph_model.estate.diff import Difference, PlannedChange, difference
from graph_model.estate.entities import Estate
from graph_model.estate.holdings import Holdings
from graph_model.estate.other_names import claimed_mistakes
from graph_model.estate.proposed import proposed_changes
from graph_model.estate.remarks import remarks_on_jobs
from graph_model.estate.repository import columns_of, dataset_ids, other_datasets, standing
from graph_model.estate.times import times_told
from graph_model.estate.wanted import Wanted, referenced, wanted
from graph_model.estate.writing import Writing, lock, write_flows
from graph_model.lineage.entities import ReadColumns
from graph_model.policies.declaring import pool_mistakes
from graph_model.store.graph import Graph, Row, Transaction

if TYPE_CHECKING:
    from collections.abc import Callable

    from graph_model.impact.binding import Rebind
    from graph_model.impact.entities import Affected, Change

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Plan:
    """`impact`: every job and consumer downstream of what readers may notice, with its verdict. `proposed` is what they
    may notice, in the terms of impact; empty where things are only added, and then nobody is looked for.

    `incomplete_reasons` empty: the impact was followed to its end. `hash` stands for exactly these changes. `remarks`:
    what stops nothing and should be looked at.
    """

    scope: str
    changes: tuple[PlannedChange, ...]
    hash: str
    impact: tuple[Affected, ...] = ()
    incomplete_reasons: tuple[str, ...] = ()
    remarks: tuple[Remark, ...] = ()
    proposed: tuple[Change, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not self.changes


@dataclass(frozen=True, slots=True)
class Survey:
    """An estate held against the graph in one transaction."""

    standing: Holdings
    wanted: Wanted
    difference: Difference
    proposed: tuple[Change, ...]
    remarks: tuple[Remark, ...] = ()


@dataclass(frozen=True, slots=True)
class Impact:
    affected: tuple[Affected, ...] = ()
    incomplete_reasons: tuple[str, ...] = ()


def plan(graph: Graph, estate: Estate, *, read_columns: ReadColumns, rebind: Rebind | None = None) -> Plan:
    """The difference between `estate` and the graph; nothing is changed. Raises InvalidEstate.

    Where readers may notice something, the change is rehearsed in a transaction that is rolled back: whom it hits
    depends on what the estate's own readers will read afterwards. `rebind` as in `assess`.
    """
    surveyed = graph.read(lambda tx: survey(tx, estate, read_columns=read_columns))
    if not surveyed.proposed:
        return planned(estate.scope, surveyed, Impact())
    return _rehearsed(graph, lambda tx: _rehearse(graph, tx, estate, read_columns, rebind))


def survey(tx: Transaction, estate: Estate, *, read_columns: ReadColumns) -> Survey:
    """Reads what concerns the estate and takes the difference. Raises InvalidEstate for what other scopes rule out."""
    names = referenced(estate)
    declared = {dataset.name for dataset in estate.datasets}
    ids = dataset_ids(tx, names, read=[name for name in names if name not in declared])
    known = other_datasets(tx, sorted({ids[name] for name in names if name not in declared}))
    others = {name: known[ids[name]] for name in names if name not in declared and ids[name] in known}
    estate = mapped_whole(estate, others)
    columns = {name: columns_of(node) for name, node in others.items()}
    aim = wanted(estate, ids, columns, read_columns=read_columns)
    held = standing(tx, estate.scope, ids=((node.kind, id) for id, node in aim.holdings.nodes.items()))
    apart = difference(held, aim.holdings, scope=estate.scope)
    mistakes = [
        *foreign_mistakes(estate, aim.holdings, held, others),
        *wide_cycles(tx, estate, ids, others),
        *claimed_mistakes(tx, estate, ids),
        *pool_mistakes(tx, estate, apart.retired),
    ]
    if mistakes:
        raise InvalidEstate(sorted(mistakes, key=lambda mistake: mistake.line))
    found = judged(tx, apart, held, aim)
    changes = proposed_changes(found.difference, held, found.documents)
    remarks = (*found.remarks, *control_remarks(estate), *remarks_on_jobs(estate.jobs, found.difference))
    remarks = (*remarks, *times_told(tx, found.difference, held))
    return Survey(held, aim, found.difference, changes, remarks)


def planned(scope: str, surveyed: Survey, impact: Impact) -> Plan:
    changes = surveyed.difference.changes
    digest = surveyed.difference.hash(scope)
    told = (impact.affected, impact.incomplete_reasons, surveyed.remarks, surveyed.proposed)
    return Plan(scope, changes, digest, *told)


def assess_inside(
    graph: Graph, tx: Transaction, changes: tuple[Change, ...], *, rebind: Rebind | None = None
) -> Impact:
    """The impact as this transaction sees the graph, what it has written included."""
    if not changes:
        return Impact()
    from graph_model.impact.between.fitting import assess_fitted  # it leans on lineage, which most plans never need

    report = assess_fitted(cast("Graph", InsideTransaction(graph, tx)), changes, rebind=rebind)
    return Impact(tuple(report.affected), tuple(report.incomplete_reasons))


class InsideTransaction:
    """A graph whose every read goes through one open transaction."""

    def __init__(self, graph: Graph, tx: Transaction) -> None:
        self._tx = tx
        self.engine, self.settings = graph.engine, graph.settings

    def rows(self, name: str, **parameters: object) -> list[Row]:
        return self._tx.rows(name, **parameters)

    def read(self, work: Callable[[Transaction], T]) -> T:
        return work(self._tx)


class _RolledBack(Exception):
    """Ends a rehearsal; carries its result out of the transaction that it rolls back."""

    def __init__(self, plan: Plan) -> None:
        super().__init__("a rehearsal")
        self.plan = plan


def _rehearse(
    graph: Graph, tx: Transaction, estate: Estate, read_columns: ReadColumns, rebind: Rebind | None
) -> NoReturn:
    now = lock(tx, estate.scope)
    surveyed = survey(tx, estate, read_columns=read_columns)
    write_flows(Writing(tx, estate.scope, now, surveyed.difference, surveyed.wanted), surveyed.standing)
    impact = assess_inside(graph, tx, surveyed.proposed, rebind=rebind)
    raise _RolledBack(planned(estate.scope, surveyed, impact))


def _rehearsed(graph: Graph, work: Callable[[Transaction], NoReturn]) -> Plan:
    try:
        graph.write(work)
    except _RolledBack as end:
        return end.plan
    raise AssertionError("a rehearsal always ends by rolling back")
