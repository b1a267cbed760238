"""Our own runs leave as OpenLineage events: written with the run, valid, whole."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from graph_model.emitting.repository import backlog, due, subscribe
from graph_model.errors import FenceLost
from graph_model.estate.writing import FOREVER
from graph_model.names import Name, dataset_id
from graph_model.runs.cancel import cancel
from graph_model.runs.claim import claim
from graph_model.runs.entities import ClaimedRun, Failure, OutputVersion
from graph_model.runs.fail import fail_run
from graph_model.runs.finish import finish_run
from graph_model.runs.lease import register, retire
from graph_model.runs.sweeps import expire_leases
from graph_model.store.graph import Graph
from tests.support.openlineage_schema import MISSING, SPEC, facets_of, lacks, violations
from tests.support.protocol import Fleet, bad
from tests.support.receivers import a_receiver
from tests.support.telling import DAYS, SUM_UP, TIDY, all_events, declared, delivered, played, report

FACETS = {
    *("nominalTime", "processing_engine", "headwater_run", "jobType", "sql", "ownership", "documentation", "lineage"),
    *("schema", "version", "datasetType", "storage", "tags", "columnLineage", "subset"),
    *("inputStatistics", "outputStatistics", "dataQualityAssertions"),
}


def waiting(graph: Graph) -> list[tuple[str, int, str]]:
    return [(happening.run, happening.fence, happening.event) for happening in due(graph, limit=100)]


def a_claimed_run(graph: Graph, fleet: Fleet, *, worker: str = "w-other") -> ClaimedRun:
    """The first run of `tidy`, which nobody else has begun."""
    for dataset in ("orders", "rates"):
        report(graph, dataset, DAYS[0])
    while (found := claim(graph, worker, slots=1)) and found[0].job is None:
        fleet.play(found[0])
    return found[0]


@pytest.fixture
def fleet(graph: Graph) -> Fleet:
    fleet = declared(graph)
    register(graph, "w-other", host="here", pid=2, slots=1, lease_seconds=600)
    return fleet


def test_nothing_is_written_down_where_nobody_wants_to_hear(graph: Graph, fleet: Fleet) -> None:
    a_claimed_run(graph, fleet)

    assert backlog(graph).waiting == 0


def test_nothing_is_written_down_long_after_the_last_one_who_did(graph: Graph, fleet: Fleet) -> None:
    subscribe(graph, keep_ms=0)

    a_claimed_run(graph, fleet)

    assert backlog(graph).waiting == 0


def test_a_start_waits_as_soon_as_the_run_is_claimed_and_validations_are_not_told(graph: Graph, fleet: Fleet) -> None:
    subscribe(graph)

    run = a_claimed_run(graph, fleet)

    assert waiting(graph) == [(run.id, 1, "START")]


def failed(graph: Graph, run: ClaimedRun) -> None:
    fail_run(graph, run, Failure("exited with 3", 3))


def cancelled(graph: Graph, run: ClaimedRun) -> None:
    cancel(graph, run.id, by="someone", reason="not needed")


def released(graph: Graph, _: ClaimedRun) -> None:
    retire(graph, "w-other")


def lost(graph: Graph, _: ClaimedRun) -> None:
    graph.rows("runs.end_worker", worker="w-other")
    expire_leases(graph)


def set_aside(graph: Graph, run: ClaimedRun) -> None:
    finish_run(graph, run, [OutputVersion(output, bad()) for output in run.outputs])


@pytest.mark.parametrize(
    ("end", "kind", "message"),
    [
        (failed, "FAIL", "exited with 3"),
        (cancelled, "ABORT", "cancelled by someone: not needed"),
        (released, "ABORT", "released by its worker"),
        (lost, "ABORT", "its worker w-other is gone"),
        (set_aside, "FAIL", "output quarantined: clean: unique id: 3 rows repeat a key"),
    ],
)
def test_an_attempt_that_ends_without_success_says_why(
    graph: Graph, fleet: Fleet, end: Any, kind: str, message: str
) -> None:
    subscribe(graph)
    run = a_claimed_run(graph, fleet)

    end(graph, run)

    with a_receiver() as receiver:
        start, over = delivered(graph, receiver)
    assert (start["eventType"], over["eventType"]) == ("START", kind)
    assert over["run"]["runId"] == start["run"]["runId"]
    assert over["run"]["facets"]["errorMessage"]["message"] == message
    assert "errorMessage" not in start["run"]["facets"]
    assert "columnLineage" not in over["outputs"][0]["facets"]
    assert lacks(over) == []
    assert not SPEC.exists() or violations(over) == []


def test_each_attempt_is_a_run_of_its_own(graph: Graph, fleet: Fleet) -> None:
    subscribe(graph)
    run = a_claimed_run(graph, fleet)
    released(graph, run)
    fleet.work()

    with a_receiver() as receiver:
        told = [event for event in delivered(graph, receiver) if event["job"]["name"] == "tidy"]

    assert sorted(event["eventType"] for event in told) == ["ABORT", "COMPLETE", "START", "START"]
    assert len({event["run"]["runId"] for event in told}) == 2
    attempts = [event["run"]["facets"]["headwater_run"] for event in told]
    assert {(said["run"], said["attempt"]) for said in attempts} == {(run.id, 1), (run.id, 2)}


def test_who_lost_the_run_tells_nothing_of_it(graph: Graph, fleet: Fleet) -> None:
    subscribe(graph)
    run = a_claimed_run(graph, fleet)
    cancelled(graph, run)

    with pytest.raises(FenceLost):
        set_aside(graph, run)
    with pytest.raises(FenceLost):
        failed(graph, run)

    assert backlog(graph).waiting == 2


def by_job(events: list[dict[str, Any]], job: str, kind: str) -> list[dict[str, Any]]:
    return [event for event in events if event["job"]["name"] == job and event["eventType"] == kind]


def test_every_event_is_whole_and_each_start_comes_before_its_end(graph: Graph) -> None:
    fleet = played(graph)

    with a_receiver() as receiver:
        events = delivered(graph, receiver)

    jobs = [run for run in fleet.finished if run.job is not None]
    assert len(jobs) >= 3
    assert len(events) == 2 * len(jobs)
    assert [problem for event in events for problem in lacks(event)] == []
    for identity in {identity for identity, _ in receiver.kinds()}:
        assert [kind for run, kind in receiver.kinds() if run == identity] == ["START", "COMPLETE"]
    assert backlog(graph).waiting == 0


@pytest.mark.skipif(not SPEC.exists(), reason=MISSING)
def test_every_event_is_valid_by_the_schemas(graph: Graph) -> None:
    played(graph)

    events = all_events(graph)

    assert [problem for event in events for problem in violations(event)] == []
    told = {name for event in events for name, _ in facets_of(event)}
    assert told >= FACETS


def test_a_complete_run_tells_what_it_read_and_made(graph: Graph) -> None:
    played(graph)

    event = by_job(all_events(graph), "tidy", "COMPLETE")[1]

    assert event["run"]["facets"]["nominalTime"]["nominalStartTime"] == "2024-01-02T00:00:00.000000Z"
    job = event["job"]["facets"]
    assert (job["jobType"]["jobType"], job["sql"]["query"], job["sql"]["dialect"]) == ("SQL", TIDY, "duckdb")
    assert job["ownership"]["owners"] == [{"name": "team@example.org", "type": "OWNER"}]
    orders, rates = event["inputs"]
    assert (orders["name"], rates["name"]) == ("orders", "rates")
    (part,) = orders["inputFacets"]["subset"]["inputCondition"]["partitions"]
    assert part == {"identifier": "2024-01-02", "dimensions": {"day": "2024-01-02"}}
    assert orders["inputFacets"]["inputStatistics"]["fileCount"] == 2
    unique, few = orders["inputFacets"]["dataQualityAssertions"]["assertions"]
    assert (unique["assertion"], unique["success"], unique["severity"]) == ("unique", True, "error")
    assert (few["success"], few["severity"], few["actual"], few["params"]["partition"]) == (False, "warn", "3", DAYS[1])
    number, place = orders["facets"]["schema"]["fields"]
    assert (number["type"], number["ordinal_position"]) == ("int64", 1)
    assert [(field["name"], field["type"]) for field in place["fields"]] == [("city", "string"), ("at", "array")]
    (clean,) = event["outputs"]
    assert clean["outputFacets"]["outputStatistics"] == {
        **clean["outputFacets"]["outputStatistics"],
        "rowCount": 3,
        "size": 30,
    }
    told = event["run"]["facets"]["headwater_run"]
    assert clean["facets"]["version"]["datasetVersion"] == told["writes"][0]["version"]
    assert {(read["name"], read["partition"]) for read in told["reads"]} == {("orders", DAYS[1]), ("rates", DAYS[1])}
    columns = clean["facets"]["columnLineage"]
    sources = {made: sorted(one["field"] for one in said["inputFields"]) for made, said in columns["fields"].items()}
    assert sources == {"id": ["id"], "day": ["day"], "amount": ["amount", "rate"]}
    assert {source["field"] for source in columns["dataset"]} == {"currency"}
    (entry,) = job["lineage"]["entries"]
    assert {source["name"] for source in entry["inputs"]} == {"orders", "rates"}


def test_a_window_is_told_as_the_partitions_that_were_read(graph: Graph) -> None:
    played(graph)

    event = by_job(all_events(graph), "sum_up", "COMPLETE")[-1]

    (clean,) = event["inputs"]
    parts = clean["inputFacets"]["subset"]["inputCondition"]["partitions"]
    read = [one["partition"] for one in event["run"]["facets"]["headwater_run"]["reads"]]
    assert [part["identifier"] for part in parts] == sorted(read)
    assert event["job"]["facets"]["sql"]["query"] == SUM_UP


def test_a_run_is_told_under_the_same_id_whenever_it_is_told(graph: Graph) -> None:
    played(graph)

    first, again = all_events(graph), all_events(graph)

    assert first == again
    with a_receiver() as receiver:
        delivered(graph, receiver)
    assert {identity for identity, _ in receiver.kinds()} == {event["run"]["runId"] for event in first}
    key = lambda event: (event["run"]["runId"], event["eventType"])  # noqa: E731
    assert sorted(receiver.received, key=key) == sorted(first, key=key)


def test_another_namespace_for_jobs_and_a_packed_body_with_a_key(graph: Graph) -> None:
    played(graph)

    with a_receiver() as receiver:
        events = delivered(graph, receiver, namespace="elsewhere", gzip=True, key="secret")

    assert {event["job"]["namespace"] for event in events} == {"elsewhere"}
    assert {event["inputs"][0]["namespace"] for event in events} == {"shop"}
    assert {(said["Authorization"], said["Content-Encoding"]) for said in receiver.headers} == {
        ("Bearer secret", "gzip")
    }


def test_a_name_that_came_later_is_told_as_a_symlink(graph: Graph) -> None:
    played(graph)
    other = {
        "id": "dn_other",
        "namespace": "s3://lake",
        "name": "orders",
        "dataset": dataset_id(Name("shop", "orders")),
    }
    graph.rows("estate.declare_names", names=[other], now=datetime.now(UTC), forever=FOREVER)

    event = by_job(all_events(graph), "tidy", "COMPLETE")[0]

    assert event["inputs"][0]["name"] == "orders"
    identifiers = event["inputs"][0]["facets"]["symlinks"]["identifiers"]
    assert identifiers == [{"namespace": "s3://lake", "name": "orders", "type": "TABLE"}]
