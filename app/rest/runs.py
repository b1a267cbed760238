"""Having jobs run over plain HTTP: for schedulers and scripts that do not speak GraphQL."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Header, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from app.orders import Asked, give
from app.rest.versions import Problems, services_of
from connectors.bell import ring
from graph_model.errors import InvalidInput

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


def _step(job: object, partition: str, cause: str, why: str) -> StepBody:
    return StepBody(job=str(job), partition=partition, cause=str(cause), why=why)
