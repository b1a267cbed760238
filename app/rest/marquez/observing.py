"""What clients of Marquez tell without OpenLineage, as observations: the same facts in the words of the standard."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from app.rest.marquez.forms import id_of, name_form
from app.rest.marquez.routes import Refusal, missing
from app.services import Services
from connectors.openlineage.events import read_event
from graph_model.listing.entities import JobFacts, RunFacts
from graph_model.listing.jobs import job_called
from graph_model.listing.runs import find_run, run_ends

PRODUCER = "https://github.com/MarquezProject/marquez"
_SCHEMA = "https://openlineage.io/spec/2-0-2/OpenLineage.json"


@dataclass(frozen=True, slots=True)
class Told:
    """What is told of a run. `type` None: only that it is there."""

    type: str | None
    at: datetime | None = None
    facets: Mapping[str, Any] = field(default_factory=dict)
    inputs: Sequence[Mapping[str, Any]] = ()
    outputs: Sequence[Mapping[str, Any]] = ()


def facet(**members: Any) -> dict[str, Any]:
    return {"_producer": PRODUCER, "_schemaURL": f"{_SCHEMA}#/$defs/BaseFacet", **members}


def tell(services: Services, event: Mapping[str, Any], at: datetime | None = None) -> None:
    """Records an event; durable when it returns. Raises InvalidEvent."""
    kind = "RunEvent" if "run" in event else "JobEvent" if "job" in event else "DatasetEvent"
    whole = {
        "eventTime": (at or datetime.now(UTC)).isoformat(),
        "producer": PRODUCER,
        "schemaURL": f"{_SCHEMA}#/$defs/{kind}",
        **event,
    }
    services.observations.submit(read_event(whole))


def observed_run(services: Services, run: str) -> RunFacts:
    """The run that a client means. Raises Refusal where there is none, and for one of ours: nobody else ends those."""
    found = services.graph.read(lambda graph: find_run(graph, run, id_of(run)))
    if found is None:
        raise missing("Run", run)
    if found.called is None:
        raise Refusal(409, f"run '{run}' is one that Headwater started itself; `headwater cancel` ends it")
    return found


def tell_run(services: Services, run: str, told: Told) -> RunFacts:
    """Records what a client tells of a run that is known. Where it names no datasets and the run has none, those of its
    job are meant, as they are in Marquez."""
    known = observed_run(services, run)
    event: dict[str, Any] = {
        "run": {"runId": known.called, "facets": dict(told.facets)},
        "job": name_form(known.job_name),
        "inputs": list(told.inputs),
        "outputs": list(told.outputs),
    }
    if not told.inputs and not told.outputs and not _has_ends(services, known):
        job = services.graph.read(lambda graph: job_called(graph, known.job_name))
        event |= _ends_of(job) if job else {}
    tell(services, event | ({"eventType": told.type} if told.type else {}), told.at)
    return known


def _has_ends(services: Services, run: RunFacts) -> bool:
    return bool(services.graph.read(lambda graph: run_ends(graph, [run.id])))


def _ends_of(job: JobFacts) -> dict[str, Any]:
    return {
        "inputs": [name_form(one.name) for one in job.inputs],
        "outputs": [name_form(one.name) for one in job.outputs],
    }


def fresh_run_id() -> str:
    return str(uuid.uuid4())
