"""Having jobs run over plain HTTP: for schedulers and scripts that do not speak GraphQL."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from app.orders import Asked, give
from app.rest.versions import MOST_WAIT, Problems, services_of
from app.services import moment
from app.waiting import Waiting
from connectors.bell import ring
from graph_model.errors import InvalidInput
from graph_model.jobs.repository import job as get_job
from graph_model.names import job_partition_id, parse_name
from graph_model.runs.entities import Run
from graph_model.runs.repository import run as get_run

router = APIRouter(prefix="/api/v1/runs", tags=["runs"])


class RunBody(BaseModel):
    """What is to run."""

    model_config = ConfigDict(extra="forbid")

    select: list[str] = Field(min_length=1, description="JOB@PARTITION, +JOB, JOB+2, tag:NAME …")
    exclude: list[str] = Field(default_factory=list, description="not what these select")
    first: str | None = Field(None, description="with `last`: a backfill of this range")
    last: str | None = Field(None)
    parameters: dict[str, str | int | float | bool] = Field(default_factory=dict, description="never secrets")
    force: bool = Field(False, description="also what is good already")
    at_once: int | None = Field(None, ge=1, description="so many of its runs wait or run at a time")
    pool: str | None = Field(None, description="its runs take from this pool")
    priority: str | None = Field(None, description="low, normal, high or a number")
    key: str | None = Field(
        None, description="the same request under the same key is one order; the header Idempotency-Key says the same"
    )
    plan: str | None = Field(None, description="the hash of the plan that was looked at")
    dry_run: bool = Field(False, description="plan only")
    reason: str = Field(min_length=1, description="why, for the audit trail")
    by: str = Field("rest", min_length=1)

    def asked(self, idempotency_key: str | None) -> Asked:
        """Raises InvalidInput."""
        if self.key and idempotency_key and self.key != idempotency_key:
            raise InvalidInput("key", "the body and the header Idempotency-Key say different things")
        said: dict[str, Any] = self.model_dump(exclude={"select", "exclude", "key"})
        key = self.key or idempotency_key
        return Asked(select=tuple(self.select), exclude=tuple(self.exclude), key=key, **said)


class StepBody(BaseModel):
    """A job partition that runs, or does not. `cause` says which: NEW, CODE, INPUT …, or UNCHANGED, NOT_READY."""

    job: str
    partition: str
    cause: str
    why: str


class OrderedBody(BaseModel):
    """`order` null: a dry run, or nothing had to run. `created` false: the same request lay there already; then `steps`
    and `left_out` are not planned again.
    """

    order: str | None
    created: bool
    plan: str | None
    steps: list[StepBody]
    left_out: list[StepBody]
    runs: list[str]


@router.post("", status_code=201, responses={200: {"model": OrderedBody, "description": "Nothing new"}, **Problems})
async def order(
    request: Request,
    response: Response,
    body: RunBody,
    idempotency_key: Annotated[str | None, Header()] = None,
) -> OrderedBody:
    """Orders jobs to run, in the order in which they need each other. The answer comes once that is durable."""
    services = services_of(request)
    done, runs = await asyncio.to_thread(give, services.graph, body.asked(idempotency_key))
    await asyncio.to_thread(ring, services.broker_url, runs)
    response.status_code = 201 if done.created else 200
    plan = done.plan
    return OrderedBody(
        order=done.order,
        created=done.created,
        plan=plan.hash if plan else None,
        steps=[_step(task.job, task.partition, task.cause, task.why) for task in plan.tasks] if plan else [],
        left_out=[_step(one.job, one.partition, one.obstacle, one.why) for one in plan.left_out] if plan else [],
        runs=list(runs),
    )


class EndedBody(BaseModel):
    """A run that succeeded, with the versions that it read and made."""

    id: str
    job: str
    partition: str
    state: str
    started_at: datetime | None
    ended_at: datetime | None
    inputs: list[str]
    outputs: list[str]


@router.get(
    "/wait",
    response_model=EndedBody,
    responses={204: {"description": "The time is over, and there is no such run"}, **Problems},
)
async def wait_for_run(
    *,
    request: Request,
    job: str,
    partition: str = "",
    seconds: Annotated[float, Query(alias="timeout", gt=0, le=MOST_WAIT, description="seconds")] = 60.0,
    ended_after: Annotated[datetime | None, Query(description="only a run that ended after this moment")] = None,
) -> Any:
    """The newest successful run of a job partition as soon as there is one. Who waits longer asks again."""
    graph, after = services_of(request).graph, moment(ended_after, field="ended_after")
    found = await asyncio.to_thread(get_job, graph, parse_name(job))
    place = job_partition_id(found.id, found.partitions.check(partition))
    waiting: Waiting = request.app.state.waiting_for_runs
    run_id = await waiting.until_there(place, newer_than=after, seconds=seconds)
    if run_id is None:
        return Response(status_code=204)
    return _ended(await asyncio.to_thread(get_run, graph, run_id))


def _ended(run: Run) -> EndedBody:
    return EndedBody(
        id=run.id,
        job=str(run.subject),
        partition=run.partition,
        state=run.state,
        started_at=run.started_at,
        ended_at=run.ended_at,
        inputs=list(run.inputs),
        outputs=list(run.outputs),
    )


def _step(job: object, partition: str, cause: str, why: str) -> StepBody:
    return StepBody(job=str(job), partition=partition, cause=str(cause), why=why)
