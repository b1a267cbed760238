"""From the outbox to a real receiver that is gone, slow, wrong, or picky: at least once, each start before its end."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from connectors.openlineage.own.deliver import PATIENCE, Outcome, deliver_round, told
from connectors.openlineage.own.receiver import Receiver as Address
from graph_model.emitting.repository import Backlog, backlog, drop_beyond, due, forget, subscribe
from graph_model.store.graph import Graph
from tests.support.receivers import Receiver, a_receiver
from tests.support.telling import all_events, delivered, played
from tests.support.workers import until
from workers.emitter import Emitter


def one_round(graph: Graph, receiver: Receiver, **settings: Any) -> Outcome:
    with Address(receiver.settings(**settings)) as address:
        return deliver_round(graph, address, instance=subscribe(graph))


def due_again(graph: Graph) -> None:
    """As if all the time had passed that postponed events wait."""
    until(lambda: len(due(graph, limit=100)) > 0, what="an event to be due")


def is_start(event: Any) -> bool:
    return event["eventType"] == "START"


@pytest.mark.parametrize("answer", [500, 503, 429, 401, 404, 302])
def test_what_is_not_taken_now_waits(graph: Graph, answer: int) -> None:
    played(graph)
    before = backlog(graph).waiting

    with a_receiver() as receiver:
        receiver.answer = lambda _: answer
        outcome = one_round(graph, receiver)

        assert outcome.trouble
        assert str(answer) in outcome.trouble
        assert receiver.asked == PATIENCE, "a receiver that takes nothing is left alone"
    assert backlog(graph).waiting == before


def test_a_receiver_that_is_gone_is_left_alone(graph: Graph) -> None:
    played(graph)
    before = backlog(graph).waiting
    with a_receiver() as receiver:
        pass

    outcome = one_round(graph, receiver)

    assert outcome.trouble
    assert outcome.trouble.startswith("the receiver cannot be reached")
    assert backlog(graph).waiting == before


def test_a_receiver_that_says_nothing_is_not_waited_for(graph: Graph) -> None:
    played(graph)
    released = threading.Event()

    def silent(_: Any) -> int:
        released.wait(60)
        return 201

    with a_receiver() as receiver:
        receiver.answer = silent
        outcome = one_round(graph, receiver, timeout=0.2)
        released.set()

    assert outcome.trouble
    assert "timed out" in outcome.trouble
    assert not outcome.taken


def test_one_event_that_fails_does_not_hold_up_the_others_and_its_end_waits_for_it(graph: Graph) -> None:
    played(graph)
    with a_receiver() as receiver:
        unlucky = all_events(graph)[0]["run"]["runId"]
        receiver.answer = lambda event: 500 if is_start(event) and event["run"]["runId"] == unlucky else 201

        others = delivered(graph, receiver)

        assert unlucky not in {event["run"]["runId"] for event in others}
        assert backlog(graph).waiting == 2
        receiver.answer = lambda _: 201
        while backlog(graph).waiting:
            due_again(graph)
            delivered(graph, receiver)
    assert [kind for run, kind in receiver.kinds() if run == unlucky] == ["START", "COMPLETE"]


@pytest.mark.parametrize("answer", [400, 413, 422])
def test_an_event_that_will_never_be_taken_is_set_aside_and_said(graph: Graph, answer: int) -> None:
    played(graph)
    before = backlog(graph).waiting

    with a_receiver() as receiver:
        receiver.answer = lambda event: (answer, {"why": "too odd"}) if is_start(event) else 201
        delivered(graph, receiver)
        one_round(graph, receiver)

    found = backlog(graph)
    assert (found.waiting, found.refused) == (0, before / 2), "their ends were taken"
    assert found.reason
    assert str(answer) in found.reason
    assert "too odd" in found.reason


def test_what_was_sent_before_a_death_is_sent_again_the_same(graph: Graph) -> None:
    """As between the answer of the receiver and our note of it."""
    played(graph)
    with a_receiver() as receiver:
        with Address(receiver.settings()) as address:
            for _, event in told(graph, due(graph, limit=1), instance=subscribe(graph)):
                address.send(event)

        delivered(graph, receiver)

    assert receiver.received[0] == receiver.received[1]
    assert backlog(graph).waiting == 0


def test_a_list_is_taken_whole_where_the_address_takes_lists(graph: Graph) -> None:
    played(graph)
    before = backlog(graph).waiting

    with a_receiver() as receiver:
        receiver.answer = lambda _: (200, {"status": "success", "failed_events": []})
        events = delivered(graph, receiver, url=f"{receiver.url}/batch")

        assert receiver.asked == 2, "the starts together, then the ends"
    assert len(events) == before
    assert backlog(graph).waiting == 0


def test_of_a_list_only_what_was_not_taken_is_sent_again(graph: Graph) -> None:
    played(graph)
    failures = [
        {"index": 0, "reason": "the graph is gone", "retriable": True},
        {"index": 1, "reason": "no event", "retriable": False},
    ]

    with a_receiver() as receiver:
        receiver.answer = lambda _: (200, {"status": "partial_success", "failed_events": failures})
        outcome = one_round(graph, receiver, url=f"{receiver.url}/batch")

    assert (len(outcome.postponed), list(outcome.refused.values())) == (1, ["no event"])
    assert len(outcome.taken) == len(receiver.received) - 2
    assert outcome.trouble is None


def test_a_list_that_is_refused_is_sent_one_by_one(graph: Graph) -> None:
    played(graph)
    spoiler = all_events(graph)[0]["run"]["runId"]

    with a_receiver() as receiver:
        receiver.answer = lambda events: 422 if spoiler in [event["run"]["runId"] for event in events] else 200
        outcome = one_round(graph, receiver, url=f"{receiver.url}/batch")

    assert len(outcome.refused) == 1
    assert outcome.taken
    assert spoiler not in {event["run"]["runId"] for event in receiver.received}


def test_a_connection_that_was_closed_meanwhile_is_no_trouble(graph: Graph) -> None:
    played(graph)
    with a_receiver() as receiver, Address(receiver.settings()) as address:
        address.send(all_events(graph)[0])
        receiver.drop_connections()
        outcome = deliver_round(graph, address, instance=subscribe(graph))

    assert outcome.trouble is None
    assert not outcome.postponed


def test_the_backlog_is_bounded_and_what_was_let_go_is_counted(graph: Graph) -> None:
    fleet = played(graph)
    before = backlog(graph).waiting

    assert drop_beyond(graph, 2) == before - 2

    found = backlog(graph)
    assert (found.waiting, found.dropped) == (2, before - 2)
    newest = fleet.finished[-1]
    assert [(happening.run, happening.event) for happening in due(graph, limit=10)] == [(newest.id, "START")]
    assert drop_beyond(graph, 2) == 0


def test_what_nobody_takes_any_more_is_let_go_at_last(graph: Graph) -> None:
    played(graph)
    assert forget(graph) == 0
    waiting = backlog(graph).waiting

    subscribe(graph, keep_ms=-8 * 24 * 3600 * 1000)

    assert forget(graph) == waiting
    assert backlog(graph).waiting == 0


@pytest.fixture
def emitter_on(graph: Graph) -> Any:
    started: list[Emitter] = []

    def start(receiver: Receiver, **settings: Any) -> Emitter:
        emitter = Emitter(graph, receiver.settings(**settings), every_seconds=0.05)
        emitter.subscribe()
        emitter.start()
        started.append(emitter)
        return emitter

    yield start
    for emitter in started:
        emitter.stop()
    for emitter in started:
        emitter.join(60)


def told_when(graph: Graph, is_so: Callable[[Backlog], object]) -> Backlog:
    return until(lambda: (found := backlog(graph)) and is_so(found) and found, what="the emitter")  # type: ignore[return-value]


def test_the_emitter_says_what_is_wrong_and_goes_on_when_it_is_mended(graph: Graph, emitter_on: Any) -> None:
    played(graph)
    with a_receiver() as receiver:
        receiver.answer = lambda _: 503
        emitter_on(receiver)

        found = told_when(graph, lambda found: found.trouble)
        assert found.trouble
        assert "503" in found.trouble
        assert found.waiting > 0

        receiver.answer = lambda _: 201
        found = told_when(graph, lambda found: not found.waiting and not found.trouble)
    assert found.subscribed
    for identity in {identity for identity, _ in receiver.kinds()}:
        assert [kind for run, kind in receiver.kinds() if run == identity] == ["START", "COMPLETE"]


def test_of_several_emitters_one_tells(graph: Graph, emitter_on: Any) -> None:
    with a_receiver() as receiver, a_receiver() as other:
        emitter_on(receiver)
        until(lambda: graph.rows("doctor.leaders"), what="the first one to lead")
        emitter_on(other)

        played(graph)

        told_when(graph, lambda found: not found.waiting)
    assert receiver.received
    assert other.asked == 0
