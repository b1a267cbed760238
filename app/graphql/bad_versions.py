"""Bad versions: what is wrong by them, who is affected, and having run again what must."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import strawberry

from app.graphql.context import Info
from app.graphql.enums import ReplayState, ReplayStepState, ReplayWay, VersionState
from app.graphql.errors import InvalidInputError, NotFoundError, RefusedError
from app.graphql.impact import Affected
from app.graphql.lineage_types import LineageNode
from app.graphql.names import QualifiedName
from graph_model.impact.tainted import affected_by
from graph_model.replays import entities, repository
from graph_model.replays.cancel import cancel_replay
from graph_model.replays.carry_on import carry_on
from graph_model.replays.plan import plan_replay
from graph_model.replays.start import order_replay
from graph_model.store.graph import Graph
from graph_model.versions import wrong

_COLUMNS = "The columns that are wrong in it; empty: all of it may be."


@strawberry.type(description="A version with something wrong in it, or made from one and not wrong.")
class WrongVersion:
    version_id: strawberry.ID
    dataset_name: QualifiedName
    partition: str
    state: VersionState
    current: bool = strawberry.field(description="It is what readers of its partition get.")
    whole: bool = strawberry.field(description="All of it may be wrong, its rows too.")
    columns: list[str] = strawberry.field(description="What is wrong in it, where that is known by column.")
    why: str = strawberry.field(description="What came through from `source`, or why nothing did.")
    source: strawberry.ID | None = strawberry.field(description="The wrong version that it was made from.")
    run: strawberry.ID | None = strawberry.field(description="The run that wrote it.")

    @classmethod
    def of(cls, found: wrong.WrongVersion) -> WrongVersion:
        return cls(
            version_id=strawberry.ID(found.id),
            dataset_name=QualifiedName.of(found.dataset),
            partition=found.partition,
            state=found.state,
            current=found.current,
            whole=found.columns is None,
            columns=sorted(found.columns or ()),
            why=found.why,
            source=strawberry.ID(found.source) if found.source else None,
            run=strawberry.ID(found.made.run) if found.made else None,
        )


@strawberry.type(description="What is wrong because a version is, and who is affected by it.")
class BadVersion:
    root: WrongVersion
    current: strawberry.ID | None = strawberry.field(description="What readers of its partition get now.")
    versions: list[WrongVersion] = strawberry.field(description="What is wrong because of it, nearest first.")
    spared: list[WrongVersion] = strawberry.field(description="Made from something wrong, and not wrong.")
    affected: list[Affected] = strawberry.field(description="Jobs, consumers and programs, with path and evidence.")
    nodes: list[LineageNode] = strawberry.field(description="Everything that the paths pass, to name their ends by.")
    is_complete: bool


@strawberry.type(description="A job partition that must run again.")
class ReplayPlanStep:
    id: strawberry.ID = strawberry.field(description="Of the job partition; of ELSEWHERE, that of what it fills.")
    job_name: QualifiedName
    partition: str
    way: ReplayWay
    why: str
    order: int = strawberry.field(description="From 1 on; those of one order may run side by side.")
    after: list[strawberry.ID]
    replaces: list[strawberry.ID] = strawberry.field(description="The wrong versions that it makes way for.")
    question: strawberry.ID | None = strawberry.field(description="That waits for an answer.")

    @classmethod
    def of(cls, step: entities.PlanStep) -> ReplayPlanStep:
        return cls(
            id=strawberry.ID(step.id),
            job_name=QualifiedName.of(step.job),
            partition=step.partition,
            way=step.way,
            why=step.why,
            order=step.order,
            after=[strawberry.ID(each) for each in step.after],
            replaces=[strawberry.ID(each) for each in step.replaces],
            question=strawberry.ID(step.question) if step.question else None,
        )


@strawberry.type(description="A version that needs no run, and why.")
class SparedVersion:
    version_id: strawberry.ID
    dataset_name: QualifiedName
    partition: str
    why: str

    @classmethod
    def of(cls, found: entities.Spared) -> SparedVersion:
        return cls(
            version_id=strawberry.ID(found.version),
            dataset_name=QualifiedName.of(found.dataset),
            partition=found.partition,
            why=found.why,
        )


@strawberry.type(description="What must run again because a version was bad, in its order.")
class ReplayPlan:
    root: str = strawberry.field(description="How it stands with the bad version itself, in one sentence.")
    ready: bool = strawberry.field(description="Readers of its partition get something else now.")
    steps: list[ReplayPlanStep]
    anyway: list[SparedVersion] = strawberry.field(description="Not wrong, but a new version makes it run.")
    not_needed: list[SparedVersion]
    is_complete: bool

    @classmethod
    def of(cls, found: entities.ReplayPlan) -> ReplayPlan:
        return cls(
            root=found.root,
            ready=found.ready,
            steps=[ReplayPlanStep.of(step) for step in found.steps],
            anyway=[SparedVersion.of(one) for one in found.anyway],
            not_needed=[SparedVersion.of(one) for one in found.not_needed],
            is_complete=found.badness.is_complete,
        )


@strawberry.type(description="One step of a replay: a job partition, and how far it is.")
class ReplayStep:
    id: strawberry.ID
    job_name: QualifiedName
    partition: str
    order: int
    state: ReplayStepState
    why: str
    run: strawberry.ID | None = strawberry.field(description="That it was given.")

    @classmethod
    def of(cls, step: entities.Step) -> ReplayStep:
        return cls(
            id=strawberry.ID(step.id),
            job_name=QualifiedName.of(step.job),
            partition=step.partition,
            order=step.order,
            state=step.state,
            why=step.why,
            run=strawberry.ID(step.run) if step.run else None,
        )


@strawberry.type(description="An order to run again what a bad version spoiled.")
class Replay:
    id: strawberry.ID
    version_id: strawberry.ID
    columns: list[str] = strawberry.field(description=_COLUMNS)
    state: ReplayState
    by: str
    reason: str
    created_at: datetime
    ended_at: datetime | None
    is_stuck: bool = strawberry.field(description="A step has failed, and nothing of it goes on by itself.")
    steps: list[ReplayStep]

    @classmethod
    def of(cls, found: entities.Replay) -> Replay:
        return cls(
            id=strawberry.ID(found.id),
            version_id=strawberry.ID(found.version),
            columns=list(found.columns),
            state=found.state,
            by=found.by,
            reason=found.reason,
            created_at=found.created_at,
            ended_at=found.ended_at,
            is_stuck=found.is_stuck,
            steps=[ReplayStep.of(step) for step in found.steps],
        )


@strawberry.input
class StartReplayInput:
    version: strawberry.ID
    columns: list[str] = strawberry.field(default_factory=list, description=_COLUMNS)
    reason: str
    by: str = "graphql"


@strawberry.input
class CancelReplayInput:
    replay: strawberry.ID
    reason: str
    by: str = "graphql"


@strawberry.type
class StartReplayPayload:
    replay: Replay | None = strawberry.field(description="Null: nothing has to run again, and nothing was ordered.")
    created: bool = strawberry.field(description="False: one was open already, and what it lacked was added.")
    plan: ReplayPlan
    run_ids: list[strawberry.ID] = strawberry.field(description="Runs that were made at once.")


@strawberry.type
class CancelReplayPayload:
    replay: Replay
    run_ids: list[strawberry.ID] = strawberry.field(description="Runs that it was given, and that go on.")


BadVersionResult = Annotated[BadVersion | NotFoundError, strawberry.union("BadVersionResult")]
ReplayPlanResult = Annotated[ReplayPlan | NotFoundError, strawberry.union("ReplayPlanResult")]
ReplayOfVersionResult = Annotated[Replay | NotFoundError, strawberry.union("ReplayOfVersionResult")]
StartReplayResult = Annotated[StartReplayPayload | NotFoundError, strawberry.union("StartReplayResult")]
CancelReplayResult = Annotated[
    CancelReplayPayload | NotFoundError | RefusedError | InvalidInputError, strawberry.union("CancelReplayResult")
]


@strawberry.type
class BadVersionQuery:
    @strawberry.field(description="What is wrong because a version turned out bad, and who is affected.")
    async def bad_version(
        self, info: Info, version: strawberry.ID, columns: list[str] | None = None
    ) -> BadVersionResult:
        return await info.context.ask(_bad_version, version, columns or [])

    @strawberry.field(description="What must run again because a version was bad, in its order.")
    async def replay_plan(
        self, info: Info, version: strawberry.ID, columns: list[str] | None = None
    ) -> ReplayPlanResult:
        return ReplayPlan.of(await info.context.ask(plan_replay, version, columns or []))

    @strawberry.field(description="A replay that was ordered, and how far it is.")
    async def replay_of_version(self, info: Info, id: strawberry.ID) -> ReplayOfVersionResult:
        return Replay.of(await info.context.ask(repository.replay, id))

    @strawberry.field(description="Replays that were ordered, the newest first.")
    async def replays_of_versions(self, info: Info, open_only: bool = True) -> list[Replay]:
        return [Replay.of(each) for each in await info.context.ask(repository.replays, open_only=open_only)]


@strawberry.type
class BadVersionMutation:
    @strawberry.mutation(description="Has run again what stands on a bad version, as what it reads becomes good.")
    async def start_replay(self, info: Info, input: StartReplayInput) -> StartReplayResult:
        ask = info.context.ask
        done = await ask(order_replay, input.version, input.columns, by=input.by, reason=input.reason)
        runs = await ask(carry_on) if done.replay else ()
        run_ids = await info.context.ring(runs)
        return StartReplayPayload(
            replay=Replay.of(await ask(repository.replay, done.replay)) if done.replay else None,
            created=done.created,
            plan=ReplayPlan.of(done.plan),
            run_ids=run_ids,
        )

    @strawberry.mutation(description="Begins nothing more of a replay; runs that it was given go on.")
    async def cancel_replay(self, info: Info, input: CancelReplayInput) -> CancelReplayResult:
        ask = info.context.ask
        done = await ask(cancel_replay, input.replay, by=input.by, reason=input.reason)
        found = Replay.of(await ask(repository.replay, done.replay))
        return CancelReplayPayload(replay=found, run_ids=[strawberry.ID(run) for run in done.runs])


def _bad_version(graph: Graph, version: str, columns: list[str]) -> BadVersion:
    bad = wrong.find_wrong(graph.rows, version, columns)
    found = affected_by(graph, bad)
    return BadVersion(
        root=WrongVersion.of(bad.root),
        current=strawberry.ID(bad.current) if bad.current else None,
        versions=[WrongVersion.of(one) for one in bad.versions],
        spared=[WrongVersion.of(one) for one in bad.spared],
        affected=[Affected.of(one) for one in found.affected],
        nodes=[LineageNode.of(node) for node in found.nodes],
        is_complete=bad.is_complete,
    )
