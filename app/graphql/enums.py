"""The states of things, as GraphQL enums. Clients must live with values that they do not know yet.

The enums stay those of `graph_model`; importing this module makes GraphQL know them.
"""

from __future__ import annotations

import strawberry

from connectors.checks.reread import Found
from graph_model.deadlines.entities import Outlook, StepState
from graph_model.holds.entities import HoldEffect, HoldKind
from graph_model.impact.entities import Verdict
from graph_model.orders.entities import OrderState
from graph_model.orders.entities import Origin as OrderOrigin
from graph_model.policies.entities import PoolKind
from graph_model.questions.entities import Answer
from graph_model.readiness.entities import InputState
from graph_model.reads.entities import ReaderKind
from graph_model.replays.entities import ReplayState
from graph_model.replays.entities import StepState as ReplayStepState
from graph_model.replays.entities import Way as ReplayWay
from graph_model.retirement.entities import Standing as RetirementStanding
from graph_model.runs.entities import RunKind, RunState
from graph_model.schemas.entities import ChangeClass
from graph_model.versions.entities import VersionState

__all__ = [
    "Answer",
    "ChangeClass",
    "Found",
    "HoldEffect",
    "HoldKind",
    "InputState",
    "OrderOrigin",
    "OrderState",
    "Outlook",
    "PoolKind",
    "ReaderKind",
    "ReplayState",
    "ReplayStepState",
    "ReplayWay",
    "RetirementStanding",
    "RunKind",
    "RunState",
    "StepState",
    "Verdict",
    "VersionState",
]

strawberry.enum(Answer, description="What became of a question. Nobody answers OVERTAKEN: time does.")
strawberry.enum(
    ChangeClass,
    description="MAJOR: who read the old schema may fail. MINOR: there is more. PATCH: readers notice nothing.",
)
strawberry.enum(
    Found,
    description="What lies at the place of a version. OVERWRITTEN: a later one took it, as it may. UNAVAILABLE: it did "
    "not answer, which says nothing about the content.",
)
strawberry.enum(
    PoolKind,
    description="What shares the slots: the jobs that name the pool, the runs of one job, of one owner, or those that "
    "read and write one dataset.",
)
strawberry.enum(
    HoldEffect,
    description="WAIT: runs are made and wait. SKIP: runs of a job count as done unexecuted; readers of a dataset's "
    "partition go without it.",
)
strawberry.enum(HoldKind)
strawberry.enum(InputState)
strawberry.enum(
    Outlook,
    description="Of a deadline. MISSED and KEPT are facts. LATE: likely missed. AT_RISK: kept, without 95 % certainty.",
)
strawberry.enum(ReaderKind, description="A run of a job, a declared consumer, or any program that says a name.")
strawberry.enum(ReplayState, description="DONE: all of its steps are over, and nothing wrong is left.")
strawberry.enum(OrderOrigin, name="OrderOrigin", description="What an order came of.")
strawberry.enum(
    OrderState,
    name="OrderState",
    description="STARTING: its steps are being written, and nothing of it runs yet. PAUSED: nothing more is begun.",
)
strawberry.enum(
    ReplayWay,
    name="ReplayWay",
    description="RUN: it has to be made to. BY_ITSELF: a run is under way, or a new version makes one. ASKS: a person "
    "is asked first. CANNOT: something that it needs is gone. ELSEWHERE: others run it.",
)
strawberry.enum(RetirementStanding, name="RetirementStanding")
strawberry.enum(RunKind, description="What a run executes: a job, or the checks of a reported version.")
strawberry.enum(RunState)
strawberry.enum(
    ReplayStepState,
    name="ReplayStepState",
    description="WAITING, RUNNING and FAILED are open: a later good run ends them. IGNORED: its owners said so.",
)
strawberry.enum(StepState, description="EXPECTED: it comes from outside. BLOCKED: it does not go on by itself.")
strawberry.enum(Verdict)
strawberry.enum(VersionState)
