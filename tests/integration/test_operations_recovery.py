"""Skipping, retrying, marking and what is stuck, on both engines."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import neo4j
import pytest

from graph_model.errors import CannotMark, InvalidInput, RunNotFound
from graph_model.holds.entities import HoldEffect, HoldKind, HoldTarget
from graph_model.holds.hold import hold, release
from graph_model.holds.repository import holds
from graph_model.holds.skip import EXPIRY, expire_holds, skip_runs
from graph_model.readiness.entities import InputState
from graph_model.readiness.explain import readiness
from graph_model.runs.cancel import cancel
from graph_model.runs.claim import claim
from graph_model.runs.entities import Failure, Run, RunState
from graph_model.runs.fail import fail_run
from graph_model.runs.mark import mark, retry
from graph_model.runs.repository import run as get_run
from graph_model.runs.repository import runs
from graph_model.runs.stuck import stuck
from graph_model.store.graph import Graph
from graph_model.verify.check import verify
from graph_model.versions.entities import Report
from graph_model.versions.report import report_version
from tests.support.protocol import Fleet, a_job, audited, declare, name

DAY = "2013-01-01"
WHO, WHY = "ops", "the source is closed today"
CLEAN = HoldTarget(HoldKind.JOB, name("clean"))
CLEAN_DAY = HoldTarget(HoldKind.JOB, name("clean"), DAY)


@pytest.fixture
def estate(graph: Graph, side_driver: neo4j.Driver) -> Graph:
    """raw -> clean -> report <- extra."""
    clean = a_job("clean", {"raw": "same"}, "clean", retries=3)
    report = a_job("report", {"clean": "same", "extra": "same"}, "report")
    declare(
        side_driver,
        graph.settings.database,
        datasets=("raw", "extra", "clean", "report"),
        jobs=(clean, report),
    )
    return graph


def the_run(graph: Graph, job: str) -> Run:
    return runs(graph, job=name(job))[0]


def played(fleet: Fleet) -> list[str]:
    return [run.subject.name for run in fleet.work()]


@pytest.mark.parametrize("target", [CLEAN, CLEAN_DAY], ids=str)
def test_a_skipped_job_counts_as_done_and_its_readers_go_without(
    estate: Graph, side_driver: neo4j.Driver, target: HoldTarget
) -> None:
    fleet = Fleet(estate)
    hold(estate, target, by=WHO, reason=WHY, effect=HoldEffect.SKIP)
    for dataset in ("raw", "extra"):
        report_version(estate, Report(name(dataset), DAY))
    assert sorted(played(fleet)) == ["extra", "raw"], "no worker takes what is skipped"

    (skipped,) = skip_runs(estate)

    run = get_run(estate, skipped)
    assert (run.subject.name, run.state) == ("clean", RunState.SUCCEEDED)
    assert run.reason == f"skipped by {WHO}: {WHY}"
    assert (run.attempts, run.outputs) == ((), ())
    assert audited(side_driver, estate, skipped)[-1] == ("SUCCEEDED", WHO)
    assert fleet.settle() == ()
    assert [done.subject.name for done in fleet.finished][-1] == "report", "it went without clean"
    waiting = readiness(estate, name("report"), DAY)
    assert {item.dataset.name: item.state for item in waiting.inputs} == {
        "clean": InputState.SKIPPED,
        "extra": InputState.PUBLISHED,
    }
    assert waiting.inputs[0].reason == f"skipped by {WHO}: {WHY}"
    assert skip_runs(estate) == ()


def test_what_is_held_besides_is_not_skipped(estate: Graph) -> None:
    fleet = Fleet(estate)
    hold(estate, CLEAN, by=WHO, reason=WHY, effect=HoldEffect.SKIP)
    hold(estate, CLEAN_DAY, by="another", reason="look at it first")
    report_version(estate, Report(name("raw"), DAY))
    played(fleet)

    assert skip_runs(estate) == ()

    release(estate, CLEAN_DAY, by="another")
    assert len(skip_runs(estate)) == 1


def test_a_skip_that_ended_before_the_lock_skips_nothing(estate: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    fleet = Fleet(estate)
    hold(estate, CLEAN, by=WHO, reason=WHY, effect=HoldEffect.SKIP)
    report_version(estate, Report(name("raw"), DAY))
    played(fleet)
    looked_before = estate.rows("holds.to_skip", most=10)
    release(estate, CLEAN, by=WHO)
    rows = type(estate).rows

    def earlier(graph: Graph, query: str, **parameters: object) -> list[dict[str, object]]:
        return looked_before if query == "holds.to_skip" else rows(graph, query, **parameters)

    monkeypatch.setattr(type(estate), "rows", earlier)

    assert skip_runs(estate) == ()
    assert the_run(estate, "clean").state == RunState.READY


def test_readers_go_without_a_partition_that_is_skipped_until_it_comes(estate: Graph) -> None:
    fleet = Fleet(estate)
    report_version(estate, Report(name("raw"), DAY))
    hold(estate, HoldTarget(HoldKind.DATASET, name("extra"), DAY), by=WHO, reason=WHY, effect=HoldEffect.SKIP)
    assert played(fleet) == ["raw", "clean", "report"]
    assert fleet.settle() == ()

    report_version(estate, Report(name("extra"), DAY))

    assert played(fleet) == ["extra", "report"], "a skipped partition holds nobody, and comes as a correction"
    assert fleet.settle() == ()


def test_a_partition_is_waited_for_again_after_the_release(estate: Graph) -> None:
    fleet = Fleet(estate)
    extra = HoldTarget(HoldKind.DATASET, name("extra"), DAY)
    hold(estate, extra, by=WHO, reason=WHY, effect=HoldEffect.SKIP)
    release(estate, extra, by=WHO)
    report_version(estate, Report(name("raw"), DAY))

    assert played(fleet) == ["raw", "clean"]
    assert fleet.settle() == ()
    assert readiness(estate, name("report"), DAY).reason == f"waits for {name('extra')}@{DAY} (missing)"


def test_only_a_partition_of_a_dataset_can_be_skipped(estate: Graph) -> None:
    with pytest.raises(InvalidInput, match="test/extra@PARTITION"):
        hold(estate, HoldTarget(HoldKind.DATASET, name("extra")), by=WHO, reason=WHY, effect=HoldEffect.SKIP)

    assert holds(estate) == ()


def test_a_hold_ends_by_itself_when_its_time_is_over(estate: Graph, side_driver: neo4j.Driver) -> None:
    fleet = Fleet(estate)
    held = hold(estate, CLEAN, by=WHO, reason=WHY, until=datetime.now(UTC) + timedelta(days=1)).hold
    report_version(estate, Report(name("raw"), DAY))
    assert played(fleet) == ["raw"]
    assert expire_holds(estate) == ()
    assert "until" in held.words

    statement = "MATCH (h:Hold {id: $id}) SET h.until = datetime('2013-01-01T00:00:00Z')"
    side_driver.execute_query(statement, id=held.id, database_=estate.settings.database)

    assert expire_holds(estate) == (the_run(estate, "clean").id,)
    assert (holds(estate), audited(side_driver, estate, held.subject)[-1]) == ((), ("RELEASED", EXPIRY))
    assert played(fleet) == ["clean"]


def failed(estate: Graph, *, retry_it: bool) -> Run:
    fleet = Fleet(estate)
    report_version(estate, Report(name("raw"), DAY))
    fleet.work(most=1)
    (held,) = claim(estate, fleet.worker)
    fail_run(estate, held, Failure("disk full", 1, retry=retry_it))
    return the_run(estate, "clean")


def test_retry_makes_a_run_due_that_waits_for_its_next_try(estate: Graph, side_driver: neo4j.Driver) -> None:
    run = failed(estate, retry_it=True)
    assert run.not_before is not None

    retried = retry(estate, run.id, by=WHO, reason="the disk is empty again")

    assert (retried.run, retried.was) == (run.id, RunState.READY)
    assert get_run(estate, run.id).not_before is None
    assert audited(side_driver, estate, run.id)[-1] == ("RETRIED", WHO)
    assert played(Fleet(estate)) == ["clean"]


@pytest.mark.parametrize("ended", ["failed", "cancelled"])
def test_retry_of_what_has_ended_is_a_successor_with_all_its_attempts(estate: Graph, ended: str) -> None:
    run = failed(estate, retry_it=ended == "cancelled")
    if ended == "cancelled":
        cancel(estate, run.id, by=WHO, reason="too slow")

    retried = retry(estate, run.id, by=WHO, reason="again")

    assert retried.run != run.id
    assert get_run(estate, retried.run).attempts == ()
    assert played(Fleet(estate)) == ["clean"]
    assert verify(estate) == ()


def test_what_is_done_cannot_be_tried_again(estate: Graph) -> None:
    fleet = Fleet(estate)
    report_version(estate, Report(name("raw"), DAY))
    fleet.work()

    with pytest.raises(CannotMark, match="is SUCCEEDED: only what waits, failed or was cancelled"):
        retry(estate, the_run(estate, "clean").id, by=WHO, reason="again")
    with pytest.raises(RunNotFound):
        retry(estate, "rn_no", by=WHO, reason="again")


def test_a_failed_run_that_is_marked_as_succeeded_lets_its_readers_go_on(
    estate: Graph, side_driver: neo4j.Driver
) -> None:
    run = failed(estate, retry_it=False)
    report_version(estate, Report(name("extra"), DAY))

    marked = mark(estate, run.id, "succeeded", by=WHO, reason="nothing departed that day")

    assert (marked.state, marked.was) == (RunState.SUCCEEDED, RunState.FAILED)
    assert get_run(estate, run.id).reason == f"marked as succeeded by {WHO}: nothing departed that day"
    fleet = Fleet(estate)
    fleet.work()
    assert fleet.settle() == ()
    assert fleet.finished[-1].subject.name == "report"
    assert mark(estate, run.id, "succeeded", by=WHO, reason="again").was == RunState.SUCCEEDED
    assert [who for what, who in audited(side_driver, estate, run.id) if what == "SUCCEEDED"] == [WHO]


def test_a_run_that_waits_can_be_given_up(estate: Graph, side_driver: neo4j.Driver) -> None:
    run = failed(estate, retry_it=True)

    assert mark(estate, run.id, "failed", by=WHO, reason="no disk").state == RunState.FAILED

    statement = "MATCH (n:Outbox {kind: 'failed'}) RETURN n.subject AS subject"
    told = side_driver.execute_query(statement, database_=estate.settings.database).records
    assert [row["subject"] for row in told] == [run.id], "its owners are told"
    assert played(Fleet(estate)) == []
    with pytest.raises(CannotMark, match="is FAILED: only what waits can be given up"):
        mark(estate, run.id, "failed", by=WHO, reason="no disk")
    assert verify(estate) == ()


def test_a_run_that_goes_on_keeps_its_fence(estate: Graph) -> None:
    fleet = Fleet(estate)
    report_version(estate, Report(name("raw"), DAY))
    fleet.work(most=1)
    (held,) = claim(estate, fleet.worker)

    for state in ("succeeded", "failed"):
        with pytest.raises(CannotMark, match="is RUNNING"):
            mark(estate, held.id, state, by=WHO, reason="impatience")
    fleet.play(held)
    assert the_run(estate, "clean").state == RunState.SUCCEEDED


def test_every_stuck_run_says_in_one_sentence_what_it_waits_for(estate: Graph) -> None:
    run = failed(estate, retry_it=False)
    report_version(estate, Report(name("raw"), "2013-01-02"))
    fleet = Fleet(estate)
    fleet.work(most=1)
    hold(estate, CLEAN, by=WHO, reason=WHY)
    report_version(estate, Report(name("extra"), DAY))
    (running,) = claim(estate, fleet.worker)

    found = {(each.run.subject.name, each.run.partition): each for each in stuck(estate, older_than=0.0)}

    assert found[("clean", DAY)].run.id == run.id
    assert (found[("clean", DAY)].why, found[("clean", DAY)].behind) == ("failed after 1 attempt: disk full", 1)
    assert found[("clean", "2013-01-02")].why == f"held by {WHO}: {WHY}"
    assert found[("extra", DAY)].why.startswith("runs on w-test since ")
    assert [found[key].behind for key in sorted(found)] == [1, 1, 1], "the report needs each of them"
    fleet.play(running)
    assert stuck(estate, older_than=0.0)[0].run.id == run.id
    assert stuck(estate, older_than=0.0, failed_within=0.0, limit=1)[0].run.id != run.id


def test_a_failure_that_had_a_successor_is_not_stuck(estate: Graph) -> None:
    run = failed(estate, retry_it=False)
    retry(estate, run.id, by=WHO, reason="again")
    Fleet(estate).work()

    assert stuck(estate, older_than=0.0) == ()


def test_a_target_that_is_held_is_not_skipped_by_a_second_word(estate: Graph) -> None:
    hold(estate, CLEAN, by=WHO, reason=WHY)

    second = hold(estate, CLEAN, by="another", reason="no", effect=HoldEffect.SKIP)

    assert (second.placed, second.hold.effect) == (False, HoldEffect.WAIT)
    assert replace(second.hold, placed_at=second.hold.placed_at).words == f"held by {WHO}: {WHY}"
