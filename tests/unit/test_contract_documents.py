"""A contract comes out as it went in, and what it says of people and services is understood."""

from __future__ import annotations

import json
import types
import typing
from datetime import datetime
from functools import cache
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from open_data_contract_standard import model as standard
from open_data_contract_standard.model import OpenDataContractStandard
from pydantic import BaseModel

from graph_model.contracts.document import Document, read_document
from graph_model.contracts.service import deadline_of, levels_of
from graph_model.contracts.team import owners_of
from graph_model.errors import InvalidContract
from graph_model.partitions.scheme import PartitionScheme

HEAD = "apiVersion: v3.1.0\nkind: DataContract\nid: x\nversion: 1.2.0\nstatus: active\n"
DEEPEST = 4

plain = st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False, allow_infinity=False)
json_values = st.recursive(
    plain | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner, max_size=2),
    max_leaves=4,
)
numbers = st.integers(-1000, 1000) | st.floats(allow_nan=False, allow_infinity=False)
PLAIN = {str: st.text(max_size=8), int: st.integers(), bool: st.booleans(), float: numbers, Any: json_values}


@cache
def values_of(annotation: Any, depth: int) -> st.SearchStrategy[Any]:
    """What may be written where the standard's model has this annotation."""
    if isinstance(annotation, typing.ForwardRef):  # the key and the value of a map are properties like their map
        annotation = getattr(standard, annotation.__forward_arg__)
    origin, inner = typing.get_origin(annotation), typing.get_args(annotation)
    if annotation in PLAIN:
        return PLAIN[annotation]
    if annotation is type(None):
        return st.none()
    if origin in (types.UnionType, typing.Union):
        return st.one_of(*(values_of(one, depth) for one in inner))
    if origin is list:
        return st.lists(values_of(inner[0], depth), max_size=2)
    if origin is dict:
        return st.dictionaries(st.text(max_size=4), json_values, max_size=2)
    assert issubclass(annotation, BaseModel), annotation
    return objects_of(annotation, depth + 1)


@cache
def objects_of(model: type[BaseModel], depth: int = 0) -> st.SearchStrategy[dict[str, Any]]:
    """Objects with a few of the keys that a model has; deeper down with none."""
    if depth > DEEPEST:
        return st.just({})
    fields = {field.alias or name: field for name, field in model.model_fields.items()}

    def value(key: str) -> st.SearchStrategy[Any]:
        if fields[key].metadata:  # a lower and an upper bound
            return st.lists(numbers, min_size=2, max_size=2)
        return values_of(fields[key].annotation, depth)

    return st.sets(st.sampled_from(sorted(fields)), max_size=5).flatmap(
        lambda keys: st.fixed_dictionaries({key: value(key) for key in sorted(keys)})
    )


documents = objects_of(OpenDataContractStandard).map(
    lambda found: {**found, "apiVersion": "v3.1.0", "kind": "DataContract"}
)


@settings(max_examples=200)
@given(documents)
def test_whatever_the_standard_has_a_word_for_comes_out_as_it_went_in(written: dict[str, Any]) -> None:
    text = yaml.safe_dump(written, sort_keys=False)

    document = read_document(text, file="x")

    assert document.text == text
    assert exactly(document.content) == exactly(written)
    model = OpenDataContractStandard.model_validate
    assert model(dict(document.content)) == model(written)
    again = read_document(json.dumps(document.content), file="x")
    assert (again.content, again.digest) == (document.content, document.digest)


def exactly(value: Any) -> str:
    """Tells 1, 1.0 and true apart, which Python takes for equal."""
    return json.dumps(value, sort_keys=True)


def read(text: str) -> Document:
    return read_document(HEAD + text, file="x")


def refusal(text: str) -> InvalidContract:
    with pytest.raises(InvalidContract) as refused:
        read(text)
    return refused.value


def test_the_order_of_keys_and_comments_make_no_other_document():
    one, other = read("tenant: a\ndomain: b\n"), read("# why\ndomain: b\ntenant: a\n")

    assert one.digest == other.digest != read("tenant: b\ndomain: a\n").digest


def test_what_versions_of_yaml_read_differently_stays_the_text_that_it_looks_like():
    said = read("customProperties: [{property: p, value: [2013-01-05, 16:00, NO, 007, 1e3, 1_0, 1.5, 0x10, true]}]\n")

    found = said.content["customProperties"][0]["value"]
    assert found == ["2013-01-05", "16:00", "NO", "007", "1e3", "1_0", 1.5, 16, True]


