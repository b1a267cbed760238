"""Claiming: a worker asks which run is its own. Lock first, then look; nobody wins twice."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from graph_model.audit.record import Transition, record
from graph_model.policies import taking
from graph_model.runs.details import held_runs
from graph_model.runs.entities import ClaimedRun
from graph_model.runs.rules import LAST_CHANCE_LOSSES, is_last_chance
from graph_model.store.graph import Graph, Row, Transaction

# How many ready runs a worker looks at before it gives up: enough to step past those that others win meanwhile.
_LOOK_AHEAD = 16
# A run that waits so long is one step more urgent, unless a setting says otherwise.
AGE_SECONDS = 600.0


def claim(
    graph: Graph,
    worker: str,
    *,
    slots: int = 1,
    prefer: Collection[str] = (),
    last_chance: bool = True,
    labels: Collection[str] = (),
    age_seconds: float = AGE_SECONDS,
) -> tuple[ClaimedRun, ...]:
    """At most `slots` runs that `worker` now holds, most urgent first; those in `prefer` go first among equals. At most
    one of them has its last chance (`runs.rules.is_last_chance`); none, if the worker carries one already and says so
    by `last_chance`. `labels` are those of the worker; `age_seconds`: how long a run waits for one step of urgency.

    Empty: nothing waits that it may have, others were faster, or the worker's lease has run out.
    """
    most = _LOOK_AHEAD + slots
    found = _claimable(graph, most=most, last_chance=last_chance, labels=labels, age_seconds=age_seconds)
    waiting = _to_try(found, prefer)
    won: list[Row] = []
    while waiting and len(won) < slots:
        wanted = slots - len(won)
        tried, waiting = waiting[:wanted], waiting[wanted:]
        won.extend(graph.write(lambda tx, tried=tried: _claim(tx, worker, tried), step="claim"))
    if not won:
        return ()
    return held_runs(graph, won)


def runnable(
    graph: Graph, *, most: int = 100, last_chance: bool = True, labels: Collection[str] = ()
) -> tuple[str, ...]:
    """Runs that a worker with these labels could claim now, most urgent first; `last_chance` as in `claim`."""
    rows = _claimable(graph, most=most, last_chance=last_chance, labels=labels, age_seconds=AGE_SECONDS)
    return tuple(row["id"] for row in rows)


def _claimable(graph: Graph, *, most: int, last_chance: bool, labels: Collection[str], age_seconds: float) -> list[Row]:
    most_losses = LAST_CHANCE_LOSSES if last_chance else LAST_CHANCE_LOSSES - 1
    terms = {"labels": sorted(labels), "age_ms": max(1, round(age_seconds * 1000))}
    return graph.rows("runs.claimable", most=most, most_losses=most_losses, **terms)


def _to_try(waiting: list[Row], prefer: Collection[str]) -> list[Row]:
    """In the order of trying. Runs of one job partition never overlap, so one transaction asks for one of them only."""
    ordered = sorted(waiting, key=lambda row: (row["background"], -row["priority"], row["id"] not in prefer))
    one_each = list({row["job_partition"]: row for row in reversed(ordered)}.values())[::-1]
    last_chances = [row["id"] for row in one_each if is_last_chance(row["losses"])]
    return [row for row in one_each if row["id"] not in last_chances[1:]]


def _claim(tx: Transaction, worker: str, candidates: Sequence[Row]) -> list[Row]:
    room = taking.lock(tx, candidates)
    chosen = taking.those_with_room(candidates, room)
    if not chosen:
        return []
    won = tx.rows("runs.claim", runs=[row["id"] for row in chosen], worker=worker)
    taking.take(tx, won, chosen, room)
    record(tx, [Transition(row["id"], "RUNNING", worker, {"fence": row["fence"]}) for row in won])
    return won
