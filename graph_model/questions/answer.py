"""Answering: a person says whether a corrected input is worth another run."""

from __future__ import annotations

from typing import Literal

from graph_model.audit.record import Transition, record
from graph_model.errors import AlreadyAnswered
from graph_model.questions.entities import Answer, Answered, Question
from graph_model.questions.repository import question as get_question
from graph_model.readiness.rules import JobNeeds, JobPartition
from graph_model.readiness.wiring import lock
from graph_model.runs.replay import not_ready, replay_locked, replay_target
from graph_model.store.graph import Graph, Transaction

PersonsAnswer = Literal[Answer.RERUN, Answer.IGNORE]


def answer(graph: Graph, question_id: str, said: PersonsAnswer, *, by: str, reason: str = "") -> Answered:
    """RERUN replays the job partition on its current inputs, IGNORE leaves things as they are.

    Raises QuestionNotFound, AlreadyAnswered (with the earlier answer), and NotReady where RERUN has nothing to run on;
    then the question stays open.
    """
    asked = get_question(graph, question_id)
    if said == Answer.IGNORE:
        graph.write(lambda tx: _close(tx, asked, said, by=by, reason=reason))
        return Answered(get_question(graph, question_id))
    if asked.answer is not None:
        raise AlreadyAnswered(asked.id, asked.answer, asked.answered_by or "unknown")
    needs, target = replay_target(graph, asked.job, asked.partition)
    try:
        run = graph.write(lambda tx: _rerun(tx, asked, needs, target, by=by, reason=reason))
    except _NothingToRunOnError:
        raise not_ready(graph, asked.job, asked.partition) from None
    return Answered(get_question(graph, question_id), run)


class _NothingToRunOnError(Exception):
    """Rolls the answer back."""


def _rerun(tx: Transaction, asked: Question, needs: JobNeeds, target: JobPartition, *, by: str, reason: str) -> str:
    lock(tx, [target])
    _close(tx, asked, Answer.RERUN, by=by, reason=reason)
    run = replay_locked(tx, needs, target, by=by, reason=reason or f"answer to question {asked.id}")
    if run is None:
        raise _NothingToRunOnError
    return run


def _close(tx: Transaction, asked: Question, said: PersonsAnswer, *, by: str, reason: str) -> None:
    found = tx.rows("questions.lock", question=asked.id, token=tx.token)[0]
    if not found["open"]:
        raise AlreadyAnswered(asked.id, found["answer"], found["answered_by"])
    tx.rows("questions.answer", question=asked.id, answer=said, by=by, reason=reason)
    record(tx, [Transition(asked.id, "ANSWERED", by, {"answer": said, "reason": reason})])
