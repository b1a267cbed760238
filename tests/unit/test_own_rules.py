"""Rules of `engine: headwater`: what they become, and how odd ones are refused."""

from __future__ import annotations

from typing import Any

import pytest

from graph_model.contracts.odcs import read_contract
from graph_model.errors import InvalidContract

HEAD = "apiVersion: v3.1.0\nkind: DataContract\nid: x\nversion: 1.2.0\nstatus: active\nschema:\n  - name: flights\n"
COLUMNS = (
    "    properties:\n      - {name: carrier, physicalName: CARRIER, classification: secret}\n      - {name: day}\n"
)


def read(implementation: str, *, column: bool = False, more: str = "") -> tuple[str, dict[str, Any], str]:
    """Kind, params and severity of the one rule."""
    rule = f"- {{type: custom, engine: headwater, implementation: {implementation}{more}}}\n"
    text = f"{HEAD}    quality:\n      {rule}{COLUMNS}"
    if column:
        text = f"{HEAD}{COLUMNS}      - name: tail\n        quality:\n          {rule}"
    found = [check for check in read_contract(text, file="f", dataset="flights").checks if check.kind != "schema"]
    (check,) = found
    return check.kind, dict(check.params), check.severity


OTHER = {"dataset": "carriers", "partition": "same", "if_missing": "fail"}


@pytest.mark.parametrize(
    ("said", "kind", "params"),
    [
        (
            "{check: rowCountHistory}",
            "row_count_history",
            {"versions": 20, "at_least": 5, "deviations": 5.0, "slack": 0.0, "same_weekday": False},
        ),
        (
            "{check: rowCountHistory, versions: 4, deviations: 3, slackPercent: 2.5, sameWeekday: true}",
            "row_count_history",
            {"versions": 4, "at_least": 4, "deviations": 3.0, "slack": 2.5, "same_weekday": True},
        ),
        ("{check: freshness, maxAge: 2h}", "freshness", {"max_age": 7200.0}),
        (
            "{check: freshness, maxAge: 1d, until: now, timezone: Europe/Berlin}",
            "freshness",
            {"max_age": 86400.0, "until": "now", "timezone": "Europe/Berlin"},
        ),
        (
            "{check: foreignKey, columns: {carrier: code, day: day}, dataset: carriers}",
            "foreign_key",
            {"columns": ["CARRIER", "day"], "references": ["code", "day"], "masked": ["CARRIER"], **OTHER},
        ),
        (
            "{check: foreignKey, columns: [day], dataset: ref/days, partition: whole, ifMissing: pass}",
            "foreign_key",
            {"columns": ["day"], "references": ["day"], "dataset": "ref/days", "partition": "whole"}
            | {"if_missing": "pass"},
        ),
        (
            "{check: reconciliation, rows: true, sums: {day: d}, tolerance: 0.5 %, dataset: carriers}",
            "reconciliation",
            {"rows": True, "columns": ["day"], "references": ["d"], "percent": 0.5, **OTHER},
        ),
        (
            "{check: reconciliation, rows: true, tolerance: 3, dataset: carriers}",
            "reconciliation",
            {"rows": True, "columns": [], "references": [], "absolute": 3.0, **OTHER},
        ),
        (
            "{check: python, function: 'flights.checks:ok', arguments: {most: 3}, timeout: 5s}",
            "python",
            {"function": "flights.checks:ok", "arguments": {"most": 3}, "timeout": 5.0, "masked": ["CARRIER"]},
        ),
    ],
)
def test_a_rule_of_ours_becomes_a_check(said: str, kind: str, params: dict[str, Any]) -> None:
    assert read(said) == (kind, params, "blocking")


def test_a_rule_at_a_property_is_about_its_column() -> None:
    assert read("{check: freshness, maxAge: 1h}", column=True)[1] == {"max_age": 3600.0, "column": "tail"}
    key = {"columns": ["tail"], "references": ["id"], **OTHER, "dataset": "planes"}
    assert read("{check: foreignKey, references: id, dataset: planes}", column=True)[1] == key
    assert read("{check: foreignKey, dataset: planes}", column=True)[1] == {**key, "references": ["tail"]}


