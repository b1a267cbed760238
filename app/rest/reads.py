"""Telling who read what, over plain HTTP."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Header, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from app.rest.versions import NameBody, Problems, name_of, services_of
from app.services import moment, report_read
from graph_model.errors import InvalidInput
from graph_model.reads.entities import ReadReport

router = APIRouter(prefix="/api/v1/reads", tags=["reads"])


class ReadBody(BaseModel):
    """The claim that a consumer read a version."""

    model_config = ConfigDict(extra="forbid")

    consumer: str | NameBody = Field(description="who read: NAMESPACE/NAME of a declared consumer")
    dataset: str | NameBody = Field(description="NAMESPACE/NAME, or both apart where the name itself holds a slash")
    partition: str = Field("", description="partition key; empty where there are no partitions")
    version: str | None = Field(None, description="id of the version; null: the one that was current at `at`")
    at: datetime | None = Field(None, description="when; null: now")
    columns: list[str] = Field(default_factory=list, description="which columns; empty: it is not said")
    key: str | None = Field(
        None, description="makes repeating the report harmless; the header Idempotency-Key says the same"
    )

    def to_report(self, idempotency_key: str | None, agent: str) -> ReadReport:
        """Raises InvalidName, InvalidInput."""
        if self.key and idempotency_key and self.key != idempotency_key:
            raise InvalidInput("key", "the body and the header Idempotency-Key say different things")
        return ReadReport(
            consumer=name_of(self.consumer),
            dataset=name_of(self.dataset),
            partition=self.partition,
            version=self.version,
            key=self.key or idempotency_key,
            at=moment(self.at, field="at"),
            columns=tuple(self.columns),
            agent=agent,
        )


class CountedBody(BaseModel):
    """`counted` false: the same report was known already, and nothing changed."""

    version: str
    counted: bool


@router.post("", status_code=201, responses={200: {"model": CountedBody, "description": "Known already"}, **Problems})
async def report(
    request: Request,
    response: Response,
    body: ReadBody,
    idempotency_key: Annotated[str | None, Header()] = None,
    user_agent: Annotated[str, Header()] = "",
) -> CountedBody:
    """Says that a consumer read a version. The answer comes once that is durable."""
    counted = await asyncio.to_thread(report_read, services_of(request), body.to_report(idempotency_key, user_agent))
    response.status_code = 201 if counted.counted else 200
    return CountedBody(version=counted.version, counted=counted.counted)
