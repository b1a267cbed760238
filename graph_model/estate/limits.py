"""The pools that the words of jobs and datasets come to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from graph_model.estate.drafts import Draft
from graph_model.estate.entities import DatasetSpec, JobSpec
from graph_model.partitions.rules import LIST
from graph_model.policies.entities import PoolKind, PoolSpec

# One after the other is, first of all, one at a time.
ONE_AT_A_TIME = ("serial", "strict")


def pools_of(datasets: Sequence[DatasetSpec], jobs: Sequence[JobSpec]) -> Iterator[PoolSpec]:
    """One for each job and dataset of which only so many runs may go on at once."""
    for dataset in datasets:
        yield from dataset.at_once
    for job in jobs:
        at_once = 1 if job.policies.order in ONE_AT_A_TIME else job.policies.at_once
        if at_once:
            yield PoolSpec(job.name, PoolKind.JOB, at_once)


def check_orders(draft: Draft, jobs: Sequence[JobSpec]) -> None:
    """Only slices of time have an order."""
    lines = {job.name: job.line for job in draft.jobs}
    for job in jobs:
        if job.policies.order and job.partitions.every in (None, LIST):
            draft.source.mistakes.add(
                lines[job.name],
                f"job {job.name.name}: order {job.policies.order} needs partitions of time",
                "leave order out, or slice its outputs by day, hour, …",
            )
