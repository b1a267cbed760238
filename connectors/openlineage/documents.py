"""The members of an OpenLineage event that every version of the standard has, checked; facets are taken as they are."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from graph_model.observed.entities import RunEventType

# A name longer than that is no name, and no index could hold it.
Text = Annotated[str, Field(min_length=1, max_length=2000, strict=True)]


def _facets(value: Any) -> Any:
    """Null stands for none, and a facet that is null for one that is not there."""
    if value is None:
        return {}
    return {name: facet for name, facet in value.items() if facet is not None} if isinstance(value, dict) else value


def _list(value: Any) -> Any:
    return [] if value is None else value


def _time(value: Any) -> Any:
    if not isinstance(value, str):
        raise ValueError("a time is a text like 2013-01-05T06:00:00Z")  # noqa: TRY004  pydantic wants ValueError
    return value


def _event_type(value: Any) -> Any:
    return value.upper() if isinstance(value, str) else value


FacetMap = Annotated[dict[str, dict[str, Any]], BeforeValidator(_facets)]


class _Document(BaseModel):
    model_config = ConfigDict(extra="ignore")


class DatasetDocument(_Document):
    namespace: Text
    name: Text
    facets: FacetMap = Field(default_factory=dict)
    input_facets: FacetMap = Field(default_factory=dict, alias="inputFacets")
    output_facets: FacetMap = Field(default_factory=dict, alias="outputFacets")

    @property
    def all_facets(self) -> dict[str, dict[str, Any]]:
        return self.facets | self.input_facets | self.output_facets


class JobDocument(_Document):
    namespace: Text
    name: Text
    facets: FacetMap = Field(default_factory=dict)


class RunDocument(_Document):
    id: Text = Field(alias="runId")
    facets: FacetMap = Field(default_factory=dict)


class EventDocument(_Document):
    time: Annotated[datetime, BeforeValidator(_time)] = Field(alias="eventTime")


class JobEventDocument(EventDocument):
    job: JobDocument
    inputs: Annotated[list[DatasetDocument], BeforeValidator(_list)] = Field(default_factory=list[DatasetDocument])
    outputs: Annotated[list[DatasetDocument], BeforeValidator(_list)] = Field(default_factory=list[DatasetDocument])


class RunEventDocument(JobEventDocument):
    run: RunDocument
    type: Annotated[RunEventType | None, BeforeValidator(_event_type)] = Field(None, alias="eventType")


class DatasetEventDocument(EventDocument):
    dataset: DatasetDocument
