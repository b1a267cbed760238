"""Undoing a merge: two datasets that a person holds apart are never made one, however often evidence says so."""

from __future__ import annotations

from dataclasses import dataclass

from graph_model.audit.record import Transition, record
from graph_model.datasets.repository import known_datasets
from graph_model.errors import DatasetNotFound, InvalidInput, NotApart
from graph_model.estate.writing import FOREVER
from graph_model.identity.settle import settle
from graph_model.names import Name, apart_id, dataset_name_id
from graph_model.store.graph import Graph, Transaction


@dataclass(frozen=True, slots=True)
class Parted:
    """`changed` False: it was so already. `are_one`: evidence makes the two names one dataset now."""

    one: Name
    other: Name
    changed: bool
    are_one: bool


def hold_apart(graph: Graph, one: Name, other: Name, *, by: str, reason: str) -> Parted:
    """From now on the two names are names of two datasets. Raises DatasetNotFound, InvalidInput for one name."""
    ends = _ends(graph, one, other)

    def work(tx: Transaction) -> Parted:
        _lock(tx, ends)
        row = tx.rows("identity.hold_apart", **_edge(ends), by=by, reason=reason, forever=FOREVER)[0]
        return _settled(
            tx, one, other, ends, Transition(ends[0], "HELD_APART", by, {"reason": reason}), changed=row["placed"]
        )

    return graph.write(work)


def rejoin(graph: Graph, one: Name, other: Name, *, by: str) -> Parted:
    """Takes it back: evidence counts again. Raises DatasetNotFound, NotApart."""
    ends = _ends(graph, one, other)

    def work(tx: Transaction) -> Parted:
        _lock(tx, ends)
        if not tx.rows("identity.rejoin", **_edge(ends), by=by):
            raise NotApart(one, other)
        return _settled(tx, one, other, ends, Transition(ends[0], "REJOINED", by), changed=True)

    return graph.write(work)


def _ends(graph: Graph, one: Name, other: Name) -> tuple[str, str]:
    """The datasets that have exactly these names, in order of their ids."""
    asked = {dataset_name_id(name): name for name in (one, other)}
    found = {row["name_id"]: row["id"] for row in graph.rows("identity.named", ids=sorted(asked))}
    for id_, name in asked.items():
        if id_ not in found:
            raise DatasetNotFound(name, known_datasets(graph, name.namespace))
    ends = sorted(set(found.values()))
    if len(ends) < len(asked) or len(ends) < 2:
        raise InvalidInput("names", f"{one} and {other} are one name: nothing made them one")
    return ends[0], ends[1]


def _lock(tx: Transaction, ends: tuple[str, str]) -> None:
    tx.rows("identity.lock", ids=list(ends), token=tx.token)


def _edge(ends: tuple[str, str]) -> dict[str, str]:
    return {"id": apart_id(*ends), "one": ends[0], "other": ends[1]}


def _settled(
    tx: Transaction, one: Name, other: Name, ends: tuple[str, str], transition: Transition, *, changed: bool
) -> Parted:
    """What comes of it, and a record for either dataset of what was done."""
    entities = settle(tx, ends).entities
    if changed:
        detail = {**transition.detail, "names": [str(one), str(other)]}
        record(tx, [Transition(end, transition.what, transition.actor, detail) for end in ends])
    return Parted(one, other, changed, entities.get(ends[0]) == entities.get(ends[1], ""))
