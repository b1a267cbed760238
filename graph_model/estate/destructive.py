"""Which planned changes take something away, in the terms in which their impact is asked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from graph_model.contracts.entities import Contract
from graph_model.estate.diff import Difference
from graph_model.estate.holdings import Holdings
from graph_model.estate.wording import contract_of, renamed_columns
from graph_model.names import Name

if TYPE_CHECKING:
    from graph_model.impact.entities import Change


def destructive_changes(difference: Difference, standing: Holdings) -> tuple[Change, ...]:
    """Datasets that are dropped, jobs whose output nobody makes any more, columns that are no longer promised."""
    from graph_model.impact.entities import DropDataset, RetireJob

    dropped = [DropDataset(node.name) for node in difference.retired if node.kind == "dataset"]
    starving = starving_jobs(difference)
    retired = [RetireJob(node.name) for node in difference.retired if node.id in starving]
    columns: list[Change] = []
    for node in difference.declared:
        before = standing.nodes.get(node.id)
        if node.kind == "dataset" and before and before.alive:
            columns.extend(_columns_taken_away(node.name, contract_of(before), contract_of(node)))
    return (*dropped, *retired, *columns)


def starving_jobs(difference: Difference) -> frozenset[str]:
    """Ids of retired jobs that made a dataset which stays, and which no other job makes from now on."""
    retired = {node.id for node in difference.retired}
    made_anew = {edge.target for edge in difference.opened if edge.kind == "PRODUCES"}
    return frozenset(
        edge.source
        for edge in difference.closed
        if edge.kind == "PRODUCES" and edge.source in retired and edge.target not in retired | made_anew
    )


def _columns_taken_away(dataset: Name, before: Contract, after: Contract) -> Iterator[Change]:
    """A contract that promises no column at all says nothing about them, so nothing is known to go."""
    from graph_model.impact.entities import DropColumn, RenameColumn, RetypeColumn

    types = {column.path: column.type for column in after.columns}
    renamed = renamed_columns(before, after)
    for column in before.columns if types else ():
        if column.path in renamed:
            yield RenameColumn(dataset, column.path, renamed[column.path])
        elif column.path not in types:
            yield DropColumn(dataset, column.path)
        elif types[column.path] != column.type and "unknown" not in (types[column.path], column.type):
            yield RetypeColumn(dataset, column.path, types[column.path])
