"""What pools have and who takes from them; a person may have one give less than it was declared with."""

from __future__ import annotations

from graph_model.audit.record import Transition, record
from graph_model.errors import InvalidInput, PoolNotFound
from graph_model.names import Name
from graph_model.policies.entities import Lowered, Pool, PoolKind
from graph_model.store.graph import Graph, Row, Transaction


def pools(graph: Graph) -> tuple[Pool, ...]:
    """Every pool, by its name."""
    return tuple(_pool(row) for row in graph.rows("policies.pools"))


def pool(graph: Graph, name: Name) -> Pool:
    """Raises PoolNotFound, with the nearest name."""
    known = {one.name: one for one in pools(graph)}
    if name not in known:
        raise PoolNotFound(name, map(str, known))
    return known[name]


def lower(graph: Graph, name: Name, slots: int, *, by: str, reason: str) -> Pool:
    """From its return on, nothing is claimed that would take more; what runs goes on. `slots` 0 closes it.

    Raises PoolNotFound; InvalidInput for more slots than it was declared with.
    """
    found = pool(graph, name)
    if not 0 <= slots <= found.declared:
        problem = f"cannot be {slots}: pool {name} is declared with {found.declared}; declare more in its estate"
        raise InvalidInput("slots", problem)
    graph.write(lambda tx: _set(tx, found, slots, by=by, reason=reason))
    return pool(graph, name)


def restore(graph: Graph, name: Name, *, by: str, reason: str) -> Pool:
    """The pool gives what it was declared with again. Raises PoolNotFound."""
    found = pool(graph, name)
    graph.write(lambda tx: _set(tx, found, None, by=by, reason=reason))
    return pool(graph, name)


def _set(tx: Transaction, found: Pool, slots: int | None, *, by: str, reason: str) -> None:
    rows = tx.rows("policies.lower", pool=found.id, slots=slots, by=by, reason=reason, token=tx.token)
    if not rows:
        raise PoolNotFound(found.name)
    what = "RESTORED" if slots is None else "LOWERED"
    facts = {"reason": reason, "was": rows[0]["was"], "slots": rows[0]["declared"] if slots is None else slots}
    record(tx, [Transition(found.id, what, by, facts)])


def _pool(row: Row) -> Pool:
    lowered, holders = row["lowered"], row["holders"]
    return Pool(
        id=row["id"],
        name=Name(row["namespace"], row["name"]),
        kind=PoolKind(row["kind"]),
        declared=row["declared"],
        subject=row["subject"] or "",
        scope=row["scope"] or "",
        lowered=Lowered(lowered["slots"], lowered["by"], lowered["reason"]) if lowered else None,
        taken=sum(holder["took"].count(row["id"]) for holder in holders),
        runs=tuple(sorted(holder["run"] for holder in holders)),
        waiting=row["waiting"],
    )
