"""What a thing comes from and what comes of it: by dataset, by column, or by what really ran; now or as of a moment."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from graph_model.errors import InvalidInput
from graph_model.lineage import repository
from graph_model.lineage.bridge import EDGE_LIMIT, bridge, is_shown
from graph_model.lineage.entities import (
    Direction,
    Filter,
    Level,
    Lineage,
    LineageNode,
    NodeKind,
    Way,
)
from graph_model.lineage.hops import PRECEDES, WITHOUT_DATA
from graph_model.lineage.merging import Rows
from graph_model.lineage.repository import NodeFacts, Root
from graph_model.lineage.steps import Asked, Start, find_start, step_of
from graph_model.lineage.walk import (
    BUDGET_SECONDS,
    NODE_LIMIT,
    UNRESOLVED_READS,
    Ceilings,
    Shown,
    Step,
    Walk,
    Walked,
    reasons_of_coverage,
)
from graph_model.names import Name
from graph_model.store.graph import Graph

EVERYTHING = Filter()
_NO_FACTS = NodeFacts()
_WAYS: dict[Direction, tuple[Way, ...]] = {"UP": ("UP",), "DOWN": ("DOWN",), "BOTH": ("UP", "DOWN")}


def lineage(
    graph: Graph,
    root: Name | str,
    *,
    column: str | None = None,
    partition: str | None = None,
    kind: NodeKind | None = None,
    direction: Direction = "DOWN",
    depth: int = 10,
    level: Level = "DATASET",
    as_of: datetime | None = None,
    known_at: datetime | None = None,
    wanted: Filter = EVERYTHING,
    limit: int = 2000,
    after: int = 0,
    budget_seconds: float = BUDGET_SECONDS,
) -> Lineage:
    """What `root` feeds (DOWN), is fed by (UP), or both, as it was true at `as_of` and known at `known_at`.

    `root` is a name, or the id of anything. Without `as_of` it is the moment of `known_at`, else now. `kind` None: the
    dataset of that name, else the job, else the consumer. A `column` makes it a walk along columns; the level COLUMN
    without one starts at all columns of the dataset. VERSION and RUN start at a version or a run, or at the good
    version of a `partition`. Nodes come nearest first, `limit` of those that meet `wanted`, leaving out the first
    `after`; an edge comes with the later of its ends. BOTH is what is upstream and what is downstream, not all that is
    connected. Raises DatasetNotFound, JobNotFound, ConsumerNotFound, ColumnNotFound, VersionNotFound, NodeNotFound,
    InvalidInput.
    """
    asked = Asked(root, kind if column is None else "DATASET", column, partition)
    ceilings = Ceilings(depth, after + limit, budget_seconds)

    def work(tx: Rows) -> Lineage:
        found = find_root(tx, asked, as_of=as_of, known_at=known_at)
        start = find_start(tx, asked, found, level=level, most=ceilings.limit)
        walked = walk_from(tx, start, direction=direction, ceilings=ceilings, wanted=wanted)
        return answer(start, walked, after=after)

    return graph.read(work)


def find_root(graph: Rows, asked: Asked, *, as_of: datetime | None, known_at: datetime | None) -> Root:
    """The node that is asked about. Raises DatasetNotFound, JobNotFound, ConsumerNotFound, NodeNotFound."""
    if isinstance(asked.root, str):
        return repository.root_of_id(graph, asked.root, as_of=as_of, known_at=known_at)
    for root in repository.roots(graph, asked.root, as_of=as_of, known_at=known_at):
        if asked.kind in (None, root.node.kind):
            return root
    raise repository.not_found(graph, asked.root, asked.kind)


def walk_from(
    graph: Rows, start: Start, *, direction: Direction, ceilings: Ceilings, wanted: Filter = EVERYTHING
) -> Walked:
    """The whole walk from a start, in one way or in both."""
    if start.level == "RUN":
        wanted = replace(wanted, kinds=frozenset({"RUN", "CONSUMER"}))
    if wanted.control and start.level != "DATASET":
        raise InvalidInput(
            "control", f"there are no control edges at the level {start.level}: ask at the level DATASET"
        )
    steps: dict[Way, Step] = {
        way: step_of(graph, start, way, ordered=True, control=wanted.control) for way in _WAYS[direction]
    }
    shown = _shown(graph, wanted, start.root.at)
    walked = Walk(steps, start.nodes, ceilings=ceilings, also=start.also, shown=shown).to_its_end()
    _no_flow_over_order(walked, (PRECEDES,) if wanted.control else WITHOUT_DATA)
    unknown = [UNRESOLVED_READS] if direction != "DOWN" and _misses_reads(graph, start, walked) else []
    walked.reasons = dict.fromkeys([*start.reasons, *walked.reasons, *unknown, *reasons_of_coverage(walked)])
    return walked


def _no_flow_over_order(walked: Walked, kinds: Collection[str]) -> None:
    """A job that is not shown is passed over; where it only comes before or after, nothing flows over it. `kinds` of
    edges that say so."""
    if not walked.bridged:
        return
    walked.hops = {
        key: hop
        for key, hop in walked.hops.items()
        if hop.edge.kind not in kinds
        or (hop.edge.source not in walked.bridged and hop.edge.target not in walked.bridged)
    }


def _misses_reads(graph: Rows, start: Start, walked: Walked) -> bool:
    """Whether runs that others tell of read something of which they do not say the partition."""
    if start.level not in ("VERSION", "RUN"):
        return False
    runs = [node.id for node in walked.nodes.values() if node.kind == "RUN" and node.direction != "DOWN"]
    return bool(runs) and repository.reads_unknown(graph, runs)


def answer(start: Start, walked: Walked, *, after: int = 0) -> Lineage:
    """The walk as it is told: without what is bridged, and without the pages before."""
    bridged = bridge(walked)
    shown = [node for node in walked.nodes.values() if node.id not in walked.bridged]
    earlier = {node.id for node in shown[:after]}
    nodes = tuple(_told(node, walked, len(bridged.hidden.get(node.id, ()))) for node in shown[after:])
    edges = bridged.edges
    if earlier:
        edges = tuple(edge for edge in edges if edge.source not in earlier or edge.target not in earlier)
    reasons = (*walked.reasons, EDGE_LIMIT) if bridged.cut else tuple(walked.reasons)
    return Lineage(
        start.id,
        nodes,
        edges,
        start.root.at,
        reasons,
        start.root.known,
        has_more=NODE_LIMIT in walked.reasons,
        node_count=len(shown),
    )


def _told(node: LineageNode, walked: Walked, hidden: int) -> LineageNode:
    if node.id in walked.both:
        return replace(node, direction="BOTH", hidden=hidden)
    return replace(node, hidden=hidden) if hidden else node


def _shown(graph: Rows, wanted: Filter, at: datetime) -> Shown:
    def shown(nodes: Sequence[LineageNode]) -> Collection[str]:
        if wanted == EVERYTHING:
            return {node.id for node in nodes if not node.technical}
        facts = repository.facts(graph, [node.id for node in nodes], at=at) if wanted.asks_for_facts else {}
        return {node.id for node in nodes if is_shown(node, facts.get(node.id, _NO_FACTS), wanted)}

    return shown
