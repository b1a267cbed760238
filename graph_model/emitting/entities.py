"""What is told of our own runs, in our own terms."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from graph_model.contracts.entities import Column
from graph_model.datasets.entities import Dataset
from graph_model.estate.entities import JobSpec
from graph_model.lineage.entities import ColumnFlow, Shape
from graph_model.names import Name
from graph_model.versions.entities import Version

OWN_FACET = "headwater_run"
"""The facet by which a graph knows its own runs again when somebody tells it of them."""


class Event(StrEnum):
    START = "START"
    END = "END"


@dataclass(frozen=True, slots=True)
class Happening:
    """One start or end of an attempt that waits in the outbox. `tries`: how often it was sent in vain."""

    id: str
    run: str
    fence: int
    event: Event
    tries: int = 0

    @property
    def attempt(self) -> str:
        return attempt_id(self.run, self.fence)


@dataclass(frozen=True, slots=True)
class Told:
    """One version of a dataset as a run read or wrote it. `columns` empty: nobody has read any yet."""

    version: Version
    columns: tuple[Column, ...] = ()
    metrics: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ToldDataset:
    """A dataset of a run, with the versions of it that the run read or wrote; none yet for what is still to be made.
    `names` are those besides its own. `key`: the partition to be made."""

    dataset: Dataset
    versions: tuple[Told, ...] = ()
    names: tuple[Name, ...] = ()
    key: str = ""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt of a run, with everything that is told of it.

    `instance` tells the runs of this graph from those of another. `unchanged`: the job is still declared as it was when
    the run was made. `outcome` and `ended_at` are None while it runs.
    """

    instance: str
    run: str
    fence: int
    job: JobSpec
    key: str
    unchanged: bool
    started_at: datetime
    ended_at: datetime | None
    outcome: str | None
    reason: str
    inputs: tuple[ToldDataset, ...]
    outputs: tuple[ToldDataset, ...]
    flows: tuple[ColumnFlow, ...] = ()
    shapes: tuple[Shape, ...] = ()

    @property
    def run_id(self) -> str:
        return event_run_id(self.instance, self.run, self.fence)


def attempt_id(run: str, fence: int) -> str:
    return f"{run}/{fence}"


def event_run_id(instance: str, run: str, fence: int) -> str:
    """The id under which others know one attempt of a run: the same whenever it is told, and of this graph alone."""
    return str(uuid.uuid5(uuid.UUID(instance), attempt_id(run, fence)))


def parent_id(instance: str, job: Name, run: str, fence: int) -> str | None:
    """An attempt as clients want to hear which run they work for (`NAMESPACE/NAME/RUN`, in OPENLINEAGE_PARENT_ID); None
    for a name with slashes, over which they would stumble."""
    if "/" in f"{job.namespace}{job.name}":
        return None
    return f"{job.namespace}/{job.name}/{event_run_id(instance, run, fence)}"


def is_own(facets: Mapping[str, Any], run_id: str | None, instance: str) -> bool:
    """Whether a run of which somebody tells, by its facets and its id, is one of the graph with this `instance`."""
    said = facets.get(OWN_FACET)
    if not isinstance(said, dict):
        return False
    run, fence = said.get("run"), said.get("attempt")
    return isinstance(run, str) and isinstance(fence, int) and event_run_id(instance, run, fence) == run_id


def claims_to_be_ours(facets: Sequence[Mapping[str, Any]]) -> bool:
    """Whether one of these runs says that it is one of Headwater's, of whichever graph."""
    return any(OWN_FACET in said for said in facets)
