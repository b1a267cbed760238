"""The members of an OpenLineage event that every version of the standard has, checked; facets are taken as they are."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Generic, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from graph_model.observed.entities import RunEventType

# A name longer than that is no name, and no index could hold it.
Text = Annotated[str, Field(min_length=1, max_length=2000, strict=True)]


def _time(value: Any) -> Any:
    if not isinstance(value, str):
        raise ValueError("a time is a text like 2013-01-05T06:00:00Z")  # noqa: TRY004  pydantic wants ValueError
    return value


def _event_type(value: Any) -> Any:
    return value.upper() if isinstance(value, str) else value


FacetMap = dict[str, dict[str, Any] | None] | None
"""Null stands for none, and a facet that is null for one that is not there."""

Facets = dict[str, dict[str, Any]]


def _told(facets: FacetMap) -> Facets:
    return {name: facet for name, facet in facets.items() if facet is not None} if facets else {}


class _Document(BaseModel):
    model_config = ConfigDict(extra="ignore")


class DatasetDocument(_Document):
    namespace: Text
    name: Text
    facets: FacetMap = None
    input_facets: FacetMap = Field(None, alias="inputFacets")
    output_facets: FacetMap = Field(None, alias="outputFacets")

    @property
    def told(self) -> Facets:
        return _told(self.facets) | _told(self.input_facets) | _told(self.output_facets)


class JobDocument(_Document):
    namespace: Text
    name: Text
    facets: FacetMap = None

    @property
    def told(self) -> Facets:
        return _told(self.facets)


class RunDocument(_Document):
    id: Text = Field(alias="runId")
    facets: FacetMap = None

    @property
    def told(self) -> Facets:
        return _told(self.facets)


class EventDocument(_Document):
    time: Annotated[datetime, BeforeValidator(_time)] = Field(alias="eventTime")


Dataset = TypeVar("Dataset")
"""DatasetDocument, or Any where datasets are checked as each is read (`datasets.py`)."""


class JobEventDocument(EventDocument, Generic[Dataset]):
    job: JobDocument
    inputs: list[Dataset] | None = None
    outputs: list[Dataset] | None = None


class RunEventDocument(JobEventDocument[Dataset], Generic[Dataset]):
    run: RunDocument
    type: Annotated[RunEventType | None, BeforeValidator(_event_type)] = Field(None, alias="eventType")


class DatasetEventDocument(EventDocument, Generic[Dataset]):
    dataset: Dataset
