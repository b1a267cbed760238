"""A complete run of others publishes: which version of which partition, once, in any order, and what it sets going."""

from __future__ import annotations

import random
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import permutations
from typing import Any

import neo4j
import pytest

from connectors.openlineage.events import read_event
from graph_model.contracts.entities import Check, Contract
from graph_model.names import Name, dataset_id
from graph_model.observed.publish import look_at_joined, publish_marked
from graph_model.observed.record import record_observations
from graph_model.partitions.rules import PartitionScheme
from graph_model.runs.entities import RunKind
from graph_model.store.graph import Graph
from graph_model.verify.canonical import STATE_QUERIES
from graph_model.versions.repository import versions
from tests.conftest import wipe
from tests.integration.api import app_on, call, data
from tests.integration.trusted import (
    CLEAN,
    FIFTH,
    RAW,
    SIXTH,
    OwnContents,
    complete,
    current,
    declare,
    raw,
    states,
    tell,
    written,
)
from tests.support.events import dataset, facet, run_event
from tests.support.length import short_or_long
from tests.support.protocol import Fleet


def unplaced(driver: neo4j.Driver) -> list[str]:
    rows = driver.execute_query("MATCH (:ObservedRun)-[u:UNPLACED]->(:Dataset) RETURN u.reason AS reason").records
    return sorted(row["reason"] for row in rows)


def marks(driver: neo4j.Driver) -> int:
    query = "MATCH (r:ObservedRun) WHERE r.publish IS NOT NULL RETURN count(*) AS marks"
    return driver.execute_query(query).records[0]["marks"]


def test_a_complete_run_publishes_its_partition_and_starts_what_waits_for_it(graph: Graph) -> None:
    declare(graph)
    fleet = Fleet(graph)

    (validation,) = tell(graph, run_event("START", "01:00:00"), complete("01:05:00", FIFTH))
    fleet.work()

    (version,) = versions(graph, RAW)
    assert (version.partition, version.state, version.location) == (FIFTH, "PUBLISHED", "raw/2013-01-05.parquet")
    assert fleet.finished[0].id == validation
    assert states(graph, CLEAN) == [(FIFTH, "PUBLISHED")]
    assert fleet.settle() == ()


def test_the_same_run_publishes_once(graph: Graph, side_driver: neo4j.Driver) -> None:
    declare(graph)
    fleet = OwnContents(graph)
    tell(graph, complete("01:05:00", FIFTH))
    fleet.work()
    before = current(graph)

    tell(graph, complete("01:05:00", FIFTH))
    tell(graph, complete("01:05:01", FIFTH))
    tell(graph, run_event("START", "01:00:00"))
    played = fleet.work()

    assert (states(graph), current(graph), played) == ([(FIFTH, "PUBLISHED")], before, [])
    assert marks(side_driver) == 0
    assert fleet.settle() == ()


def test_nobody_publishes_unless_trusted(graph: Graph, side_driver: neo4j.Driver) -> None:
    declare(graph, trust=None)

    assert tell(graph, complete("01:05:00", FIFTH)) == ()
    assert (states(graph), marks(side_driver)) == ([], 0)


def test_the_nominal_time_says_the_partition_where_no_subset_does(graph: Graph) -> None:
    declare(graph)
    nominal = {"nominalTime": facet(nominalStartTime="2013-01-04T00:00:00Z", nominalEndTime="2013-01-05T00:00:00Z")}

    tell(graph, complete(run_facets=nominal), complete("01:05:00", SIXTH, run="other", run_facets=nominal))

    assert [key for key, _ in states(graph)] == ["2013-01-04", SIXTH]


def test_what_a_start_says_of_the_output_counts_for_its_complete(graph: Graph) -> None:
    declare(graph)

    tell(graph, run_event("START", "01:00:00", outputs=[raw(FIFTH, SIXTH)]))
    tell(graph, run_event("COMPLETE", "01:05:00"))

    assert [key for key, _ in states(graph)] == [FIFTH, SIXTH]


def test_what_cannot_be_placed_is_said_and_not_guessed(graph: Graph, side_driver: neo4j.Driver) -> None:
    declare(graph)

    tell(graph, complete())
    tell(graph, complete(run="again"))

    assert states(graph) == []
    assert unplaced(side_driver) == ["the run says nothing about its partition by subset or nominal_time"] * 2
    notices = side_driver.execute_query("MATCH (o:Outbox) RETURN o.title AS title, o.about AS about").records
    assert [row["title"] for row in notices] == ["not published: what scheduler/nightly.orders wrote of shop/raw"]

    tell(graph, run_event("RUNNING", "01:04:00", outputs=[raw(FIFTH)]))
    assert [key for key, _ in states(graph)] == [FIFTH]
    assert len(unplaced(side_driver)) == 1


