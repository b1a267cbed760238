"""Audit records and notices: written in the transaction of the transition they tell of."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from graph_model.store.graph import Transaction


@dataclass(frozen=True, slots=True)
class Transition:
    """One thing that happened: `subject` is the id of a version, a run …, `what` the state it went to."""

    subject: str
    what: str
    actor: str
    detail: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the owners of the dataset, job or consumer `about` (an id) must be told, once per `id`."""

    id: str
    kind: str
    subject: str
    about: str
    title: str
    body: str


def record(tx: Transaction, transitions: Iterable[Transition]) -> None:
    """One AuditRecord per transition."""
    records = [
        {
            "id": uuid.uuid4().hex,
            "subject": t.subject,
            "transition": t.what,
            "actor": t.actor,
            "detail": json.dumps(t.detail, default=str),
        }
        for t in transitions
    ]
    if records:
        tx.rows("audit.record", records=records)


def notify(tx: Transaction, notices: Iterable[Notice]) -> None:
    """Puts notices into the outbox; the steward delivers them after the commit."""
    rows = [
        {"id": n.id, "kind": n.kind, "subject": n.subject, "about": n.about, "title": n.title, "body": n.body}
        for n in notices
    ]
    if rows:
        tx.rows("notices.put", notices=rows)


class Trail:
    """What one transaction will say about itself: gathered on the way, written once, before the commit."""

    def __init__(self) -> None:
        self._transitions: list[Transition] = []
        self._notices: list[Notice] = []

    def add(self, *transitions: Transition) -> None:
        self._transitions.extend(transitions)

    def tell(self, notices: Iterable[Notice]) -> None:
        self._notices.extend(notices)

    def write(self, tx: Transaction) -> None:
        record(tx, self._transitions)
        notify(tx, self._notices)
