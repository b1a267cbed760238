"""The changes between two states of an estate: pure.

What new readers read, and readers that are mended read otherwise, is no change in these terms: who is to be judged with
it is held against a graph in which they have changed already, as `graph_model/estate/plan.py` does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from graph_model.estate.entities import DatasetSpec, Estate, JobSpec
from graph_model.impact.between.datasets import between_datasets
from graph_model.impact.between.jobs import between_jobs
from graph_model.impact.entities import Change, DropDataset, RenameDataset, RetireConsumer, RetireJob
from graph_model.names import Name


def between_estates(before: Estate, after: Estate) -> tuple[Change, ...]:
    """Everything that somebody outside may notice, in the order of `before`; all names are those of `before`."""
    old, new = ({spec.name: spec for spec in estate.datasets} for estate in (before, after))
    renamed = renamed_datasets(old, new)
    jobs = {spec.name: spec for spec in after.jobs}
    staying = {consumer.name for consumer in after.consumers}
    return (
        *(change for name, spec in old.items() for change in _of_dataset(spec, new.get(renamed.get(name, name)))),
        *_of_jobs(before, jobs, gone=old.keys() - new.keys() - renamed.keys()),
        *(RetireConsumer(consumer.name) for consumer in before.consumers if consumer.name not in staying),
    )


def renamed_datasets(before: Mapping[Name, DatasetSpec], after: Mapping[Name, DatasetSpec]) -> dict[Name, Name]:
    """The new names of datasets that are declared no more, where a new one says that it has been called so."""
    said = {alias: name for name, spec in after.items() if name not in before for alias in spec.names}
    return {name: said[name] for name in before if name not in after and name in said}


def _of_dataset(before: DatasetSpec, after: DatasetSpec | None) -> Iterator[Change]:
    if after is None:
        yield DropDataset(before.name)
        return
    if after.name != before.name:
        yield RenameDataset(before.name, after.name)
    yield from between_datasets(before, after)


def _of_jobs(before: Estate, jobs: Mapping[Name, JobSpec], *, gone: set[Name]) -> Iterator[Change]:
    made = {output for job in jobs.values() for output in job.outputs}
    for job in before.jobs:
        if job.name in jobs:
            yield from between_jobs(job, jobs[job.name])
        elif not _is_handed_over(job, made, gone):
            yield RetireJob(job.name)


def _is_handed_over(job: JobSpec, made: set[Name], gone: set[Name]) -> bool:
    """Whether other jobs go on to make what stays of its outputs."""
    left = set(job.outputs) - gone
    return bool(left) and left <= made
