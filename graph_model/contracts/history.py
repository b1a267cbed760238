"""The history of a dataset's contracts, each held against the one before it."""

from __future__ import annotations

from dataclasses import dataclass

from graph_model.contracts.changes import ContractDifference
from graph_model.contracts.difference import Side, difference, side_of
from graph_model.contracts.recorded import Recorded, recorded, texts
from graph_model.errors import InvalidContract
from graph_model.names import Name
from graph_model.store.graph import Graph


@dataclass(frozen=True, slots=True)
class ContractStep:
    """One contract, and how it differs from the one before it. `before` None: it is the first, or the first that was
    looked at. `difference` None: nothing is before it, or one of the two cannot be read any more."""

    recorded: Recorded
    before: str | None = None
    difference: ContractDifference | None = None


@dataclass(frozen=True, slots=True)
class ContractHistory:
    """Oldest first. Not complete: there are older ones."""

    steps: tuple[ContractStep, ...]
    is_complete: bool


def history(graph: Graph, dataset: str, name: Name, *, limit: int) -> ContractHistory:
    """The newest `limit` contracts of a dataset (by id), which is called `name`."""
    found, is_complete = recorded(graph, dataset, limit=limit)
    sides = {id: _side(text, name) for id, text in texts(graph, [one.id for one in found]).items()}
    steps: list[ContractStep] = []
    for one in found:
        before = steps[-1].recorded.id if steps else None
        steps.append(ContractStep(one, before, _between(sides[before], sides[one.id]) if before else None))
    return ContractHistory(tuple(steps), is_complete)


def _between(before: Side | None, after: Side | None) -> ContractDifference | None:
    return difference(before, after) if before and after else None


def _side(text: str, name: Name) -> Side | None:
    try:
        return side_of(text, file=str(name), dataset=name.name)
    except InvalidContract:
        return None
