"""From a reported version to a published one, on both engines, without processes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import LiteralString

import neo4j
import pytest

from graph_model.errors import DatasetNotFound, FenceLost, InvalidInput, InvalidPartition, JobNotFound, VersionNotFound
from graph_model.readiness.entities import InputState
from graph_model.readiness.evaluate import evaluate_marks
from graph_model.readiness.explain import readiness
from graph_model.runs.claim import claim, runnable
from graph_model.runs.entities import Failure, Finished, OutputVersion, RunState
from graph_model.runs.fail import fail_run
from graph_model.runs.finish import finish_run, finish_runs
from graph_model.runs.lease import become_leader, heartbeat, register, retire
from graph_model.runs.repository import count_runs, runs
from graph_model.runs.repository import run as get_run
from graph_model.runs.sweeps import expire_leases, unclaimed
from graph_model.store.graph import Graph
from graph_model.verify.check import verify
from graph_model.versions.entities import Receipt, Report, VersionState
from graph_model.versions.report import report_version, report_versions
from graph_model.versions.repository import version as get_version
from graph_model.versions.resolve import resolve
from tests.support.protocol import Fleet, a_job, bad, declare, good, name

DAYS = tuple(f"2013-01-0{n}" for n in range(1, 8))
HALF_A_WEEK = DAYS[:4]


@pytest.fixture
def estate(graph: Graph, side_driver: neo4j.Driver) -> Graph:
    """raw -> clean -> rolling (previous 3 days) -> summary, which reads clean too; clean also reads airlines."""
    declare(
        side_driver,
        graph.settings.database,
        datasets=("raw", "airlines", "clean", "rolling", "summary"),
        whole=("airlines",),
        jobs=(
            a_job("clean", {"raw": "same", "airlines": "whole"}, "clean", retries=1),
            a_job("rolling", {"raw": "same", "clean": "previous 3"}, "rolling"),
            a_job("summary", {"clean": "same", "rolling": "same"}, "summary"),
        ),
    )
    return graph


def report(graph: Graph, dataset: str, partition: str = "", **more: object) -> Receipt:
    return report_version(graph, Report(name(dataset), partition, reported_by="test", **more))  # type: ignore[arg-type]


def run_of(graph: Graph, job: str) -> str:
    """The newest run of a job."""
    return runs(graph, job=name(job))[0].id


def ready_runs(graph: Graph) -> int:
    return count_runs(graph, state=RunState.READY)


def test_days_in_any_order_run_through_the_whole_estate(estate: Graph) -> None:
    fleet = Fleet(estate)
    report(estate, "airlines")
    for day in (DAYS[3], DAYS[0], DAYS[2], DAYS[1]):
        report(estate, "raw", day)
        fleet.work(most=2)

    fleet.work()

    for dataset in ("clean", "rolling", "summary"):
        assert [resolve(estate, name(dataset), day).partition for day in HALF_A_WEEK] == list(HALF_A_WEEK)
    assert fleet.settle() == ()
    assert ready_runs(estate) == 0


def test_a_report_repeated_with_its_key_changes_nothing(estate: Graph) -> None:
    first = report(estate, "raw", DAYS[0], key="delivery-1")
    again = report(estate, "raw", DAYS[0], key="delivery-1")

    assert (first.created, again.created, again.version) == (True, False, first.version)
    assert ready_runs(estate) == 1


def test_equal_content_reported_again_makes_nobody_run(estate: Graph) -> None:
    fleet = Fleet(estate)
    report(estate, "airlines")
    first = report(estate, "raw", DAYS[0])
    fleet.work()
    second = report(estate, "raw", DAYS[0])
    played = fleet.work()

    found = get_version(estate, second.version)
    assert [run.subject for run in played] == [name("raw")]
    assert (found.state, found.reason) == (VersionState.SUPERSEDED, f"same content as {first.version}")


def test_a_correction_runs_everything_behind_it_again(estate: Graph) -> None:
    fleet = Fleet(estate)
    report(estate, "airlines")
    report(estate, "raw", DAYS[0])
    fleet.work()
    before = resolve(estate, name("summary"), DAYS[0]).id
    report(estate, "raw", DAYS[0], location="corrected.csv")
    played = [str(run.subject.name) for run in fleet.work()]

    assert (played[0], sorted(set(played))) == ("raw", ["clean", "raw", "rolling", "summary"])
    assert resolve(estate, name("summary"), DAYS[0]).id != before
    assert fleet.settle() == ()


def test_an_older_version_that_arrives_late_does_not_overtake(estate: Graph) -> None:
    fleet = Fleet(estate)
    newer = report(estate, "raw", DAYS[0], location="b", source_time=datetime(2013, 1, 2, 9, tzinfo=UTC))
    older = report(estate, "raw", DAYS[0], location="a", source_time=datetime(2013, 1, 2, 8, tzinfo=UTC))
    fleet.work()

    assert resolve(estate, name("raw"), DAYS[0]).id == newer.version
    assert get_version(estate, older.version).state == VersionState.SUPERSEDED
    assert fleet.settle() == ()


@pytest.mark.parametrize("together", [False, True], ids=["one by one", "in one transaction"])
@pytest.mark.parametrize("order", [(0, 1, 2), (0, 2, 1), (2, 1, 0), (1, 2, 0), (2, 0, 1)], ids=str)
def test_reports_that_come_in_any_order_end_in_the_newest_content(
    estate: Graph, order: tuple[int, ...], *, together: bool
) -> None:
    """The content of the first report comes back in the third: late news in between must not displace it."""
    hours = [datetime(2013, 1, 2, hour, tzinfo=UTC) for hour in (7, 8, 9)]
    fleet = Fleet(estate, contents={"0": good("x"), "1": good("y"), "2": good("x")})
    for number in order:
        report(estate, "raw", DAYS[0], location=str(number), source_time=hours[number])
        if not together:
            fleet.work()
    runs_together = [*claim(estate, fleet.worker, slots=3)]
    outcomes = finish_runs(estate, [fleet.ending(run) for run in runs_together])

    assert len(outcomes) == (3 if together else 0)
    assert resolve(estate, name("raw"), DAYS[0]).content_hash == "x"
    assert fleet.settle() == ()


def test_runs_that_end_together_are_judged_each_by_its_own_fence(estate: Graph) -> None:
    fleet = Fleet(estate, contents={f"raw/{DAYS[1]}.csv": bad()})
    receipts = [report(estate, "raw", day) for day in DAYS[:3]]
    held = {run.id: run for run in claim(estate, fleet.worker, slots=3)}
    endings = [fleet.ending(held[receipt.runs[0]]) for receipt in receipts]
    stale = replace(endings[2], run=replace(endings[2].run, fence=7))

    first, second, third = finish_runs(estate, [endings[0], endings[1], stale])

    assert isinstance(first, Finished)
    assert list(first.versions.values()) == [VersionState.PUBLISHED]
    assert isinstance(second, Finished)
    assert list(second.versions.values()) == [VersionState.QUARANTINED]
    assert isinstance(third, FenceLost)
    assert get_version(estate, receipts[2].version).state == VersionState.VALIDATING
    finish_runs(estate, [endings[2]])
    assert fleet.settle() == ()


def test_of_reports_that_come_together_only_the_bad_ones_are_refused(estate: Graph) -> None:
    wanted = [
        ("raw", DAYS[0], "a"),
        ("row", DAYS[0], "b"),
        ("raw", "yesterday", "c"),
        ("raw", DAYS[0], "\ud800"),
        ("raw", DAYS[0], "a"),
    ]
    reports = [Report(name(dataset), day, key=key, reported_by="test") for dataset, day, key in wanted]

    first, unknown, wrong, no_text, again = report_versions(estate, reports)

    assert isinstance(no_text, InvalidInput)
    assert no_text.field == "key"
    assert isinstance(unknown, DatasetNotFound)
    assert unknown.nearest == "test/raw"
    assert isinstance(wrong, InvalidPartition)
    assert isinstance(first, Receipt)
    assert isinstance(again, Receipt)
    assert (first.created, again.created, again.version) == (True, False, first.version)
    assert ready_runs(estate) == 1


def test_a_bad_day_is_quarantined_and_the_rest_goes_on(estate: Graph) -> None:
    fleet = Fleet(estate, contents={"raw/2013-01-05.csv": bad()})
    report(estate, "airlines")
    for day in DAYS:
        report(estate, "raw", day)
    fleet.work()

    waiting = readiness(estate, name("rolling"), DAYS[5])
    day_five = readiness(estate, name("clean"), DAYS[4])
    assert [str(i.partition) for i in waiting.inputs if not i.satisfied] == [DAYS[4]]
    assert waiting.inputs[2].state == InputState.MISSING
    assert not waiting.ready
    assert day_five.inputs[1].state == InputState.QUARANTINED
    assert day_five.inputs[1].results[0].sample == ({"row": 7},)
    assert "waits for test/raw@2013-01-05 (quarantined)" in day_five.reason
    assert resolve(estate, name("summary"), DAYS[3]).current
    with pytest.raises(VersionNotFound, match="quarantined"):
        resolve(estate, name("raw"), DAYS[4])
    assert fleet.settle() == ()


def test_the_owners_of_a_quarantined_version_are_told_once(estate: Graph, side_driver: neo4j.Driver) -> None:
    fleet = Fleet(estate, contents={"raw/2013-01-01.csv": bad("ids repeat")})
    report(estate, "raw", DAYS[0])
    fleet.work()

    notices, _, _ = side_driver.execute_query(
        "MATCH (n:Outbox) RETURN n.recipients AS to, n.body AS body", database_=estate.settings.database
    )
    assert [(notice["to"], "ids repeat" in notice["body"]) for notice in notices] == [(["owner@example.org"], True)]


def test_a_new_version_of_a_dataset_without_partitions_is_recorded_and_triggers_nothing(estate: Graph) -> None:
    fleet = Fleet(estate)
    report(estate, "airlines")
    report(estate, "raw", DAYS[0])
    fleet.work()
    report(estate, "airlines", location="airlines-2.csv")

    assert [run.subject for run in fleet.work()] == [name("airlines")]
    assert fleet.settle() == ()


def test_a_bad_output_fails_its_run_and_publishes_nothing(estate: Graph) -> None:
    fleet = Fleet(estate)
    report(estate, "airlines")
    report(estate, "raw", DAYS[0])
    fleet.work(most=2)
    run, other = sorted(claim(estate, fleet.worker, slots=2), key=lambda claimed: claimed.subject)

    finished = finish_run(estate, run, [OutputVersion(run.outputs[0], bad())])
    fleet.play(other)

    assert set(finished.versions.values()) == {VersionState.QUARANTINED}
    assert get_run(estate, run.id).state == RunState.FAILED
    assert fleet.work() == []
    with pytest.raises(VersionNotFound):
        resolve(estate, name("clean"), DAYS[0])
    assert fleet.settle() == ()


def test_a_run_has_one_owner_at_a_time(estate: Graph) -> None:
    register(estate, "a", host="h", pid=1, slots=1, lease_seconds=60)
    register(estate, "b", host="h", pid=2, slots=1, lease_seconds=60)
    report(estate, "raw", DAYS[0])

    assert (len(claim(estate, "a")), len(claim(estate, "b"))) == (1, 0)


def test_a_worker_without_lease_claims_nothing(estate: Graph) -> None:
    report(estate, "raw", DAYS[0])
    register(estate, "late", host="h", pid=1, slots=1, lease_seconds=-1)

    assert claim(estate, "nobody") == ()
    assert claim(estate, "late") == ()


def test_an_expired_owner_can_publish_nothing(estate: Graph) -> None:
    fleet = Fleet(estate)
    report(estate, "airlines")
    report(estate, "raw", DAYS[0])
    fleet.work(most=2)
    register(estate, "old", host="h", pid=1, slots=1, lease_seconds=600)
    (held,) = claim(estate, "old", prefer=[run_of(estate, "clean")])
    register(estate, "old", host="h", pid=1, slots=1, lease_seconds=-1)

    assert expire_leases(estate) == (held.id,)
    assert not heartbeat(estate, "old", lease_seconds=15)
    (taken,) = claim(estate, fleet.worker, prefer=[held.id])
    with pytest.raises(FenceLost):
        finish_run(estate, held, [OutputVersion(held.outputs[0], good("old"))])
    finish_run(estate, taken, [OutputVersion(taken.outputs[0], good("new"))])
    assert (taken.fence, taken.attempt) == (held.fence + 1, 2)
    assert resolve(estate, name("clean"), DAYS[0]).content_hash == "new"
    assert fleet.settle() == ()


def test_a_run_that_loses_three_workers_is_poison(estate: Graph) -> None:
    receipt = report(estate, "raw", DAYS[0])
    for attempt in range(3):
        worker = f"w{attempt}"
        register(estate, worker, host="h", pid=1, slots=1, lease_seconds=600)
        assert len(claim(estate, worker)) == 1
        register(estate, worker, host="h", pid=1, slots=1, lease_seconds=-1)
        expire_leases(estate)

    found = get_run(estate, receipt.runs[0])
    left = get_version(estate, receipt.version)
    assert left.state == VersionState.QUARANTINED
    assert left.reason.startswith("could not be validated: poison")
    assert (found.state, "poison" in found.reason, len(found.attempts)) == (RunState.FAILED, True, 3)
    assert verify(estate) == ()


def test_a_worker_carries_one_run_at_a_time_that_would_be_poison_if_it_died(estate: Graph) -> None:
    jobs = {report(estate, "raw", day).runs[0] for day in DAYS[:2]}
    for attempt in range(2):
        worker = f"w{attempt}"
        register(estate, worker, host="h", pid=1, slots=2, lease_seconds=600)
        assert {held.losses for held in claim(estate, worker, slots=2)} == {attempt}
        register(estate, worker, host="h", pid=1, slots=2, lease_seconds=-1)
        expire_leases(estate)
    fleet = Fleet(estate)
    fresh = report(estate, "airlines").runs[0]

    held = claim(estate, fleet.worker, slots=3)
    assert sorted(run.losses for run in held) == [0, 2]
    assert claim(estate, fleet.worker, slots=3, last_chance=False) == ()
    assert runnable(estate, last_chance=False) == ()
    (left,) = claim(estate, fleet.worker, slots=3)
    assert {run.id for run in (*held, left)} == {*jobs, fresh}
    for run in (*held, left):
        fleet.play(run)
    assert fleet.settle() == ()


def test_a_failed_attempt_waits_in_the_graph_and_the_last_one_ends_the_run(
    estate: Graph, side_driver: neo4j.Driver
) -> None:
    fleet = Fleet(estate)
    report(estate, "airlines")
    report(estate, "raw", DAYS[0])
    fleet.work(most=2)
    (first,) = claim(estate, fleet.worker, prefer=[run_of(estate, "clean")])

    assert fail_run(estate, first, Failure("exit code 1", exit_code=1)) == RunState.READY
    assert get_run(estate, first.id).not_before is not None
    side_driver.execute_query(
        "MATCH (r:Run {id: $id}) SET r.not_before = datetime.realtime()",
        id=first.id,
        database_=estate.settings.database,
    )
    (second,) = claim(estate, fleet.worker, prefer=[first.id])
    assert fail_run(estate, second, Failure("exit code 1", exit_code=1)) == RunState.FAILED
    with pytest.raises(FenceLost):
        fail_run(estate, second, Failure("again"))
    assert fleet.settle() == ()


def test_a_worker_that_leaves_gives_its_runs_back_uncounted(estate: Graph) -> None:
    register(estate, "leaving", host="h", pid=1, slots=1, lease_seconds=60)
    report(estate, "raw", DAYS[0])
    (held,) = claim(estate, "leaving")

    assert retire(estate, "leaving") == (held.id,)
    fleet = Fleet(estate)
    (again,) = claim(estate, fleet.worker)
    assert (again.id, again.attempt, again.fence) == (held.id, 1, 2)


def test_workers_and_operations_that_are_over_are_forgotten(estate: Graph) -> None:
    register(estate, "gone", host="h", pid=1, slots=1, lease_seconds=-60)
    register(estate, "alive", host="h", pid=2, slots=1, lease_seconds=60)

    assert estate.rows("runs.forget_workers", keep_s=30) == [{"forgotten": 1}]
    assert heartbeat(estate, "alive", lease_seconds=60)
    assert estate.rows("store.sweep_operations", keep=900, most=100) == [{"forgotten": 0}]
    assert estate.rows("store.sweep_operations", keep=-1, most=2) == [{"forgotten": 2}]


def test_one_steward_leads(estate: Graph) -> None:
    assert become_leader(estate, "a", seconds=60)
    assert not become_leader(estate, "b", seconds=60)
    assert become_leader(estate, "a", seconds=-1)
    assert become_leader(estate, "b", seconds=60)


def test_the_most_urgent_run_goes_first_and_the_rung_one_among_equals(estate: Graph) -> None:
    fleet = Fleet(estate)
    receipts = [report(estate, "raw", day) for day in DAYS]
    wanted = receipts[4].runs[0]

    (claimed,) = claim(estate, fleet.worker, prefer=[wanted])

    assert claimed.id == wanted


def test_ready_runs_that_nobody_claims_are_found(estate: Graph, side_driver: neo4j.Driver) -> None:
    receipt = report(estate, "raw", DAYS[0])
    side_driver.execute_query(
        "MATCH (r:Run) SET r.created_at = datetime('2013-01-01T00:00:00Z')", database_=estate.settings.database
    )

    assert unclaimed(estate) == receipt.runs


def test_a_mark_left_by_a_publisher_that_died_makes_the_run(estate: Graph, side_driver: neo4j.Driver) -> None:
    fleet = Fleet(estate)
    report(estate, "airlines")
    report(estate, "raw", DAYS[0])
    fleet.work(most=2)
    lost = "MATCH (jp:JobPartition) WHERE jp.wiring IS NOT NULL DETACH DELETE jp"
    side_driver.execute_query(lost, database_=estate.settings.database)
    side_driver.execute_query("MATCH (r:Run {kind: 'job'}) DETACH DELETE r", database_=estate.settings.database)
    marked = "MATCH (p:Partition)-[:CURRENT]->() SET p.evaluate = datetime('2013-01-01T00:00:00Z')"
    side_driver.execute_query(marked, database_=estate.settings.database)

    created = {(run.subject.name, run.partition) for run in (get_run(estate, id) for id in evaluate_marks(estate))}

    assert created == {("clean", DAYS[0]), ("rolling", DAYS[0])}
    assert evaluate_marks(estate) == ()
    assert [run.subject.name for run in fleet.work()][-1] == "summary"
    assert fleet.settle() == ()


def test_publishing_leaves_a_mark_that_the_steward_takes_away(estate: Graph) -> None:
    fleet = Fleet(estate)
    report(estate, "airlines")
    fleet.work()

    assert len(estate.rows("readiness.marked", grace_ms=0, most=10)) == 1
    assert fleet.settle() == ()
    assert estate.rows("readiness.marked", grace_ms=0, most=10) == []


def test_a_run_that_has_not_started_makes_way_for_newer_inputs(estate: Graph) -> None:
    fleet = Fleet(estate)
    report(estate, "airlines")
    report(estate, "raw", DAYS[0])
    fleet.work(most=2)
    older = run_of(estate, "clean")
    receipt = report(estate, "raw", DAYS[0], location="corrected.csv")
    fleet.play(claim(estate, fleet.worker, prefer=[receipt.runs[0]])[0])

    newer, replaced = runs(estate, job=name("clean"))
    assert (replaced.id, replaced.state, newer.state) == (older, RunState.SUPERSEDED, RunState.READY)
    fleet.work()
    assert fleet.settle() == ()


def test_runs_of_one_job_partition_never_overlap(estate: Graph) -> None:
    fleet = Fleet(estate)
    report(estate, "airlines")
    report(estate, "raw", DAYS[0])
    fleet.work(most=2)
    (first,) = claim(estate, fleet.worker, prefer=[run_of(estate, "clean")])
    receipt = report(estate, "raw", DAYS[0], location="corrected.csv")
    fleet.play(claim(estate, fleet.worker, prefer=[receipt.runs[0]])[0])

    newer = run_of(estate, "clean")
    assert estate.rows("runs.claim", runs=[newer], worker=fleet.worker) == [], "even where the look before was stale"
    while claimed := claim(estate, fleet.worker):
        assert claimed[0].subject != name("clean"), "its older run is still under way"
        fleet.play(claimed[0])
    fleet.play(first)
    assert name("clean") in {run.subject for run in fleet.work()}
    assert fleet.settle() == ()


def test_a_changed_declaration_is_wired_anew(estate: Graph, side_driver: neo4j.Driver) -> None:
    fleet = Fleet(estate)
    report(estate, "airlines")
    report(estate, "raw", DAYS[1])
    fleet.work()
    assert readiness(estate, name("rolling"), DAYS[1]).reason == "waits for test/clean@2013-01-01 (missing)"
    later = "MATCH (d:Dataset {name: 'clean'}) SET d.partition_from = '2013-01-02'"
    side_driver.execute_query(later, database_=estate.settings.database)
    marked = "MATCH (p:Partition)-[:CURRENT]->() SET p.evaluate = datetime('2013-01-01T00:00:00Z')"
    side_driver.execute_query(marked, database_=estate.settings.database)

    created = evaluate_marks(estate)

    assert [get_run(estate, id).subject.name for id in created] == ["rolling"]
    fleet.work()
    assert fleet.settle() == ()


@pytest.mark.parametrize(
    ("dataset", "partition", "error", "says"),
    [
        ("row", DAYS[0], DatasetNotFound, "did you mean test/raw"),
        ("raw", "2013-1-1", InvalidPartition, "2013-01-05"),
        ("raw", "2012-12-31", InvalidPartition, "2013-01-01 or later"),
        ("airlines", DAYS[0], InvalidPartition, "no partition"),
    ],
)
def test_a_wrong_report_is_refused_by_name(
    estate: Graph, dataset: str, partition: str, error: type[Exception], says: str
) -> None:
    with pytest.raises(error, match=says):
        report(estate, dataset, partition)
    assert ready_runs(estate) == 0


def test_readiness_of_an_unknown_job_names_the_nearest(estate: Graph) -> None:
    with pytest.raises(JobNotFound, match="did you mean test/clean"):
        readiness(estate, name("cleen"), DAYS[0])


# What to break, in an order in which none hides the next: the invariant that notices, and what it says.
DAMAGE: dict[LiteralString, tuple[int, str]] = {
    """MATCH (v:DatasetVersion)
    CREATE (v)-[:CHECKED_BY]->(:CheckResult {id: 'x' + v.id, severity: 'blocking', passed: false})""": (4, "published"),
    """MATCH (r:Run)-[:WROTE]->(v) CREATE (r)-[:WROTE]->(:DatasetVersion {id: 'x' + v.id, partition: v.partition,
    state: 'SUPERSEDED', content_hash: 'x', published_at: v.published_at})""": (2, "published 2 versions"),
    """MATCH (r:Run {kind: 'job'})-[:HAS_ATTEMPT]->(a) CREATE (r)-[:HAS_ATTEMPT]->(:Attempt {id: a.id + 'x',
    number: 2, started_at: a.started_at, ended_at: a.ended_at})""": (3, "at the same time"),
    "MATCH (a:AuditRecord {transition: 'PUBLISHED'}) DELETE a": (6, "became PUBLISHED"),
    "MATCH (r:Run) SET r.losses = 9": (8, "lost 9 workers"),
    "MATCH (r:Run {kind: 'job'}) SET r.open = 1, r.state = 'RUNNING', r.owner = 'gone'": (8, "lease of gone"),
    "MATCH (:JobPartition)-[h:HAS_RUN]->(:Run {kind: 'job'}) DELETE h": (1, "has no run"),
    "MATCH (p:Partition)-[:CURRENT]->() SET p.evaluate = datetime('2013-01-01T00:00:00Z')": (8, "nobody evaluated"),
    "MATCH (:Partition)-[c:CURRENT]->() DELETE c": (5, "is not the newest good one"),
    "CREATE (:Run {kind: 'job', state: 'READY'})": (0, "without id"),
}


def test_verify_finds_each_kind_of_damage(estate: Graph, side_driver: neo4j.Driver) -> None:
    fleet = Fleet(estate)
    report(estate, "airlines")
    report(estate, "raw", DAYS[0])
    fleet.work()
    assert fleet.settle() == ()

    for damage, (invariant, message) in DAMAGE.items():
        side_driver.execute_query(damage, database_=estate.settings.database)
        found = {violation.message for violation in verify(estate) if violation.invariant == invariant}
        assert any(message in text for text in found), f"{damage}: {found}"
