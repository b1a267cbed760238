"""What became of a lineage between two moments: which edges came, and which went."""

from __future__ import annotations

from datetime import datetime

from graph_model.errors import NotFound
from graph_model.lineage import repository
from graph_model.lineage.ask import EVERYTHING, answer, find_root, walk_from
from graph_model.lineage.entities import Direction, Filter, Level, Lineage, LineageDiff, LineageEdge
from graph_model.lineage.merging import Rows
from graph_model.lineage.steps import Asked, find_start
from graph_model.lineage.walk import BUDGET_SECONDS, Ceilings
from graph_model.store.graph import Graph

Key = tuple[str, str, str, str]


def compare(
    graph: Graph,
    asked: Asked,
    *,
    before: datetime,
    after: datetime | None = None,
    known_at: datetime | None = None,
    direction: Direction = "BOTH",
    depth: int = 10,
    level: Level = "DATASET",
    wanted: Filter = EVERYTHING,
    limit: int = 2000,
    budget_seconds: float = BUDGET_SECONDS,
) -> LineageDiff:
    """How the lineage of `asked` at `after` (None: now) differs from the one at `before`, both as known at `known_at`.

    What is there at one of the moments only has no lineage at the other. Raises what `lineage` raises, where it is
    there at neither.
    """
    ceilings = Ceilings(depth, limit, budget_seconds)

    def at(tx: Rows, moment: datetime, known: datetime) -> Lineage:
        root = find_root(tx, asked, as_of=moment, known_at=known)
        start = find_start(tx, asked, root, level=level, most=limit)
        return answer(start, walk_from(tx, start, direction=direction, ceilings=ceilings, wanted=wanted))

    def work(tx: Rows) -> LineageDiff:
        now, known = repository.moments(tx, as_of=after, known_at=known_at)
        try:
            new = at(tx, now, known)
        except NotFound:
            old = at(tx, before, known)
            return _difference(old, Lineage(old.root, (), (), now, known_at=known))
        try:
            old = at(tx, before, known)
        except NotFound:
            old = Lineage(new.root, (), (), before, known_at=known)
        return _difference(old, new)

    return graph.read(work)


def _difference(old: Lineage, new: Lineage) -> LineageDiff:
    was, is_ = ({_key(edge): edge for edge in one.edges} for one in (old, new))
    came = tuple(edge for key, edge in is_.items() if key not in was)
    went = tuple(edge for key, edge in was.items() if key not in is_)
    known = {node.id: node for node in (*old.nodes, *new.nodes)}
    ends = dict.fromkeys(id_ for edge in (*came, *went) for id_ in (edge.source, edge.target))
    return LineageDiff(
        new.root,
        old.as_of,
        new.as_of,
        came,
        went,
        tuple(known[id_] for id_ in dict.fromkeys((new.root, *ends)) if id_ in known),
        new.known_at or new.as_of,
        tuple(dict.fromkeys((*old.incomplete_reasons, *new.incomplete_reasons))),
    )


def _key(edge: LineageEdge) -> Key:
    return edge.source, edge.target, edge.kind, edge.job or ""