def test_severity_and_thresholds_are_those_of_the_standard() -> None:
    more = ", mustBeLessThan: 2, unit: percent, severity: warning"
    kind, params, severity = read("{check: foreignKey, columns: [day], dataset: days}", more=more)

    assert (kind, severity) == ("foreign_key", "warning")
    assert (params["must"], params["unit"]) == ({"below": 2}, "percent")
    assert read("{check: python, function: 'a:b'}", more=", mustBeGreaterThan: 1")[1]["must"] == {"above": 1}


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ("{check: rowCountHistroy}", "rowCountHistroy is no check; did you mean rowCountHistory?"),
        ("{}", "the rule does not say its check: rowCountHistory, freshness"),
        ("text", "a rule of engine headwater needs an implementation"),
        ("{check: rowCountHistory, version: 3}", "unknown key 'version'; did you mean versions?"),
        ("{check: rowCountHistory, versions: 2}", "versions must be a number from 3 to 1000, not 2"),
        ("{check: rowCountHistory, versions: 3.5}", "versions must be a whole number, not 3.5"),
        ("{check: rowCountHistory, versions: .nan}", "JSON has no word for this value"),
        ("{check: rowCountHistory, atLeast: 21}", "atLeast must be a number from 2 to 20"),
        ("{check: rowCountHistory, deviations: -1}", "deviations must be a number of at least 0, not -1"),
        ("{check: rowCountHistory, sameWeekday: 1}", "sameWeekday must be true or false"),
        ("{check: freshness}", "maxAge must be a length of time, like 30s, 10m, 2h or 1d"),
        ("{check: freshness, maxAge: soon}", "maxAge must be a length of time"),
        ("{check: freshness, maxAge: 1h, until: partitoin}", "partitoin is no until; did you mean partition?"),
        ("{check: freshness, maxAge: 1h, timezone: Europe/Berlni}", "did you mean Europe/Berlin?"),
        ("{check: foreignKey, columns: [day]}", "the rule does not say which dataset"),
        ("{check: foreignKey, columns: [day], dataset: a/}", "the rule does not say which dataset"),
        ("{check: foreignKey, dataset: days}", "columns must name columns"),
        ("{check: foreignKey, columns: [dya], dataset: days}", "there is no property dya; did you mean day?"),
        ("{check: foreignKey, columns: [day], dataset: days, references: x}", "columns say what each references"),
        (
            "{check: foreignKey, columns: [day], dataset: d, partition: lates}",
            "lates is no partition; did you mean late",
        ),
        ("{check: foreignKey, columns: [day], dataset: d, ifMissing: skip}", "skip is no ifMissing; fail, pass"),
        ("{check: reconciliation, dataset: d}", "a reconciliation needs something to compare"),
        ("{check: reconciliation, dataset: d, rows: true, tolerance: many}", "a tolerance is a number, or a share"),
        ("{check: reconciliation, dataset: d, rows: true, tolerance: -1}", "tolerance must be a number of at least 0"),
        ("{check: python}", "the function is written MODULE:FUNCTION"),
        ("{check: python, function: 'a.b'}", "the function is written MODULE:FUNCTION"),
        ("{check: python, function: 'a:b', arguments: [1]}", "arguments are the keyword arguments"),
        ("{check: python, function: 'a:b', timeout: 20m}", "a check takes 600 s at most"),
    ],
)
def test_an_odd_rule_is_refused_with_its_line(said: str, message: str) -> None:
    with pytest.raises(InvalidContract) as refused:
        read(said)

    assert message in refused.value.message
    assert refused.value.line == 9


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ("implementation: {check: freshness, maxAge: 1h}, mustBe: 0", "freshness has no number to compare"),
        ("implementation: {check: python, function: 'a:b'}, unit: rows", "python has no number to compare"),
    ],
)
def test_a_number_is_refused_where_there_is_none(more: str, message: str) -> None:
    text = f"{HEAD}    quality:\n      - {{type: custom, engine: headwater, {more}}}\n"

    with pytest.raises(InvalidContract, match=message):
        read_contract(text, file="f", dataset="flights")


def test_a_wrong_engine_is_refused_with_the_nearest() -> None:
    for rule, message in (
        ("{type: custom, engine: headwatre, implementation: {}}", "did you mean headwater?"),
        ("{type: sql, engine: spark, query: SELECT 1, mustBe: 1}", "not in spark"),
    ):
        with pytest.raises(InvalidContract, match=message):
            read_contract(f"{HEAD}    quality:\n      - {rule}\n", file="f", dataset="flights")


def test_history_and_reconciliation_are_about_whole_objects() -> None:
    with pytest.raises(InvalidContract, match="rowCountHistory is about the whole object"):
        read("{check: rowCountHistory}", column=True)


def related(relationship: str, *, column: bool = False) -> list[dict[str, Any]]:
    """The params of the foreign keys that one relationship asks for."""
    said = f"relationships:\n      - {relationship}\n"
    text = f"{HEAD}    {said}{COLUMNS}"
    if column:
        text = f"{HEAD}{COLUMNS}      - name: tail\n        {said.replace('      -', '          -')}"
    found = read_contract(text, file="f", dataset="flights").checks
    return [dict(check.params) for check in found if check.kind == "foreign_key"]


CHECKED = "customProperties: [{property: checked, value: latest}]"


def test_a_relationship_is_a_key_where_the_contract_wants_it_checked() -> None:
    several = f"{{from: [flights.carrier, flights.day], to: [carriers.code, carriers.on], {CHECKED}}}"

    assert related("{type: foreignKey, to: carriers.code}", column=True) == []
    assert related(f"{{type: foreignKey, to: carriers.code, {CHECKED}}}", column=True) == [
        {**OTHER, "columns": ["tail"], "references": ["code"], "partition": "latest"}
    ]
    assert related(several) == [
        {**OTHER, "columns": ["CARRIER", "day"], "references": ["code", "on"], "partition": "latest"}
        | {"masked": ["CARRIER"]}
    ]


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ("{to: a.b, customProperties: [{property: checked, value: lates}]}", "did you mean latest?"),
        (f"{{type: other, to: a.b, from: flights.day, {CHECKED}}}", "only a foreignKey can be checked, not a other"),
        (f"{{from: flights.day, to: carriers, {CHECKED}}}", "is written OBJECT.PROPERTY"),
        (f"{{from: flights.day, to: 'x.yaml#/schema/a.b', {CHECKED}}}", "is written OBJECT.PROPERTY"),
        (f"{{from: flights.dya, to: a.b, {CHECKED}}}", "there is no property dya; did you mean day?"),
        (f"{{from: flights.day, to: [a.b, a.c], {CHECKED}}}", "as many columns, all of one object"),
        (f"{{from: [flights.day, flights.carrier], to: [a.b, c.d], {CHECKED}}}", "as many columns, all of one object"),
        (f"{{form: flights.day, to: a.b, {CHECKED}}}", "unknown key 'form'; did you mean from?"),
    ],
)
def test_an_odd_relationship_is_refused_with_its_line_if_it_is_to_be_checked(said: str, message: str) -> None:
    with pytest.raises(InvalidContract) as refused:
        related(said)

    assert message in refused.value.message
    assert refused.value.line == 9
