"""Reads of versions, as they are told and as they are remembered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from graph_model.names import Name


class ReaderKind(StrEnum):
    """RUN: of a job. CONSUMER: a declared one. PROGRAM: anything else that says a name."""

    RUN = "run"
    CONSUMER = "consumer"
    PROGRAM = "program"


@dataclass(frozen=True, slots=True)
class Read:
    """That a reader got a version. `reader` is the name of a consumer (NAMESPACE/NAME), or any text.

    `key` makes repeating it harmless; None: each time counts. `at` None: now. `columns` empty: which ones is not said.
    """

    version: str
    reader: str
    agent: str = ""
    key: str | None = None
    at: datetime | None = None
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReadReport:
    """The claim that a consumer read a version of a partition. `version` None: the one that was current at `at`, or is
    now.
    """

    consumer: Name
    dataset: Name
    partition: str = ""
    version: str | None = None
    key: str | None = None
    at: datetime | None = None
    columns: tuple[str, ...] = ()
    agent: str = ""


@dataclass(frozen=True, slots=True)
class Counted:
    """What a read led to. `counted` False: it was known by its key, and nothing changed."""

    version: str
    counted: bool


@dataclass(frozen=True, slots=True)
class Reader:
    """Who got a version, from the first time to the last. `name`: of the job, the consumer, or as the program said it.

    `run` is the id of a run and `partition` its key, both empty for others. `count`: how often it was told.
    """

    version: str
    kind: ReaderKind
    name: str
    first_at: datetime
    last_at: datetime
    count: int = 1
    agent: str = ""
    run: str = ""
    partition: str = ""
    columns: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        return f"{self.kind} {self.name}{f'@{self.partition}' if self.partition else ''}"


@dataclass(frozen=True, slots=True)
class Told:
    """A consumer or a program that told to have read any of several versions, in all and at last."""

    kind: ReaderKind
    name: str
    count: int
    last_at: datetime
