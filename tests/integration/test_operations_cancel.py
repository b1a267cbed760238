"""Cancelling and replaying, on both engines."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import neo4j
import pytest

from graph_model.errors import CannotRevalidate, FenceLost, NotReady, RunEnded, RunNotFound
from graph_model.names import job_id, job_partition_id
from graph_model.readiness.explain import readiness
from graph_model.runs.cancel import Cancelled, cancel
from graph_model.runs.claim import claim
from graph_model.runs.entities import ClaimedRun, Failure, RunState
from graph_model.runs.fail import fail_run
from graph_model.runs.replay import replay, revalidate
from graph_model.runs.repository import run as get_run
from graph_model.runs.repository import runs
from graph_model.runs.sweeps import dead_attempts
from graph_model.store.graph import Graph
from graph_model.versions.entities import Report, VersionState
from graph_model.versions.report import report_version
from graph_model.versions.repository import version as get_version
from graph_model.versions.repository import versions
from graph_model.versions.resolve import resolve
from tests.support.protocol import DAILY, Fleet, a_job, audited, bad, declare, good, name

DAY = "2013-01-01"
WHO, WHY = "ops", "the source was wrong"
ROUNDS = 8


@pytest.fixture
def estate(graph: Graph, side_driver: neo4j.Driver) -> Graph:
    """raw -> clean."""
    job = a_job("clean", {"raw": "same"}, "clean", retries=1)
    declare(side_driver, graph.settings.database, datasets=("raw", "clean"), jobs=(job,))
    return graph


def a_claimed_run(graph: Graph, fleet: Fleet, day: str = DAY) -> ClaimedRun:
    """A run of `clean`, in the hands of the fleet's worker."""
    report_version(graph, Report(name("raw"), day))
    fleet.work(most=1)
    return claim(graph, fleet.worker)[0]


def states(graph: Graph) -> list[RunState]:
    """Of the runs of `clean`, newest first."""
    return [run.state for run in runs(graph, job=name("clean"))]


def test_a_run_that_waits_is_cancelled_and_never_made_again(estate: Graph) -> None:
    fleet = Fleet(estate)
    report_version(estate, Report(name("raw"), DAY))
    fleet.work(most=1)
    run = runs(estate, job=name("clean"))[0]

    assert cancel(estate, run.id, by=WHO, reason=WHY) == Cancelled(run.id, RunState.READY)

    found = get_run(estate, run.id)
    assert (found.state, found.reason) == (RunState.CANCELLED, f"cancelled by {WHO}: {WHY}")
    assert fleet.settle() == ()
    assert states(estate) == [RunState.CANCELLED]
    assert readiness(estate, name("clean"), DAY).reason == f"its run is CANCELLED: {found.reason}"


def test_the_fence_of_a_cancelled_run_is_dead(estate: Graph) -> None:
    fleet = Fleet(estate)
    run = a_claimed_run(estate, fleet)

    assert cancel(estate, run.id, by=WHO, reason=WHY).was == RunState.RUNNING

    with pytest.raises(FenceLost):
        fleet.play(run)
    with pytest.raises(FenceLost):
        fail_run(estate, run, Failure("too late"))
    assert versions(estate, name("clean")) == ()
    found = get_run(estate, run.id)
    assert [(attempt.outcome, attempt.ended_at is not None) for attempt in found.attempts] == [("CANCELLED", True)]
    swept = [(attempt.id, attempt.fence) for attempt in dead_attempts(estate, grace_seconds=0)]
    assert swept == [(run.id, run.fence)], "what it left on disk goes too"
    assert fleet.settle() == ()


def test_a_newer_version_runs_although_the_run_before_was_cancelled(estate: Graph) -> None:
    fleet = Fleet(estate)
    cancel(estate, a_claimed_run(estate, fleet).id, by=WHO, reason=WHY)

    report_version(estate, Report(name("raw"), DAY, location="mended.csv"))
    fleet.work()

    assert states(estate) == [RunState.SUCCEEDED, RunState.CANCELLED]
    assert fleet.settle() == ()


def test_cancelling_twice_changes_nothing(estate: Graph, side_driver: neo4j.Driver) -> None:
    run = a_claimed_run(estate, Fleet(estate))
    cancel(estate, run.id, by=WHO, reason=WHY)

    assert cancel(estate, run.id, by="other", reason="again").was == RunState.CANCELLED
    assert get_run(estate, run.id).reason == f"cancelled by {WHO}: {WHY}"
    assert audited(side_driver, estate, run.id)[-1:] == [("CANCELLED", WHO)]


def test_a_run_that_has_ended_cannot_be_cancelled(estate: Graph) -> None:
    fleet = Fleet(estate)
    run = a_claimed_run(estate, fleet)
    fleet.play(run)

    with pytest.raises(RunEnded, match="SUCCEEDED"):
        cancel(estate, run.id, by=WHO, reason=WHY)
    with pytest.raises(RunNotFound):
        cancel(estate, "rn_nothing", by=WHO, reason=WHY)


