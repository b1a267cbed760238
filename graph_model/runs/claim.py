"""Claiming: a worker asks which run is its own. Lock first, then look; nobody wins twice."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from typing import Any

from graph_model.audit.record import Transition, record
from graph_model.contracts import definition as contract_definition
from graph_model.jobs import definition as job_definition
from graph_model.names import Name
from graph_model.runs.entities import ClaimedRun, RunInput, RunKind, RunOutput
from graph_model.store.graph import Graph, Row, Transaction
from graph_model.versions.entities import Content
from graph_model.versions.places import output_content

VALIDATION_TIMEOUT_SECONDS = 900.0
# How many ready runs a worker looks at before it gives up: enough to step past those that others win meanwhile.
_LOOK_AHEAD = 16


def claim(graph: Graph, worker: str, *, slots: int = 1, prefer: Collection[str] = ()) -> tuple[ClaimedRun, ...]:
    """At most `slots` runs that `worker` now holds, most urgent first; those in `prefer` go first among equals.

    Empty: nothing waits, others were faster, or the worker's lease has run out.
    """
    waiting = _one_of_each_job_partition(graph.rows("runs.claimable", most=_LOOK_AHEAD + slots), prefer)
    won: list[Row] = []
    while waiting and len(won) < slots:
        wanted = slots - len(won)
        tried, waiting = waiting[:wanted], waiting[wanted:]
        won.extend(graph.write(lambda tx, tried=tried: _claim(tx, worker, tried), step="claim"))
    if not won:
        return ()
    details = {row["id"]: row for row in graph.rows("runs.details", runs=[row["id"] for row in won])}
    return tuple(_claimed(row, details[row["id"]]) for row in won)


def _one_of_each_job_partition(waiting: list[Row], prefer: Collection[str]) -> list[Row]:
    """In the order of trying. Runs of one job partition never overlap, so one transaction asks for one of them only."""
    ordered = sorted(waiting, key=lambda row: (-row["priority"], row["id"] not in prefer))
    return list({row["job_partition"]: row for row in reversed(ordered)}.values())[::-1]


def _claim(tx: Transaction, worker: str, candidates: Sequence[Row]) -> list[Row]:
    tx.rows("runs.lock", job_partitions=sorted({row["job_partition"] for row in candidates}), token=tx.token)
    won = tx.rows("runs.claim", runs=[row["id"] for row in candidates], worker=worker)
    record(tx, [Transition(row["id"], "RUNNING", worker, {"fence": row["fence"]}) for row in won])
    return won


def _claimed(won: Row, detail: Row) -> ClaimedRun:
    if detail["kind"] == RunKind.VALIDATION:
        return _claimed_validation(won, detail)
    job = job_definition.loads(detail["definition"])
    return ClaimedRun(
        id=won["id"],
        kind=RunKind.JOB,
        fence=won["fence"],
        attempt=won["attempt"],
        subject=job.name,
        partition=detail["key"],
        job=job,
        inputs=tuple(
            sorted((_input(item) for item in detail["inputs"]), key=lambda found: (found.dataset, found.partition))
        ),
        outputs=tuple(
            sorted((_output(item, won, detail["key"]) for item in detail["outputs"]), key=lambda found: found.dataset)
        ),
        timeout_seconds=job.timeout_seconds,
    )


def _claimed_validation(won: Row, detail: Row) -> ClaimedRun:
    item = detail["inputs"][0]
    found = _input(item)
    checks = contract_definition.loads(item["contract"]).checks if item["contract"] else ()
    return ClaimedRun(
        id=won["id"],
        kind=RunKind.VALIDATION,
        fence=won["fence"],
        attempt=won["attempt"],
        subject=found.dataset,
        partition=detail["key"],
        job=None,
        inputs=(found,),
        outputs=(RunOutput(found.dataset, item["dataset"], detail["key"], found.content, checks),),
        timeout_seconds=VALIDATION_TIMEOUT_SECONDS,
    )


def _input(item: dict[str, Any]) -> RunInput:
    content = Content(item["format"], item["location"], json.loads(item["options"] or "{}"))
    return RunInput(Name(item["namespace"], item["name"]), item["partition"], item["version"], content)


def _output(item: dict[str, Any], won: Row, key: str) -> RunOutput:
    name = Name(item["namespace"], item["name"])
    content = output_content(
        name,
        format=item["format"],
        location=item["location"],
        options=json.loads(item["options"] or "{}"),
        expose=item["expose"],
        key=key,
        run=won["id"],
        fence=won["fence"],
    )
    checks = contract_definition.loads(item["contract"]).checks if item["contract"] else ()
    return RunOutput(name, item["dataset"], key, content, checks)
