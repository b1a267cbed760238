"""Ordering a replay: what must run again lies in the graph from then on, and is worked off by whoever sweeps it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from graph_model.audit.record import Transition, record
from graph_model.names import replay_id, replay_step_id
from graph_model.replays.entities import PlanStep, ReplayPlan
from graph_model.replays.plan import plan_replay
from graph_model.store.graph import Graph, Row, Transaction


@dataclass(frozen=True, slots=True)
class Ordered:
    """`replay` None: nothing has to run again, and nothing was ordered. `created` False: a replay of this version was
    open already, and what it lacked was added to it. `steps`: how many are new.
    """

    replay: str | None
    created: bool
    steps: int
    plan: ReplayPlan


def order_replay(graph: Graph, version: str, columns: Sequence[str] = (), *, by: str, reason: str) -> Ordered:
    """Orders that what stands on a bad version runs again. Each step gets its run as soon as what it reads is good;
    until then it waits. Raises VersionNotFound, ColumnNotFound.
    """
    plan = plan_replay(graph, version, columns)
    if not plan.steps:
        return Ordered(None, created=False, steps=0, plan=plan)
    return graph.write(lambda tx: _order(tx, plan, tuple(columns), by=by, reason=reason), step="replay")


def _order(tx: Transaction, plan: ReplayPlan, columns: tuple[str, ...], *, by: str, reason: str) -> Ordered:
    root = plan.badness.root
    tx.rows("versions.lock_partition", partition=root.partition_id, token=tx.token)
    known = tx.rows("replays.open_of", version=root.id)
    replay = known[0]["id"] if known else replay_id(root.id, tx.token)
    if known:
        tx.rows("replays.widen", replay=replay, columns=_together(known[0]["columns"], columns))
    else:
        order = {"id": replay, "version": root.id, "columns": list(columns), "by": by, "reason": reason}
        tx.rows("replays.put", replay=order)
    added = add_steps(tx, replay, plan.steps, by=by, reason=reason)
    if added or not known:
        detail = {"version": root.id, "reason": reason, "steps": added}
        record(tx, [Transition(replay, "REPLAY_ORDERED" if not known else "REPLAY_WIDENED", by, detail)])
    return Ordered(replay, created=not known, steps=added, plan=plan)


def add_steps(tx: Transaction, replay: str, steps: Iterable[PlanStep], *, by: str, reason: str) -> int:
    """Adds the steps that the replay does not have yet; how many. The replay is locked, or was made in `tx`."""
    rows = [_row(replay, step, by=by, reason=reason) for step in steps]
    return len(tx.rows("replays.put_steps", steps=sorted(rows, key=lambda row: row["id"]))) if rows else 0


def _row(replay: str, step: PlanStep, *, by: str, reason: str) -> Row:
    return {
        "id": replay_step_id(replay, step.id, step.avoids),
        "replay": replay,
        "job": step.job_id,
        "namespace": step.job.namespace,
        "name": step.job.name,
        "key": step.partition,
        "job_partition": step.id if step.way.is_here else "",
        "way": step.way,
        "why": step.why,
        "order": step.order,
        "replaces": list(step.replaces),
        "avoids": list(step.avoids),
        "partitions": list(step.partitions),
        "by": by,
        "reason": reason,
    }


def _together(known: Sequence[str], columns: Sequence[str]) -> list[str]:
    """None named: all of them."""
    return sorted({*known, *columns}) if known and columns else []