def test_what_nobody_here_knows_is_kept_where_it_promises_nothing():
    said = "servers: [{server: a, type: local, shelf: 7}]\nprice: {vat: 0.2}\nsupport: [{channel: c, hours: all}]\n"

    found = read(said).content

    assert (found["servers"][0]["shelf"], found["price"], found["support"][0]["hours"]) == (7, {"vat": 0.2}, "all")


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("slaProperty: []\n", 6, "unknown key 'slaProperty'; did you mean slaProperties?"),
        ("slaProperties:\n  - {property: latency, vlaue: 4}\n", 7, "unknown key 'vlaue'; did you mean value?"),
        ("team:\n  members:\n    - usrname: me\n", 8, "unknown key 'usrname'; did you mean username?"),
        ("team: {membres: []}\n", 6, "unknown key 'membres'; did you mean members?"),
        ("team: [{usrname: me}]\n", 6, "unknown key 'usrname'; did you mean username?"),
        ("tags: [a]\ntags: [b]\n", 7, "tags stands here twice"),
        ("price: {priceAmount: .nan}\n", 6, "price.priceAmount: JSON has no word for this value"),
        ("customProperties: [{value: {1: a}}]\n", 6, "the key 1 must be a text"),
        ("customProperties: [{value: !!binary aGk=}]\n", 6, "JSON has no word for this value"),
        ('tenant: "\\ud800"\n', 6, "JSON has no word for this value"),
        ("customProperties: &a [{value: *a}]\n", 6, "refers to itself"),
        ("tenant: " + "[" * 80 + "]" * 80 + "\n", 6, "nested more than 60 levels"),
    ],
)
def test_a_document_that_would_not_come_back_or_says_what_nobody_hears_is_refused(text: str, line: int, message: str):
    refused = refusal(text)

    assert message in refused.message
    assert refused.line == line


def test_json_writes_one_character_as_two_escapes():
    text = json.dumps({"apiVersion": "v3.1.0", "kind": "DataContract", "tenant": "\N{ROCKET}"})

    assert read_document(text, file="x").content["tenant"] == "\N{ROCKET}"


def test_a_few_lines_of_aliases_cannot_stand_for_more_than_anybody_can_hold():
    lines = ["a0: &a0 [x]", *(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12))]

    assert "more than 500000 values" in refusal("\n".join(lines)).message


@pytest.mark.parametrize(
    ("team", "owners"),
    [
        ("[{username: a}, {username: b, dateOut: '2020-01-01'}, {name: c}]", ("a",)),
        ("{members: [{username: a}, {username: b, role: Data Owner}, {username: b, role: owner}]}", ("b",)),
        ("{name: t}", ()),
        ("null", ()),
    ],
)
def test_owners_are_those_of_the_team_who_are_still_there(team: str, owners: tuple[str, ...]):
    assert owners_of(read(f"team: {team}\n")) == owners


@pytest.mark.parametrize(
    ("level", "text", "understood"),
    [
        ("{property: latency, value: 4, unit: d}", "4 days", True),
        ("{property: Time-To-Repair, value: 1, unit: Hour}", "1 hour", True),
        ("{property: retention, value: P3Y}", "3 years", True),
        ("{property: freshness, value: P1DT12H}", "36 hours", True),
        ("{property: timeOfAvailability, value: 09:00-08:00}", "09:00 UTC-08:00", True),
        ("{property: availability, value: 99.5, unit: '%'}", "99.5 %", True),
        ("{property: endOfLife, value: '2042-05-12'}", "2042-05-12", True),
        ("{property: latency, value: soon}", "soon", False),
        ("{property: latency, value: 4}", "4", False),
        ("{property: latency, value: -4, unit: d}", "-4 d", False),
        ("{property: latency, value: PT}", "PT", False),
        ("{property: timeOfAvailability, value: '25:00'}", "25:00", False),
        ("{property: mood, value: true}", "true", False),
        ("{property: availability}", "", False),
    ],
)
def test_a_service_level_is_read_into_a_term_or_shown_as_it_is(level: str, text: str, *, understood: bool):
    (found,) = levels_of(read(f"slaProperties: [{level}]\n"))

    assert (found.text, found.term is not None, found.better is not None) == (text, understood, understood)


@pytest.mark.parametrize(
    ("levels", "deadline"),
    [
        ("[{property: latency, value: 4, unit: h}]", "2013-01-06T09:00Z"),
        ("[{property: latency, value: 4, unit: h}, {property: freshness, value: PT90M}]", "2013-01-06T06:30Z"),
        ("[{property: timeOfAvailability, value: '06:30'}]", "2013-01-06T11:30Z"),
        ("[{property: timeOfAvailability, value: '04:00Z'}]", "2013-01-07T04:00Z"),
        ("[{property: latency, value: 1, unit: month}]", None),
        ("[{property: retention, value: 1, unit: day}]", None),
        ("[{property: latency, value: 4, unit: h, element: other.column}]", None),
        ("[{property: latency, value: 4, unit: h, element: flights.hour}]", "2013-01-06T09:00Z"),
        ("[{property: latency, value: 900000, unit: week}]", None),
    ],
)
def test_a_deadline_follows_from_what_is_promised_about_time(levels: str, deadline: str | None):
    document = read(f"schema: [{{name: flights}}, {{name: other}}]\nslaProperties: {levels}\n")
    scheme = PartitionScheme("day", timezone="America/New_York")

    found = deadline_of(levels_of(document, "flights"), scheme, "2013-01-05")

    assert found == (datetime.fromisoformat(deadline) if deadline else None)


def test_what_has_no_time_has_no_deadline():
    document = read("slaProperties: [{property: latency, value: 4, unit: h}]\n")

    assert deadline_of(levels_of(document), PartitionScheme(), "") is None
    assert deadline_of(levels_of(document), PartitionScheme("list", keys=("a",)), "a") is None
