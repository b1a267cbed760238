"""Breaks that somebody accepts by name: who did it is kept, and the owners of what breaks are told."""

from __future__ import annotations

from collections.abc import Collection

from graph_model.audit.record import Notice, Transition, notify, record
from graph_model.errors import BreaksRefused
from graph_model.estate.batches import in_batches
from graph_model.estate.plan import Plan
from graph_model.impact.entities import Affected
from graph_model.names import Name
from graph_model.store.graph import Transaction


def accepted_breaks(plan: Plan, namespace: str, accept: Collection[str]) -> tuple[Affected, ...]:
    """Everybody that the plan breaks. Raises BreaksRefused unless each of them is in `accept`."""
    broken = tuple(affected for affected in plan.impact if affected.verdict == "BREAKS")
    refused = sorted({one.node.name for one in broken if not _is_accepted(one.node.name, namespace, accept)})
    if refused:
        raise BreaksRefused([str(name) for name in refused])
    return broken


def tell_of_breaks(tx: Transaction, broken: Collection[Affected], plan: Plan, *, actor: str) -> None:
    """An audit record on each job or consumer that breaks, and a notice to its owners, sent after the commit."""
    transitions = [Transition(one.node.id, "BREAK_ACCEPTED", actor, _detail(one, plan)) for one in broken]
    notices = [_notice(tx, one, plan, actor) for one in broken]
    for part in in_batches(transitions):
        record(tx, part)
    for part in in_batches(notices):
        notify(tx, part)


def _is_accepted(name: Name, namespace: str, accept: Collection[str]) -> bool:
    return str(name) in accept or (name.namespace == namespace and name.name in accept)


def _detail(one: Affected, plan: Plan) -> dict[str, object]:
    return {
        "kind": one.node.kind.lower(),
        "name": str(one.node.name),
        "scope": plan.scope,
        "effect": one.effect,
        "rule": one.rule,
        "reason": one.reason,
        "plan": plan.hash,
    }


def _notice(tx: Transaction, one: Affected, plan: Plan, actor: str) -> Notice:
    """The same may be accepted again after it was mended, and is news each time: hence the token."""
    waits = "waits for something that breaks" if one.effect == "STALLED" else "breaks"
    title = f"{waits} since scope {plan.scope} was applied"
    remedy = f"; what would help: {one.remedy}" if one.remedy else ""
    body = f"accepted by {actor}: {one.reason}{remedy}"
    return Notice(f"accepted/{tx.token}/{one.node.id}", "break_accepted", one.node.id, one.node.id, title, body)
