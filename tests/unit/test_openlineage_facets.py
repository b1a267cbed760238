"""What each facet says, in our own terms; whatever a client sends in it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.openlineage.events import read_event
from graph_model.names import Name
from graph_model.observed.gather import gather
from graph_model.observed.told import run_properties
from tests.support.events import PRODUCER, WAREHOUSE, dataset, facet, run_event
from tests.support.specification import SPECIFICATION
from tests.support.told import DELETED, gaps

FACETS = SPECIFICATION / "openlineage" / "spec" / "facets"
SAMPLES = SPECIFICATION / "openlineage" / "spec" / "tests"
READ = {
    "dataset": [
        "ownership",
        "tags",
        "documentation",
        "datasetType",
        "hierarchy",
        "catalog",
        "storage",
        "dataSource",
        "inputStatistics",
        "outputStatistics",
        "dataQualityMetrics",
        "dataQualityAssertions",
        "schema",
    ],
    "job": ["ownership", "tags", "documentation", "jobType", "sourceCodeLocation"],
    "run": [
        "parent",
        "nominalTime",
        "errorMessage",
        "processing_engine",
        "jobDependencies",
        "extractionError",
        "test",
        "externalQuery",
        "tags",
        "spark.exception",
    ],
}
KEYS = st.sampled_from(
    [
        "owners",
        "name",
        "tags",
        "key",
        "value",
        "field",
        "job",
        "run",
        "runId",
        "namespace",
        "root",
        "upstream",
        "tests",
        "status",
        "errors",
        "errorMessage",
        "failedTasks",
        "assertions",
        "success",
        "rowCount",
        "columnMetrics",
        "message",
        "hierarchy",
        "type",
        "nominalStartTime",
        "description",
        "url",
        "stackTrace",
        "_deleted",
        "x",
    ]
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=8,
)


def told(where: str, **facets: Any) -> Any:
    """The terms that these facets tell in an event, and its warnings."""
    if where == "dataset":
        event = read_event(
            {"eventTime": "2013-01-05T00:00:00Z", "producer": PRODUCER, "dataset": dataset("t", **facets)}
        )
        return dict(event.datasets[0].terms), event.warnings
    if where == "job":
        event = read_event(run_event("COMPLETE", "01:00:00", job_facets=facets))
        return dict(event.job_terms), event.warnings
    event = read_event(run_event("COMPLETE", "01:00:00", run_facets=facets))
    return dict(event.run_terms), event.warnings


@pytest.mark.parametrize(
    ("where", "facets", "terms"),
    [
        ("dataset", {"documentation": facet(description=" Orders ")}, {"description": "Orders"}),
        (
            "job",
            {"tags": facet(tags=[{"key": "team", "value": "ops"}, {"key": "x", "value": "True"}])},
            ["team=ops", "x"],
        ),
        ("job", {"jobType": facet(processingType="streaming", integration="flink")}, "FLINK"),
        ("run", {"nominalTime": facet(nominalStartTime="2013-01-05T01:00:00+01:00")}, "2013-01-05T00:00:00+00:00"),
        ("run", {"spark.exception": facet(stackTrace="boom\n at x")}, "boom"),
        ("run", {"extractionError": gaps(0)}, {"gaps": None}),
        ("run", {"test": facet(tests=[{"name": "t", "status": "skip"}])}, "skip"),
    ],
)
def test_a_facet_says(where: str, facets: dict[str, Any], terms: Any) -> None:
    found, warnings = told(where, **facets)

    assert warnings == ()
    assert found == terms if isinstance(terms, dict) else str(terms).strip("[]'") in str(found)


def test_the_error_of_the_standard_counts_more_than_the_one_of_a_client() -> None:
    facets = {
        "errorMessage": facet(message="ours", programmingLanguage="x"),
        "spark.exception": facet(message="theirs"),
    }
    assert told("run", **facets)[0] == {"error": "ours"}


@pytest.mark.parametrize(("where", "name"), [(where, name) for where, names in READ.items() for name in names])
def test_what_was_deleted_is_taken_back_and_what_is_odd_is_left_out(where: str, name: str) -> None:
    taken_back, _ = told(where, **{name: DELETED})
    assert not any(taken_back.values())
    for odd in (
        {"owners": 7},
        {"tags": [7]},
        {"description": {}},
        {"fields": 3, "run": [], "tests": [{}], "errors": 1},
    ):
        found, _ = told(where, **{name: facet(**odd)})
        json.dumps(found)


@given(
    st.sampled_from([(where, name) for where, names in READ.items() for name in names]),
    st.dictionaries(KEYS, VALUES, max_size=5),
)
def test_no_facet_makes_an_event_unreadable(place: tuple[str, str], members: dict[str, Any]) -> None:
    where, name = place
    terms, _ = told(where, **{name: members})
    json.dumps(terms)


def test_moments_at_the_ends_of_time_are_odd_not_fatal() -> None:
    _, warnings = told("run", nominalTime=facet(nominalStartTime="0001-01-01T00:00:00+14:00"))
    assert len(warnings) == 1


def test_a_run_is_not_part_of_itself() -> None:
    own = run_event("START", "01:00:00", run="r")
    own["run"]["facets"]["parent"] = facet(job=own["job"], run={"runId": "r"})
    (run,) = gather([read_event(own)]).runs.values()
    assert run.belongs_to == set()


def test_a_job_does_not_come_before_itself() -> None:
    event = run_event("START", "01:00:00")
    event["run"]["facets"]["jobDependencies"] = facet(upstream=[{"job": event["job"]}])
    (job,) = gather([read_event(event)]).jobs.values()
    assert (job.before, job.order_at is not None) == ({}, True)


def test_tests_of_a_run_are_about_its_only_input() -> None:
    tests = facet(
        tests=[{"name": "test.shop.positive", "status": "fail"}, {"name": "late", "status": "skip", "severity": "warn"}]
    )
    one = read_event(run_event("COMPLETE", "01:00:00", inputs=[dataset("a")], run_facets={"test": tests}))
    two = read_event(run_event("COMPLETE", "01:00:00", inputs=[dataset("a"), dataset("b")], run_facets={"test": tests}))
    assert [(r.subject, r.check, r.passed) for r in one.datasets[0].results] == [
        ((Name(WAREHOUSE, "a"),), "positive", False)
    ]
    assert [seen.results for seen in two.datasets] == [(), ()]


def test_a_gap_is_as_old_as_the_word_that_told_of_it() -> None:
    (run,) = gather(
        [read_event(run_event("COMPLETE", "01:00:00", run_facets={"extractionError": gaps(2)}))]
    ).runs.values()
    found = run_properties(run.terms)
    assert str(found["gap_at"]) == "2013-01-05 01:00:00+00:00"
    assert found["gap"] == "its client could not read 2 of 3 tasks: cannot parse MERGE"


@pytest.mark.skipif(not SAMPLES.exists(), reason="the samples of the standard are not on this machine")
def test_every_sample_of_the_standard_is_read_without_a_warning() -> None:
    where = {"Run": "run", "Job": "job", "Dataset": "dataset"}
    read = 0
    for file in sorted(SAMPLES.rglob("*.json")):
        kind = next((ours for theirs, ours in where.items() if f"{theirs}Facet" in str(file)), None)
        for name, found in json.loads(file.read_text()).items() if kind else ():
            if kind and name in READ[kind] and isinstance(found, dict):
                terms, warnings = told(kind, **{name: found})
                assert terms, file
                assert warnings == (), file
                read += 1
    assert read > 10
