"""Locks and conflicts: the model behaves as each engine does when two transactions meet."""

from __future__ import annotations

import neo4j
import pytest

from graph_model.store.graph import Graph
from tests.simulation.interleavings import Script, Statement, outcome, play_on_model, play_really, prepare_really


def lock(*ids: str, token: str) -> Statement:
    rows = [{"id": id, "job": "jb", "key": "k"} for id in ids]
    return "readiness.lock", {"job_partitions": rows, "token": token}


THERE = [lock("a", "b", token="old")]
SCRIPTS: dict[str, Script] = {
    "a second writer of one node": [
        (0, lock("a", token="1")),
        (1, lock("a", token="2")),
        (0, None),
        (1, None),
    ],
    "writers of two nodes": [(0, lock("a", token="1")), (1, lock("b", token="2")), (0, None), (1, None)],
    "a second maker of one node": [
        (0, lock("new", token="1")),
        (1, lock("new", token="2")),
        (0, None),
        (1, None),
    ],
    "two writers of what is there already": [
        (0, lock("a", token="old")),
        (1, lock("a", token="old")),
        (0, None),
        (1, None),
    ],
    "a writer of what is there already": [
        (0, lock("a", token="1")),
        (1, lock("a", token="old")),
        (0, None),
        (1, None),
    ],
}


@pytest.mark.parametrize("script", SCRIPTS)
def test_two_transactions_meet_on_the_model_as_on_the_engine(
    script: str, graph: Graph, side_driver: neo4j.Driver
) -> None:
    database, engine = graph.settings.database, graph.engine
    prepare_really(side_driver, database, engine, THERE)

    found = play_really(side_driver, database, engine, SCRIPTS[script])

    assert outcome(play_on_model(engine, THERE, SCRIPTS[script])) == outcome(found)


def test_of_two_that_wait_for_each_other_one_is_ended(graph: Graph, side_driver: neo4j.Driver) -> None:
    if graph.engine != "neo4j":
        pytest.skip("nobody waits on an optimistic engine")
    database = graph.settings.database
    prepare_really(side_driver, database, "neo4j", THERE)
    script: Script = [
        (0, lock("a", token="1")),
        (1, lock("b", token="2")),
        (0, lock("b", token="1")),
        (1, lock("a", token="2")),
    ]

    for told in (play_really(side_driver, database, "neo4j", script), play_on_model("neo4j", THERE, script)):
        assert [step.rpartition(": ")[2] for step in told].count("TransientError") == 1
