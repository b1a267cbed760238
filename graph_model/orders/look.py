"""What is known of open steps of orders, read for many at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from graph_model.names import Name
from graph_model.orders.active import Active
from graph_model.orders.plan import made_of
from graph_model.orders.rules import Look, Made, Run, Wish, difference, failed_before
from graph_model.readiness.rules import JobNeeds
from graph_model.replays.surroundings import where
from graph_model.store.graph import Row

RUNS_LOOKED_AT = 5

Rows = Callable[..., list[Row]]


@dataclass(frozen=True, slots=True)
class Around:
    """By job partition: `inputs` (rows of `replays.inputs`), `runs` (of `orders.runs`, newest first); by partition what
    is `made` there; by step what comes `before` it.
    """

    inputs: dict[str, list[Row]] = field(default_factory=dict)
    runs: dict[str, list[Row]] = field(default_factory=dict)
    made: dict[str, Made] = field(default_factory=dict)
    before: dict[str, list[Row]] = field(default_factory=dict)


def look_around(rows: Rows, steps: Sequence[Row]) -> Around:
    """Through `rows` of a graph or a transaction."""
    found = Around()
    own = sorted({step["job_partition"] for step in steps})
    filled = sorted({partition for step in steps for partition in step["partitions"]})
    names = ("id", "replay", "job_partition", "job", "place")
    asked = [{name: step[name] for name in names} for step in steps]
    for row in rows("orders.before", steps=asked):
        found.before.setdefault(row["step"], []).append(row)
    for row in rows("replays.inputs", job_partitions=own):
        found.inputs.setdefault(row["job_partition"], []).append(row)
    for row in rows("orders.runs", job_partitions=own, most=RUNS_LOOKED_AT):
        found.runs.setdefault(row["job_partition"], []).append(row)
    for row in rows("orders.made", partitions=filled):
        found.made[row["partition"]] = made_of(row)
    return found


def look_at(step: Row, order: Active, job: JobNeeds, around: Around) -> Look:
    """One of these steps."""
    inputs = around.inputs.get(step["job_partition"], [])
    wish = wish_of(step, order, job, inputs)
    return Look(
        before={
            label: failed_before(label, row["state"], row["why"])
            for row in around.before.get(step["id"], ())
            for label in [f"{Name(row['namespace'], row['name'])}{'@' if row['key'] else ''}{row['key']}"]
        },
        differs=difference([around.made.get(partition) for partition in step["partitions"]], wish) is not None,
        forced=step["forced"],
        missing=_missing(inputs),
        runs=tuple(_run(row, wish, order) for row in around.runs.get(step["job_partition"], ())),
        given=step["run"],
    )


def wish_of(step: Row, order: Active, job: JobNeeds, inputs: Sequence[Row]) -> Wish:
    """What a run of the step would be made of now; only what an order names gets its parameters and chosen versions."""
    chosen = order.chosen if step["named"] else {}
    reads = {chosen.get(row["partition"], row["version"]): where(row) for row in inputs if row["version"]}
    return Wish(job.definition_hash, reads, order.parameters.get(job.job, "") if step["named"] else "")


def _run(row: Row, wish: Wish, order: Active) -> Run:
    fits = (
        row["definition_hash"] == wish.definition_hash
        and (row["parameters"] or "") == wish.parameters
        and set(row["reads"]) == wish.reads.keys()
    )
    return Run(row["run"], row["state"], fits, row["created_at"] >= order.created_at)


def _missing(inputs: Sequence[Row]) -> str:
    """Why a job partition is not ready; empty: it is."""
    wanted = sorted(where(row) for row in inputs if row["expired"] or (row["required"] and row["version"] is None))
    if wanted:
        return f"waits for {', '.join(wanted)} to be there"
    return "" if any(row["version"] for row in inputs) else "none of its inputs is there"
