"""The changes between two declarations of one job: pure."""

from __future__ import annotations

from collections.abc import Iterator

from graph_model.estate.entities import JobSpec
from graph_model.impact.entities import Change, ChangeJob


def between_jobs(before: JobSpec, after: JobSpec) -> Iterator[Change]:
    """That the job computes something else. Another statement is told with its text; what other code comes to, or the
    same statement over other slices of its inputs, nobody can say."""
    text = _sql(after)
    if text is not None and text != _sql(before):
        yield ChangeJob(before.name, text)
    elif _slices(before) != _slices(after) or (text is None and before.definition_hash != after.definition_hash):
        yield ChangeJob(before.name)


def _sql(job: JobSpec) -> str | None:
    return str(job.executor.get("text") or "") if job.kind == "sql" else None


def _slices(job: JobSpec) -> object:
    """Inputs that come or go show in the statement, or in the hash of what is no statement."""
    return job.partitions.every, frozenset((item.dataset, str(item.mapping)) for item in job.inputs)
