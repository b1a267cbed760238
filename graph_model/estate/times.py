"""Holds when a job runs against how it is sliced."""

from __future__ import annotations

from graph_model.estate.drafts import JobDraft
from graph_model.estate.references import Surroundings
from graph_model.partitions.rules import PartitionScheme
from graph_model.schedules.entities import NEWEST, NotBefore, Schedule


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
