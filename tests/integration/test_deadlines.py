"""Deadlines that are foreseen, missed and kept, on both engines: each told once, to those who own them."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import neo4j
import pytest

from graph_model.deadlines.entities import DeadlineForecast, Estimate, Outlook
from graph_model.deadlines.predict import foresee, record
from graph_model.names import deadline_id
from graph_model.store.graph import Graph
from graph_model.verify.check import verify
from tests.support.histories import Past
from tests.support.protocol import OWNER, a_job, declare, name

HOUR = 3600.0
Promise = Callable[..., date]


@pytest.fixture
def past(graph: Graph, side_driver: neo4j.Driver) -> Past:
    """clean is made from raw in ten minutes."""
    database = graph.settings.database
    declare(side_driver, database, datasets=("raw", "clean"), jobs=(a_job("clean", {"raw": "same"}, "clean"),))
    past = Past(side_driver, database)
    days = [datetime.now(UTC).date() - timedelta(days=back) for back in range(40, 5, -1)]
    past.ran_often(name("clean"), [(day, 600.0, 0.0) for day in days])
    return past


@pytest.fixture
def promise(past: Past) -> Promise:
    """A board that reads clean, due `in_` from now (to the minute); the business date that this is about."""

    def promised(in_: timedelta, *, since: datetime | None = None) -> date:
        due = datetime.now(UTC) + in_
        begin = since or due - timedelta(hours=12)  # so that the days before were promised to nobody
        past.promised(name("board"), (name("clean"),), owner=OWNER, by=f"{due:%H:%M}", since=begin)
        return due.date() - timedelta(days=1)

    return promised


def arrives(past: Past, day: date, *, after_now: timedelta) -> None:
    """raw used to come so long from now, counted from the end of its day."""
    moments = {
        day - timedelta(days=back): datetime.now(UTC) + after_now - timedelta(days=back) for back in range(1, 30)
    }
    past.arrived_at(name("raw"), moments)


def states(past: Past) -> list[str]:
    return [row["state"] for row in past.rows("MATCH (d:Deadline) RETURN d.state AS state")]


def notices(past: Past) -> list[tuple[str, str]]:
    found = past.rows(
        "MATCH (n:Outbox) RETURN n.kind AS kind, n.title AS title, n.recipients AS to, n.created_at AS at"
    )
    assert all(row["to"] == [OWNER] for row in found)
    return [(row["kind"], row["title"]) for row in sorted(found, key=lambda row: row["at"])]


def test_a_miss_is_told_before_it_happens_and_only_once(graph: Graph, past: Past, promise: Promise) -> None:
    day = promise(timedelta(hours=2))
    arrives(past, day, after_now=timedelta(hours=3))

    first, second = foresee(graph), foresee(graph)

    assert [each.state for each in first] == ["PREDICTED"]
    assert second == ()
    assert notices(past) == [("deadline_predicted", f"test/board is likely to miss its deadline for {day}")]
    (body,) = [row["body"] for row in past.rows("MATCH (n:Outbox) RETURN n.body AS body")]
    assert f"Not there yet: test/clean@{day}." in body
    assert "It will likely be there at " in body


def test_what_turns_out_well_is_taken_back(graph: Graph, past: Past, promise: Promise) -> None:
    day = promise(timedelta(hours=2))
    arrives(past, day, after_now=timedelta(hours=3))
    foresee(graph)
    past.arrived_at(name("raw"), {day: datetime.now(UTC)})

    assert [each.state for each in foresee(graph)] == ["RECOVERED"]
    past.arrived_at(name("clean"), {day: datetime.now(UTC)})
    assert [each.state for each in foresee(graph)] == ["KEPT"]
    assert foresee(graph) == ()

    assert [kind for kind, _ in notices(past)] == ["deadline_predicted", "deadline_recovered"]
    assert verify_deadlines(graph) == []


def test_a_miss_is_recorded_once_and_stays_one(graph: Graph, past: Past, promise: Promise) -> None:
    day = promise(timedelta(minutes=-10))

    with ThreadPoolExecutor(4) as pool:
        found = [each for recorded in pool.map(lambda _: foresee(graph), range(4)) for each in recorded]
    past.arrived_at(name("clean"), {day: datetime.now(UTC)})

    assert [each.state for each in found] == ["MISSED"]
    assert foresee(graph) == ()
    assert states(past) == ["MISSED"]
    assert notices(past) == [("deadline_missed", f"test/board missed its deadline for {day}")]
    records = past.rows("MATCH (a:AuditRecord {transition: 'MISSED'}) RETURN a.subject AS subject, a.actor AS actor")
    assert [row["actor"] for row in records] == ["steward"]
    assert verify_deadlines(graph) == []


def verify_deadlines(graph: Graph) -> list[str]:
    return [found.subject for found in verify(graph) if found.invariant == 10]


def test_what_came_in_time_is_kept_and_nobody_is_told(graph: Graph, past: Past, promise: Promise) -> None:
    day = promise(timedelta(minutes=-10))
    past.arrived_at(name("clean"), {day: datetime.now(UTC) - timedelta(minutes=30)})

    assert [each.state for each in foresee(graph)] == ["KEPT"]
    assert notices(past) == []


def test_what_came_late_is_missed_although_it_is_there(graph: Graph, past: Past, promise: Promise) -> None:
    day = promise(timedelta(minutes=-60))
    past.arrived_at(name("clean"), {day: datetime.now(UTC) - timedelta(minutes=20)})

    assert [each.state for each in foresee(graph)] == ["MISSED"]


def test_nothing_was_promised_before_somebody_said_so(graph: Graph, past: Past, promise: Promise) -> None:
    promise(timedelta(minutes=-10), since=datetime.now(UTC))

    assert foresee(graph) == ()
    assert states(past) == []


def test_without_knowing_nobody_is_alarmed(graph: Graph, past: Past, promise: Promise) -> None:
    promise(timedelta(hours=2))

    assert foresee(graph) == (), "when raw arrives, nothing is known of"
    assert notices(past) == []


def test_an_estate_without_deadlines_costs_one_look(graph: Graph, past: Past) -> None:
    assert foresee(graph) == ()


def test_a_miss_that_nobody_recorded_is_found(graph: Graph, past: Past) -> None:
    past.rows("CREATE (:Deadline {id: 'dl_x', consumer: 'c', day: '2013-01-05', state: 'MISSED'})")
    past.rows("CREATE (:Deadline {id: 'dl_y', consumer: 'c', day: '2013-01-06', state: 'KEPT'})")
    past.rows("CREATE (:Deadline {id: 'dl_z', consumer: 'c', day: '2013-01-06', state: 'KEPT'})")

    found = [violation for violation in verify(graph) if violation.invariant == 10]

    assert [each.rule for each in found] == ["a missed deadline is recorded once"] * 2
    assert found[0].subject == "dl_x"
    assert found[1].message == "the deadline of c for 2013-01-06 is there 2 times"


def test_an_end_is_final(graph: Graph, past: Past, promise: Promise) -> None:
    """A forecast that was made before somebody else recorded the end changes nothing any more."""
    day = promise(timedelta(hours=2))
    consumer = past.rows("MATCH (c:Consumer) RETURN c.id AS id")[0]["id"]
    due = datetime.now(UTC) + timedelta(hours=2)

    def looked_at(outlook: Outlook) -> DeadlineForecast:
        ends = Estimate(due, due, due)
        id_ = deadline_id(consumer, day.isoformat())
        return DeadlineForecast(id_, name("board"), consumer, day, due, outlook, (OWNER,), ends)

    assert [each.state for each in record(graph, [looked_at(Outlook.KEPT)])] == ["KEPT"]
    assert record(graph, [looked_at(Outlook.MISSED)]) == ()
    assert states(past) == ["KEPT"]
