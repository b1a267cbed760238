"""Events of any client, read into observations."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.openlineage.events import read_event
from graph_model.errors import InvalidEvent
from graph_model.lineage.entities import ColumnFlow, Shape
from graph_model.names import Name
from graph_model.observed.entities import Observation, Role, RunEventType
from tests.support.events import ORDERS, TOTALS, WAREHOUSE, dataset, facet, made_from, run_event, two_runs

ORDERS_NAME = Name(WAREHOUSE, "shop.public.orders")
TOTALS_NAME = Name(WAREHOUSE, "shop.public.totals")


def complete(**options: Any) -> Observation:
    return read_event(run_event("COMPLETE", "01:00:00", **options))


def test_a_run_event_is_read_whole() -> None:
    found = complete(inputs=[ORDERS], outputs=[TOTALS])
    assert (found.event_type, found.job) == (RunEventType.COMPLETE, Name("scheduler", "nightly.orders"))
    assert found.at == datetime(2013, 1, 5, 1, tzinfo=UTC)
    assert [(seen.name, seen.role) for seen in found.datasets] == [
        (ORDERS_NAME, Role.INPUT),
        (TOTALS_NAME, Role.OUTPUT),
    ]
    assert [(column.path, column.type) for column in found.datasets[0].columns] == [
        ("id", "int64"),
        ("customer", "int64"),
        ("amount", "decimal(10,2)"),
    ]
    assert found.warnings == ()


def test_the_same_event_is_the_same_observation_however_it_is_written() -> None:
    event = two_runs()[0]
    assert read_event(json.loads(json.dumps(event, sort_keys=True))).id == read_event(event).id
    assert read_event({**event, "eventTime": "2013-01-05T01:00:01Z"}).id != read_event(event).id


@pytest.mark.parametrize(
    ("written", "expected", "warnings"),
    [
        ("2013-01-05T01:00:00.123456789Z", datetime(2013, 1, 5, 1, 0, 0, 123456, UTC), 0),
        ("2013-01-05T01:00:00+02:00", datetime(2013, 1, 4, 23, tzinfo=UTC), 0),
        ("2013-01-05T01:00:00", datetime(2013, 1, 5, 1, tzinfo=UTC), 1),
    ],
)
def test_times_are_read_as_clients_write_them(written: str, expected: datetime, warnings: int) -> None:
    found = read_event({**two_runs()[0], "eventTime": written})
    assert (found.at, len(found.warnings)) == (expected, warnings)


def test_what_is_only_odd_is_taken_and_said() -> None:
    found = complete(run="scheduled__2013-01-05", inputs=[dataset("t", schema=facet(fields=[{"type": "int"}]))])
    assert found.run == "scheduled__2013-01-05"
    assert found.datasets[0].columns == ()
    assert [warning.partition(":")[0] for warning in found.warnings] == ["/inputs/0/facets/schema/fields", "/run/runId"]


def test_an_old_event_without_a_schema_url_is_known_by_its_members() -> None:
    event = {key: value for key, value in two_runs()[0].items() if key not in ("schemaURL", "producer")}
    assert read_event(event).run == event["run"]["runId"]


def test_of_several_mistakes_the_first_in_the_standard_is_named() -> None:
    event = {**two_runs()[0], "run": {}, "outputs": [{"namespace": "n"}]}
    with pytest.raises(InvalidEvent) as refused:
        read_event({**event, "inputs": [ORDERS, {**ORDERS, "facets": 1}]}, "/4")
    assert refused.value.pointer == "/4/inputs/1/facets"


def test_null_stands_for_nothing() -> None:
    event = {**two_runs()[0], "inputs": None, "outputs": None, "eventType": None}
    event["run"] = {"runId": "r", "facets": {"parent": None}}
    found = read_event(event)
    assert (found.datasets, found.event_type, found.run_facets) == ((), None, {})


def test_fields_of_a_struct_follow_it() -> None:
    place = {"name": "place", "type": "struct", "fields": [{"name": "city", "type": "string"}]}
    [seen] = complete(
        inputs=[dataset("t", schema=facet(fields=[place, {"name": "n", "type": "int", "fields": []}]))]
    ).datasets
    assert [(column.path, column.type) for column in seen.columns] == [
        ("place", "struct<city:string>"),
        ("place.city", "string"),
        ("n", "int32"),
    ]


def test_values_of_secrets_are_not_kept() -> None:
    variables = [{"name": "DB_PASSWORD", "value": "hunter2"}, {"name": "REGION", "value": "eu"}]
    found = complete(run_facets={"environmentVariables": facet(environmentVariables=variables)})
    assert "hunter2" not in found.body
    assert "eu" in found.body
    assert "hunter2" not in str(found.run_facets)


# --- which columns are made from which ---


def test_column_lineage_is_flows_and_shapes() -> None:
    found = complete(inputs=[ORDERS], outputs=[TOTALS])
    assert set(found.flows) == {
        ColumnFlow(ORDERS_NAME, "customer", TOTALS_NAME, "customer"),
        ColumnFlow(ORDERS_NAME, "amount", TOTALS_NAME, "total"),
    }
    assert found.shapes == (Shape(ORDERS_NAME, "id", TOTALS_NAME),)


def test_what_acts_on_the_whole_dataset_means_the_same_however_it_is_written() -> None:
    """Spark writes it into every field, or once into `dataset`."""
    once = made_from(
        customer=[("shop.public.orders", "customer", "DIRECT")], total=[("shop.public.orders", "amount", "DIRECT")]
    )
    once["dataset"] = [
        {
            "namespace": WAREHOUSE,
            "name": "shop.public.orders",
            "field": "id",
            "transformations": [{"type": "INDIRECT", "subtype": "FILTER"}],
        }
    ]
    other = complete(inputs=[ORDERS], outputs=[dataset("shop.public.totals", columnLineage=once)])
    found = complete(inputs=[ORDERS], outputs=[TOTALS])
    assert (set(other.flows), other.shapes) == (set(found.flows), found.shapes)


def test_a_condition_of_one_column_stays_with_it() -> None:
    lineage = made_from(a=[("t", "x", "INDIRECT")], b=[("t", "y", "DIRECT")])
    found = complete(outputs=[dataset("o", columnLineage=lineage)])
    assert {(flow.source_column, flow.target_column, flow.kind) for flow in found.flows} == {
        ("x", "a", "INDIRECT"),
        ("y", "b", "DIRECT"),
    }


def test_columns_bring_along_the_datasets_that_only_they_name() -> None:
    found = complete(outputs=[dataset("o", columnLineage=made_from(a=[("seed", "x", "DIRECT")]))])
    assert (Name(WAREHOUSE, "seed"), Role.INPUT) in {(seen.name, seen.role) for seen in found.datasets}


def test_the_lineage_facet_beats_column_lineage() -> None:
    output = dataset("o", columnLineage=made_from(a=[("old", "x", "DIRECT")]))
    source = {"namespace": WAREHOUSE, "name": "new", "type": "DATASET"}
    entry = {
        "namespace": WAREHOUSE,
        "name": "o",
        "type": "DATASET",
        "inputs": [source],
        "fields": {"a": {"inputs": [{**source, "field": "y"}]}},
    }
    found = complete(outputs=[output], job_facets={"lineage": facet(entries=[entry])})
    assert found.flows == (ColumnFlow(Name(WAREHOUSE, "new"), "y", Name(WAREHOUSE, "o"), "a"),)
    assert Name(WAREHOUSE, "old") not in {seen.name for seen in found.datasets}


def test_a_lineage_facet_without_inputs_says_that_nothing_is_tracked() -> None:
    entry = {"namespace": WAREHOUSE, "name": "o", "type": "DATASET", "inputs": []}
    output = dataset("o", columnLineage=made_from(a=[("old", "x", "DIRECT")]))
    found = complete(outputs=[output], job_facets={"lineage": facet(entries=[entry])})
    assert (found.flows, [seen.role for seen in found.datasets]) == ((), [Role.OUTPUT])


def test_a_slash_more_or_less_is_the_same_input() -> None:
    lineage = made_from(a=[("/data/t", "x", "DIRECT")])
    found = complete(inputs=[dataset("data/t")], outputs=[dataset("o", columnLineage=lineage)])
    assert [flow.source.name for flow in found.flows] == ["data/t"]
    assert len(found.warnings) == 1


@pytest.mark.parametrize(
    "broken", [{"fields": 1}, {"fields": {"a": 1}}, {"fields": {"a": {"inputFields": [{"name": 1}]}}}]
)
def test_a_facet_that_is_not_of_its_form_is_left_out_and_said(broken: dict[str, Any]) -> None:
    found = complete(outputs=[dataset("o", columnLineage=facet(**broken))])
    assert (found.flows, found.warnings) == ((), ("/outputs/0/facets/columnLineage: not of its form; left out",))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
MEMBERS = st.sampled_from(["eventTime", "eventType", "run", "job", "inputs", "outputs", "dataset"])


@given(st.dictionaries(MEMBERS, JSON), st.sampled_from(["schema", "columnLineage", "lineage"]), JSON)
def test_whatever_is_sent_is_read_or_refused(change: dict[str, Any], name: str, content: Any) -> None:
    event = run_event("COMPLETE", "01:00:00", outputs=[dataset("o", **{name: content})], job_facets={name: content})
    try:
        found: Observation | InvalidEvent = read_event({**event, **change})
    except InvalidEvent as error:
        found = error
    assert isinstance(found, Observation) or found.pointer[:1] in ("", "/")
