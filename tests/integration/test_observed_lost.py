"""Runs of others whose end was lost are concluded to be over, by evidence, in whatever order it came."""

from __future__ import annotations

import random
from itertools import permutations
from typing import Any

import neo4j
import pytest

from connectors.openlineage.events import read_event
from graph_model.observed.lost import close_lost
from graph_model.observed.record import record_observations
from graph_model.store.graph import Graph
from tests.conftest import wipe
from tests.support.events import facet, run_event

# Events of these tests are years old: silence alone says nothing, unless a test wants it to.
EVER = 1e10
Event = dict[str, Any]


def tell(graph: Graph, *events: Event) -> None:
    record_observations(graph, [read_event(event) for event in events])


def states(driver: neo4j.Driver) -> dict[str, str]:
    rows = driver.execute_query("MATCH (r:ObservedRun) RETURN r.run AS run, r.state AS state").records
    return {row["run"]: row["state"] for row in rows}


def reasons(driver: neo4j.Driver) -> dict[str, str]:
    query = "MATCH (r:ObservedRun) WHERE r.lost_because IS NOT NULL RETURN r.run AS run, r.lost_because AS because"
    return {row["run"]: row["because"] for row in driver.execute_query(query).records}


def nominal(day: str) -> dict[str, Any]:
    return {"nominalTime": facet(nominalStartTime=f"{day}T00:00:00Z")}


def later_run(**more: Any) -> list[Event]:
    return [run_event("START", "02:00:00", run="second", **more), run_event("COMPLETE", "02:05:00", run="second")]


def test_a_later_complete_run_of_the_job_closes_it(graph: Graph, side_driver: neo4j.Driver) -> None:
    tell(graph, run_event("START", "01:00:00", run="first"))
    assert close_lost(graph, silent_seconds=EVER) == ()

    tell(graph, *later_run())
    assert len(close_lost(graph, silent_seconds=EVER)) == 1

    assert states(side_driver) == {"first": "LOST", "second": "COMPLETE"}
    assert reasons(side_driver) == {"first": "run second of the same job is later, and complete"}
    assert close_lost(graph, silent_seconds=EVER) == ()


@pytest.mark.parametrize(
    "others",
    [
        [run_event("START", "02:00:00", run="second")],
        [run_event("START", "00:59:00", run="second"), run_event("COMPLETE", "02:05:00", run="second")],
        [run_event("COMPLETE", "02:05:00", run="second", job="another")],
        later_run(run_facets=nominal("2013-01-05")),
        later_run(run_facets=nominal("2013-01-04")),
    ],
    ids=["not complete", "began before", "another job", "a part of the same day", "an older day"],
)
def test_what_is_no_evidence_closes_nothing(graph: Graph, side_driver: neo4j.Driver, others: list[Event]) -> None:
    tell(graph, run_event("START", "01:00:00", run="first", run_facets=nominal("2013-01-05")), *others)

    close_lost(graph, silent_seconds=EVER)

    assert states(side_driver)["first"] == "START"


@pytest.mark.parametrize("kind", ["STREAMING", "SERVICE"])
def test_what_never_ends_is_never_lost(graph: Graph, side_driver: neo4j.Driver, kind: str) -> None:
    stream = {"jobType": facet(processingType=kind, integration="SPARK")}
    tell(graph, run_event("RUNNING", "01:00:00", run="first"), *later_run())
    close_lost(graph, silent_seconds=EVER)
    assert states(side_driver)["first"] == "LOST"

    tell(graph, run_event("RUNNING", "02:10:00", run="third", job_facets=stream))
    close_lost(graph, silent_seconds=1)

    assert states(side_driver) == {"first": "RUNNING", "second": "COMPLETE", "third": "RUNNING"}


def test_the_end_of_what_it_is_a_part_of_closes_it(graph: Graph, side_driver: neo4j.Driver) -> None:
    parent = {"parent": facet(run={"runId": "whole"}, job={"namespace": "scheduler", "name": "nightly"})}
    tell(graph, run_event("START", "01:00:00", run="part", job="nightly.step", run_facets=parent))
    tell(graph, run_event("START", "01:00:00", run="late", job="nightly.other", run_facets=parent))
    tell(graph, run_event("RUNNING", "01:20:00", run="late", job="nightly.other"))

    tell(graph, run_event("FAIL", "01:10:00", run="whole", job="nightly"))
    close_lost(graph, silent_seconds=EVER)

    assert states(side_driver) == {"part": "LOST", "late": "RUNNING", "whole": "FAIL"}
    assert reasons(side_driver) == {"part": "run whole, which it was a part of, has ended"}


def test_silence_closes_it(graph: Graph, side_driver: neo4j.Driver) -> None:
    tell(graph, run_event("START", "01:00:00", run="first"))

    close_lost(graph, silent_seconds=3600)

    assert reasons(side_driver) == {"first": "nothing was heard of it any more"}


def test_an_end_that_comes_later_wins(graph: Graph, side_driver: neo4j.Driver) -> None:
    tell(graph, run_event("START", "01:00:00", run="first"), *later_run())
    close_lost(graph, silent_seconds=EVER)

    tell(graph, run_event("COMPLETE", "01:30:00", run="first"))
    close_lost(graph, silent_seconds=EVER)

    assert states(side_driver) == {"first": "COMPLETE", "second": "COMPLETE"}
    assert reasons(side_driver) == {}


def test_whatever_is_heard_of_it_opens_it_again(graph: Graph, side_driver: neo4j.Driver) -> None:
    tell(graph, run_event("START", "01:00:00", run="first"), *later_run())
    close_lost(graph, silent_seconds=EVER)

    tell(graph, run_event("RUNNING", "03:00:00", run="first"))
    close_lost(graph, silent_seconds=EVER)

    assert states(side_driver)["first"] == "RUNNING"


def test_evidence_in_any_order_comes_to_the_same(graph: Graph, side_driver: neo4j.Driver) -> None:
    """Sweeps between the events too: what they conclude too early, they take back."""
    day = nominal("2013-01-05")
    events = [
        run_event("START", "01:00:00", run="first", run_facets=day),
        run_event("START", "02:00:00", run="second", run_facets=day),
        run_event("COMPLETE", "02:05:00", run="second"),
        run_event("START", "03:00:00", run="third", run_facets=nominal("2013-01-06")),
    ]
    for order in permutations(events):
        wipe(side_driver, graph.settings.database)
        chance = random.Random(str(order))
        for event in order:
            tell(graph, event)
            if chance.random() < 0.7:
                close_lost(graph, silent_seconds=EVER)
        close_lost(graph, silent_seconds=EVER)
        assert states(side_driver) == {"first": "START", "second": "COMPLETE", "third": "START"}, order
