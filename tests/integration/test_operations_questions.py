"""Questions about corrected inputs, on both engines."""

from __future__ import annotations

import neo4j
import pytest

from graph_model.errors import AlreadyAnswered, NotReady, QuestionNotFound
from graph_model.questions.answer import answer
from graph_model.questions.entities import Answer, Question
from graph_model.questions.repository import question, questions
from graph_model.runs.entities import RunState
from graph_model.runs.replay import replay
from graph_model.runs.repository import runs
from graph_model.store.graph import Graph
from graph_model.versions.entities import Report
from graph_model.versions.quarantine import quarantine, release
from graph_model.versions.report import report_version
from tests.support.protocol import Fleet, a_job, audited, declare, name

DAY = "2013-01-01"
WHO, WHY = "ops", "it matters"


@pytest.fixture
def fleet(graph: Graph, side_driver: neo4j.Driver) -> Fleet:
    """A day of `clean` has been made from `raw` and `rates`; about new `rates` a person is asked."""
    job = a_job("clean", {"raw": "same", "rates": "same"}, "clean", ask=("rates",))
    declare(side_driver, graph.settings.database, datasets=("raw", "rates", "clean"), jobs=(job,))
    fleet = Fleet(graph)
    for dataset in ("raw", "rates"):
        report(fleet, dataset, "first")
    assert questions(graph) == (), "the first version is no correction"
    return fleet


def report(fleet: Fleet, dataset: str, content: str) -> str:
    """A version that was reported, and everything that followed from it."""
    version = report_version(fleet.graph, Report(name(dataset), DAY, location=f"{dataset} {content}")).version
    fleet.work()
    return version


def only_question(fleet: Fleet) -> Question:
    (found,) = questions(fleet.graph)
    return found


def count(fleet: Fleet) -> int:
    return len(runs(fleet.graph, job=name("clean")))


def test_a_corrected_input_asks_once_and_runs_nothing(fleet: Fleet, side_driver: neo4j.Driver) -> None:
    version = report(fleet, "rates", "corrected")
    assert fleet.settle() == ()
    assert fleet.settle() == ()

    found = only_question(fleet)

    assert (found.job, found.partition, found.version) == (name("clean"), DAY, version)
    assert (found.dataset, found.dataset_partition, found.answer) == (name("rates"), DAY, None)
    assert count(fleet) == 1
    told = side_driver.execute_query(
        "MATCH (n:Outbox) RETURN n.kind AS kind, n.body AS body, n.recipients AS recipients",
        database_=fleet.graph.settings.database,
    ).records
    assert [(row["kind"], len(row["recipients"])) for row in told] == [("question", 1)]
    assert found.id in told[0]["body"]


def test_rerun_runs_on_the_current_inputs(fleet: Fleet, side_driver: neo4j.Driver) -> None:
    version = report(fleet, "rates", "corrected")
    asked = only_question(fleet)

    answered = answer(fleet.graph, asked.id, Answer.RERUN, by=WHO, reason=WHY)

    (played,) = fleet.work()
    assert (played.id, version in [item.version for item in played.inputs]) == (answered.run, True)
    assert (answered.question.answer, answered.question.answered_by, answered.question.reason) == ("rerun", WHO, WHY)
    assert questions(fleet.graph) == ()
    assert audited(side_driver, fleet.graph, asked.id) == [("ASKED", "readiness"), ("ANSWERED", WHO)]
    assert fleet.settle() == ()


def test_ignore_leaves_what_was_made(fleet: Fleet) -> None:
    report(fleet, "rates", "corrected")

    answered = answer(fleet.graph, only_question(fleet).id, Answer.IGNORE, by=WHO)

    assert (answered.run, answered.question.answer) == (None, Answer.IGNORE)
    assert fleet.settle() == ()
    assert (questions(fleet.graph), count(fleet)) == ((), 1), "it is not asked again"


@pytest.mark.parametrize("second", [Answer.RERUN, Answer.IGNORE])
def test_the_second_answer_hears_of_the_first(fleet: Fleet, second: Answer) -> None:
    report(fleet, "rates", "corrected")
    asked = only_question(fleet)
    answer(fleet.graph, asked.id, Answer.IGNORE, by=WHO)

    with pytest.raises(AlreadyAnswered, match=f"ignore, by {WHO}"):
        answer(fleet.graph, asked.id, second, by="other")  # type: ignore[arg-type]
    assert count(fleet) == 1
    with pytest.raises(QuestionNotFound):
        answer(fleet.graph, "qs_nothing", second, by="other")  # type: ignore[arg-type]


def test_the_next_correction_takes_the_place_of_the_question(fleet: Fleet) -> None:
    report(fleet, "rates", "corrected")
    asked = only_question(fleet)

    newest = report(fleet, "rates", "corrected once more")

    assert only_question(fleet).version == newest
    assert question(fleet.graph, asked.id).answer == Answer.OVERTAKEN


def test_a_run_for_another_reason_that_reads_it_answers_the_question(fleet: Fleet) -> None:
    report(fleet, "rates", "corrected")
    asked = only_question(fleet)

    report(fleet, "raw", "corrected too")

    assert questions(fleet.graph) == ()
    assert question(fleet.graph, asked.id).reason == "a later run reads it"
    assert fleet.settle() == ()


def test_a_replay_answers_the_question(fleet: Fleet) -> None:
    report(fleet, "rates", "corrected")
    replay(fleet.graph, name("clean"), DAY, by=WHO, reason=WHY)
    fleet.work()

    assert questions(fleet.graph) == ()


def test_a_correction_that_is_set_aside_is_no_question_and_is_one_again_when_it_is_released(fleet: Fleet) -> None:
    version = report(fleet, "rates", "corrected")
    asked = only_question(fleet)

    quarantine(fleet.graph, version, by=WHO, reason=WHY)
    assert questions(fleet.graph) == ()
    fleet.settle()
    release(fleet.graph, version, by=WHO, reason=WHY)

    assert only_question(fleet).id == asked.id


def test_without_anything_to_run_on_the_question_stays_open(fleet: Fleet) -> None:
    report(fleet, "rates", "corrected")
    asked = only_question(fleet)
    raw = runs(fleet.graph, job=name("clean"))[0].inputs
    for version in raw:
        quarantine(fleet.graph, version, by=WHO, reason=WHY)

    with pytest.raises(NotReady, match="test/raw"):
        answer(fleet.graph, asked.id, Answer.RERUN, by=WHO)

    assert only_question(fleet).id == asked.id
    assert count(fleet) == 1


def test_nobody_is_asked_while_the_first_run_was_never_begun(graph: Graph, side_driver: neo4j.Driver) -> None:
    job = a_job("clean", {"raw": "same", "rates": "same"}, "clean", ask=("rates",))
    declare(side_driver, graph.settings.database, datasets=("raw", "rates", "clean"), jobs=(job,))
    fleet = Fleet(graph)
    for content in ("first", "corrected"):
        report(fleet, "rates", content)

    assert questions(graph) == ()
    report(fleet, "raw", "first")
    assert [run.state for run in runs(graph, job=name("clean"))] == [RunState.SUCCEEDED]
    assert questions(graph) == ()
