"""Names that are learned by several writers at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import neo4j

from graph_model.identity.apart import hold_apart
from graph_model.names import Name
from graph_model.store.graph import Graph
from graph_model.verify.check import verify
from tests.integration.test_names import HIVE, by_table, entities, symlinks, tell, writes
from tests.integration.test_names_declared import called, declare, in_lake

ROUNDS = 3


def at_once(*works: Callable[[], object]) -> None:
    """Every work in a thread of its own, all begun together. Raises what any of them raised."""
    ready = Barrier(len(works))

    def begin(work: Callable[[], object]) -> None:
        ready.wait()
        work()

    with ThreadPoolExecutor(len(works)) as pool:
        for done in [pool.submit(begin, work) for work in works]:
            done.result()


def links(graph: Graph, of: Sequence[int], round_: int) -> Callable[[], None]:
    """Says one after the other that table N is table N + 1."""

    def work() -> None:
        for number in of:
            named = symlinks((HIVE, f"r{round_}.t{number + 1:02}", "TABLE"))
            tell(graph, writes(by_table(f"r{round_}.t{number:02}", symlinks=named), run=f"{round_} {number}"))

    return work


def test_a_chain_that_is_learned_from_all_sides_at_once_is_one(graph: Graph, side_driver: neo4j.Driver) -> None:
    for round_ in range(ROUNDS):
        at_once(*(links(graph, range(start, 12, 4), round_) for start in range(4)))

    assert verify(graph) == ()
    assert len(entities(side_driver)) == ROUNDS * 13
    assert len(set(entities(side_driver).values())) == ROUNDS


def test_who_parts_names_and_who_ties_them_wait_for_each_other(graph: Graph, side_driver: neo4j.Driver) -> None:
    for round_ in range(ROUNDS):
        links(graph, [0, 5], round_)()
        ends = [Name(HIVE, f"r{round_}.t{number:02}") for number in (0, 6)]
        at_once(
            links(graph, [1, 2], round_),
            links(graph, [4, 3], round_),
            lambda ends=ends: hold_apart(graph, *ends, by="ann", reason="two things"),
        )
        found = entities(side_driver)
        one, other = (found.get(name.name, name.name) for name in ends)
        assert one != other

    assert verify(graph) == ()


def test_a_name_that_is_seen_while_it_is_declared_is_found(graph: Graph, side_driver: neo4j.Driver) -> None:
    days = [f"clean/2024-01-{day:02}" for day in range(1, 13)]

    def see(some: Sequence[str]) -> Callable[[], None]:
        def work() -> None:
            for name in some:
                tell(graph, writes(in_lake(name), run=name))

        return work

    at_once(see(days[::2]), see(days[1::2]), lambda: declare(graph, called("clean/{date}")))

    assert dict.fromkeys(("clean", *days), "clean") == entities(side_driver)
    assert verify(graph) == ()
