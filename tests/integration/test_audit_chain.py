"""The audit chain on both engines: sealed by several at once, and whatever is done to it is found."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import LiteralString

import neo4j
import pytest

from graph_model.audit.record import Transition, record
from graph_model.audit.repository import trail
from graph_model.audit.seal import seal_audit
from graph_model.audit.verify_chain import verify_chain
from graph_model.store.graph import Graph
from graph_model.verify.check import verify


def write_records(graph: Graph, count: int, *, subject: str = "vs_1") -> None:
    graph.write(
        lambda tx: record(tx, [Transition(subject, f"STATE{each}", "me", {"n": each}) for each in range(count)])
    )


def tamper(driver: neo4j.Driver, graph: Graph, statement: LiteralString) -> None:
    driver.execute_query(statement, database_=graph.settings.database)


def record_at(driver: neo4j.Driver, graph: Graph, seq: int) -> str:
    statement = "MATCH (a:AuditRecord {seq: $seq}) RETURN a.id AS id"
    return driver.execute_query(statement, seq=seq, database_=graph.settings.database).records[0]["id"]


@pytest.fixture
def sealed(graph: Graph) -> Graph:
    """Seven sealed records and two that wait."""
    write_records(graph, 7)
    assert seal_audit(graph, grace_ms=0) == 7
    write_records(graph, 2, subject="vs_2")
    return graph


def test_what_is_sealed_holds_and_the_tail_is_counted(sealed: Graph) -> None:
    report = verify_chain(sealed, at_once=3)

    assert (report.sealed, report.unsealed, report.broken) == (7, 2, None)
    assert report.oldest_unsealed is not None
    assert verify(sealed) == ()


def test_the_chain_goes_on_where_it_ended(sealed: Graph) -> None:
    assert seal_audit(sealed, grace_ms=0, most=1) == 1
    assert seal_audit(sealed, grace_ms=0) == 1
    assert seal_audit(sealed, grace_ms=0) == 0

    report = verify_chain(sealed)

    assert (report.sealed, report.unsealed, report.broken) == (9, 0, None)


def test_a_record_that_is_too_young_waits(graph: Graph) -> None:
    write_records(graph, 1)

    assert seal_audit(graph, grace_ms=600_000) == 0
    assert verify_chain(graph).unsealed == 1


def test_a_graph_without_records_has_a_sound_chain(graph: Graph) -> None:
    assert verify_chain(graph).broken is None


def test_an_altered_record_is_named(sealed: Graph, side_driver: neo4j.Driver) -> None:
    altered = record_at(side_driver, sealed, 4)
    tamper(side_driver, sealed, "MATCH (a:AuditRecord {seq: 4}) SET a.actor = 'somebody else'")

    broken = verify_chain(sealed).broken

    assert broken is not None
    assert (broken.seq, broken.record) == (4, altered)
    assert [(v.invariant, v.subject) for v in verify(sealed)] == [(6, altered)]


@pytest.mark.parametrize("place", [1, 4, 7])
def test_a_deleted_record_is_named_by_its_place(place: int, sealed: Graph, side_driver: neo4j.Driver) -> None:
    side_driver.execute_query(
        "MATCH (a:AuditRecord {seq: $place}) DETACH DELETE a", place=place, database_=sealed.settings.database
    )

    broken = verify_chain(sealed, at_once=3).broken

    assert broken is not None
    assert (broken.seq, broken.record) == (place, None)
    assert "is missing" in broken.message


def test_records_that_changed_places_are_found(sealed: Graph, side_driver: neo4j.Driver) -> None:
    tamper(
        side_driver,
        sealed,
        "MATCH (a:AuditRecord {seq: 3}), (b:AuditRecord {seq: 4}) SET a.seq = 4, b.seq = 3",
    )

    broken = verify_chain(sealed).broken

    assert broken is not None
    assert broken.seq == 3


def test_a_last_record_that_was_replaced_is_given_away_by_the_head(sealed: Graph, side_driver: neo4j.Driver) -> None:
    tamper(side_driver, sealed, "MATCH (c:AuditChain) SET c.hash = 'of another record'")

    broken = verify_chain(sealed).broken

    assert broken is not None
    assert (broken.seq, "head" in broken.message) == (7, True)


@pytest.mark.parametrize("forged", ["CREATE (:AuditRecord {id: 'forged'})", "CREATE (:AuditRecord {id: 'a', seq: 3})"])
def test_a_record_beside_the_chain_is_found(forged: LiteralString, sealed: Graph, side_driver: neo4j.Driver) -> None:
    tamper(side_driver, sealed, forged)

    assert verify_chain(sealed).broken is not None


def test_two_that_seal_at_once_make_one_chain(graph: Graph) -> None:
    for _ in range(10):
        write_records(graph, 20)

    with ThreadPoolExecutor(2) as stewards:
        counts = stewards.map(lambda _: [seal_audit(graph, grace_ms=0, most=30) for _ in range(12)], range(2))

    assert sum(map(sum, counts)) == 200
    report = verify_chain(graph)
    assert (report.sealed, report.unsealed, report.broken) == (200, 0, None)


def test_the_trail_of_a_thing_is_read_page_by_page(sealed: Graph) -> None:
    first = trail(sealed, "vs_1", first=4)
    rest = trail(sealed, "vs_1", first=4, after=first.items[-1].id)

    assert (first.has_next, rest.has_next) == (True, False)
    transitions = sorted(item.transition for item in (*first.items, *rest.items))
    assert transitions == [f"STATE{number}" for number in range(7)]
    assert len({item.id for item in (*first.items, *rest.items)}) == 7
    assert {item.seq for item in (*first.items, *rest.items)} == set(range(1, 8))
    assert [item.seq for item in trail(sealed, "vs_2", first=9).items] == [None, None]
