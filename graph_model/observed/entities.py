"""What others tell of their runs: observations, in our own terms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from graph_model.checks.others import ForeignResult
from graph_model.contracts.entities import Column
from graph_model.identity.entities import SameName
from graph_model.lineage.entities import ColumnFlow, Shape
from graph_model.names import Name, job_id, observed_run_id
from graph_model.schemas.recording import schema_text

SOURCE = "openlineage"
"""The source of every edge that observations make: only observations widen it, and no declaration closes it."""

SQL_SOURCE = "openlineage:sql"
"""The source of edges that are read from SQL that observations report."""

Facets = Mapping[str, Any]
Terms = Mapping[str, Any]
"""What facets say, in our own terms (`told.py` lists them): plain values by term. None: it was taken back."""


class RunEventType(StrEnum):
    """What an event says of its run. The first three leave it open, the others end it."""

    START = "START"
    RUNNING = "RUNNING"
    OTHER = "OTHER"
    COMPLETE = "COMPLETE"
    ABORT = "ABORT"
    FAIL = "FAIL"

    @property
    def ends(self) -> bool:
        return self in (RunEventType.COMPLETE, RunEventType.ABORT, RunEventType.FAIL)


class Role(StrEnum):
    """What a dataset is to the job of an observation. SUBJECT: the observation is about the dataset alone."""

    INPUT = "INPUT"
    OUTPUT = "OUTPUT"
    SUBJECT = "SUBJECT"

    # It is in the key of all that is gathered, and an enum's own hash is a call of Python.
    __hash__ = str.__hash__


@dataclass(frozen=True, slots=True)
class SeenDataset:
    """One dataset as one observation speaks of it. `columns` empty: nothing is said about them. `same` are other names
    of it; `is_drop`: from then on it is gone. `results`: what others found in it, each check once. `schema`: what makes
    its columns a schema, as text; empty without columns."""

    name: Name
    role: Role
    facets: Facets = field(default_factory=dict)
    columns: tuple[Column, ...] = ()
    same: tuple[SameName, ...] = ()
    is_drop: bool = False
    terms: Terms = field(default_factory=dict)
    results: tuple[ForeignResult, ...] = ()
    schema: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "schema", schema_text(self.columns) if self.columns else "")


class WordKind(StrEnum):
    """What a word of a job says about one of its outputs.

    FROM: this dataset goes into it. EXPLICIT: all that goes into it is said, so that no other input of the job does.
    VALUES: from which columns its values come. WHOLE: that, and which columns decide its rows.
    """

    FROM = "FROM"
    EXPLICIT = "EXPLICIT"
    VALUES = "VALUES"
    WHOLE = "WHOLE"


@dataclass(frozen=True, slots=True)
class Word:
    """`source` is for FROM only."""

    target: Name
    kind: WordKind
    source: Name | None = None


@dataclass(frozen=True, slots=True)
class Observation:
    """One event. It is a fact that never changes: observations are a set, whatever the order in which they come.

    `id` is the digest of what was sent, so that the same event is the same observation. `run` is the client's own id of
    the run, whatever it looks like; None: a word about a job or a dataset at rest. `body` is what was sent, as JSON
    text, without values of secrets. `warnings` say what in it was odd, each with a JSON pointer. `implicit`: the job is
    none that runs, it only stands for what makes a dataset.
    """

    id: str
    at: datetime
    body: str
    event_type: RunEventType | None = None
    run: str | None = None
    job: Name | None = None
    datasets: tuple[SeenDataset, ...] = ()
    flows: tuple[ColumnFlow, ...] = ()
    shapes: tuple[Shape, ...] = ()
    words: tuple[Word, ...] = ()
    implicit: bool = False
    run_facets: Facets = field(default_factory=dict)
    job_facets: Facets = field(default_factory=dict)
    run_terms: Terms = field(default_factory=dict)
    job_terms: Terms = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    stamp: str = field(init=False)
    """Orders observations by their own time, then by id. Where two differ in what they say, the greater counts."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "stamp", f"{self.at.isoformat(timespec='microseconds')[:26]} {self.id}")

    @property
    def run_id(self) -> str | None:
        """The id of the run in the graph; None: it is about none."""
        return observed_run_id(job_id(self.job), self.run) if self.job and self.run else None
