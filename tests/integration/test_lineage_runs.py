"""Lineage of what really ran: versions and runs, on both engines."""

from __future__ import annotations

from datetime import UTC, datetime

import neo4j
import pytest

from graph_model.errors import VersionNotFound
from graph_model.lineage.ask import lineage
from graph_model.lineage.entities import Lineage
from graph_model.store.graph import Graph
from tests.integration.small_estate import BAD, BOARD, CLEAN, DAY_ONE, FIRST_RUN, GOOD, NOON, SECOND_RUN


def ran(answer: Lineage) -> set[tuple[str, str, str]]:
    return {(edge.source, edge.kind, edge.target) for edge in answer.edges}


def test_a_version_leads_to_who_read_it_and_to_what_made_it(small_estate: Graph) -> None:
    down, up = (lineage(small_estate, GOOD, level="VERSION", direction=way) for way in ("DOWN", "UP"))

    assert ran(down) == {(GOOD, "READ_BY", SECOND_RUN)}
    assert ran(up) == {(FIRST_RUN, "WROTE", GOOD)}
    run = next(node for node in down.nodes if node.id == SECOND_RUN)
    assert (run.kind, run.name.name, run.partition, run.state) == ("RUN", "sum_up", DAY_ONE, "RUNNING")


def test_runs_lead_to_runs_over_the_versions_between_them(small_estate: Graph) -> None:
    down = lineage(small_estate, FIRST_RUN, level="RUN")

    assert [node.id for node in down.nodes] == [FIRST_RUN, SECOND_RUN]
    assert [(edge.source, edge.target, edge.via) for edge in down.edges] == [(FIRST_RUN, SECOND_RUN, (GOOD,))]


def test_what_had_not_run_yet_is_not_in_the_past(small_estate: Graph) -> None:
    assert ran(lineage(small_estate, GOOD, level="VERSION", as_of=NOON)) == set()


def test_a_partition_means_the_good_version_that_its_readers_got(own_estate: Graph, side_driver: neo4j.Driver) -> None:
    side_driver.execute_query(
        "MATCH (v:DatasetVersion {id: $good}) SET v.published_at = $noon",
        good=GOOD,
        noon=NOON,
        database_=own_estate.settings.database,
    )

    answer = lineage(own_estate, CLEAN, partition=DAY_ONE, level="VERSION")

    assert answer.root == GOOD
    assert (GOOD, "CONSUMED_BY") in {(source, kind) for source, kind, _ in ran(answer)}
    assert BOARD in {node.name for node in answer.nodes}
    with pytest.raises(VersionNotFound):
        lineage(own_estate, CLEAN, partition=DAY_ONE, level="VERSION", as_of=datetime(2020, 1, 1, tzinfo=UTC))


def test_a_version_that_nobody_read_is_alone(small_estate: Graph) -> None:
    answer = lineage(small_estate, BAD, level="VERSION", direction="BOTH")

    assert ([node.id for node in answer.nodes], answer.edges, answer.is_complete) == ([BAD], (), True)
