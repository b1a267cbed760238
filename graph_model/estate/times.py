"""Holds when a job runs against how it is sliced."""

from __future__ import annotations

from graph_model.estate.contracts import Remark
from graph_model.estate.diff import Difference
from graph_model.estate.drafts import JobDraft
from graph_model.estate.holdings import Holdings
from graph_model.estate.references import Surroundings
from graph_model.partitions.rules import PartitionScheme
from graph_model.partitions.stored import scheme_of
from graph_model.schedules.entities import NEWEST, NotBefore, Schedule, loads
from graph_model.schedules.telling import next_times
from graph_model.store.graph import Transaction


def check_times(job: JobDraft, scheme: PartitionScheme | None, around: Surroundings) -> None:
    """Words that only mean something for slices of time, on a job that has none."""
    if scheme is None or scheme.unit is not None:
        return
    schedule: Schedule | None = job.plain.get("schedule")
    not_before: NotBefore | None = job.plain.get("not_before")
    sliced = "its partitions are keys of a list" if scheme.every else "it has no partitions"
    what = f"job {job.name.name}"
    if not_before:
        message = f"{what}: not_before counts from the day of a partition, and {sliced}"
        around.mistakes.add(job.when_lines["not_before"], message, f'write schedule: {{at: "{not_before.at}"}}')
    if schedule and schedule.partition != NEWEST:
        message = f"{what}: schedule: partition: {schedule.partition} is one of several slices of time, and {sliced}"
        around.mistakes.add(job.when_lines["schedule"], message, "leave partition out")


def changed_schedules(difference: Difference, standing: Holdings) -> dict[str, str | None]:
    """By job id, the text of each schedule that is new, changed or gone (None). A job that comes back begins anew."""
    found: dict[str, str | None] = {node.id: None for node in difference.retired if "schedule" in node.properties}
    for node in difference.declared:
        before = standing.nodes.get(node.id)
        old = before.properties.get("schedule") if before and before.alive else None
        now = node.properties.get("schedule")
        if node.kind == "job" and old != now:
            found[node.id] = now
    return found


def times_told(tx: Transaction, difference: Difference, standing: Holdings) -> tuple[Remark, ...]:
    """What the next times of each schedule become that is new or changed."""
    changed = {
        job: schedule for job, text in changed_schedules(difference, standing).items() if (schedule := loads(text))
    }
    if not changed:
        return ()
    now = tx.rows("doctor.clock")[0]["now"]
    nodes = [node for node in difference.declared if node.id in changed]
    return tuple(Remark(node.name, next_times(changed[node.id], scheme_of(node.properties), now)) for node in nodes)
