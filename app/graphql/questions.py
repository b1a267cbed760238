"""Questions: whether a corrected input is worth another run."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import strawberry

from app.graphql.context import Info
from app.graphql.enums import Answer
from app.graphql.errors import InvalidInputError, NotFoundError, RefusedError
from app.graphql.names import Node, QualifiedName
from app.graphql.paging import DEFAULT_PAGE, First
from graph_model.errors import InvalidInput
from graph_model.questions import entities
from graph_model.questions.answer import answer
from graph_model.questions.repository import questions


@strawberry.type(description="Is a new version of an input worth another run?")
class Question(Node):
    job_name: QualifiedName
    partition: str
    dataset_name: QualifiedName
    dataset_partition: str
    version_id: strawberry.ID
    asked_at: datetime
    answer: Answer | None = strawberry.field(description="Null: it waits for one.")
    answered_by: str | None
    answered_at: datetime | None
    reason: str

    @classmethod
    def of(cls, found: entities.Question) -> Question:
        return cls(
            id=strawberry.ID(found.id),
            job_name=QualifiedName.of(found.job),
            partition=found.partition,
            dataset_name=QualifiedName.of(found.dataset),
            dataset_partition=found.dataset_partition,
            version_id=strawberry.ID(found.version),
            asked_at=found.asked_at,
            answer=found.answer,
            answered_by=found.answered_by,
            answered_at=found.answered_at,
            reason=found.reason,
        )


@strawberry.input
class AnswerInput:
    question: strawberry.ID
    answer: Answer = strawberry.field(description="RERUN or IGNORE.")
    reason: str = ""
    by: str = "graphql"


@strawberry.type
class AnswerPayload:
    question: Question
    run_id: strawberry.ID | None = strawberry.field(description="The run that RERUN made.")


AnswerResult = Annotated[
    AnswerPayload | NotFoundError | RefusedError | InvalidInputError, strawberry.union("AnswerResult")
]


@strawberry.type
class QuestionQuery:
    @strawberry.field(description="The questions that wait for an answer, oldest first.")
    async def questions(self, info: Info, first: First = DEFAULT_PAGE) -> list[Question]:
        return [Question.of(found) for found in await info.context.ask(questions, limit=first)]


@strawberry.type
class QuestionMutation:
    @strawberry.mutation(description="RERUN makes a run on the current inputs; IGNORE leaves what was made.")
    async def answer(self, info: Info, input: AnswerInput) -> AnswerResult:
        if input.answer is Answer.OVERTAKEN:
            raise InvalidInput("answer", "nobody answers OVERTAKEN: choose RERUN or IGNORE")
        done = await info.context.ask(answer, input.question, input.answer, by=input.by, reason=input.reason)
        if done.run:
            await info.context.ring([done.run])
        return AnswerPayload(question=Question.of(done.question), run_id=strawberry.ID(done.run) if done.run else None)