def test_a_failure_that_is_known_first_publishes_nothing(graph: Graph) -> None:
    declare(graph)
    fleet = Fleet(graph)

    tell(graph, run_event("FAIL", "01:04:00"), complete("01:05:00", FIFTH))
    fleet.work()

    assert current(graph) == {}
    assert states(graph) == []


def test_a_failure_while_the_version_is_judged_stops_it(graph: Graph) -> None:
    declare(graph)
    fleet = Fleet(graph)
    tell(graph, complete("01:05:00", FIFTH))

    tell(graph, run_event("FAIL", "01:06:00"))

    assert fleet.work() == []
    assert states(graph) == [(FIFTH, "QUARANTINED")]
    assert fleet.settle() == ()


def test_a_failure_afterwards_takes_the_version_back_and_readers_get_the_last_good_one(graph: Graph) -> None:
    declare(graph)
    fleet = OwnContents(graph)
    tell(graph, complete("01:05:00", FIFTH, run="first"))
    fleet.work()
    before = current(graph)
    tell(graph, complete("02:05:00", FIFTH, run="second"))
    fleet.work()
    assert current(graph) != before

    tell(graph, run_event("FAIL", "02:04:00", run="second"))

    assert current(graph) == before
    (bad,) = (version for version in versions(graph, RAW) if version.state == "QUARANTINED")
    assert bad.reason == "withdrawn: its run is said to have ended with FAIL as well"
    assert fleet.settle() == ()


def test_a_run_that_says_later_where_it_wrote_is_believed(graph: Graph) -> None:
    declare(graph)
    fleet = OwnContents(graph)
    nominal = {"nominalTime": facet(nominalStartTime="2013-01-04T00:00:00Z")}
    tell(graph, complete(run_facets=nominal))
    fleet.work()
    assert list(current(graph)) == ["2013-01-04"]

    tell(graph, run_event("RUNNING", "01:04:00", outputs=[raw(FIFTH)]))
    fleet.work()
    assert list(current(graph)) == [FIFTH]

    tell(graph, run_event("RUNNING", "01:04:30", outputs=[raw("2013-01-04")]))
    fleet.work()
    assert list(current(graph)) == ["2013-01-04"]
    assert fleet.settle() == ()


def test_a_version_that_is_being_judged_elsewhere_is_withdrawn_once_it_is(
    graph: Graph, side_driver: neo4j.Driver
) -> None:
    declare(graph)
    fleet = OwnContents(graph)
    tell(graph, run_event("RUNNING", "01:04:00", outputs=[raw(SIXTH)]), complete())

    tell(graph, run_event("RUNNING", "01:04:30", outputs=[raw(FIFTH)]))
    assert marks(side_driver) == 1
    fleet.work()
    publish_marked(graph, grace_ms=0)
    fleet.work()

    assert (list(current(graph)), marks(side_driver)) == ([FIFTH], 0)
    assert fleet.settle() == ()


def test_a_mark_that_nobody_worked_off_is_found_by_a_sweep(graph: Graph, side_driver: neo4j.Driver) -> None:
    declare(graph)
    record_observations(graph, [read_event(complete("01:05:00", FIFTH))])
    assert (states(graph), marks(side_driver)) == ([], 1)

    assert publish_marked(graph, grace_ms=60_000) == ()
    (validation,) = publish_marked(graph, grace_ms=0)

    assert validation.startswith("rn_")
    assert (states(graph), marks(side_driver)) == ([(FIFTH, "VALIDATING")], 0)


def test_a_run_that_cannot_be_looked_at_keeps_no_other_waiting(graph: Graph, side_driver: neo4j.Driver) -> None:
    declare(graph)
    for run, day in (("broken", FIFTH), ("whole", SIXTH)):
        record_observations(graph, [read_event(complete("01:05:00", day, run=run))])
    side_driver.execute_query("MATCH (r:ObservedRun {run: 'broken'}) SET r.slices = 'no JSON'")

    with pytest.raises(ValueError, match="Expecting value"):
        publish_marked(graph, grace_ms=0)

    assert (states(graph), marks(side_driver)) == ([(SIXTH, "VALIDATING")], 1)


