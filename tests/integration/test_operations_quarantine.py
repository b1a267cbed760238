"""Quarantine after the fact and release, on both engines."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import neo4j
import pytest

from graph_model.errors import CannotQuarantine, CannotRelease, CannotRevalidate, VersionNotFound
from graph_model.names import Name
from graph_model.readiness import concern
from graph_model.readiness.explain import readiness
from graph_model.runs.claim import claim
from graph_model.runs.entities import RunState
from graph_model.runs.replay import revalidate
from graph_model.runs.repository import runs
from graph_model.store.graph import Graph
from graph_model.verify.check import verify
from graph_model.versions.entities import Report, VersionState
from graph_model.versions.quarantine import quarantine, release
from graph_model.versions.report import report_version
from graph_model.versions.repository import version as get_version
from graph_model.versions.resolve import resolve
from graph_model.versions.taint import tainted
from tests.support.protocol import DAILY, Fleet, a_job, audited, bad, declare, good, name

DAY = "2013-01-01"
WHO, WHY = "ops", "the amounts are in cents"
ROUNDS = 6


@pytest.fixture
def estate(graph: Graph, side_driver: neo4j.Driver) -> Graph:
    """raw (and an optional extra) -> clean -> summary."""
    clean = a_job("clean", {"raw": "same", "extra": "same"}, "clean", optional=("extra",))
    summary = a_job("summary", {"clean": "same"}, "summary")
    names = ("raw", "extra", "clean", "summary")
    declare(side_driver, graph.settings.database, datasets=names, jobs=(clean, summary))
    return graph


def report(graph: Graph, content: str, *, hour: int | None = None, dataset: str = "raw", day: str = DAY) -> str:
    """A version with this content, by the time at its source."""
    time = None if hour is None else datetime(2013, 1, 2, hour, tzinfo=UTC)
    return report_version(graph, Report(name(dataset), day, location=content, source_time=time)).version


def state(graph: Graph, version: str) -> VersionState:
    return get_version(graph, version).state


def states(graph: Graph, job: str = "clean") -> list[RunState]:
    """Of its runs, newest first."""
    return [run.state for run in runs(graph, job=name(job))]


def notices(driver: neo4j.Driver, graph: Graph) -> list[str]:
    found = driver.execute_query("MATCH (n:Outbox) RETURN n.kind AS kind", database_=graph.settings.database).records
    return sorted(row["kind"] for row in found)


def test_readers_get_the_last_good_version_again(estate: Graph) -> None:
    fleet = Fleet(estate)
    first, second = report(estate, "a"), report(estate, "b")
    fleet.work()

    done = quarantine(estate, second, by=WHO, reason=WHY)

    assert (done.versions, done.current) == ((second,), first)
    assert resolve(estate, name("raw"), DAY).id == first
    found = get_version(estate, second)
    assert (found.state, found.current, found.reason) == (
        VersionState.QUARANTINED, False, f"quarantined by {WHO}: {WHY}",
    )  # fmt: skip
    assert fleet.settle() == ()


def test_without_an_earlier_good_version_nothing_is_ready_any_more(estate: Graph) -> None:
    fleet = Fleet(estate)
    only = report(estate, "a")
    fleet.work(most=1)
    assert states(estate) == [RunState.READY]

    done = quarantine(estate, only, by=WHO, reason=WHY)

    assert (done.current, fleet.work()) == (None, [])
    found = readiness(estate, name("clean"), DAY)
    assert (found.ready, found.runnable) == (False, False)
    assert found.reason == f"waits for test/raw@{DAY} (quarantined)"
    assert fleet.settle() == ()
    release(estate, only, by=WHO, reason="they are not")
    assert [run.subject.name for run in fleet.work()] == ["clean", "summary"]
    assert fleet.settle() == ()


def test_a_claim_looks_at_the_inputs_again_under_the_lock(estate: Graph) -> None:
    fleet = Fleet(estate)
    only = report(estate, "a")
    fleet.work(most=1)
    waiting = estate.rows("runs.claimable", most=5, most_losses=2, labels=[], age_ms=600_000)
    assert len(waiting) == 1
    quarantine(estate, only, by=WHO, reason=WHY)

    assert estate.rows("runs.claimable", most=5, most_losses=2, labels=[], age_ms=600_000) == []
    assert estate.rows("runs.unclaimed", patience_ms=0, most=5) == []
    won = estate.write(lambda tx: tx.rows("runs.claim", runs=[waiting[0]["id"]], worker=fleet.worker))
    assert won == []


def test_a_run_that_a_newer_version_had_superseded_comes_back_with_its_inputs(estate: Graph) -> None:
    fleet = Fleet(estate)
    first, second = report(estate, "a"), report(estate, "b")
    fleet.work(most=2)
    assert states(estate) == [RunState.READY, RunState.SUPERSEDED]

    quarantine(estate, second, by=WHO, reason=WHY)

    played = [run for run in fleet.work() if run.subject == name("clean")]
    assert [item.version for item in played[0].inputs] == [first]
    assert sorted(states(estate)) == [RunState.SUCCEEDED, RunState.SUPERSEDED]
    assert fleet.settle() == ()


def test_a_run_that_comes_back_reads_one_version_of_each_input(graph: Graph, side_driver: neo4j.Driver) -> None:
    job = a_job("clean", {"raw": "same", "notes": "same"}, "clean", ignore=("notes",))
    declare(side_driver, graph.settings.database, datasets=("raw", "notes", "clean"), jobs=(job,))
    fleet = Fleet(graph)
    report(graph, "n1", dataset="notes")
    fleet.work()
    first = report(graph, "a")
    fleet.work(most=1)
    newer_notes = report(graph, "n2", dataset="notes")
    second = report(graph, "b")
    for run in (claim(graph, fleet.worker)[0] for _ in range(2)):
        fleet.play(run)

    quarantine(graph, second, by=WHO, reason=WHY)

    (played,) = fleet.work()
    assert sorted(item.version for item in played.inputs) == sorted([first, newer_notes])


def test_a_run_under_way_goes_on_and_what_it_makes_is_tainted(estate: Graph, side_driver: neo4j.Driver) -> None:
    fleet = Fleet(estate)
    version = report(estate, "a")
    fleet.work(most=1)
    running = claim(estate, fleet.worker)[0]

    done = quarantine(estate, version, by=WHO, reason=WHY)
    assert (done.tainted.versions, done.tainted.running) == ((), (running.id,))
    fleet.play(running)
    fleet.work()

    found = tainted(estate, version)
    assert [(item.dataset, item.current) for item in found.versions] == [(name("clean"), True), (name("summary"), True)]
    assert (found.running, found.is_complete) == ((), True)


def test_owners_of_what_was_made_from_it_are_told_once(estate: Graph, side_driver: neo4j.Driver) -> None:
    fleet = Fleet(estate)
    version = report(estate, "a")
    fleet.work()

    quarantine(estate, version, by=WHO, reason=WHY)
    again = quarantine(estate, version, by="other", reason="again")

    assert again.versions == ()
    assert get_version(estate, version).reason == f"quarantined by {WHO}: {WHY}"
    assert notices(side_driver, estate) == ["quarantined", "tainted", "tainted"]
    assert [what for what, _ in audited(side_driver, estate, version)] == ["REPORTED", "PUBLISHED", "QUARANTINED"]


def test_what_is_tainted_is_made_good_by_the_next_version(estate: Graph) -> None:
    fleet = Fleet(estate)
    wrong = report(estate, "a")
    fleet.work()
    quarantine(estate, wrong, by=WHO, reason=WHY)

    report(estate, "b")
    fleet.work()

    assert [(item.dataset, item.current) for item in tainted(estate, wrong).versions] == [
        (name("clean"), False), (name("summary"), False),
    ]  # fmt: skip
    assert fleet.settle() == ()


def test_an_optional_input_that_is_set_aside_makes_a_run_without_it(estate: Graph) -> None:
    fleet = Fleet(estate)
    extra = report(estate, "x", dataset="extra")
    fleet.work()
    report(estate, "a")
    fleet.work(most=1)

    done = quarantine(estate, extra, by=WHO, reason=WHY)

    assert len(done.runs) == 1
    assert [i.dataset.name for i in fleet.work()[0].inputs] == ["raw"]
    assert fleet.settle() == ()


def test_a_released_version_goes_back_to_its_place(estate: Graph) -> None:
    fleet = Fleet(estate)
    first, second = report(estate, "a", hour=8), report(estate, "b", hour=9)
    fleet.work()
    quarantine(estate, second, by=WHO, reason=WHY)

    assert release(estate, second, by=WHO, reason="checked").state == VersionState.PUBLISHED

    assert (resolve(estate, name("raw"), DAY).id, state(estate, first)) == (second, VersionState.SUPERSEDED)
    assert resolve(estate, name("raw"), DAY).reason == ""
    assert fleet.settle() == ()


def test_a_released_version_stays_behind_a_later_one(estate: Graph) -> None:
    fleet = Fleet(estate)
    early = report(estate, "a", hour=8)
    fleet.work()
    quarantine(estate, early, by=WHO, reason=WHY)
    late = report(estate, "b", hour=9)
    fleet.work()

    assert release(estate, early, by=WHO, reason="checked").state == VersionState.SUPERSEDED

    assert resolve(estate, name("raw"), DAY).id == late
    assert fleet.settle() == ()


@pytest.mark.parametrize("newest_first", [True, False])
def test_what_is_the_last_good_version_does_not_depend_on_the_order_of_reports(
    estate: Graph, *, newest_first: bool
) -> None:
    fleet = Fleet(estate)
    found = {}
    for hour in (9, 8) if newest_first else (8, 9):
        found[hour] = report(estate, f"content {hour}", hour=hour)
        fleet.work()

    assert quarantine(estate, found[9], by=WHO, reason=WHY).current == found[8]

    assert fleet.settle() == ()


def test_the_same_content_is_set_aside_and_released_with_it(estate: Graph) -> None:
    fleet = Fleet(estate)
    fleet.contents.update({"a": good("same"), "again": good("same")})
    first = report(estate, "a", hour=8)
    fleet.work()
    again = report(estate, "again", hour=10)
    fleet.work()

    done = quarantine(estate, first, by=WHO, reason=WHY)

    assert (done.versions, done.current) == (tuple(sorted((first, again))), None)
    between = report(estate, "b", hour=9)
    fleet.work()
    assert resolve(estate, name("raw"), DAY).id == between
    assert release(estate, first, by=WHO, reason="checked").state == VersionState.PUBLISHED
    assert (resolve(estate, name("raw"), DAY).id, state(estate, again)) == (first, VersionState.SUPERSEDED)
    assert fleet.settle() == ()


def test_a_superseded_version_can_be_set_aside_and_nothing_else_changes(estate: Graph) -> None:
    fleet = Fleet(estate)
    first, second = report(estate, "a"), report(estate, "b")
    fleet.work()

    assert quarantine(estate, first, by=WHO, reason=WHY).current == second

    assert state(estate, first) == VersionState.QUARANTINED
    assert fleet.settle() == ()
    quarantine(estate, second, by=WHO, reason=WHY)
    assert state(estate, first) == VersionState.QUARANTINED, "it is no longer the last good one"
    assert fleet.settle() == ()


def test_only_what_was_good_is_set_aside_and_only_what_was_set_aside_is_released(estate: Graph) -> None:
    fleet = Fleet(estate, contents={"bad": bad("3 rows repeat a key")})
    version = report(estate, "bad")
    with pytest.raises(CannotQuarantine, match="VALIDATING"):
        quarantine(estate, version, by=WHO, reason=WHY)
    fleet.work()

    with pytest.raises(CannotRelease, match=r"3 rows repeat a key.*validate it again"):
        release(estate, version, by=WHO, reason=WHY)
    good_one = report(estate, "a")
    fleet.work()
    with pytest.raises(CannotRelease, match="it is PUBLISHED"):
        release(estate, good_one, by=WHO, reason=WHY)
    quarantine(estate, good_one, by=WHO, reason=WHY)
    with pytest.raises(CannotRevalidate, match=f"set aside by {WHO}; release it"):
        revalidate(estate, good_one, by=WHO, reason=WHY)
    with pytest.raises(VersionNotFound):
        quarantine(estate, "vs_nothing", by=WHO, reason=WHY)


def test_a_wide_fan_out_goes_through_the_marks(
    graph: Graph, side_driver: neo4j.Driver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(concern, "BATCH", 10)
    job = a_job("rolling", {"raw": "last 11"}, "rolling", optional=("raw",))
    declare(side_driver, graph.settings.database, datasets=("raw", "rolling"), jobs=(job,))
    fleet = Fleet(graph)
    first, second = report(graph, "a"), report(graph, "b")
    fleet.work(most=2)
    fleet.settle()

    done = quarantine(graph, second, by=WHO, reason=WHY)

    assert (done.runs, done.current) == ((), first)
    assert fleet.settle() == ()
    newest = {run.partition: run for run in reversed(runs(graph, job=Name("test", "rolling"), limit=500))}
    assert {run.inputs for run in newest.values() if run.state == RunState.SUCCEEDED} <= {(first,), (second,)}


def test_a_quarantine_and_a_newer_version_at_once_end_with_the_newer_one(estate: Graph) -> None:
    fleet = Fleet(estate)
    for n in range(ROUNDS):
        day = DAILY.shift(DAY, n)
        wrong = report(estate, "a", day=day)
        fleet.work()
        newer = report(estate, "b", day=day)
        validation = claim(estate, fleet.worker)[0]

        with ThreadPoolExecutor(2) as pool:
            for done in (
                pool.submit(quarantine, estate, wrong, by=WHO, reason=WHY),
                pool.submit(fleet.play, validation),
            ):
                done.result()

        assert (resolve(estate, name("raw"), day).id, state(estate, wrong)) == (newer, VersionState.QUARANTINED)
    fleet.work()
    assert fleet.settle() == ()


def test_verify_sees_a_current_version_that_is_quarantined(estate: Graph, side_driver: neo4j.Driver) -> None:
    fleet = Fleet(estate)
    version = report(estate, "a")
    fleet.work()
    fleet.settle()
    statement = "MATCH (v:DatasetVersion) WHERE v.id = $id SET v.state = 'QUARANTINED'"
    side_driver.execute_query(statement, id=version, database_=estate.settings.database)

    assert 5 in {violation.invariant for violation in verify(estate)}
