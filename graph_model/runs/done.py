"""Runs that count as done although nobody executed them to their end, because a person said so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from graph_model.audit.record import Transition, record
from graph_model.runs.entities import RunState
from graph_model.store.graph import Transaction


@dataclass(frozen=True, slots=True)
class Done:
    """`how` is the word for it: `skipped` or `marked as succeeded`."""

    run: str
    by: str
    reason: str
    how: str


def count_as_done(tx: Transaction, runs: Sequence[Done], *, states: Sequence[RunState]) -> list[str]:
    """Ends those of `runs` that are in one of `states`; their ids. Their job partitions must be locked in `tx`.

    Nothing is published. Whoever needs their outputs goes without, as long as nothing is there.
    """
    rows = [{"run": x.run, "reason": f"{x.how} by {x.by}: {x.reason}", "from": list(states)} for x in runs]
    ended = {row["id"]: row for row in tx.rows("runs.count_as_done", runs=rows)} if rows else {}
    if not ended:
        return []
    reasons = {row["run"]: row["reason"] for row in rows}
    _go_without(tx, {ended[run]["job_partition"]: reasons[run] for run in ended})
    record(
        tx,
        [
            Transition(x.run, RunState.SUCCEEDED, x.by, {"reason": x.reason, "how": x.how, "was": ended[x.run]["was"]})
            for x in runs
            if x.run in ended
        ],
    )
    return list(ended)


def _go_without(tx: Transaction, why: Mapping[str, str]) -> None:
    """`why`: by whom and why, by job partition."""
    outputs = tx.rows("readiness.outputs_of", job_partitions=sorted(why))
    rows = [
        {"id": row["id"], "dataset": row["dataset"], "key": row["key"], "why": why[row["job_partition"]]}
        for row in outputs
    ]
    if rows:
        tx.rows("readiness.go_without", partitions=rows)
