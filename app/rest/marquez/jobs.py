"""Jobs and their versions."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Query, Request, Response
from pydantic import Field

from app.rest.marquez.forms import STATES, Form, job_form, job_version_of, moment, name_form, run_form
from app.rest.marquez.naming import namespace_called
from app.rest.marquez.observing import Told, facet, tell, tell_run
from app.rest.marquez.routes import Body, Limit, Offset, Refusal, answer, change, missing, router
from app.services import Services
from graph_model.lineage.repository import Rows
from graph_model.listing.entities import JobFacts, JobVersion
from graph_model.listing.jobs import job_called, job_versions, jobs, names_of
from graph_model.listing.runs import run_ends, run_facts
from graph_model.names import Name

jobs_router = router("jobs")
ONE = "/namespaces/{namespace}/jobs/{job}"
States = Annotated[list[str] | None, Query(description="only jobs whose newest run is in one of these states")]


class DatasetId(Body):
    namespace: str = Field(min_length=1)
    name: str = Field(min_length=1)


class JobBody(Body):
    type: str = "BATCH"
    inputs: list[DatasetId] = Field(default_factory=list)
    outputs: list[DatasetId] = Field(default_factory=list)
    location: str | None = None
    context: dict[str, Any] = Field(default_factory=dict)
    description: str | None = None
    run_id: str | None = None


@jobs_router.get("/jobs")
async def list_all_jobs(
    request: Request,
    *,
    last_run_states: Annotated[States, Query(alias="lastRunStates")] = None,
    limit: Limit = 100,
    offset: Offset = 0,
) -> Response:
    return await answer(request, lambda graph: _page(graph, "", last_run_states, offset, limit))


@jobs_router.get("/namespaces/{namespace}/jobs")
async def list_jobs(
    request: Request,
    namespace: str,
    *,
    last_run_states: Annotated[States, Query(alias="lastRunStates")] = None,
    limit: Limit = 100,
    offset: Offset = 0,
) -> Response:
    def work(graph: Rows) -> Form:
        page = _page(graph, namespace, last_run_states, offset, limit)
        if not page["totalCount"]:
            namespace_called(graph, namespace)
        return page

    return await answer(request, work)


@jobs_router.get(ONE)
async def get_job(request: Request, namespace: str, job: str) -> Response:
    return await answer(request, lambda graph: job_form(called(graph, Name(namespace, job))))


@jobs_router.get(f"{ONE}/versions")
async def list_versions(request: Request, namespace: str, job: str, limit: Limit = 100, offset: Offset = 0) -> Response:
    def work(graph: Rows) -> Form:
        of = called(graph, Name(namespace, job))
        found = job_versions(graph, of)
        return {"versions": _versions(graph, of, found[offset : offset + limit]), "totalCount": len(found)}

    return await answer(request, work)


@jobs_router.get(f"{ONE}/versions/{{version}}")
async def get_version(request: Request, namespace: str, job: str, version: str) -> Response:
    def work(graph: Rows) -> Form:
        of = called(graph, Name(namespace, job))
        return _versions(graph, of, (_version_of(graph, of, version),))[0]

    return await answer(request, work)


@jobs_router.put(ONE)
async def put_job(request: Request, namespace: str, job: str, body: JobBody) -> Response:
    """Takes what a client says of a job as an observation of it; with a run, also that the run reads and writes so."""
    ends = {
        "inputs": [one.model_dump() for one in body.inputs],
        "outputs": [one.model_dump() for one in body.outputs],
    }

    def work(services: Services) -> Form:
        if body.run_id:
            tell_run(services, body.run_id, Told("OTHER", inputs=ends["inputs"], outputs=ends["outputs"]))
        tell(services, {"job": {"namespace": namespace, "name": job, "facets": _facets(body)}, **ends})
        return job_form(services.graph.read(lambda graph: called(graph, Name(namespace, job))))

    return await change(request, work)


@jobs_router.delete(ONE)
async def delete_job(namespace: str, job: str) -> Response:
    raise Refusal(405, f"job '{job}' of '{namespace}' is not deleted here: take it out of its estate file")


def called(graph: Rows, name: Name) -> JobFacts:
    """Raises Refusal where there is none."""
    found = job_called(graph, name)
    if found is None:
        raise missing("Job", name.name)
    return found


def job_version_called(graph: Rows, name: Name, version: str) -> JobVersion:
    """Raises Refusal where there is no such job, or no such version of it."""
    return _version_of(graph, called(graph, name), version)


def _version_of(graph: Rows, job: JobFacts, version: str) -> JobVersion:
    for one in job_versions(graph, job):
        if _id(job, one) == version.lower():
            return one
    raise missing("Job version", version)


def _page(graph: Rows, namespace: str, states: list[str] | None, offset: int, limit: int) -> Form:
    found = jobs(graph, namespace, states=_ours(states or []), offset=offset, limit=limit)
    return {"jobs": [job_form(one) for one in found.items], "totalCount": found.total}


def _ours(states: list[str]) -> list[str]:
    """What the graph calls these states. Several may stand in one text, with commas."""
    wanted = {part.strip().upper() for state in states for part in state.split(",") if part.strip()}
    unknown = wanted - set(STATES.values())
    if unknown:
        known = ", ".join(dict.fromkeys(STATES.values()))
        raise Refusal(400, f"lastRunStates: {', '.join(sorted(unknown))} is no state of a run; there are {known}")
    return [ours for ours, told in STATES.items() if ours and told in wanted]


def _versions(graph: Rows, job: JobFacts, found: tuple[JobVersion, ...]) -> list[Form]:
    names = names_of(graph, [id_ for version in found for id_ in (*version.inputs, *version.outputs)])
    newest = [version.run for version in found if version.run]
    runs, ends = run_facts(graph, newest), run_ends(graph, newest)
    told = {id_: run_form(run, ends.get(id_, ())) for id_, run in runs.items()}
    return [_version(job, version, names, told.get(version.run or "")) for version in found]


def _version(job: JobFacts, version: JobVersion, names: dict[str, Name], run: Form | None) -> Form:
    form, id_ = job_form(job), _id(job, version)
    return {
        "id": {**name_form(job.name), "version": id_},
        "name": job.name.name,
        "version": id_,
        "createdAt": moment(version.since),
        "namespace": job.name.namespace,
        "inputs": [name_form(names[one]) for one in version.inputs if one in names],
        "outputs": [name_form(names[one]) for one in version.outputs if one in names],
        "location": form["location"],
        "context": form["context"],
        "latestRun": run,
        "facets": job.facets,
    }


def _id(job: JobFacts, version: JobVersion) -> str:
    return job_version_of(job.id, version.inputs, version.outputs, version.definition)


def _facets(body: JobBody) -> dict[str, Any]:
    kind = body.type.upper()
    processing = "STREAMING" if kind == "STREAM" else "BATCH"
    facets = {
        "jobType": facet(processingType=processing, integration="MARQUEZ", jobType="JOB" if kind != "SERVICE" else kind)
    }
    if body.description:
        facets["documentation"] = facet(description=body.description)
    if body.location:
        facets["sourceCodeLocation"] = facet(type="git", url=body.location)
    query = next((value for key, value in body.context.items() if key.lower() == "sql"), None)
    if isinstance(query, str):
        facets["sql"] = facet(query=query)
    return facets
