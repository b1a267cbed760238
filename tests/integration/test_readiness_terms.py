"""Groups, waiting times, tolerance and lapsing, on both engines, without processes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import replace

import neo4j
import pytest

from graph_model.audit.record import Trail
from graph_model.estate.entities import Follows, JobSpec
from graph_model.names import Name, dataset_id, partition_id
from graph_model.readiness.evaluate import create_ready_runs
from graph_model.readiness.explain import readiness
from graph_model.readiness.sweeps import follow, lapse, look_again
from graph_model.readiness.terms import Group, LatestGood, Terms
from graph_model.readiness.wiring import lock
from graph_model.runs.claim import claim
from graph_model.runs.entities import Failure, Run, RunState
from graph_model.runs.fail import fail_run
from graph_model.runs.replay import replay, replay_target
from graph_model.runs.repository import run as get_run
from graph_model.runs.repository import runs
from graph_model.store.graph import Graph, Transaction
from graph_model.verify.check import verify
from graph_model.versions.entities import Report
from graph_model.versions.report import report_version
from tests.support.protocol import Fleet, a_job, audited, bad, declare, name

DAY, BEFORE, LONG_BEFORE = "2013-01-05", "2013-01-04", "2013-01-02"
DAYS = tuple(f"2013-01-0{n}" for n in range(1, 8))
LONG = 3600.0
JOB = name("job")

Declare = Callable[..., Fleet]


@pytest.fixture
def declared(graph: Graph, side_driver: neo4j.Driver) -> Declare:
    """Declares one job that makes `out` of `raw` and whatever else it reads."""

    def declared(job: JobSpec, *others: JobSpec) -> Fleet:
        jobs = (job, *others)
        datasets = dict.fromkeys(
            known.name for one in jobs for known in (*(i.dataset for i in one.inputs), *one.outputs)
        )
        whole = tuple(item.dataset.name for item in job.inputs if item.mapping.kind == "whole")
        declare(side_driver, graph.settings.database, datasets=tuple(datasets), jobs=jobs, whole=whole)
        return Fleet(graph)

    return declared


def report(fleet: Fleet, dataset: str, day: str = DAY, *, location: str | None = None) -> str:
    """A version that is validated and published; its id."""
    receipt = report_version(fleet.graph, Report(name(dataset), day, location, reported_by="test"))
    fleet.work(most=1)
    return receipt.version


def ran(fleet: Fleet) -> list[list[str]]:
    """Which inputs each run of the job took, oldest first."""
    fleet.work()
    return [sorted(i.dataset.name for i in run.inputs) for run in fleet.finished if run.subject == JOB]


def wait_for(found: Callable[[], object]) -> None:
    until = time.monotonic() + 60
    while not found():
        assert time.monotonic() < until
        time.sleep(0.05)


def the_runs(fleet: Fleet, job: Name = JOB) -> list[Run]:
    return list(runs(fleet.graph, job=job))


def in_group(group: Group, members: Iterable[str]) -> dict[str, Terms]:
    return dict.fromkeys(members, Terms(group=group))


def test_two_of_three_are_enough_and_the_third_makes_another_run(declared: Declare) -> None:
    inputs = {"raw": "same", "a": "same", "b": "same", "c": "same"}
    fleet = declared(a_job("job", inputs, "out", terms=in_group(Group("feeds", 2), "abc")))

    report(fleet, "raw")
    report(fleet, "a")
    assert ran(fleet) == []
    report(fleet, "c")
    assert ran(fleet) == [["a", "c", "raw"]]
    report(fleet, "b")
    assert ran(fleet)[1:] == [["a", "b", "c", "raw"]]
    assert fleet.settle() == ()


def test_a_third_that_does_not_count_as_a_correction_makes_no_other_run(declared: Declare) -> None:
    inputs = {"raw": "same", "a": "same", "b": "same"}
    job = a_job("job", inputs, "out", terms=in_group(Group("feeds", 1), "ab"), ignore=("a", "b"))
    fleet = declared(job)

    for dataset in ("raw", "b", "a"):
        report(fleet, dataset)

    assert ran(fleet) == [["b", "raw"]]
    assert fleet.settle() == ()


def test_an_optional_input_is_waited_for_and_then_done_without(declared: Declare) -> None:
    patient = a_job("job", {"raw": "same", "b": "same"}, "out", optional=("b",), terms={"b": Terms(wait=0.4)})
    fleet = declared(patient)

    report(fleet, "raw")
    assert look_again(fleet.graph) == () or ran(fleet)
    wait_for(lambda: look_again(fleet.graph) or the_runs(fleet))

    assert ran(fleet) == [["raw"]]
    assert fleet.graph.rows("readiness.due_looks", most=10) == []
    report(fleet, "b")
    assert ran(fleet)[1:] == [["b", "raw"]]
    assert fleet.settle() == ()


def test_an_optional_input_that_comes_in_time_is_taken_along(declared: Declare) -> None:
    job = a_job("job", {"raw": "same", "b": "same"}, "out", optional=("b",), terms={"b": Terms(wait=LONG)})
    fleet = declared(job)

    report(fleet, "raw")
    assert (ran(fleet), look_again(fleet.graph), verify(fleet.graph)) == ([], (), ())
    report(fleet, "b")

    assert ran(fleet) == [["b", "raw"]]
    assert fleet.settle() == ()


def test_the_latest_good_one_serves_and_gives_way_to_the_own(declared: Declare) -> None:
    job = a_job("job", {"raw": "same", "rates": "same"}, "out", terms={"rates": Terms(latest_good=LatestGood(2))})
    fleet = declared(job)

    report(fleet, "rates", LONG_BEFORE)
    report(fleet, "raw")
    assert ran(fleet) == []
    earlier = report(fleet, "rates", BEFORE)
    fleet.contents["broken"] = bad()
    report(fleet, "rates", DAY, location="broken")
    assert ran(fleet) == [["rates", "raw"]]
    assert earlier in [i.version for i in fleet.finished[-1].inputs]
    own = report(fleet, "rates")
    ran(fleet)

    assert own in [i.version for i in fleet.finished[-1].inputs]
    assert fleet.settle() == ()


def test_what_is_too_old_is_waited_for(declared: Declare) -> None:
    fleet = declared(a_job("job", {"raw": "same", "names": "whole"}, "out", terms={"names": Terms(max_age=0.2)}))

    report(fleet, "names", "")
    time.sleep(0.3)
    report(fleet, "raw")
    assert ran(fleet) == []
    assert verify(fleet.graph) == ()


def test_fresh_data_serves_a_tolerant_job(declared: Declare) -> None:
    fleet = declared(a_job("job", {"raw": "same", "names": "whole"}, "out", terms={"names": Terms(max_age=LONG)}))

    report(fleet, "names", "")
    report(fleet, "raw")

    assert ran(fleet) == [["names", "raw"]]
    assert fleet.settle() == ()


@pytest.mark.parametrize("word", ["last_run", "last_run_of_job"])
def test_a_run_waits_until_an_input_is_newer_than_its_last_one(declared: Declare, word: str) -> None:
    terms = {"rates": Terms(newer_than=word)}  # type: ignore[arg-type]
    fleet = declared(a_job("job", {"raw": "same", "rates": "same"}, "out", terms=terms))

    report(fleet, "raw")
    report(fleet, "rates")
    assert len(ran(fleet)) == 1
    report(fleet, "raw", location="corrected")
    assert len(ran(fleet)) == 1
    assert fleet.settle() == ()
    report(fleet, "rates", location="corrected too")
    assert len(ran(fleet)) == 2
    replay(fleet.graph, JOB, DAY, by="ann", reason="once more")
    assert len(ran(fleet)) == 3
    assert fleet.settle() == ()


def test_a_run_that_nobody_starts_in_time_lapses_and_is_told(declared: Declare, side_driver: neo4j.Driver) -> None:
    fleet = declared(a_job("job", {"raw": "same"}, "out", ready_for=LONG))
    graph = fleet.graph

    report(fleet, "raw")
    (run,) = the_runs(fleet)
    assert (run.state, lapse(graph)) == (RunState.READY, ())
    side_driver.execute_query(
        "MATCH (r:Run {id: $id}) SET r.ready_until = r.created_at", id=run.id, database_=graph.settings.database
    )

    assert claim(graph, fleet.worker) == ()
    assert (lapse(graph), lapse(graph)) == ((run.id,), ())
    lapsed = get_run(graph, run.id)
    assert (lapsed.state, lapsed.reason) == (RunState.LAPSED, "it was ready for 0s and was not started")
    assert audited(side_driver, graph, run.id)[-1] == ("LAPSED", "readiness")
    told = "MATCH (n:Outbox {id: $id}) RETURN n.title AS title"
    found = side_driver.execute_query(told, id=f"lapsed/{run.id}", database_=graph.settings.database).records
    assert [row["title"] for row in found] == [f"lapsed: partition {DAY}"]
    assert fleet.settle() == ()
    report(fleet, "raw", location="corrected")
    assert ran(fleet) == [["raw"]]


def test_a_run_that_was_started_does_not_lapse(declared: Declare) -> None:
    fleet = declared(a_job("job", {"raw": "same"}, "out", ready_for=LONG))
    report(fleet, "raw")

    assert len(claim(fleet.graph, fleet.worker)) == 1
    assert fleet.graph.rows("runs.lapsed", most=10) == []


def test_at_a_fixed_time_a_run_takes_what_is_there(declared: Declare, side_driver: neo4j.Driver) -> None:
    fleet = declared(a_job("job", {"raw": "same", "b": "same"}, "out"))
    graph = fleet.graph
    report(fleet, "raw")
    assert ran(fleet) == []
    needs, target = replay_target(graph, JOB, DAY)

    def take(tx: Transaction) -> int:
        wirings = lock(tx, [target])
        trail = Trail()
        made = create_ready_runs(
            tx,
            [target],
            {needs.job: needs},
            wirings,
            trail,
            take_what_is_there=True,
        )
        trail.write(tx)
        return len(made)

    assert (graph.write(take), graph.write(take)) == (1, 0)
    assert ran(fleet) == [["raw"]]
    missing = "MATCH (r:Run {kind: 'job'}) RETURN r.missing AS missing"
    found = side_driver.execute_query(missing, database_=graph.settings.database).records
    assert [row["missing"] for row in found] == [[partition_id(dataset_id(name("b")), DAY)]]
    report(fleet, "b")
    assert ran(fleet)[1:] == [["b", "raw"]]
    assert fleet.settle() == ()


def test_verify_finds_a_job_partition_that_was_forgotten(declared: Declare, side_driver: neo4j.Driver) -> None:
    fleet = declared(a_job("job", {"raw": "same", "b": "same"}, "out", terms=in_group(Group("any", 1), ("raw", "b"))))
    report(fleet, "raw")
    assert fleet.settle() == ()
    side_driver.execute_query("MATCH (r:Run {kind: 'job'}) DETACH DELETE r", database_=fleet.graph.settings.database)

    wait_for(lambda: [one.message for one in verify(fleet.graph) if one.invariant == 1])


@pytest.mark.parametrize(("window", "taken"), [("latest", DAYS[4]), ("latest before", DAYS[1])])
def test_the_newest_that_is_there_is_recorded_and_makes_no_run(declared: Declare, window: str, taken: str) -> None:
    fleet = declared(a_job("job", {"raw": "same", "rates": window}, "out"))

    report(fleet, "raw", DAYS[2])
    assert (ran(fleet), fleet.settle()) == ([], ())
    for day in (DAYS[1], DAYS[0], DAYS[4]) if window != "latest" else (DAYS[4],):
        report(fleet, "rates", day)

    assert ran(fleet) == [["rates", "raw"]]
    assert [i.partition for i in fleet.finished[-1].inputs if i.dataset.name == "rates"] == [taken]
    report(fleet, "rates", DAYS[1], location="corrected")
    assert len(ran(fleet)) == 1
    assert fleet.settle() == ()


def before_and_after(declared: Declare, state: str, *, alone: bool = False) -> Fleet:
    """`load` makes `loaded` of `source`; `job` comes after it."""
    job = a_job("job", {} if alone else {"raw": "same"}, "out")
    job = replace(job, after=(Follows(name("load"), state),))
    return declared(job, a_job("load", {"source": "same"}, "loaded"))


def test_a_job_waits_by_control_until_another_has_succeeded(declared: Declare) -> None:
    fleet = before_and_after(declared, "success")

    report(fleet, "raw")
    assert ran(fleet) == []
    assert readiness(fleet.graph, JOB, DAY).reason == f"after job test/load@{DAY}: had no run yet"
    report(fleet, "source")
    assert readiness(fleet.graph, JOB, DAY).reason == f"after job test/load@{DAY}: is READY"
    fleet.work()
    assert follow(fleet.graph) != ()

    assert ran(fleet) == [["raw"]]
    assert follow(fleet.graph) == ()
    assert fleet.settle() == ()


@pytest.mark.parametrize(
    ("state", "runs_then"), [("failure", 1), ("exit 7", 1), ("exit 8", 0), ("done", 1), ("success", 0)]
)
def test_how_the_other_one_must_have_ended(declared: Declare, state: str, runs_then: int) -> None:
    fleet = before_and_after(declared, state)
    report(fleet, "raw")
    report(fleet, "source")

    (load,) = claim(fleet.graph, fleet.worker)
    fail_run(fleet.graph, load, Failure("exited with 7", 7, retry=False))

    assert len(follow(fleet.graph)) == runs_then
    assert len(ran(fleet)) == runs_then
    assert fleet.settle() == ()


def test_a_job_without_inputs_runs_once_for_each_end_that_it_waits_for(declared: Declare) -> None:
    fleet = before_and_after(declared, "success", alone=True)

    for location in ("first", "corrected"):
        report(fleet, "source", location=location)
        fleet.work()
        assert len(follow(fleet.graph)) == 1
        fleet.work()

    assert len([run for run in fleet.finished if run.subject == JOB]) == 2
    assert (follow(fleet.graph), fleet.settle()) == ((), ())


def test_a_run_that_began_before_anybody_waited_is_told_when_it_ends(
    declared: Declare, side_driver: neo4j.Driver
) -> None:
    fleet = before_and_after(declared, "done")
    report(fleet, "source")
    database = fleet.graph.settings.database
    side_driver.execute_query("MATCH (r:Run {kind: 'job'}) REMOVE r.followed", database_=database)

    report(fleet, "raw")
    fleet.work()

    assert len(follow(fleet.graph)) == 1
    assert ran(fleet) == [["raw"]]
