"""What a plan says of jobs that stops nothing and should be looked at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from graph_model.estate.contracts import Remark
from graph_model.estate.diff import Difference
from graph_model.estate.entities import JobSpec

_BY_A_SHELL = (
    "a shell reads its command, so only workers that allow it carry it out (HEADWATER_JOB_ALLOW_SHELL=true);"
    " a list of words runs anywhere"
)


def remarks_on_jobs(jobs: Iterable[JobSpec], found: Difference) -> Iterator[Remark]:
    """About those that are new or changed."""
    touched = {change.name for change in found.changes if change.kind == "job" and change.action != "retire"}
    for job in jobs:
        if job.name in touched and job.executor.get("command"):
            yield Remark(job.name, _BY_A_SHELL)
