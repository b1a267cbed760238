"""Holds the job partitions that wait on terms against what would be decided of them now."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from graph_model.readiness.decide import There, Waits, decide
from graph_model.readiness.look import there_for
from graph_model.readiness.rules import JobNeeds, JobPartition, input_set, needs_of_row
from graph_model.store.graph import Graph, Row

AT_ONCE = 500


def without_run(graph: Graph, *, patience_ms: int) -> Iterator[tuple[str, str]]:
    """Id and message of each that has been ready for so long, and has no run on exactly those versions."""
    jobs: dict[str, JobNeeds | None] = {}
    for row in _each(graph):
        if row["job"] not in jobs:
            rows = graph.rows("readiness.of_job", job=row["job"])
            jobs[row["job"]] = needs_of_row(rows[0]) if rows else None
        job = jobs[row["job"]]
        if job and row["is_settled"] and _is_without(graph, row, job, patience_ms):
            yield row["id"], f"job partition {row['key']} is ready and has no run on its current inputs"


def _is_without(graph: Graph, row: Row, job: JobNeeds, patience_ms: int) -> bool:
    there = there_for(graph.rows, JobPartition(row["id"], row["job"], row["key"]), job)
    if there is None or not job.scheme.holds(row["key"]):
        return False
    sets: set[str] = set()
    for one in (there, _before(there, patience_ms)):
        answer = decide(job, row["key"], one)
        if isinstance(answer, Waits):
            return False  # what time has opened just now, a sweep has yet to find
        sets.add(input_set(answer.triggers))
    return sets.isdisjoint(row["input_sets"])


def _before(there: There, patience_ms: int) -> There:
    return replace(there, now=there.now - timedelta(milliseconds=patience_ms))


def _each(graph: Graph) -> Iterator[Row]:
    after = ""
    while rows := graph.rows("verify.special_job_partitions", after=after, most=AT_ONCE):
        yield from rows
        after = rows[-1]["id"]
