"""The pool that the runs of an order take from."""

from __future__ import annotations

from graph_model.errors import InvalidInput, PoolNotFound
from graph_model.names import Name, pool_id
from graph_model.policies.entities import PoolKind
from graph_model.store.graph import Graph


def pool_called(graph: Graph, text: str) -> str:
    """The id of a declared pool, by NAMESPACE/NAME or by a name that only one has.

    Raises PoolNotFound, InvalidInput.
    """
    known = [Name(row["namespace"], row["name"]) for row in graph.rows("policies.pools_named")]
    found = [name for name in known if text in (str(name), name.name)]
    if not found:
        raise PoolNotFound(text, [str(name) if "/" in text else name.name for name in known])
    if len(found) > 1:
        raise InvalidInput("pool", f"several are called {text}: {', '.join(map(str, sorted(found)))}")
    return pool_id(PoolKind.POOL, found[0])
