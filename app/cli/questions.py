"""`headwater questions`, `answer`: whether a corrected input is worth another run."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from app.cli.connect import actor, broker_url, open_graph, require_migrated
from app.cli.interventions import ring_for
from app.cli.options import AsJson, By
from app.cli.output import print_fields, print_json, print_table


def list_questions(
    *,
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="How many at most.")] = 200,
    as_json: AsJson = False,
) -> None:
    """List the questions that wait for an answer, oldest first."""
    from graph_model.questions.repository import questions

    with open_graph() as graph:
        found = questions(graph, limit=limit)
    if as_json:
        print_json(questions=found)
        return
    rows = [
        (
            each.id,
            each.job,
            each.partition,
            each.dataset.at(each.dataset_partition),
            each.version,
            each.asked_at,
        )
        for each in found
    ]
    columns = ("QUESTION", "RUN AGAIN", "PARTITION", "FOR THE NEW", "VERSION", "ASKED")
    print_table(columns, rows, empty="no questions")


def answer(
    question: Annotated[str, typer.Argument(metavar="QUESTION", help="Id of the question.")],
    said: Annotated[
        Literal["rerun", "ignore"],
        typer.Argument(metavar="rerun|ignore", help="Run again, or leave things as they are."),
    ],
    *,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why, for the audit trail.")] = "",
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """Answer a question: `rerun` makes a run on the current inputs, `ignore` leaves what was made."""
    from graph_model.questions.answer import answer as close
    from graph_model.questions.entities import Answer

    broker = broker_url()
    with open_graph() as graph:
        require_migrated(graph)
        word = Answer.RERUN if said == "rerun" else Answer.IGNORE
        answered = close(graph, question, word, by=by or actor(), reason=reason)
    rung = ring_for(broker, answered.run) if answered.run else None
    if as_json:
        print_json(question=answered.question, run=answered.run, rung=rung)
    else:
        print_fields(question=question, answer=said, run=answered.run)
