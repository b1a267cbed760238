"""Everything that a worker must know about runs that it holds, or held."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from graph_model.contracts import definition as contract_definition
from graph_model.jobs import definition as job_definition
from graph_model.names import Name
from graph_model.runs.entities import ClaimedRun, RunInput, RunKind, RunOutput
from graph_model.store.graph import Graph, Row
from graph_model.versions.entities import Content
from graph_model.versions.places import output_content

VALIDATION_TIMEOUT_SECONDS = 900.0


def held_runs(graph: Graph, won: Sequence[Row]) -> tuple[ClaimedRun, ...]:
    """The runs that were won, in their order. `won`: rows of {id, fence, attempt, losses}."""
    details = {row["id"]: row for row in graph.rows("runs.details", runs=[row["id"] for row in won])}
    return tuple(_claimed(row, details[row["id"]]) for row in won)


def _claimed(won: Row, detail: Row) -> ClaimedRun:
    if detail["kind"] == RunKind.VALIDATION:
        return _claimed_validation(won, detail)
    job = job_definition.loads(detail["definition"])
    return ClaimedRun(
        id=won["id"],
        kind=RunKind.JOB,
        fence=won["fence"],
        attempt=won["attempt"],
        losses=won["losses"],
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
        losses=won["losses"],
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
