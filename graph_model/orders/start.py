"""Writing an order down: first itself, then its steps in batches, then it is open. Nothing of it runs before that.

Who crashes in between leaves an order that is STARTING: the same request with the same key goes on with it, and the
steward takes away what nobody goes on with.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from graph_model.audit.record import Transition, record
from graph_model.errors import OrderKeyTaken, OrderPlanChanged
from graph_model.estate.batches import in_batches
from graph_model.names import order_id, replay_step_id
from graph_model.orders.entities import OrderPlan, OrderState, Request, Task, Terms
from graph_model.orders.plan import plan_order
from graph_model.orders.pools import pool_called
from graph_model.store.graph import Graph, Row, Transaction

LINE = 100
"""Steps of a line have their turn together; a line is read whole when it does."""
AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Ordered:
    """`order` None: nothing has to run, and nothing was ordered. `created` False: the same request lay there already.

    `plan` None: it was not made again for a request that lay there.
    """

    order: str | None
    created: bool
    plan: OrderPlan | None


def order(
    graph: Graph, request: Request, *, by: str, reason: str, key: str | None = None, expected: str | None = None
) -> Ordered:
    """Orders what a request means. `key`: the same request under the same key is one order, however often. `expected`:
    the hash of the plan that was looked at.

    Raises what `plan_order` does, OrderPlanChanged, OrderKeyTaken.
    """
    asked = asked_of(request)
    known = _known(graph, key, asked)
    if known and known["state"] != OrderState.STARTING:
        return Ordered(known["id"], created=False, plan=None)
    return begin(graph, plan_order(graph, request), asked, by=by, reason=reason, key=key, expected=expected)


def begin(
    graph: Graph,
    plan: OrderPlan,
    asked: str,
    *,
    by: str,
    reason: str,
    key: str | None = None,
    expected: str | None = None,
) -> Ordered:
    """Orders what was planned. `asked`: what was asked for, as `asked_of` tells it."""
    if expected and expected != plan.hash:
        raise OrderPlanChanged(expected, plan.hash)
    if not plan.tasks:
        return Ordered(None, created=False, plan=plan)
    known = _known(graph, key, asked)
    if known and known["state"] == OrderState.STARTING and known["plan"] != plan.hash:
        raise OrderPlanChanged(known["plan"], plan.hash)
    order = order_id(f"key {key}" if key else uuid.uuid4().hex)
    head = _head(order, plan, asked, key, by=by, reason=reason) | _urgency(graph, plan.terms)
    put = graph.write(lambda tx: _put(tx, head), step="order")
    if put["asked"] != asked:
        raise OrderKeyTaken(key or "", order)
    if put["state"] != OrderState.STARTING:
        return Ordered(order, created=False, plan=plan)
    for some in in_batches(plan.tasks, AT_ONCE):
        graph.write(lambda tx, some=some: _put_steps(tx, order, head, some), step="order steps")
    graph.write(lambda tx: _open(tx, order, plan, by=by, reason=reason), step="order open")
    return Ordered(order, created=put["created"], plan=plan)


def asked_of(request: Request, *more: str) -> str:
    """What makes two requests the same."""
    words = [request.origin, request.selection, terms_text(request.terms), *more]
    return hashlib.sha256(json.dumps(words).encode()).hexdigest()[:24]


def terms_text(terms: Terms) -> str:
    return json.dumps(asdict(terms), sort_keys=True, separators=(",", ":"), default=str)


def _known(graph: Graph, key: str | None, asked: str) -> Row | None:
    """The order that lies under the key. Raises OrderKeyTaken."""
    found = graph.rows("orders.by_id", order=order_id(f"key {key}")) if key else []
    if found and found[0]["asked"] != asked:
        raise OrderKeyTaken(key or "", found[0]["id"])
    return found[0] if found else None


def _head(order: str, plan: OrderPlan, asked: str, key: str | None, *, by: str, reason: str) -> dict[str, Any]:
    return {
        "id": order,
        "origin": plan.origin,
        "selection": plan.selection,
        "asked": asked,
        "key": key,
        "plan": plan.hash,
        "terms": terms_text(plan.terms),
        "total": len(plan.tasks),
        "lines": -(-len(plan.tasks) // LINE),
        "by": by,
        "reason": reason,
    }


def _urgency(graph: Graph, terms: Terms) -> dict[str, Any]:
    """What the runs of its steps are given, wherever they come from."""
    pool = pool_called(graph, terms.pool) if terms.pool else None
    return {"pool": pool, "priority": terms.priority, "background": 1 if terms.background else None}


def _put(tx: Transaction, head: dict[str, Any]) -> Row:
    return tx.rows("orders.put", order=head, token=tx.token)[0]


def _put_steps(tx: Transaction, order: str, head: dict[str, Any], tasks: Sequence[Task]) -> None:
    locked = tx.rows("orders.put", order=head, token=tx.token)[0]
    if locked["state"] != OrderState.STARTING:
        return
    tx.rows("orders.put_steps", steps=[_row(order, head, task) for task in tasks])


def _row(order: str, head: dict[str, Any], task: Task) -> Row:
    return {
        "id": replay_step_id(order, task.id, ()),
        "replay": order,
        "line": line_of(order, (task.place - 1) // LINE),
        "order": task.place,
        "job": task.job_id,
        "namespace": task.job.namespace,
        "name": task.job.name,
        "key": task.partition,
        "job_partition": task.id,
        "why": task.why,
        "partitions": list(task.partitions),
        "forced": task.forced,
        "named": task.named,
        **{name: head[name] for name in ("origin", "pool", "priority", "background", "by", "reason")},
    }


def line_of(order: str, line: int) -> str:
    return f"{order}/{line:06d}"


def _open(tx: Transaction, order: str, plan: OrderPlan, *, by: str, reason: str) -> None:
    locked = tx.rows("orders.lock", order=order, token=tx.token)[0]
    if locked["state"] != OrderState.STARTING:
        return
    tx.rows("orders.set_state", order=order, state=OrderState.OPEN, open=1, note="")
    detail = {"reason": reason, "selection": plan.selection, "steps": len(plan.tasks), "plan": plan.hash}
    record(tx, [Transition(order, f"{plan.origin}_ORDERED", by, detail)])
