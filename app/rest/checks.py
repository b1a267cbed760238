"""Results that others found, over plain HTTP."""

from __future__ import annotations

import asyncio
from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from app.rest.versions import NameBody, Problems, name_of
from app.services import Services
from connectors.results import read_results
from graph_model.checks.others import Accepted, Taken, accept

router = APIRouter(prefix="/api/v1/checks", tags=["checks"])


class ResultsBody(BaseModel):
    """A file of results as another tool wrote it: dbt, Great Expectations, or OpenLineage facets."""

    model_config = ConfigDict(extra="forbid")

    document: dict[str, Any] = Field(description="the file, as it is")
    source: str | None = Field(None, description="who wrote it: dbt, great_expectations, openlineage; null: it is seen")
    manifest: dict[str, Any] | None = Field(None, description="dbt's manifest.json, which says what each test is about")
    dataset: str | NameBody | None = Field(None, description="what it is about; null: what the file says")
    partition: str | None = Field(None, description="partition key; null: the newest with a good version")
    version: str | None = Field(None, description="id of the version; null: the one that readers get now")
    reported_by: str = Field("rest", min_length=1)


class TakenBody(BaseModel):
    """`created` false: it was known already, or something newer is."""

    version: str
    dataset: NameBody
    partition: str
    results: int
    failed: int
    created: bool


class AcceptedBody(BaseModel):
    """`left_out` says, for each result without a place, why."""

    source: str
    taken: list[TakenBody]
    left_out: list[str]


@router.post("", status_code=201, responses={200: {"model": AcceptedBody, "description": "Known already"}, **Problems})
async def take_results(request: Request, response: Response, body: ResultsBody) -> AcceptedBody:
    """Records what others found. Nothing is taken from readers; owners are told of what failed."""
    services: Services = request.app.state.services
    accepted = await asyncio.to_thread(_accept, services, body)
    response.status_code = 201 if any(taken.created for taken in accepted.taken) else 200
    taken = [_taken(one) for one in accepted.taken]
    return AcceptedBody(source=accepted.source, taken=taken, left_out=list(accepted.left_out))


def _accept(services: Services, body: ResultsBody) -> Accepted:
    delivery = read_results(body.document, source=body.source, manifest=body.manifest)
    dataset = name_of(body.dataset) if body.dataset is not None else None
    by, place = body.reported_by, {"partition": body.partition, "version": body.version}
    return accept(services.graph, delivery, by=by, dataset=dataset, **place)


def _taken(found: Taken) -> TakenBody:
    name = NameBody(namespace=found.dataset.namespace, name=found.dataset.name)
    return TakenBody(
        version=found.version,
        dataset=name,
        partition=found.partition,
        results=found.results,
        failed=found.failed,
        created=found.created,
    )
