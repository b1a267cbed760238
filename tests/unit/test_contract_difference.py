"""How contracts differ, change by change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
import yaml
from hypothesis import given, settings

from graph_model.contracts.changes import ContractDifference
from graph_model.contracts.difference import difference, side_of
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


@settings(max_examples=60)
@given(documents, documents)
def test_nothing_changes_without_a_word_and_no_word_without_a_change(one: dict[str, Any], other: dict[str, Any]):
    """Over all that the standard has words for, but what must be checked, which may be refused."""
    one, other = ({**found, "schema": []} for found in (one, other))

    assert between(one, one).changes == ()
    found = between(one, other)
    assert (found.changes == ()) == (yaml.safe_dump(_unversioned(one)) == yaml.safe_dump(_unversioned(other)))


def _unversioned(document: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in document.items() if key != "version"}
