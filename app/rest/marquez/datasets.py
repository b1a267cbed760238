"""Datasets and their versions."""

from __future__ import annotations

from typing import Any

from fastapi import Request, Response
from pydantic import Field

from app.rest.marquez.forms import Form, dataset_form, id_of, run_form, version_form
from app.rest.marquez.naming import namespace_called
from app.rest.marquez.observing import Told, facet, tell, tell_run
from app.rest.marquez.routes import Body, Limit, Offset, Refusal, answer, change, missing, router
from app.services import Services
from graph_model.lineage.repository import Rows
from graph_model.listing.datasets import dataset_called, datasets, version_facts, versions
from graph_model.listing.entities import DatasetFacts, VersionFacts
from graph_model.listing.runs import run_ends, run_facts
from graph_model.names import Name

datasets_router = router("datasets")
ONE = "/namespaces/{namespace}/datasets/{dataset}"


class FieldBody(Body):
    name: str = Field(min_length=1)
    type: str | None = None
    tags: list[str] = Field(default_factory=list)
    description: str | None = None


class DatasetBody(Body):
    type: str = "DB_TABLE"
    physical_name: str = Field(min_length=1)
    source_name: str = Field(min_length=1)
    fields: list[FieldBody] = Field(default_factory=list)
    tags: list[str] = Field(default_factory=list)
    description: str | None = None
    schema_location: str | None = None
    run_id: str | None = None


@datasets_router.get("/namespaces/{namespace}/datasets")
async def list_datasets(request: Request, namespace: str, limit: Limit = 100, offset: Offset = 0) -> Response:
    def work(graph: Rows) -> Form:
        found = datasets(graph, namespace, offset=offset, limit=limit)
        if not found.total:
            namespace_called(graph, namespace)
        return {"datasets": [dataset_form(one) for one in found.items], "totalCount": found.total}

    return await answer(request, work)


@datasets_router.get(ONE)
async def get_dataset(request: Request, namespace: str, dataset: str) -> Response:
    return await answer(request, lambda graph: dataset_form(called(graph, Name(namespace, dataset))))


@datasets_router.get(f"{ONE}/versions")
async def list_versions(
    request: Request, namespace: str, dataset: str, limit: Limit = 100, offset: Offset = 0
) -> Response:
    def work(graph: Rows) -> Form:
        of = called(graph, Name(namespace, dataset))
        found = versions(graph, of.id, offset=offset, limit=limit)
        return {"versions": _versions(graph, of, found.items), "totalCount": found.total}

    return await answer(request, work)


@datasets_router.get(f"{ONE}/versions/{{version}}")
async def get_version(request: Request, namespace: str, dataset: str, version: str) -> Response:
    def work(graph: Rows) -> Form:
        of = called(graph, Name(namespace, dataset))
        found = version_facts(graph, of.id, [id_of(version)])
        if not found:
            raise missing("Dataset version", version)
        return _versions(graph, of, tuple(found.values()))[0]

    return await answer(request, work)


@datasets_router.put(ONE)
async def put_dataset(request: Request, namespace: str, dataset: str, body: DatasetBody) -> Response:
    """Takes what a client says of a dataset as an observation of it; with a run, also that the run wrote it."""
    name = Name(namespace, dataset)

    def work(services: Services) -> Form:
        said = {"namespace": namespace, "name": dataset, "facets": _facets(body)}
        if body.run_id:
            tell_run(services, body.run_id, Told("OTHER", outputs=[said]))
        tell(services, {"dataset": said})
        return dataset_form(services.graph.read(lambda graph: called(graph, name)))

    return await change(request, work)


@datasets_router.delete(ONE)
async def delete_dataset(namespace: str, dataset: str) -> Response:
    raise Refusal(
        405,
        f"dataset '{dataset}' of '{namespace}' is not deleted here: take it out of its estate file, or send an "
        "OpenLineage event with the facet lifecycleStateChange DROP",
    )


def called(graph: Rows, name: Name) -> DatasetFacts:
    """Raises Refusal where there is none."""
    found = dataset_called(graph, name)
    if found is None:
        raise missing("Dataset", name.name)
    return found


def _versions(graph: Rows, dataset: DatasetFacts, found: tuple[VersionFacts, ...]) -> list[Form]:
    written = [version.run for version in found if version.run]
    runs, ends = run_facts(graph, written), run_ends(graph, written)
    told = {id_: run_form(run, ends.get(id_, ())) for id_, run in runs.items()}
    return [version_form(dataset, version, told.get(version.run or "")) for version in found]


def _facets(body: DatasetBody) -> dict[str, Any]:
    facets = {
        "dataSource": facet(name=body.source_name, uri=body.source_name),
        "datasetType": facet(datasetType="STREAM" if body.type.upper() == "STREAM" else "TABLE"),
        "marquez_dataset": facet(physicalName=body.physical_name, schemaLocation=body.schema_location),
    }
    if body.fields:
        facets["schema"] = facet(fields=[one.model_dump(exclude={"tags"}, exclude_none=True) for one in body.fields])
    if body.description:
        facets["documentation"] = facet(description=body.description)
    marks = [_mark(tag) for tag in body.tags] + [_mark(tag, one.name) for one in body.fields for tag in one.tags]
    return facets | ({"tags": facet(tags=marks)} if marks else {})


def _mark(tag: str, column: str | None = None) -> dict[str, str]:
    return {"key": tag, "value": "true", "source": "MARQUEZ"} | ({"field": column} if column else {})
