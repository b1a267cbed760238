"""A network of steps with what is said of each beside its times."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from graph_model.deadlines.entities import StepState
from graph_model.deadlines.network import Step
from graph_model.deadlines.planned import Slice
from graph_model.deadlines.waves import Edges, in_waves


class Told(NamedTuple):
    """`unknown`: what is not known of it itself; `why`: what blocks it."""

    slice: Slice
    is_job: bool
    state: StepState
    basis: str = ""
    unknown: str = ""
    why: str = ""


@dataclass(slots=True)
class Network:
    """`place` says which step makes a partition be there: of what is not there yet, all have one. Only the first
    `shown` steps are told; those behind them are terms of their jobs. `undelayed`: what is told of steps that a delay
    moves, were there none; a delay is the only release of such a step."""

    steps: list[Step] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)
    place: dict[Slice, int] = field(default_factory=dict)
    shown: int = 0
    undelayed: dict[int, Told] = field(default_factory=dict)

    def add(self, step: Step, told: Told) -> int:
        self.steps.append(step)
        self.told.append(told)
        return len(self.steps) - 1

    def reserve(self, jobs: Sequence[Slice]) -> dict[Slice, int]:
        """A place for each job partition, whose step is not known yet."""
        places = dict(zip(jobs, range(len(self.steps), len(self.steps) + len(jobs)), strict=True))
        self.steps.extend([_LATER] * len(jobs))
        self.told.extend([_TOLD_LATER] * len(jobs))
        return places

    def without_delay(self) -> Network:
        """The same steps, none of them moved."""
        steps, told = list(self.steps), list(self.told)
        for at, said in self.undelayed.items():
            steps[at], told[at] = steps[at]._replace(release=0.0), said
        return Network(steps, told, self.place, self.shown)

    def settle(self) -> list[str]:
        """For each step what is not known of it or of anything before it; empty: all is.

        Where some of several are enough, those that are not known are left out if enough others are: they are taken to
        come too late.
        """
        unknown = [told.unknown for told in self.told]
        if not any(unknown):
            return unknown
        never = [step.blocked for step in self.steps]
        for block in in_waves(Edges.of([step.after for step in self.steps])):
            for at in block.places.tolist():
                self._settle(at, unknown, never)
        return unknown

    def _settle(self, at: int, unknown: list[str], never: list[bool]) -> None:
        step = self.steps[at]
        doubtful = [before for before in step.after if unknown[before]]
        impossible = sum(never[before] for before in step.after)
        never[at] = never[at] or len(step.after) - impossible < step.width
        if not doubtful or unknown[at]:
            return
        sure = tuple(before for before in step.after if not unknown[before] and not never[before])
        if step.enough is not None and len(sure) >= step.width:
            self.steps[at] = step._replace(after=sure)
        else:
            unknown[at] = unknown[doubtful[0]]


_LATER = Step("")
_TOLD_LATER = Told(Slice("", ""), is_job=True, state=StepState.WAITING)


def taken_in_time(network: Network, concerned: set[Slice]) -> tuple[str, ...]:
    """Takes what is not known of any other steps to be in time; what that was."""
    taken: dict[str, None] = {}
    for at, told in enumerate(network.told):
        if told.unknown and told.slice not in concerned:
            taken[told.unknown] = None
            network.told[at] = told._replace(unknown="", basis="taken to be in time")
    return tuple(taken)
