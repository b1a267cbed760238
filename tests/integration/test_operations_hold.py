"""Holds, on both engines: what is held waits, everything else goes on."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import neo4j
import pytest

from graph_model.errors import JobNotFound, NotHeld
from graph_model.holds.entities import HoldKind, HoldTarget
from graph_model.holds.hold import hold, release
from graph_model.holds.repository import holds
from graph_model.names import job_id
from graph_model.readiness.explain import readiness
from graph_model.runs.claim import claim
from graph_model.runs.entities import RunState
from graph_model.runs.repository import count_runs
from graph_model.runs.sweeps import unclaimed
from graph_model.store.graph import Graph
from graph_model.versions.entities import Report, VersionState
from graph_model.versions.report import report_version
from graph_model.versions.resolve import resolve
from tests.support.protocol import DAILY, Fleet, a_job, audited, declare, name

DAY, NEXT_DAY = "2013-01-01", "2013-01-02"
WHO, WHY = "ops", "the source is being mended"
ROUNDS = 8

A_JOB = HoldTarget(HoldKind.JOB, name("clean"))
A_JOB_PARTITION = HoldTarget(HoldKind.JOB, name("clean"), DAY)
A_DATASET = HoldTarget(HoldKind.DATASET, name("raw"))
A_PARTITION = HoldTarget(HoldKind.DATASET, name("raw"), DAY)


@pytest.fixture
def estate(graph: Graph, side_driver: neo4j.Driver) -> Graph:
    """raw -> clean."""
    job = a_job("clean", {"raw": "same"}, "clean")
    declare(side_driver, graph.settings.database, datasets=("raw", "clean"), jobs=(job,))
    return graph


def played(fleet: Fleet) -> list[tuple[str, str]]:
    return [(run.subject.name, run.partition) for run in fleet.work()]


@pytest.mark.parametrize("target", [A_JOB, A_JOB_PARTITION, A_DATASET, A_PARTITION], ids=str)
def test_what_is_held_is_validated_and_made_ready_and_waits_until_it_is_released(
    estate: Graph, target: HoldTarget
) -> None:
    fleet = Fleet(estate)
    hold(estate, target, by=WHO, reason=WHY)
    report_version(estate, Report(name("raw"), DAY))

    assert played(fleet) == [("raw", DAY)]
    assert resolve(estate, name("raw"), DAY).state == VersionState.PUBLISHED
    assert count_runs(estate, job=name("clean"), state=RunState.READY) == 1

    released = release(estate, target, by=WHO)

    assert len(released.runs) == 1, "they want ringing"
    assert played(fleet) == [("clean", DAY)]
    assert fleet.settle() == ()


@pytest.mark.parametrize("target", [A_JOB_PARTITION, A_PARTITION], ids=str)
def test_a_hold_on_one_partition_leaves_the_others_alone(estate: Graph, target: HoldTarget) -> None:
    fleet = Fleet(estate)
    hold(estate, target, by=WHO, reason=WHY)
    for day in (DAY, NEXT_DAY):
        report_version(estate, Report(name("raw"), day))

    assert sorted(played(fleet)) == [("clean", NEXT_DAY), ("raw", DAY), ("raw", NEXT_DAY)]


def test_a_claim_looks_at_the_holds_again_under_the_lock(estate: Graph) -> None:
    fleet = Fleet(estate)
    report_version(estate, Report(name("raw"), DAY))
    fleet.work(most=1)
    stale = estate.rows("runs.claimable", most=5, most_losses=2, labels=[], age_ms=600_000)
    assert len(stale) == 1
    hold(estate, A_JOB, by=WHO, reason=WHY)

    won = estate.write(lambda tx: tx.rows("runs.claim", runs=[stale[0]["id"]], worker=fleet.worker))

    assert won == []


def test_held_runs_do_not_stand_before_others_and_nobody_is_rung_for_them(estate: Graph) -> None:
    fleet = Fleet(estate)
    hold(estate, A_JOB, by=WHO, reason=WHY)
    days = [DAILY.shift(DAY, n) for n in range(20)]
    for day in days:
        report_version(estate, Report(name("raw"), day))
    fleet.work()

    assert estate.rows("runs.claimable", most=5, most_losses=2, labels=[], age_ms=600_000) == []
    assert estate.rows("runs.unclaimed", patience_ms=0, most=100) == []
    assert unclaimed(estate) == ()
    release(estate, A_JOB, by=WHO)
    assert len(estate.rows("runs.unclaimed", patience_ms=0, most=100)) == len(days)


@pytest.mark.parametrize("target", [A_JOB, A_JOB_PARTITION], ids=str)
def test_readiness_says_who_holds_the_job(estate: Graph, target: HoldTarget) -> None:
    fleet = Fleet(estate)
    report_version(estate, Report(name("raw"), DAY))
    hold(estate, target, by=WHO, reason=WHY)
    fleet.work()

    found = readiness(estate, name("clean"), DAY)

    assert (found.ready, found.runnable) == (True, False)
    assert found.reason == found.held == f"held by {WHO}: {WHY}"


@pytest.mark.parametrize("target", [A_DATASET, A_PARTITION], ids=str)
def test_readiness_says_who_holds_an_input(estate: Graph, target: HoldTarget) -> None:
    fleet = Fleet(estate)
    report_version(estate, Report(name("raw"), DAY))
    hold(estate, target, by=WHO, reason=WHY)
    fleet.work()

    found = readiness(estate, name("clean"), DAY)

    assert (found.ready, found.runnable, found.held) == (True, False, "")
    assert found.inputs[0].held == f"held by {WHO}: {WHY}"
    assert found.reason == f"test/raw@{DAY} is held by {WHO}: {WHY}"


def test_holding_twice_changes_nothing_and_releasing_nothing_is_an_error(estate: Graph) -> None:
    first = hold(estate, A_JOB, by=WHO, reason=WHY)
    second = hold(estate, A_JOB, by="somebody else", reason="another reason")

    assert (first.placed, second.placed) == (True, False)
    assert second.hold == first.hold
    assert holds(estate) == (first.hold,)
    released = release(estate, A_JOB, by="somebody else").hold
    assert (released.released_by, released.released_at is not None, released.by) == ("somebody else", True, WHO)
    assert holds(estate) == ()
    with pytest.raises(NotHeld, match="job test/clean is not held"):
        release(estate, A_JOB, by=WHO)
    with pytest.raises(NotHeld):
        release(estate, A_DATASET, by=WHO)


def test_what_was_released_can_be_held_again(estate: Graph) -> None:
    hold(estate, A_JOB, by=WHO, reason=WHY)
    release(estate, A_JOB, by=WHO)

    again = hold(estate, A_JOB, by="ops2", reason="once more")

    assert (again.placed, again.hold.by, again.hold.reason, again.hold.released_at) == (True, "ops2", "once more", None)


def test_a_hold_on_what_nobody_declared_is_an_error(estate: Graph) -> None:
    with pytest.raises(JobNotFound, match="did you mean test/clean"):
        hold(estate, HoldTarget(HoldKind.JOB, name("cleen")), by=WHO, reason=WHY)


def test_the_audit_tells_of_both(estate: Graph, side_driver: neo4j.Driver) -> None:
    hold(estate, A_JOB, by=WHO, reason=WHY)
    release(estate, A_JOB, by="other")

    assert audited(side_driver, estate, job_id(name("clean"))) == [("HELD", WHO), ("RELEASED", "other")]


def test_a_run_that_was_claimed_before_goes_on_and_is_named(estate: Graph) -> None:
    fleet = Fleet(estate)
    report_version(estate, Report(name("raw"), DAY))
    fleet.work(most=1)
    run = claim(estate, fleet.worker)[0]

    held = hold(estate, A_DATASET, by=WHO, reason=WHY)

    assert held.running == (run.id,)
    fleet.play(run)
    assert resolve(estate, name("clean"), DAY).state == VersionState.PUBLISHED


def test_once_a_hold_is_placed_no_claim_is_won_any_more(estate: Graph) -> None:
    fleet = Fleet(estate)
    for n in range(ROUNDS):
        day = DAILY.shift(DAY, n)
        report_version(estate, Report(name("raw"), day))
        fleet.work(most=1)

        with ThreadPoolExecutor(2) as pool:
            claiming = pool.submit(claim, estate, fleet.worker)
            holding = pool.submit(hold, estate, A_JOB, by=WHO, reason=WHY)
            held = holding.result()
            running = count_runs(estate, job=name("clean"), state=RunState.RUNNING)
            won = claiming.result()

        assert len(won) == running == len(held.running), "what was won was won before the hold answered"
        for run in won:
            fleet.play(run)
        assert claim(estate, fleet.worker) == ()
        release(estate, A_JOB, by=WHO)
        fleet.work()
    assert fleet.settle() == ()
