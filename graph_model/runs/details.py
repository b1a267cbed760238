"""Everything that a worker must know about runs that it holds, or held."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from graph_model.checks.surroundings import Subject, informed
from graph_model.contracts import definition as contract_definition
from graph_model.contracts.entities import Check
from graph_model.jobs import definition as job_definition
from graph_model.names import Name
from graph_model.runs.entities import ClaimedRun, RunInput, RunKind, RunOutput
from graph_model.schemas.guards import guards
from graph_model.store.graph import Graph, Row
from graph_model.versions.dialects import Dialect, held_to, is_sniffed, options_of
from graph_model.versions.entities import Content
from graph_model.versions.places import output_content
from graph_model.versions.repository import dialects
from graph_model.versions.told import OPTION, told_in

Guards = Mapping[str, tuple[Check, ...]]


@dataclass(frozen=True, slots=True)
class _Known:
    """What new versions are held to, by dataset id: the schema and the dialect of those that readers get now."""

    guards: Guards
    dialects: Mapping[str, Dialect]

    def to_hold(self, item: dict[str, Any]) -> dict[str, Any]:
        return held_to(item["format"], _options(item), self.dialects.get(item["dataset"]))


def held_runs(graph: Graph, won: Sequence[Row]) -> tuple[ClaimedRun, ...]:
    """The runs that were won, in their order. `won`: rows of {id, fence, attempt, losses}."""
    details = {row["id"]: row for row in graph.rows("runs.details", runs=[row["id"] for row in won])}
    fixed = dialects(graph, _sniffed(details.values()))
    guarded = guards(graph, [item["dataset"] for row in details.values() for item in _checked(row) if item["guarded"]])
    return _informed(graph, [_claimed(row, details[row["id"]], _Known(guarded, fixed)) for row in won])


def _informed(graph: Graph, runs: Sequence[ClaimedRun]) -> tuple[ClaimedRun, ...]:
    """The runs, their checks told what the graph knows of what they compare with."""
    told = iter(informed(graph, [_subject(run, output) for run in runs for output in run.outputs]))
    return tuple(
        replace(run, outputs=tuple(replace(output, checks=next(told)) for output in run.outputs)) for run in runs
    )


def _subject(run: ClaimedRun, output: RunOutput) -> Subject:
    version = run.inputs[0].version if run.kind is RunKind.VALIDATION else None
    return Subject(output.dataset, output.dataset_id, output.partition, version, output.checks)


def _checked(detail: Row) -> list[dict[str, Any]]:
    """The datasets whose new versions the run validates."""
    return detail["inputs"] if detail["kind"] == RunKind.VALIDATION else detail["outputs"]


def _sniffed(details: Iterable[Row]) -> Iterator[str]:
    """The datasets whose new versions are held to the dialect of those before."""
    for item in (item for detail in details for item in _checked(detail)):
        if is_sniffed(item["format"], _options(item)):
            yield item["dataset"]


def _options(item: dict[str, Any]) -> dict[str, Any]:
    return json.loads(item["options"] or "{}")


def _claimed(won: Row, detail: Row, known: _Known) -> ClaimedRun:
    if detail["kind"] == RunKind.VALIDATION:
        return _claimed_validation(won, detail, known)
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
            sorted(
                (_output(item, won, detail["key"], known) for item in detail["outputs"]),
                key=lambda found: found.dataset,
            )
        ),
        timeout_seconds=job.timeout_seconds,
        created_at=detail["created_at"],
    )


def _claimed_validation(won: Row, detail: Row, known: _Known) -> ClaimedRun:
    item = detail["inputs"][0]
    found = _input(item)
    options = known.to_hold(item) if item["location"] else {OPTION: asdict(told_in(item["metrics"]))}
    found = replace(found, content=replace(found.content, options=options))
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
        outputs=(RunOutput(found.dataset, item["dataset"], detail["key"], found.content, _checks(item, known.guards)),),
    )


def _input(item: dict[str, Any]) -> RunInput:
    content = Content(item["format"], item["location"], options_of(item))
    return RunInput(Name(item["namespace"], item["name"]), item["partition"], item["version"], content)


def _output(item: dict[str, Any], won: Row, key: str, known: _Known) -> RunOutput:
    name = Name(item["namespace"], item["name"])
    content = output_content(
        name,
        format=item["format"],
        location=item["location"],
        options=known.to_hold(item),
        expose=item["expose"],
        key=key,
        run=won["id"],
        fence=won["fence"],
    )
    return RunOutput(name, item["dataset"], key, content, _checks(item, known.guards))


def _checks(item: dict[str, Any], guarded: Guards) -> tuple[Check, ...]:
    """Those of the contract, then those that hold the schema against what readers get now."""
    own = contract_definition.loads(item["contract"]).checks if item["contract"] else ()
    return (*own, *guarded.get(item["dataset"], ()))
