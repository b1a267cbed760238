"""Whether the audit chain holds, and if not, where it breaks first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from graph_model.audit.chain import Break, Head, follow
from graph_model.store.graph import Graph, Row

AT_ONCE = 2_000


@dataclass(frozen=True, slots=True)
class ChainReport:
    """`sealed` records hold up to `broken`, or all of them when that is None. `unsealed` ones wait to be sealed, the
    oldest since `oldest_unsealed`: these nothing protects yet.
    """

    sealed: int
    unsealed: int
    oldest_unsealed: datetime | None
    broken: Break | None


def verify_chain(graph: Graph, *, at_once: int = AT_ONCE) -> ChainReport:
    """Walks the whole chain as it is now; what is sealed meanwhile is left for the next walk."""
    found = graph.rows("audit.head")
    goal = Head(**found[0]) if found else Head()
    reached = _walk(graph, goal, at_once)
    broken = reached if isinstance(reached, Break) else _end(graph, reached, goal)
    tail = graph.rows("audit.tail")[0]
    sealed = broken.seq - 1 if broken else goal.seq
    return ChainReport(max(sealed, 0), tail["unsealed"], tail["oldest"], broken)


def _walk(graph: Graph, goal: Head, at_once: int) -> Head | Break:
    head = Head()
    while head.seq < goal.seq:
        stretch = _stretch(graph, head, goal, at_once)
        if not stretch:
            return Break(head.seq + 1, None, f"is missing: the chain should go on to {goal.seq}")
        reached = follow(head, stretch)
        if isinstance(reached, Break):
            return reached
        head = reached
    return head


def _stretch(graph: Graph, head: Head, goal: Head, at_once: int) -> list[Row]:
    return graph.read(lambda tx: tx.exact_rows("audit.links", after=head.seq, upto=goal.seq, most=at_once))


def _end(graph: Graph, reached: Head, goal: Head) -> Break | None:
    if reached != goal:
        return Break(goal.seq, None, "is not the one that the head of the chain names")
    beside = graph.rows("audit.beside", upto=goal.seq)
    return Break(goal.seq + 1, beside[0]["id"], beside[0]["why"]) if beside else None
