"""Bridges over what is not shown, pages and ways, held against brute force on random graphs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from graph_model.lineage.bridge import VIA, bridge, is_shown
from graph_model.lineage.entities import Filter, LineageEdge, LineageNode
from graph_model.lineage.hops import Hop
from graph_model.lineage.paths import search
from graph_model.lineage.repository import NodeFacts
from graph_model.lineage.walk import Ceilings, Walk, Walked
from graph_model.names import Name
from tests.unit.test_walk_rules import NODES, Edges, distances, graphs, node, steps_over

hidden_nodes = st.frozensets(st.integers(1, NODES - 1))


def walked(edges: Edges, hidden: frozenset[int] = frozenset(), *, depth: int = NODES, limit: int = 100) -> Walked:
    def shown(nodes: Sequence[LineageNode]) -> set[str]:
        return {each.id for each in nodes if int(each.id) not in hidden}

    return Walk({"DOWN": steps_over(edges)}, [node(0)], ceilings=Ceilings(depth, limit), shown=shown).to_its_end()


def over(edges: Edges, hidden: frozenset[int], start: int) -> set[int]:
    """The shown nodes that a way over hidden nodes, one at least, leads to."""
    far: set[int] = set()
    queue, met = [b for a, b in edges if a == start and b in hidden], set[int]()
    while queue:
        here = queue.pop()
        if here in met:
            continue
        met.add(here)
        for target in (b for a, b in edges if a == here):
            if target in hidden:
                queue.append(target)
            else:
                far.add(target)
    return far


@given(graphs, hidden_nodes)
@settings(max_examples=300)
def test_a_bridge_stands_wherever_a_way_leads_over_what_is_not_shown(edges: Edges, hidden: frozenset[int]) -> None:
    reached = distances(edges, 0).keys()

    found = bridge(walked(edges, hidden)).edges

    plain = {(a, b) for a, b in edges if a in reached and not {a, b} & hidden}
    bridges = {(a, b) for a in reached - hidden for b in over(edges, hidden, a)}
    assert {(int(edge.source), int(edge.target)) for edge in found if edge.kind != VIA} == plain
    assert sorted((int(edge.source), int(edge.target)) for edge in found if edge.kind == VIA) == sorted(bridges)
    assert all({int(id_) for id_ in edge.via} <= hidden for edge in found)
    assert all(_is_way(edges, edge) for edge in found)


def _is_way(edges: Edges, edge: LineageEdge) -> bool:
    stops = [int(id_) for id_ in (edge.source, *edge.via, edge.target)]
    return all((a, b) in edges for a, b in pairwise(stops))


@given(graphs, hidden_nodes, st.integers(0, NODES))
@settings(max_examples=200)
def test_what_a_depth_keeps_out_is_counted_behind_what_is_shown(
    edges: Edges, hidden: frozenset[int], depth: int
) -> None:
    far = distances(edges, 0)
    inside = {number for number, hops in far.items() if hops <= depth}

    told = bridge(walked(edges, hidden, depth=depth)).hidden

    expected = {
        number: {
            b for a in (number, *_bridged_behind(edges, hidden & inside, number)) for b in _beyond(edges, a, inside)
        }
        for number in inside - hidden
    }
    assert {int(id_): {int(one) for one in ids} for id_, ids in told.items()} == {
        number: ids for number, ids in expected.items() if ids
    }


def _beyond(edges: Edges, here: int, inside: set[int]) -> set[int]:
    return {b for a, b in edges if a == here and b not in inside}


def _bridged_behind(edges: Edges, bridged: frozenset[int], start: int) -> set[int]:
    found: set[int] = set()
    queue = [start]
    while queue:
        here = queue.pop()
        following = {b for a, b in edges if a == here and b in bridged} - found
        found |= following
        queue += following
    return found


@given(graphs, st.integers(1, NODES - 1))
@settings(max_examples=300)
def test_ways_are_all_that_there_are_and_come_the_shortest_first(edges: Edges, target: int) -> None:
    every = sorted(simple_ways(edges, (0,), target), key=len)

    found = search(walked(edges), ["0"], [str(target)], first=10_000, depth=NODES)
    some = search(walked(edges), ["0"], [str(target)], first=2, depth=NODES)

    ways = [(0, *(int(hop.node.id) for hop in route)) for route in found.routes]
    assert [len(way) for way in ways] == [len(way) for way in every]
    assert set(ways) == set(every)
    assert some.routes == found.routes[:2]
    assert some.more or len(every) <= 2


def simple_ways(edges: Edges, way: tuple[int, ...], target: int) -> Iterator[tuple[int, ...]]:
    if way[-1] == target:
        yield way
        return
    for a, b in edges:
        if a == way[-1] and b not in way:
            yield from simple_ways(edges, (*way, b), target)


def test_a_way_does_not_go_on_from_where_the_walk_does_not() -> None:
    def step(frontier: Sequence[LineageNode]) -> Iterable[Hop]:
        following = {"0": Hop(LineageEdge("0", "1", "USED_BY"), node(1), goes_on=False)}
        return [following[each.id] for each in frontier if each.id in following]

    found = Walk({"DOWN": step}, [node(0)], ceilings=Ceilings(5, 10)).to_its_end()
    found.hops["1", "2", "PRODUCES", ""] = Hop(LineageEdge("1", "2", "PRODUCES"), node(2))
    found.nodes["2"] = node(2)
    found.bridged.add("1")

    assert search(found, ["0"], ["2"], first=5, depth=5).routes == ()
    assert [edge for edge in bridge(found).edges if edge.kind == VIA] == []


def test_more_bridges_than_an_answer_can_hold_are_cut_and_it_says_so() -> None:
    edges = (
        frozenset((0, n) for n in range(1, 5)) | frozenset((n, 5) for n in range(1, 5)) | {(5, n) for n in (6, 7, 8)}
    )

    cut = bridge(walked(edges, frozenset({5})), most=6)

    assert (len(cut.edges), cut.cut) == (6, True)


def test_each_part_of_a_filter_must_be_met_by_one_of_its_words() -> None:
    facts = NodeFacts(frozenset({"ops"}), "sales", frozenset({"pii"}), "gold")
    table = LineageNode("1", "DATASET", Name("shop", "orders"))

    assert is_shown(table, facts, Filter())
    assert is_shown(table, facts, Filter(tags=frozenset({"pii", "other"}), owners=frozenset({"ops"})))
    assert not is_shown(table, facts, Filter(tags=frozenset({"pii"}), owners=frozenset({"nobody"})))
    assert not is_shown(table, NodeFacts(), Filter(domains=frozenset({"sales"})))
    assert not is_shown(LineageNode("1", "JOB", Name("shop", "x"), technical=True), facts, Filter())
