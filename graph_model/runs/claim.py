"""Claiming: a worker asks which run is its own. Lock first, then look; nobody wins twice."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from graph_model.audit.record import Transition, record
from graph_model.runs.details import held_runs
from graph_model.runs.entities import ClaimedRun
from graph_model.runs.rules import LAST_CHANCE_LOSSES, is_last_chance
from graph_model.store.graph import Graph, Row, Transaction

# How many ready runs a worker looks at before it gives up: enough to step past those that others win meanwhile.
_LOOK_AHEAD = 16


def claim(
    graph: Graph, worker: str, *, slots: int = 1, prefer: Collection[str] = (), last_chance: bool = True
) -> tuple[ClaimedRun, ...]:
    """At most `slots` runs that `worker` now holds, most urgent first; those in `prefer` go first among equals. At most
    one of them has its last chance (`runs.rules.is_last_chance`); none, if the worker carries one already and says so
    by `last_chance`.

    Empty: nothing waits, others were faster, or the worker's lease has run out.
    """
    waiting = _to_try(_claimable(graph, most=_LOOK_AHEAD + slots, last_chance=last_chance), prefer)
    won: list[Row] = []
    while waiting and len(won) < slots:
        wanted = slots - len(won)
        tried, waiting = waiting[:wanted], waiting[wanted:]
        won.extend(graph.write(lambda tx, tried=tried: _claim(tx, worker, tried), step="claim"))
    if not won:
        return ()
    return held_runs(graph, won)


def runnable(graph: Graph, *, most: int = 100, last_chance: bool = True) -> tuple[str, ...]:
    """Runs that could be claimed now, most urgent first; `last_chance` as in `claim`."""
    return tuple(row["id"] for row in _claimable(graph, most=most, last_chance=last_chance))


def _claimable(graph: Graph, *, most: int, last_chance: bool) -> list[Row]:
    most_losses = LAST_CHANCE_LOSSES if last_chance else LAST_CHANCE_LOSSES - 1
    return graph.rows("runs.claimable", most=most, most_losses=most_losses)


def _to_try(waiting: list[Row], prefer: Collection[str]) -> list[Row]:
    """In the order of trying. Runs of one job partition never overlap, so one transaction asks for one of them only."""
    ordered = sorted(waiting, key=lambda row: (-row["priority"], row["id"] not in prefer))
    one_each = list({row["job_partition"]: row for row in reversed(ordered)}.values())[::-1]
    last_chances = [row["id"] for row in one_each if is_last_chance(row["losses"])]
    return [row for row in one_each if row["id"] not in last_chances[1:]]


def _claim(tx: Transaction, worker: str, candidates: Sequence[Row]) -> list[Row]:
    tx.rows("runs.lock", job_partitions=sorted({row["job_partition"] for row in candidates}), token=tx.token)
    won = tx.rows("runs.claim", runs=[row["id"] for row in candidates], worker=worker)
    record(tx, [Transition(row["id"], "RUNNING", worker, {"fence": row["fence"]}) for row in won])
    return won
