"""Runs: their list, one of them, its facets, and what clients tell of them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from fastapi import Query, Request, Response
from pydantic import Field

from app.rest.marquez.forms import Form, id_of, run_form, run_id
from app.rest.marquez.jobs import called
from app.rest.marquez.observing import Told, facet, fresh_run_id, tell, tell_run
from app.rest.marquez.routes import Body, Limit, Offset, answer, change, missing, router
from app.services import Services
from graph_model.lineage.repository import Rows
from graph_model.listing.entities import RunFacts
from graph_model.listing.runs import find_run, run_ends, runs_of_job
from graph_model.names import Name, observed_run_id

runs_router = router("runs")
RUN = "/jobs/runs/{run}"
_TYPES = {"start": "START", "complete": "COMPLETE", "fail": "FAIL", "abort": "ABORT"}


class RunBody(Body):
    id: str | None = None
    nominal_start_time: str | None = None
    nominal_end_time: str | None = None
    args: dict[str, Any] = Field(default_factory=dict)


@runs_router.get("/namespaces/{namespace}/jobs/{job}/runs")
async def list_runs(request: Request, namespace: str, job: str, limit: Limit = 100, offset: Offset = 0) -> Response:
    def work(graph: Rows) -> Form:
        found = runs_of_job(graph, called(graph, Name(namespace, job)).id, offset=offset, limit=limit)
        ends = run_ends(graph, [run.id for run in found.items])
        told = [run_form(run, ends.get(run.id, ())) for run in found.items]
        return {"runs": told, "totalCount": found.total}

    return await answer(request, work)


@runs_router.post("/namespaces/{namespace}/jobs/{job}/runs")
async def post_run(request: Request, namespace: str, job: str, body: RunBody) -> Response:
    """Takes note of a run that is going to be, as an event that says nothing of its state."""

    def work(services: Services) -> Form:
        of = services.graph.read(lambda graph: called(graph, Name(namespace, job)))
        named = body.id or fresh_run_id()
        event = {"run": {"runId": named, "facets": _facets(body)}, "job": {"namespace": namespace, "name": job}}
        tell(services, event)
        return services.graph.read(lambda graph: _told(graph, found(graph, observed_run_id(of.id, named))))

    return await change(request, work, status=201)


@runs_router.get(RUN)
async def get_run(request: Request, run: str) -> Response:
    return await answer(request, lambda graph: _told(graph, found(graph, run)))


@runs_router.get(f"{RUN}/facets")
async def get_facets(request: Request, run: str, type: Annotated[Literal["run", "job"], Query()]) -> Response:
    def work(graph: Rows) -> Form:
        one = found(graph, run)
        return {"runId": run_id(one), "facets": one.facets if type == "run" else one.job_facets}

    return await answer(request, work)


@runs_router.post(f"{RUN}/{{action}}")
async def post_state(
    request: Request, run: str, action: Literal["start", "complete", "fail", "abort"], at: datetime | None = None
) -> Response:
    """Takes what happened to a run as an event of it. A time without a zone is one in UTC."""
    moment = at if at is None or at.tzinfo else at.replace(tzinfo=UTC)

    def work(services: Services) -> Form:
        known = tell_run(services, run, Told(_TYPES[action], moment))
        return services.graph.read(lambda graph: _told(graph, found(graph, known.id)))

    return await change(request, work)


def found(graph: Rows, run: str) -> RunFacts:
    """The run that a client means. Raises Refusal where there is none."""
    one = find_run(graph, run, id_of(run))
    if one is None:
        raise missing("Run", run)
    return one


def _told(graph: Rows, run: RunFacts) -> Form:
    return run_form(run, run_ends(graph, [run.id]).get(run.id, ()))


def _facets(body: RunBody) -> dict[str, Any]:
    facets = {}
    nominal = {
        key: value
        for key, value in (("nominalStartTime", body.nominal_start_time), ("nominalEndTime", body.nominal_end_time))
        if value
    }
    if nominal:
        facets["nominalTime"] = facet(**nominal)
    return facets | ({"marquez_args": facet(args=body.args)} if body.args else {})
