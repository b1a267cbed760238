"""What is declared, as time sees it: jobs with the terms on which they begin, datasets, and what consumers are
promised."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from graph_model.deadlines.dates import deadline_at
from graph_model.estate.entities import Deadline
from graph_model.names import Name
from graph_model.partitions.mapping import LATEST
from graph_model.partitions.rules import Mapping as PartitionMapping
from graph_model.partitions.scheme import PartitionScheme
from graph_model.readiness.control import SUCCESS, Control
from graph_model.readiness.terms import PLAIN, Terms
from graph_model.schedules.entities import NotBefore, Schedule

FORESEEN = (SUCCESS, "done")
"""The ends of a run that a forecast counts on; nobody foresees a failure."""


class Slice(NamedTuple):
    """A partition of a dataset, or of a job, by the id of that."""

    of: str
    key: str


class Needs(NamedTuple):
    """What a job partition reads and time has to do with. `must`: without any of these it does not begin; of a plain
    job that requires nothing, the optional ones, of which the `first_of` is enough."""

    slices: tuple[Slice, ...]
    must: tuple[Slice, ...]
    first_of: bool = False


class Input(NamedTuple):
    """`triggers`: a new version of it makes a new run."""

    dataset: str
    mapping: PartitionMapping
    required: bool
    terms: Terms = PLAIN
    triggers: bool = True

    @property
    def is_latest(self) -> bool:
        return self.mapping.kind in LATEST

    @property
    def patience(self) -> float:
        """How many seconds a run that could do without it waits for it."""
        return self.terms.group.wait if self.terms.group else self.terms.wait


class PlannedJob(NamedTuple):
    """`after`: by control, also that its partition before must have succeeded. `takes_slots`: of pools. `is_plain`: it
    begins as soon as its required inputs are there, whatever the time."""

    id: str
    name: Name
    kind: str
    scheme: PartitionScheme
    inputs: tuple[Input, ...]
    outputs: tuple[str, ...]
    after: tuple[Control, ...] = ()
    schedule: Schedule | None = None
    not_before: NotBefore | None = None
    takes_slots: bool = False
    is_plain: bool = True

    @property
    def is_paced(self) -> bool:
        """Whether the first run of each of its partitions waits for a nominal time."""
        return self.schedule is not None and (self.schedule.paces or not any(item.triggers for item in self.inputs))

    @property
    def takes_what_is_there(self) -> bool:
        """Whether it runs at its nominal time on whatever is there by then."""
        return self.schedule is not None and not self.is_paced


class PlannedPartition(NamedTuple):
    """A job partition as it is planned. `id`: in the graph; `timed`: by what its duration is known, the id of its job
    and the kinds of its day."""

    id: str
    job: PlannedJob
    outputs: tuple[Slice, ...]
    needs: Needs
    timed: tuple[str, tuple[str, ...]]


class PlannedDataset(NamedTuple):
    id: str
    name: Name
    scheme: PartitionScheme


@dataclass(frozen=True, slots=True)
class Promise:
    """A consumer with a deadline. `since`: from when it reads what it reads; nothing was promised before."""

    consumer: str
    name: Name
    deadline: Deadline
    owners: tuple[str, ...]
    since: datetime
    reads: tuple[str, ...]

    def due(self, day: date) -> datetime:
        return deadline_at(self.deadline, day)