def test_a_version_that_nobody_can_read_stands_on_the_word_of_its_client(graph: Graph) -> None:
    declare(graph, location=None)
    fleet = Fleet(graph)
    statistics = {"outputStatistics": facet(rowCount=12, size=300)}

    tell(graph, run_event("COMPLETE", "01:05:00", outputs=[raw(FIFTH, version=snapshot("1"), **statistics)]))
    fleet.work()

    (version,) = versions(graph, RAW)
    assert (version.state, version.location, version.content_hash) == ("PUBLISHED", "", "told:1")
    assert (version.row_count, version.size_bytes) == (12, 300)
    assert states(graph, CLEAN) == [(FIFTH, "PUBLISHED")]
    assert fleet.settle() == ()


def snapshot(mark: str) -> dict[str, Any]:
    return facet(datasetVersion=mark)


def test_the_same_snapshot_again_starts_nothing(graph: Graph) -> None:
    declare(graph, location=None)
    fleet = Fleet(graph)
    for at, run, mark in (("01:05:00", "one", "1"), ("02:05:00", "two", "1"), ("03:05:00", "three", "2")):
        tell(graph, run_event("COMPLETE", at, run=run, outputs=[raw(FIFTH, version=snapshot(mark))]))
        fleet.work()

    jobs = [run for run in fleet.finished if run.kind == RunKind.JOB]
    assert len(jobs) == 2
    assert sorted(states(graph)) == [(FIFTH, "PUBLISHED"), (FIFTH, "SUPERSEDED"), (FIFTH, "SUPERSEDED")]


@pytest.mark.parametrize(("severity", "state"), [("blocking", "QUARANTINED"), ("warning", "PUBLISHED")])
def test_checks_that_need_the_content_do_not_pass_silently(graph: Graph, severity: Any, state: str) -> None:
    contract = Contract(checks=(Check("id_known", "not_null", {"columns": ["id"]}, severity=severity),))
    declare(graph, location=None, contract=contract)
    fleet = Fleet(graph)

    tell(graph, complete("01:05:00", FIFTH))
    fleet.work()

    (version,) = versions(graph, RAW)
    assert version.state == state
    (result,) = version.results
    assert (result.passed, result.message) == (False, "not checked: nobody says where the content lies")
    assert fleet.settle() == ()


def test_a_dataset_without_partitions_has_the_one(graph: Graph) -> None:
    declare(graph, partitions=PartitionScheme(), location="raw.parquet")

    tell(graph, complete())

    assert states(graph) == [("", "VALIDATING")]


def test_a_run_knows_the_dataset_by_another_name(graph: Graph) -> None:
    """Learned in the same event, before it, or after it."""
    declare(graph)
    symlink = {"symlinks": facet(identifiers=[{"namespace": "shop", "name": "raw", "type": "TABLE"}])}
    elsewhere = dataset("warehouse/raw", namespace="s3://bucket", **symlink)
    plain = dataset("warehouse/raw", namespace="s3://bucket")

    tell(graph, run_event("COMPLETE", "01:05:00", outputs=[{**plain, "outputFacets": {"subset": written(FIFTH)}}]))
    assert states(graph) == []
    tell(graph, run_event("START", "01:00:00", outputs=[elsewhere]))
    look_at_joined(graph)
    publish_marked(graph, grace_ms=0)
    tell(
        graph,
        run_event("COMPLETE", "02:05:00", run="x", outputs=[{**plain, "outputFacets": {"subset": written(SIXTH)}}]),
    )

    assert [key for key, _ in states(graph)] == [FIFTH, SIXTH]


def what_stands(graph: Graph) -> list[str]:
    """What the hash of the state is over, but for what came of versions that were good for a while: they were
    validated, and jobs may have read them, whose results count as tainted then, as after any quarantine."""
    of_versions = ("verify.state_job_partitions", "verify.state_current")
    return sorted(str(row) for query in STATE_QUERIES if query not in of_versions for row in graph.rows(query))


def test_the_name_under_which_a_run_knows_the_dataset_says_the_partition(
    graph: Graph, side_driver: neo4j.Driver
) -> None:
    declare(graph, names=(Name("s3://lake", "raw/{date}/"),))

    for day in (FIFTH, SIXTH):
        outputs = [dataset(f"raw/{day}/part-0.parquet", namespace="s3://lake")]
        tell(graph, run_event("COMPLETE", "01:05:00", run=day, outputs=outputs))

    assert [key for key, _ in states(graph)] == [FIFTH, SIXTH]
    assert unplaced(side_driver) == []


