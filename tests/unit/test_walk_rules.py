"""The loop of a walk, held against a brute-force reference on random graphs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from graph_model.lineage.entities import LineageEdge, LineageNode
from graph_model.lineage.hops import Hop
from graph_model.lineage.walk import Ceilings, Step, Walked, walk
from graph_model.names import Name

NODES = 9
Edges = frozenset[tuple[int, int]]
graphs = st.frozensets(st.tuples(st.integers(0, NODES - 1), st.integers(0, NODES - 1)), max_size=25)


def node(number: int) -> LineageNode:
    return LineageNode(str(number), "DATASET", Name("n", str(number)))


def steps_over(edges: Edges) -> Step:
    def step(frontier: Sequence[LineageNode]) -> Iterable[Hop]:
        ids = {int(each.id) for each in frontier}
        return [Hop(LineageEdge(str(a), str(b), "PRODUCES"), node(b)) for a, b in edges if a in ids]

    return step


def distances(edges: Edges, start: int) -> dict[int, int]:
    """Hops from `start` to all that it reaches, by relaxing every edge as often as there are nodes."""
    far = {start: 0}
    for _, (a, b) in product(range(NODES), edges):
        if a in far and far[a] + 1 < far.get(b, NODES + 1):
            far[b] = far[a] + 1
    return far


def hops(walked: Walked) -> dict[int, int]:
    return {int(id_): each.hops for id_, each in walked.nodes.items()}


@given(graphs, st.integers(0, NODES))
@settings(max_examples=300)
def test_a_walk_finds_the_nodes_edges_and_hops_that_brute_force_finds(edges: Edges, depth: int) -> None:
    far = distances(edges, 0)
    within = {number: hop for number, hop in far.items() if hop <= depth}

    walked = walk(steps_over(edges), [node(0)], ceilings=Ceilings(depth, 1000))

    assert hops(walked) == within
    found = sorted((int(edge.source), int(edge.target)) for edge in walked.edges)
    assert found == sorted((a, b) for a, b in edges if a in within and b in within)
    assert list(walked.reasons) == (["DEPTH_LIMIT"] if len(within) < len(far) else [])


@given(graphs, st.integers(1, NODES))
@settings(max_examples=200)
def test_a_node_limit_keeps_the_nearest_and_is_never_passed(edges: Edges, limit: int) -> None:
    far = distances(edges, 0)

    walked = walk(steps_over(edges), [node(0)], ceilings=Ceilings(NODES, limit))

    assert len(walked.nodes) == min(limit, len(far))
    assert sorted(hops(walked).values()) == sorted(far.values())[:limit]
    assert list(walked.reasons) == (["NODE_LIMIT"] if limit < len(far) else [])


def test_of_two_edges_that_say_the_same_the_one_that_is_not_stale_counts() -> None:
    edges = [LineageEdge("0", "1", "PRODUCES", stale=stale) for stale in (True, False)]

    walked = walk(lambda _: [Hop(edge, node(1)) for edge in edges], [node(0)], ceilings=Ceilings(1, 10))

    assert [edge.stale for edge in walked.edges] == [False]


def test_a_node_first_met_where_the_walk_ends_is_walked_on_from_when_it_is_met_again() -> None:
    used = Hop(LineageEdge("0", "1", "USED_BY"), node(1), goes_on=False)
    onward = {
        "0": [used, Hop(LineageEdge("0", "2", "SHAPES"), node(2))],
        "2": [Hop(LineageEdge("2", "1", "CONSUMED_BY"), node(1))],
    }
    onward["1"] = [Hop(LineageEdge("1", "3", "PRODUCES"), node(3))]

    def step(frontier: Sequence[LineageNode]) -> Iterable[Hop]:
        return [hop for each in frontier for hop in onward.get(each.id, [])]

    walked = walk(step, [node(0)], ceilings=Ceilings(5, 10))

    assert hops(walked) == {0: 0, 1: 1, 2: 1, 3: 3}
