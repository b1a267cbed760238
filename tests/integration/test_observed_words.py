"""What observations say of outputs as a whole: which inputs go into which, and whether a job is known by column."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import neo4j
import pytest

from graph_model.impact.assess import assess
from graph_model.impact.entities import Change, ChangeMeaning, DropDataset
from graph_model.jobs.repository import count_jobs
from graph_model.lineage.ask import lineage
from graph_model.lineage.entities import Direction, Filter
from graph_model.lineage.paths import paths
from graph_model.lineage.steps import Asked
from graph_model.names import Name
from graph_model.observed.record import record_observations
from graph_model.store.graph import Graph
from tests.integration.observing import any_order_makes_one_graph, observations
from tests.support.events import SECOND, WAREHOUSE, dataset, facet, made_from, run_event
from tests.support.length import short_or_long

X, Y = dataset("x", "a int8"), dataset("y", "b int8")
A, B = dataset("a"), dataset("b")


def source(name: str, field: str | None = None) -> dict[str, Any]:
    found = {"namespace": WAREHOUSE, "name": name, "type": "DATASET"}
    return {**found, "field": field} if field else found


def entry(name: str, *inputs: dict[str, Any], **fields: Sequence[dict[str, Any]]) -> dict[str, Any]:
    said = {column: {"inputs": list(sources)} for column, sources in fields.items()}
    return {**source(name), "inputs": list(inputs), "fields": said}


def explicit(*entries: dict[str, Any]) -> dict[str, Any]:
    return {"lineage": facet(entries=list(entries))}


CROSSED = explicit(entry("a", source("x")), entry("b", source("y")))


def run(at: str, *, run: str = "r1", type: str = "COMPLETE", facets: Any = None, **more: Any) -> dict[str, Any]:
    told = {"inputs": [X, Y], "outputs": [A, B], **more}
    return run_event(type, at, run=run, job_facets=facets, **told)


def about(name: str, at: str = "01:00:00", **facets: Any) -> dict[str, Any]:
    return {"eventTime": f"2013-01-05T{at}Z", "producer": "https://example.org", "dataset": dataset(name, **facets)}


def tell(graph: Graph, *events: Any) -> None:
    record_observations(graph, observations(events))


def reached(graph: Graph, name: str, way: Direction = "DOWN", **more: Any) -> set[str]:
    found = lineage(graph, Name(WAREHOUSE, name), direction=way, **more)
    return {node.name.name for node in found.nodes} - {name}


def test_a_lineage_facet_replaces_the_product_of_inputs_and_outputs(graph: Graph) -> None:
    tell(graph, run("01:00:00", facets=CROSSED))

    assert reached(graph, "x") == {"nightly.orders", "a"}
    assert reached(graph, "y") == {"nightly.orders", "b"}
    assert reached(graph, "a", "UP") == {"nightly.orders", "x"}
    assert reached(graph, "b", "BOTH") == {"nightly.orders", "y"}


def test_a_newer_complete_run_without_the_facet_counts(graph: Graph) -> None:
    tell(graph, run("01:00:00", facets=CROSSED), run("02:00:00", run=SECOND))
    assert reached(graph, "x") == {"nightly.orders", "a", "b"}

    tell(graph, run("03:00:00", run="r3", type="START", facets=CROSSED))
    assert reached(graph, "x") == {"nightly.orders", "a", "b"}

    tell(graph, run("03:05:00", run="r3"))
    assert reached(graph, "x") == {"nightly.orders", "a"}


def test_both_ends_of_a_job_are_joined_where_both_inputs_are_reached(graph: Graph) -> None:
    """The job is met by its one input first, and by the other one later: then it is walked from again."""
    tell(
        graph,
        run("01:00:00", facets=CROSSED),
        run_event("COMPLETE", "01:00:00", job="before", inputs=[X], outputs=[dataset("mid")]),
        run_event("COMPLETE", "01:00:00", job="between", inputs=[dataset("mid")], outputs=[Y]),
    )

    assert reached(graph, "x") == {"nightly.orders", "a", "before", "mid", "between", "y", "b"}
    assert reached(graph, "y") == {"nightly.orders", "b"}


def test_no_tracked_upstream_is_none(graph: Graph) -> None:
    tell(graph, run("01:00:00", facets=explicit(entry("a"), entry("b", source("y"), source("x")))))

    assert reached(graph, "a", "UP") == {"nightly.orders"}
    assert reached(graph, "x") == {"nightly.orders", "b"}


def test_what_goes_into_the_job_goes_into_outputs_that_the_facet_does_not_describe(graph: Graph) -> None:
    into_job = {"type": "JOB", "inputs": [source("y")]}
    tell(graph, run("01:00:00", facets=explicit(entry("a", source("x")), into_job)))

    assert reached(graph, "b", "UP") == {"nightly.orders", "y"}
    assert reached(graph, "a", "UP") == {"nightly.orders", "x"}


def test_filters_bridge_a_job_only_the_ways_that_it_goes(graph: Graph) -> None:
    tell(graph, run("01:00:00", facets=CROSSED), run_event("COMPLETE", "01:00:00", job="j", inputs=[X], outputs=[Y]))
    only = Filter(kinds=frozenset({"DATASET"}))

    found = lineage(graph, Name(WAREHOUSE, "x"), wanted=only)

    names = {node.id: node.name.name for node in found.nodes}
    ways = {(names[edge.source], names[edge.target]) for edge in found.edges}
    assert ways == {("x", "a"), ("x", "y"), ("y", "b")}


def test_paths_go_only_where_the_job_goes(graph: Graph) -> None:
    tell(
        graph,
        run("01:00:00", facets=CROSSED),
        run_event("COMPLETE", "01:00:00", job="last", inputs=[A, B], outputs=[dataset("end")]),
    )

    def ways(start: str, end: str) -> int:
        return len(paths(graph, Asked(Name(WAREHOUSE, start)), Asked(Name(WAREHOUSE, end))).paths)

    assert (ways("x", "end"), ways("x", "a"), ways("x", "b")) == (1, 1, 0)

    tell(graph, run_event("COMPLETE", "01:00:00", job="between", inputs=[X], outputs=[Y]))
    assert (ways("x", "b"), ways("x", "end")) == (1, 2)


def test_a_dataset_event_says_what_a_dataset_is_made_from(graph: Graph) -> None:
    said = facet(inputs=[source("x")], fields={"c": {"inputs": [source("y", "b")]}})
    tell(graph, about("a", lineage=said))

    found = lineage(graph, Name(WAREHOUSE, "a"), direction="UP")

    assert {node.name.name for node in found.nodes} == {"a", "x", "y"}
    assert {edge.kind for edge in found.edges} == {"VIA"}
    by_column = lineage(graph, Name(WAREHOUSE, "y"), column="b")
    assert {(node.name.name, node.column) for node in by_column.nodes} >= {("y", "b"), ("a", "c")}
    assert reached(graph, "a", "UP", wanted=Filter(technical=True)) == {"x", "y"}

    tell(graph, about("a", "02:00:00", lineage=facet(inputs=[])))
    assert reached(graph, "a", "UP") == set()


def test_a_dataset_event_with_column_lineage_makes_edges(graph: Graph) -> None:
    tell(graph, about("a", columnLineage=made_from(c=[("x", "a", "DIRECT")])))

    assert reached(graph, "x") == {"a"}


def known_by_column(driver: neo4j.Driver) -> dict[str, bool]:
    rows = driver.execute_query("MATCH (j:Job) RETURN j.name AS name, j.columns_known AS known").records
    return {row["name"]: bool(row["known"]) for row in rows}


TYPED = dataset("a", columnLineage=made_from(c=[("x", "a", "DIRECT")]))
UNTYPED = dataset(
    "a", columnLineage=facet(fields={"c": {"inputFields": [{"namespace": WAREHOUSE, "name": "x", "field": "a"}]}})
)


@pytest.mark.parametrize(
    ("events", "known"),
    [
        ([run("01:00:00", outputs=[TYPED])], True),
        ([run("01:00:00", outputs=[TYPED, B])], False),
        ([run("01:00:00", outputs=[UNTYPED])], False),
        ([run("01:00:00", outputs=[TYPED]), run("02:00:00", run=SECOND, outputs=[A])], False),
        ([run("01:00:00", outputs=[TYPED]), run("02:00:00", run=SECOND, type="START")], False),
        ([run("01:00:00", facets=explicit(entry("a", c=[source("x", "a")]), entry("b")))], True),
        ([run("01:00:00", facets=CROSSED)], False),
        ([run("01:00:00", outputs=[])], False),
    ],
    ids=["typed", "one output without", "untyped", "a later run without", "a new output", "explicit", "whole", "none"],
)
def test_a_job_is_known_by_column_once_all_its_outputs_are(
    graph: Graph, side_driver: neo4j.Driver, events: list[Any], known: bool
) -> None:
    tell(graph, *events)
    assert known_by_column(side_driver) == {"nightly.orders": known}


def test_a_walk_by_column_does_not_leave_the_columns_of_a_job_that_is_known(graph: Graph) -> None:
    tell(graph, run("01:00:00", outputs=[TYPED]))

    found = lineage(graph, Name(WAREHOUSE, "x"), column="a")

    assert ([(node.name.name, node.column) for node in found.nodes], found.incomplete_reasons) == (
        [("x", "a"), ("a", "c")],
        (),
    )


def test_any_order_says_the_same(graph: Graph, side_driver: neo4j.Driver) -> None:
    found = observations(
        [
            run("01:00:00", type="START", facets=CROSSED),
            run("01:05:00", outputs=[TYPED, B]),
            run("02:00:00", run=SECOND, type="START"),
            run("02:05:00", run=SECOND, facets=explicit(entry("a", source("y")))),
            run("03:00:00", run="r3", type="START", facets=CROSSED),
            about("a", columnLineage=made_from(c=[("x", "a", "DIRECT")])),
            about("a", "02:00:00", lineage=facet(inputs=[source("y")])),
        ]
    )
    any_order_makes_one_graph(graph, side_driver, found, range(short_or_long(2, 5)))


def fates(graph: Graph, *changes: Change) -> dict[str, tuple[str, str]]:
    report = assess(graph, changes)
    return {one.node.name.name: (one.verdict.value, one.effect) for one in report.affected}


def test_values_that_change_reach_only_what_is_made_from_them(graph: Graph) -> None:
    """The job goes on, and so does what it makes of other inputs."""
    told = explicit(entry("a", v=[source("x", "a")]), entry("b", w=[source("y", "b")]))
    tell(
        graph,
        run("01:00:00", facets=told),
        run_event("COMPLETE", "01:00:00", job="of_a", inputs=[A], outputs=[dataset("end")]),
        run_event("COMPLETE", "01:00:00", job="of_b", inputs=[B], outputs=[dataset("end")]),
    )

    found = fates(graph, ChangeMeaning(Name(WAREHOUSE, "x"), "a", "without tax"))

    assert found["nightly.orders"] == ("RISKY", "HIT")
    assert found["of_a"][0] == "UNKNOWN"
    assert "of_b" not in found


def test_rows_that_change_reach_only_what_is_made_from_them(graph: Graph) -> None:
    """Nothing is known of columns here: the risk goes by whole datasets."""
    told = explicit(entry("a", source("m")), entry("b", source("y")))
    tell(
        graph,
        run_event("COMPLETE", "01:00:00", job="first", inputs=[X], outputs=[dataset("m", columnLineage=SHAPED)]),
        run("01:00:00", facets=told, inputs=[dataset("m"), Y]),
        run_event("COMPLETE", "01:00:00", job="of_a", inputs=[A], outputs=[dataset("end")]),
        run_event("COMPLETE", "01:00:00", job="of_b", inputs=[B], outputs=[dataset("end")]),
    )

    found = fates(graph, ChangeMeaning(Name(WAREHOUSE, "x"), "a", "without tax"))

    assert found == {
        "first": ("RISKY", "HIT"),
        "nightly.orders": ("RISKY", ""),
        "of_a": ("RISKY", ""),
    }


SHAPED = facet(
    fields={},
    dataset=[{"namespace": WAREHOUSE, "name": "x", "field": "a", "transformations": [{"type": "INDIRECT"}]}],
)


def test_a_job_that_breaks_makes_none_of_its_outputs(graph: Graph) -> None:
    tell(
        graph,
        run("01:00:00", facets=CROSSED),
        run_event("COMPLETE", "01:00:00", job="of_b", inputs=[B], outputs=[dataset("end")]),
    )

    found = fates(graph, DropDataset(Name(WAREHOUSE, "x")))

    assert found == {"nightly.orders": ("BREAKS", "HIT"), "of_b": ("BREAKS", "STALLED")}


def test_what_only_stands_for_something_is_passed_and_not_told(graph: Graph) -> None:
    tell(
        graph,
        about("a", lineage=facet(inputs=[source("x")])),
        run_event("COMPLETE", "01:00:00", job="of_a", inputs=[A], outputs=[dataset("end")]),
    )

    report = assess(graph, [DropDataset(Name(WAREHOUSE, "x"))])

    assert [(one.node.name.name, one.effect) for one in report.affected] == [("of_a", "STALLED")]
    assert "whatever makes it breaks" in report.affected[0].reason
    assert count_jobs(graph) == 1