def shuffles(events: Sequence[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    chance = random.Random(5)
    found = []
    for _ in range(short_or_long(4, 8)):
        order = [*events, *chance.sample(list(events), 2)]
        chance.shuffle(order)
        found.append(order)
    return found


def test_events_in_any_order_publish_the_same(graph: Graph, side_driver: neo4j.Driver) -> None:
    """Two runs of one partition, one that fails as well, one without a START, one that ends twice."""
    events = [
        run_event("START", "01:00:00", run="a", outputs=[raw(FIFTH)]),
        run_event("COMPLETE", "01:05:00", run="a"),
        complete("02:05:00", FIFTH, run="b"),
        complete("03:05:00", FIFTH, run="c"),
        run_event("FAIL", "03:06:00", run="c"),
        complete("01:30:00", SIXTH, run="d"),
        complete("02:30:00", SIXTH, run="e"),
        complete("03:30:00", SIXTH, run="d"),
        complete("01:10:00", run="f"),
    ]
    found = {}
    for number, order in enumerate([events, *shuffles(events)]):
        wipe(side_driver, graph.settings.database)
        declare(graph)
        fleet = OwnContents(graph)
        chance = random.Random(number)
        for event in order:
            tell(graph, event)
            if chance.random() < 0.6:
                fleet.work()
        fleet.work()
        publish_marked(graph, grace_ms=0)
        assert fleet.settle() == (), number
        found[number] = (current(graph), unplaced(side_driver), what_stands(graph))
    different = {number: one for number, one in found.items() if one != found[0]}
    assert different == {}, found[0]
    assert set(found[0][0]) == {FIFTH, SIXTH}


def test_events_at_the_same_time_publish_the_same(graph: Graph, side_driver: neo4j.Driver) -> None:
    """Several clients, each with its own mind about the order, and a steward that sweeps meanwhile."""
    declare(graph)
    fleet = OwnContents(graph)
    runs = [f"run-{number}" for number in range(6)]
    events = [complete(f"0{number}:05:00", FIFTH, SIXTH, run=run) for number, run in enumerate(runs, 1)]
    events += [run_event("FAIL", "09:00:00", run=run) for run in runs[3:]]
    orders = []
    for seed in range(3):
        order = list(events)
        random.Random(seed).shuffle(order)
        orders.append(order)

    with ThreadPoolExecutor(max_workers=4) as pool:
        told = [pool.submit(lambda order=order: [tell(graph, event) for event in order]) for order in orders]
        swept = pool.submit(lambda: [publish_marked(graph, grace_ms=0) for _ in range(10)])
        for one in (*told, swept):
            one.result()
    fleet.work()
    while publish_marked(graph, grace_ms=0) or marks(side_driver):
        fleet.work()

    good = {version.id for version in versions(graph, RAW) if version.state in ("PUBLISHED", "SUPERSEDED")}
    assert len(good) == 6
    query = "MATCH (p:Partition {dataset: $raw})-[:CURRENT]->(v)<-[:WROTE]-(r:ObservedRun) RETURN r.run AS run"
    assert [row["run"] for row in side_driver.execute_query(query, raw=dataset_id(RAW)).records] == ["run-2"] * 2
    assert fleet.settle() == ()


def test_a_failed_run_in_any_order_gives_readers_nothing(graph: Graph, side_driver: neo4j.Driver) -> None:
    events = [run_event("START", "01:00:00"), complete("01:05:00", FIFTH), run_event("FAIL", "01:06:00")]
    for order in permutations(events):
        wipe(side_driver, graph.settings.database)
        declare(graph)
        fleet = OwnContents(graph)
        for event in order:
            tell(graph, event)
            fleet.work()
        assert current(graph) == {}
        assert fleet.settle() == ()


UNPLACED = """
  { dataset(namespace: "shop", name: "raw") {
    ... on Dataset { observed unplacedRuns { job { namespace name } run completeAt reason } } } }
"""


def test_an_event_over_http_publishes_before_it_is_answered(graph: Graph, side_driver: neo4j.Driver) -> None:
    declare(graph)
    app = app_on(graph)

    assert call(app, "POST", "/api/v1/lineage", json=complete("01:05:00", FIFTH)).status_code == 201
    assert states(graph) == [(FIFTH, "VALIDATING")]
    batch = [complete("01:05:00", SIXTH, run="second"), {"no": "event"}, complete("01:05:00", run="third")]
    answer = call(app, "POST", "/api/v1/lineage/batch", json=batch).json()

    assert answer["summary"]["successful"] == 2
    assert states(graph) == [(FIFTH, "VALIDATING"), (SIXTH, "VALIDATING")]
    assert marks(side_driver) == 0
    found = data(app, UNPLACED)["dataset"]
    assert found["observed"] == "publishes by subset, nominal_time"
    assert found["unplacedRuns"] == [
        {
            "job": {"namespace": "scheduler", "name": "nightly.orders"},
            "run": "third",
            "completeAt": "2013-01-05T01:05:00+00:00",
            "reason": "the run says nothing about its partition by subset or nominal_time",
        }
    ]
