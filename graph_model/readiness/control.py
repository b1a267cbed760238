"""Edges of control: a job partition waits for how a partition of another job ended, and no data flows. For migrations:
what is meant is nearly always that it reads what the other one makes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from graph_model.names import job_partition_id
from graph_model.partitions.rules import Mapping as PartitionMapping
from graph_model.partitions.rules import PartitionScheme, parse_mapping
from graph_model.partitions.stored import stored_scheme
from graph_model.runs.entities import RunState

SUCCESS = "success"
STATES = (SUCCESS, "failure", "done")
_EXIT = re.compile(r"^exit (\d{1,3})$")
_ENDED: Mapping[str, tuple[str, ...]] = {
    SUCCESS: (RunState.SUCCEEDED,),
    "failure": (RunState.FAILED,),
    "done": (RunState.SUCCEEDED, RunState.FAILED, RunState.CANCELLED, RunState.LAPSED),
}


@dataclass(frozen=True, slots=True)
class Control:
    """The job (an id) that comes before, and in which state its newest run must have ended: `success`, `failure`,
    `done` (in any way), or `exit N`.
    """

    job: str
    scheme: PartitionScheme
    mapping: PartitionMapping
    state: str = SUCCESS

    def waits_for(self, key: str, job: PartitionScheme) -> Iterator[tuple[str, str]]:
        """The job partitions (id and key) that partition `key` of the job that comes after waits for."""
        for one in self.mapping.needed(key, upstream=self.scheme, job=job):
            yield job_partition_id(self.job, one), one


@dataclass(frozen=True, slots=True)
class Stands:
    """How the newest run of a job partition stands. `is_told`: whoever waits hears of its end, or it has ended."""

    run: str
    state: str
    exit_code: int | None = None
    is_told: bool = True


def is_state(word: str) -> bool:
    found = _EXIT.match(word)
    return word in STATES or (found is not None and int(found[1]) <= 255)


def is_met(state: str, stands: Stands | None) -> bool:
    """Whether a run that stands so is what a control edge waits for."""
    if stands is None:
        return False
    found = _EXIT.match(state)
    if found is None:
        return stands.state in _ENDED[state]
    code = 0 if stands.state == RunState.SUCCEEDED and stands.exit_code is None else stands.exit_code
    return stands.state in _ENDED["done"] and code == int(found[1])


def control_of_row(item: Mapping[str, Any]) -> Control:
    scheme = stored_scheme(item["every"], item["start"], item["details"])
    return Control(item["job"], scheme, parse_mapping(item["mapping"]), item["state"])
