"""From the outbox to the receiver: at least once, each start before its end. A receiver that is down costs a few tries,
and no run waits for it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from connectors.openlineage.own.event import event_of
from connectors.openlineage.own.receiver import NotTaken, Receiver, Refused
from graph_model.emitting.entities import Happening
from graph_model.emitting.gather import attempts_of
from graph_model.emitting.repository import due, postpone, set_aside, taken
from graph_model.store.graph import Graph

AT_ONCE = 100
# So many in a row that are not taken, and the receiver counts as down.
PATIENCE = 3

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Outcome:
    """What became of one round. `trouble`: why the receiver took nothing more; None: it is up."""

    taken: list[Happening] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    postponed: list[Happening] = field(default_factory=list)
    trouble: str | None = None

    @property
    def found_any(self) -> bool:
        return bool(self.taken or self.refused or self.postponed)


def deliver_round(graph: Graph, receiver: Receiver, *, instance: str, namespace: str | None = None) -> Outcome:
    """Sends what is due, one batch of it."""
    happenings = due(graph, limit=AT_ONCE)
    outcome = Outcome()
    if not happenings:
        return outcome
    send = _send_list if receiver.takes_lists else _send_each
    events = list(told(graph, happenings, instance=instance, namespace=namespace))
    # What is no longer in the graph cannot be told.
    known = {happening.id for happening, _ in events}
    outcome.taken += [happening for happening in happenings if happening.id not in known]
    try:
        send(receiver, events, outcome)
    finally:
        _settle(graph, outcome)
    return outcome


def told(
    graph: Graph, happenings: Sequence[Happening], *, instance: str, namespace: str | None = None
) -> Iterator[tuple[Happening, dict[str, Any]]]:
    """What is to be sent, in order."""
    attempts = attempts_of(graph, happenings, instance=instance)
    for happening in happenings:
        attempt = attempts.get(happening.attempt)
        event = attempt and event_of(attempt, happening.event, namespace=namespace)
        if event:
            yield happening, event


def _settle(graph: Graph, outcome: Outcome) -> None:
    taken(graph, outcome.taken)
    set_aside(graph, outcome.refused)
    for happening in outcome.postponed:
        postpone(graph, happening)


def _send_each(receiver: Receiver, events: Sequence[tuple[Happening, dict[str, Any]]], outcome: Outcome) -> None:
    in_vain, trouble = 0, None
    for happening, event in events:
        trouble = _tried(lambda event=event: receiver.send(event), happening, outcome)
        in_vain = in_vain + 1 if trouble else 0
        if in_vain == PATIENCE:
            outcome.trouble = trouble
            return
    # Whoever takes none of a few is as down as one that takes none of many.
    if in_vain == len(events):
        outcome.trouble = trouble


def _tried(send: Callable[[], None], happening: Happening, outcome: Outcome) -> str | None:
    """Why it was not taken and is worth another try; None where it is settled."""
    try:
        send()
    except NotTaken as error:
        outcome.postponed.append(happening)
        return str(error)
    except Refused as error:
        log.warning("an event will never be taken, it is set aside: %s: %s", happening.id, error)
        outcome.refused[happening.id] = str(error)
    else:
        outcome.taken.append(happening)
    return None


def _send_list(receiver: Receiver, events: Sequence[tuple[Happening, dict[str, Any]]], outcome: Outcome) -> None:
    try:
        failed = receiver.send_list([event for _, event in events])
    except NotTaken as error:
        outcome.trouble = str(error)
        return
    except Refused:
        # One of them may spoil the list: then each stands for itself.
        _send_alone(receiver, events, outcome)
        return
    for place, (happening, _) in enumerate(events):
        _tried(lambda place=place: _raise(failed.get(place)), happening, outcome)


def _send_alone(receiver: Receiver, events: Sequence[tuple[Happening, dict[str, Any]]], outcome: Outcome) -> None:
    for happening, event in events:
        trouble = _tried(lambda event=event: _raise(receiver.send_list([event]).get(0)), happening, outcome)
        if trouble:
            outcome.trouble = trouble
            return


def _raise(error: Exception | None) -> None:
    if error is not None:
        raise error