def test_a_version_whose_validation_was_cancelled_is_set_aside_and_can_be_validated_again(estate: Graph) -> None:
    fleet = Fleet(estate)
    receipt = report_version(estate, Report(name("raw"), DAY))
    cancel(estate, receipt.runs[0], by=WHO, reason=WHY)

    found = get_version(estate, receipt.version)
    assert (found.state, WHY in found.reason) == (VersionState.QUARANTINED, True)
    revalidate(estate, receipt.version, by=WHO, reason="it was right after all")
    fleet.work()

    assert resolve(estate, name("raw"), DAY).id == receipt.version
    assert fleet.settle() == ()


def test_of_a_cancel_and_a_finish_at_once_exactly_one_wins(estate: Graph) -> None:
    fleet = Fleet(estate)
    for n in range(ROUNDS):
        day = DAILY.shift(DAY, n)
        run = a_claimed_run(estate, fleet, day)

        with ThreadPoolExecutor(2) as pool:
            finishing = pool.submit(fleet.play, run)
            cancelling = pool.submit(cancel, estate, run.id, by=WHO, reason=WHY)
        lost = [type(error) for error in (finishing.exception(), cancelling.exception()) if error]

        state = get_run(estate, run.id).state
        published = versions(estate, name("clean"), partition=day)
        assert (lost, state, len(published)) in (
            ([FenceLost], RunState.CANCELLED, 0),
            ([RunEnded], RunState.SUCCEEDED, 1),
        )
    assert fleet.settle() == ()


def test_a_replay_runs_again_on_the_same_inputs_and_what_it_makes_is_newer(
    estate: Graph, side_driver: neo4j.Driver
) -> None:
    fleet = Fleet(estate)
    fleet.play(a_claimed_run(estate, fleet))
    before = runs(estate, job=name("clean"))[0]

    made = replay(estate, name("clean"), DAY, by=WHO, reason=WHY)
    fleet.work()

    after = get_run(estate, made.run)
    assert (after.id != before.id, after.inputs) == (True, before.inputs)
    assert after.state == RunState.SUCCEEDED
    assert fleet.settle() == ()
    assert states(estate) == [RunState.SUCCEEDED] * 2, "an evaluation later makes no third one"
    target = job_partition_id(job_id(name("clean")), DAY)
    assert audited(side_driver, estate, target) == [("REPLAYED", WHO)]
    assert audited(side_driver, estate, made.run)[0] == ("READY", WHO)


def test_what_was_cancelled_can_be_replayed_again_and_again(estate: Graph) -> None:
    fleet = Fleet(estate)
    cancel(estate, a_claimed_run(estate, fleet).id, by=WHO, reason=WHY)
    first = replay(estate, name("clean"), DAY, by=WHO, reason=WHY)
    cancel(estate, first.run, by=WHO, reason=WHY)

    second = replay(estate, name("clean"), DAY, by=WHO, reason=WHY)
    fleet.work()

    assert get_run(estate, second.run).state == RunState.SUCCEEDED
    assert states(estate) == [RunState.SUCCEEDED, RunState.CANCELLED, RunState.CANCELLED]
    assert fleet.settle() == ()


def test_a_replay_takes_the_place_of_a_run_that_waits_and_lets_one_that_runs_end(estate: Graph) -> None:
    fleet = Fleet(estate)
    running = a_claimed_run(estate, fleet)
    first = replay(estate, name("clean"), DAY, by=WHO, reason=WHY)
    second = replay(estate, name("clean"), DAY, by=WHO, reason=WHY)

    assert claim(estate, fleet.worker) == (), "one run of a job partition at a time"
    assert get_run(estate, first.run).state == RunState.SUPERSEDED
    fleet.play(running)
    assert [run.id for run in fleet.work()] == [second.run]
    assert fleet.settle() == ()


def test_what_is_not_ready_cannot_be_replayed_and_says_what_it_waits_for(estate: Graph) -> None:
    with pytest.raises(NotReady, match=f"test/clean@{DAY} cannot run again now: it waits for test/raw@{DAY}"):
        replay(estate, name("clean"), DAY, by=WHO, reason=WHY)


def test_a_version_that_failed_its_checks_is_validated_again_after_it_was_mended(
    estate: Graph, side_driver: neo4j.Driver
) -> None:
    fleet = Fleet(estate, contents={"raw/2013-01-01.csv": bad()})
    version = report_version(estate, Report(name("raw"), DAY)).version
    fleet.work()
    assert get_version(estate, version).state == VersionState.QUARANTINED

    fleet.contents.clear()
    revalidate(estate, version, by=WHO, reason="the file was mended")
    fleet.work()

    found = get_version(estate, version)
    assert (found.state, found.current, found.results) == (VersionState.PUBLISHED, True, ())
    assert [what for what, _ in audited(side_driver, estate, version)] == [
        "REPORTED", "QUARANTINED", "REPLAYED", "PUBLISHED",
    ]  # fmt: skip
    assert states(estate) == [RunState.SUCCEEDED]
    assert fleet.settle() == ()


def test_only_what_was_not_found_good_is_validated_again(estate: Graph) -> None:
    fleet = Fleet(estate, contents={"raw/2013-01-01.csv": good("a")})
    version = report_version(estate, Report(name("raw"), DAY)).version

    with pytest.raises(CannotRevalidate, match="VALIDATING"):
        revalidate(estate, version, by=WHO, reason=WHY)
    fleet.work()
    with pytest.raises(CannotRevalidate, match="PUBLISHED"):
        revalidate(estate, version, by=WHO, reason=WHY)
