"""Reads questions."""

from __future__ import annotations

from graph_model.errors import QuestionNotFound
from graph_model.names import Name
from graph_model.questions.entities import Answer, Question
from graph_model.store.graph import Graph, Row


def questions(graph: Graph, *, limit: int = 200) -> tuple[Question, ...]:
    """Those that wait for an answer, oldest first."""
    return tuple(_question(row) for row in graph.rows("questions.list_open", limit=limit))


def question(graph: Graph, question_id: str) -> Question:
    """The question with this id, open or not. Raises QuestionNotFound."""
    rows = graph.rows("questions.get_questions", ids=[question_id])
    if not rows:
        raise QuestionNotFound(question_id)
    return _question(rows[0])


def _question(row: Row) -> Question:
    return Question(
        id=row["id"],
        job=Name(row["job_namespace"] or "", row["job_name"] or ""),
        partition=row["key"],
        version=row["version"],
        dataset=Name(row["namespace"] or "", row["name"] or ""),
        dataset_partition=row["partition_key"],
        asked_at=row["asked_at"],
        answer=None if row["is_open"] else Answer(row["answer"]),
        answered_by=row["answered_by"],
        answered_at=row["answered_at"],
        reason=row["answer_reason"] or "",
    )
