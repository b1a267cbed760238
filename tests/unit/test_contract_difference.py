"""How contracts differ, which check promises more, and what a version should say of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.checks import validate
from graph_model.contracts.changes import ContractDifference
from graph_model.contracts.difference import difference, side_of
from graph_model.contracts.entities import Check
from graph_model.contracts.strength import Strength, strength
from graph_model.contracts.version import next_version, remark
from graph_model.schemas.entities import ChangeClass
from graph_model.versions.entities import Content
from tests.unit.test_contract_documents import documents

CARRIER = {"name": "carrier", "logicalType": "string", "required": True}
DELAY = {"name": "delay", "logicalType": "integer"}
COUNT = {"name": "not empty", "type": "library", "metric": "rowCount", "mustBeGreaterThan": 0}
NULLS = {"name": "known", "type": "library", "metric": "nullValues", "mustBeLessThan": 5}
LATENCY = {"property": "latency", "value": 4, "unit": "h"}
LAKE = {"server": "lake", "type": "local", "path": "a", "format": "csv"}


def a_contract(*columns: dict[str, Any], quality: Any = (), **more: Any) -> dict[str, Any]:
    flights = {"name": "flights", "properties": list(columns or (CARRIER, DELAY)), "quality": list(quality)}
    head = {"apiVersion": "v3.1.0", "kind": "DataContract", "id": "x", "version": "1.0.0", "status": "active"}
    return {**head, "schema": [flights], **more}


def between(before: Mapping[str, Any], after: Mapping[str, Any], dataset: str | None = None) -> ContractDifference:
    sides = [side_of(yaml.safe_dump(dict(one)), file="x", dataset=dataset) for one in (before, after)]
    return difference(*sides)


def told(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    return [(change.part, change.change.value, change.text) for change in between(before, after).changes]


@pytest.mark.parametrize(
    ("before", "after", "part", "change", "text"),
    [
        (a_contract(), a_contract(CARRIER), "schema", "major", "delay is gone"),
        (a_contract(CARRIER), a_contract(), "schema", "minor", "delay is new"),
        (
            a_contract(),
            a_contract({**CARRIER, "description": "two letters"}, DELAY),
            "schema",
            "patch",
            "carrier: description changed",
        ),
        (
            a_contract(),
            a_contract({**CARRIER, "deprecated": True}, DELAY),
            "schema",
            "minor",
            "carrier is deprecated now",
        ),
        (
            a_contract({**DELAY, "logicalTypeOptions": {"format": "a"}}),
            a_contract({**DELAY, "logicalTypeOptions": {"format": "b"}}),
            "schema",
            "major",
            "format of delay is b and was a",
        ),
        (
            a_contract({"name": "a", "logicalType": "array", "items": {"logicalType": "string"}}),
            a_contract({"name": "a", "logicalType": "array", "items": {"logicalType": "date"}}),
            "schema",
            "major",
            "a: items changed, and whether readers notice cannot be told",
        ),
        (a_contract(quality=[COUNT]), a_contract(), "quality", "major", "not empty: is checked no more"),
        (a_contract(), a_contract(quality=[COUNT]), "quality", "minor", "not empty: is checked now"),
        (
            a_contract(quality=[COUNT]),
            a_contract(quality=[{**COUNT, "mustBeGreaterThan": 9}]),
            "quality",
            "minor",
            "not empty: promises more (min is 10 and was 1)",
        ),
        (
            a_contract(quality=[{**COUNT, "mustBeGreaterThan": 9}]),
            a_contract(quality=[COUNT]),
            "quality",
            "major",
            "not empty: promises less (min is 1 and was 10)",
        ),
        (
            a_contract(quality=[COUNT]),
            a_contract(quality=[{**COUNT, "severity": "warning"}]),
            "quality",
            "major",
            "not empty: only warns now",
        ),
        (
            a_contract(quality=[{**COUNT, "severity": "warning"}]),
            a_contract(quality=[{**COUNT, "severity": "warning", "mustBeGreaterThan": 9}]),
            "quality",
            "patch",
            "not empty: promises more (min is 10 and was 1)",
        ),
        (
            a_contract(quality=[COUNT]),
            a_contract(quality=[{**COUNT, "name": "there"}]),
            "quality",
            "patch",
            "not empty is called there now",
        ),
        (
            a_contract(quality=[{**COUNT, "description": "a"}]),
            a_contract(quality=[{**COUNT, "description": "b"}]),
            "schema",
            "patch",
            "the schema says something else beside what is compared",
        ),
        (
            a_contract({**CARRIER, "primaryKey": True}, {**DELAY, "required": True}),
            a_contract({**CARRIER, "primaryKey": True}, {**DELAY, "required": True, "primaryKey": True}),
            "keys",
            "major",
            'primary key: promises less (columns is ["carrier", "delay"] and was ["carrier"])',
        ),
        (
            a_contract(slaProperties=[LATENCY]),
            a_contract(slaProperties=[{**LATENCY, "value": 6}]),
            "service",
            "major",
            "latency is 6 hours and was 4 hours",
        ),
        (
            a_contract(slaProperties=[LATENCY]),
            a_contract(slaProperties=[{**LATENCY, "value": 30, "unit": "min"}]),
            "service",
            "minor",
            "latency is 30 minutes and was 4 hours",
        ),
        (
            a_contract(slaProperties=[LATENCY]),
            a_contract(slaProperties=[{**LATENCY, "value": 240, "unit": "min"}]),
            "service",
            "patch",
            "latency is 240 minutes and was 4 hours",
        ),
        (
            a_contract(slaProperties=[LATENCY]),
            a_contract(slaProperties=[{**LATENCY, "value": "soon"}]),
            "service",
            "major",
            "latency is soon h and was 4 hours: which of the two promises more is not known",
        ),
        (
            a_contract(slaProperties=[{"property": "retention", "value": 1, "unit": "y"}]),
            a_contract(slaProperties=[{"property": "retention", "value": 6, "unit": "month"}]),
            "service",
            "major",
            "retention is 6 months and was 1 year",
        ),
        (
            a_contract(slaProperties=[{"property": "timeOfAvailability", "value": "06:00"}]),
            a_contract(slaProperties=[{"property": "timeOfAvailability", "value": "05:00Z"}]),
            "service",
            "major",
            "timeOfAvailability is 05:00 UTC and was 06:00: which of the two promises more is not known",
        ),
        (
            a_contract(slaProperties=[LATENCY]),
            a_contract(),
            "service",
            "major",
            "latency is promised no more; it was 4 hours",
        ),
        (a_contract(), a_contract(slaProperties=[LATENCY]), "service", "minor", "latency is promised now: 4 hours"),
        (a_contract(), a_contract(status="deprecated"), "status", "minor", "status is deprecated and was active"),
        (a_contract(), a_contract(status="retired"), "status", "major", "status is retired and was active"),
        (a_contract(), a_contract(id="y"), "id", "major", "it is another contract: its id is y and was x"),
        (a_contract(), a_contract(price={"priceAmount": 1}), "price", "patch", "price changed"),
        (a_contract(servers=[LAKE]), a_contract(), "servers", "major", "server lake is gone"),
        (a_contract(), a_contract(servers=[LAKE]), "servers", "minor", "server lake is new"),
        (
            a_contract(servers=[LAKE]),
            a_contract(servers=[{**LAKE, "path": "b"}]),
            "servers",
            "major",
            "server lake: path is b and was a",
        ),
        (
            a_contract(servers=[LAKE]),
            a_contract(servers=[{**LAKE, "description": "b"}]),
            "servers",
            "patch",
            "server lake: description is b and was nothing",
        ),
        (
            a_contract(roles=[{"role": "r", "access": "write"}]),
            a_contract(roles=[{"role": "r", "access": "read"}]),
            "roles",
            "major",
            "role r: access is read and was write",
        ),
    ],
)
def test_a_change_has_a_class_and_a_sentence(
    before: dict[str, Any], after: dict[str, Any], part: str, change: str, text: str
):
    assert told(before, after) == [(part, change, text)]


def test_the_worst_comes_first_and_says_why():
    found = between(a_contract(), a_contract(CARRIER, {"name": "note"}, price={"priceAmount": 1}))

    assert [change.change for change in found.changes] == ["major", "minor", "patch"]
    assert (found.change, found.why) == ("major", "delay is gone")
    assert between(a_contract(), a_contract({"name": "a"}, {"name": "b"})).why == "carrier is gone; delay is gone"


def test_objects_of_one_file_are_followed_by_their_names_and_a_dataset_by_its_own():
    before, after = a_contract(), a_contract()
    before["schema"] = [{"name": "flights", "properties": [DELAY]}, {"name": "old", "properties": [DELAY]}]
    after["schema"] = [{"name": "flights", "properties": [DELAY, CARRIER]}, {"name": "new", "properties": [DELAY]}]

    assert [change.text for change in between(before, after).changes] == [
        "old is described no more",
        "carrier is new",
        "new is described now",
    ]
    assert [change.text for change in between(before, after, "flights").changes] == ["carrier is new"]


@settings(deadline=None, max_examples=60)
@given(documents, documents)
def test_nothing_changes_without_a_word_and_no_word_without_a_change(one: dict[str, Any], other: dict[str, Any]):
    """Over all that the standard has words for, but what must be checked, which may be refused."""
    one, other = ({**found, "schema": []} for found in (one, other))

    assert between(one, one).changes == ()
    found = between(one, other)
    assert (found.changes == ()) == (yaml.safe_dump(_unversioned(one)) == yaml.safe_dump(_unversioned(other)))


def _unversioned(document: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in document.items() if key != "version"}


numbers = st.integers(0, 4)
tolerances = st.sampled_from(
    [
        {},
        {"must": {"equal": 0}},
        {"must": {"at_most": 2}},
        {"must": {"below": 2}},
        {"must": {"at_most": 40}, "unit": "percent"},
        {"must": {"between": [1, 3]}},
        {"must": {"not_equal": 1}},
        {"must": {"at_least": 1}},
    ]
)
columns = st.lists(st.sampled_from(["a", "b"]), min_size=1, max_size=2, unique=True)
bounds = st.dictionaries(st.sampled_from(["min", "max", "above", "below"]), numbers, min_size=1, max_size=2)
params = {
    "row_count": st.dictionaries(st.sampled_from(["min", "max"]), numbers, min_size=1),
    "not_null": st.builds(lambda names, more: {"columns": names, **more}, columns, tolerances),
    "unique": st.builds(lambda names, more: {"columns": names, **more}, columns, tolerances),
    "range": st.builds(lambda ends, more: {"column": "a", **ends, **more}, bounds, tolerances),
    "allowed_values": st.builds(
        lambda values, more: {"column": "a", "values": sorted(values), **more}, st.sets(numbers, min_size=1), tolerances
    ),
    "sql": st.builds(
        lambda more: {"query": "SELECT count(*) FROM {object} WHERE a > 1", **more},
        tolerances.filter(lambda more: "unit" not in more),
    ),
}
pools = st.fixed_dictionaries({kind: st.lists(made, min_size=2, max_size=4) for kind, made in params.items()})
rows = st.lists(st.tuples(st.none() | numbers, st.none() | numbers), max_size=6)


@settings(deadline=None, max_examples=25)
@given(pools, rows)
def test_what_is_said_to_promise_more_never_lets_through_what_the_other_stops(
    tmp_path_factory: pytest.TempPathFactory, pool: dict[str, list[dict[str, Any]]], content: list[tuple[Any, Any]]
):
    file = tmp_path_factory.mktemp("content") / "rows.parquet"
    pq.write_table(pa.table({"a": pa.array([a for a, _ in content], "int64"), "b": [b for _, b in content]}), file)
    checks = [Check(f"{kind} {n}", kind, found) for kind, many in pool.items() for n, found in enumerate(many)]
    passed = {result.check: result.passed for result in validate(Content("parquet", str(file)), checks).results}

    for before in checks:
        for after in checks:
            found = strength(before, after)
            if found in (Strength.MORE, Strength.SAME):
                assert passed[before.name] or not passed[after.name], (before, after)
            if found in (Strength.LESS, Strength.SAME):
                assert passed[after.name] or not passed[before.name], (before, after)


@pytest.mark.parametrize(
    ("kind", "before", "after", "found"),
    [
        ("row_count", {"min": 1}, {"min": 1, "max": 9}, "more"),
        ("row_count", {"min": 1, "max": 9}, {"min": 2, "max": 10}, "other"),
        ("range", {"column": "a", "min": 1}, {"column": "a", "above": 1}, "more"),
        ("range", {"column": "a", "min": "2013"}, {"column": "a", "min": "2014"}, "other"),
        ("range", {"column": "a", "min": 1}, {"column": "b", "min": 1}, "other"),
        ("allowed_values", {"column": "a", "values": [1, 2]}, {"column": "a", "values": [1]}, "more"),
        ("allowed_values", {"column": "a", "values": [1]}, {"column": "a", "values": [True]}, "other"),
        ("allowed_values", {"column": "a", "values": [[1]]}, {"column": "a", "values": [[2]]}, "other"),
        ("unique", {"columns": ["a", "b"]}, {"columns": ["a"]}, "more"),
        ("not_null", {"columns": ["a"]}, {"columns": ["a"], "missing": ["-"]}, "more"),
        ("not_null", {"columns": ["a"], "must": {"at_most": 5}}, {"columns": ["a"], "must": {"below": 5}}, "more"),
        (
            "not_null",
            {"columns": ["a"], "must": {"at_most": 5}},
            {"columns": ["a", "b"], "must": {"at_most": 9}},
            "other",
        ),
        ("not_null", {"columns": ["a"], "masked": ["a"]}, {"columns": ["a"]}, "same"),
        ("matches", {"column": "a", "pattern": "a"}, {"column": "a", "pattern": "b"}, "other"),
        ("sql", {"query": "q", "must": {"at_most": 5}}, {"query": "q"}, "more"),
        ("sql", {"query": "q"}, {"query": "r"}, "other"),
        ("of tomorrow", {"a": 1}, {"a": 2}, "other"),
        ("of tomorrow", {"a": 1}, {"a": 1}, "same"),
    ],
)
def test_of_two_forms_of_a_check_one_may_promise_more(
    kind: str, before: dict[str, Any], after: dict[str, Any], found: str
):
    turned = {"more": "less", "less": "more"}.get(found, found)

    assert strength(Check("c", kind, before), Check("c", kind, after)) == found
    assert strength(Check("c", kind, after), Check("c", kind, before)) == turned


@pytest.mark.parametrize(
    ("before", "change", "enough"),
    [
        ("1.2.3", ChangeClass.MAJOR, "2.0.0"),
        ("1.2.3", ChangeClass.MINOR, "1.3.0"),
        ("1.2.3", ChangeClass.PATCH, "1.2.4"),
        ("0.2.3", ChangeClass.MAJOR, "0.3.0"),
        ("0.2.3", ChangeClass.MINOR, "0.2.4"),
        ("spring", ChangeClass.MINOR, "None"),
    ],
)
def test_the_lowest_version_that_says_enough(before: str, change: ChangeClass, enough: str):
    assert str(next_version(before, change)) == enough
    if enough != "None":
        assert remark(before, enough, change, "why") is None


AGAIN = "the contract says something else and"
STEP = "the contract goes from version"


@pytest.mark.parametrize(
    ("before", "after", "change", "sentence"),
    [
        (
            "1.0.0",
            "1.0.0",
            "major",
            f"{AGAIN} is still version 1.0.0: the change is major (why); 2.0.0 would tell its readers",
        ),
        (
            "1.0.0",
            "1.1.0",
            "major",
            f"{STEP} 1.0.0 to 1.1.0, but the change is major (why); 2.0.0 would tell its readers",
        ),
        (
            "0.1.0",
            "0.1.1",
            "major",
            f"{STEP} 0.1.0 to 0.1.1, but the change is major (why); 0.2.0 would tell its readers",
        ),
        ("2.0.0", "1.0.0", "major", "the contract goes back from version 2.0.0 to 1.0.0"),
        ("", "", "patch", f"{AGAIN} has no version: the change is patch (why)"),
        ("a", "a", "patch", f"{AGAIN} is still version a: the change is patch (why)"),
        ("1.0", "v1.1", "minor", None),
        ("1.9.9", "2.0.0-rc1", "major", None),
        ("0.1.0", "0.2.0", "major", None),
        ("1.0.0", "2.0.0", "patch", None),
        ("1.0.0", "1.0.0", "none", None),
        ("2024-01-05", "2024-01-06", "major", None),
        ("", "1.0.0", "major", None),
    ],
)
def test_a_version_that_says_too_little_is_remarked(before: str, after: str, change: str, sentence: str | None):
    assert remark(before, after, ChangeClass(change), "why") == sentence
