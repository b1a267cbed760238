# ruff: noqa: E501  (a table of cases reads best with one case per line)
from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph_model.contracts.definition import dumps, loads
from graph_model.contracts.entities import CANONICAL_TYPES, Check, Column, Contract
from graph_model.contracts.odcs import read_contract
from graph_model.errors import InvalidContract
from tests.support.specification import SPECIFICATION

HEAD = "apiVersion: v3.1.0\nkind: DataContract\nid: x\nname: flights\nversion: 1.2.0\nstatus: active\n"

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
columns = st.builds(Column, st.text(), st.sampled_from(CANONICAL_TYPES), st.booleans(), st.text())
checks = st.builds(
    Check,
    st.text(),
    st.text(),
    st.dictionaries(st.text(), json_values, max_size=4),
    st.sampled_from(["blocking", "warning"]),
)
contracts = st.builds(
    Contract, st.lists(columns, max_size=4).map(tuple), st.lists(checks, max_size=4).map(tuple), st.text(), st.text()
)


@given(contracts)
def test_a_contract_comes_back_from_its_text_exactly(contract: Contract) -> None:
    assert loads(dumps(contract)) == contract
    assert dumps(loads(dumps(contract))) == dumps(contract)


def test_the_text_does_not_depend_on_the_order_of_parameters() -> None:
    one, other = ({"column": "a", "min": 1}, {"min": 1, "column": "a"})

    assert dumps(Contract(checks=(Check("r", "range", one),))) == dumps(Contract(checks=(Check("r", "range", other),)))


def contract_of(schema: str, dataset: str = "flights") -> Contract:
    return read_contract(f"{HEAD}schema:\n  - name: flights\n{schema}", file="flights.odcs.yaml", dataset=dataset)


def checks_of(schema: str) -> list[tuple[str, dict[str, Any], str]]:
    return [
        (check.kind, dict(check.params), check.severity)
        for check in contract_of(schema).checks
        if check.kind != "schema"
    ]


def a_rule(rule: str) -> str:
    return f"    properties:\n      - name: origin\n        logicalType: string\n        quality:\n          - {rule}\n"


def refusal(text: str, dataset: str = "flights") -> InvalidContract:
    with pytest.raises(InvalidContract) as refused:
        read_contract(text, file="flights.odcs.yaml", dataset=dataset)
    return refused.value


def test_properties_become_columns_and_a_schema_check() -> None:
    contract = contract_of(
        "    properties:\n"
        "      - {name: carrier, physicalName: CARRIER, logicalType: string, required: true, description: two letters}\n"
        "      - {name: note}\n"
        "      - {name: tags, logicalType: map}\n"
        "      - {name: place, logicalType: object, properties: [{name: city, logicalType: string, required: true}]}\n"
    )

    assert contract.columns == (
        Column("CARRIER", "string", nullable=False, description="two letters"),
        Column("note", "unknown"),
        Column("tags", "object"),
        Column("place", "object"),
        Column("place.city", "string", nullable=False),
    )
    assert contract.version == "1.2.0"
    assert contract.file == "flights.odcs.yaml"
    assert contract.checks == (
        Check(
            "schema",
            "schema",
            {"columns": {"CARRIER": "string", "note": "unknown", "tags": "object", "place": "object"}},
        ),
        Check("required columns", "not_null", {"columns": ["CARRIER", "place.city"]}),
    )


def test_a_physical_type_says_a_type_exactly_and_the_logical_one_is_what_is_checked() -> None:
    contract = contract_of(
        "    properties:\n"
        "      - {name: price, logicalType: number, physicalType: 'DECIMAL(10,2)'}\n"
        "      - {name: place, logicalType: string, physicalType: GEOMETRY}\n"
        "      - {name: seen, physicalType: TIMESTAMPTZ}\n"
    )

    assert [column.type for column in contract.columns] == ["decimal(10,2)", "string", "timestamp(us,UTC)"]
    assert contract.checks[0].params == {"columns": {"price": "number", "place": "string", "seen": "unknown"}}


def test_a_contract_says_how_a_column_was_called_before() -> None:
    contract = contract_of(
        "    properties:\n"
        "      - name: place\n"
        "        logicalType: object\n"
        "        customProperties: [{property: renamedFrom, value: spot}, {property: other, value: 1}]\n"
        "        properties:\n"
        "          - {name: city, customProperties: [{property: renamedFrom, value: town}]}\n"
    )

    assert [(column.path, column.renamed_from) for column in contract.columns] == [
        ("place", "spot"),
        ("place.city", "place.town"),
    ]
    assert loads(dumps(contract)) == contract


@pytest.mark.parametrize("value", ["''", "7", "a", "[b]"])
def test_a_former_name_that_is_none_is_refused(value: str) -> None:
    text = f"    properties: [{{name: a, customProperties: [{{property: renamedFrom, value: {value}}}]}}]\n"
    with pytest.raises(InvalidContract, match="renamedFrom must be one other name"):
        contract_of(text)


def test_keys_become_checks_in_the_order_of_their_positions() -> None:
    assert checks_of(
        "    properties:\n"
        "      - {name: flight, primaryKey: true, primaryKeyPosition: 2}\n"
        "      - {name: carrier, primaryKey: true, primaryKeyPosition: 1}\n"
        "      - {name: tail, unique: true}\n"
    ) == [
        ("not_null", {"columns": ["flight", "carrier"]}, "blocking"),
        ("unique", {"columns": ["carrier", "flight"]}, "blocking"),
        ("unique", {"columns": ["tail"]}, "blocking"),
    ]


def test_options_and_lists_of_values_become_checks() -> None:
    assert checks_of(
        "    properties:\n"
        "      - {name: age, logicalType: integer, logicalTypeOptions: {minimum: 18, exclusiveMaximum: 100, format: i32}}\n"
        "      - {name: day, logicalType: date, logicalTypeOptions: {exclusiveMinimum: 2013-01-01}}\n"
        "      - {name: code, logicalType: string, logicalTypeOptions: {minLength: 3, maxLength: 4, pattern: '[A-Z]+'}}\n"
        "      - {name: origin, enum: [{value: EWR}, {value: JFK}]}\n"
    ) == [
        ("range", {"column": "age", "min": 18, "below": 100}, "blocking"),
        ("range", {"column": "day", "above": "2013-01-01"}, "blocking"),
        ("length", {"column": "code", "min": 3, "max": 4}, "blocking"),
        ("matches", {"column": "code", "pattern": "[A-Z]+"}, "blocking"),
        ("allowed_values", {"column": "origin", "values": ["EWR", "JFK"]}, "blocking"),
    ]


@pytest.mark.parametrize(
    ("rule", "kind", "params", "severity"),
    [
        ("{metric: nullValues, mustBe: 0}", "not_null", {"columns": ["origin"]}, "blocking"),
        (
            "{metric: nullValues, mustBeLessThan: 5, unit: percent, severity: warning}",
            "not_null",
            {"columns": ["origin"], "must": {"below": 5}, "unit": "percent"},
            "warning",
        ),
        (
            "{metric: missingValues, mustBe: 0, arguments: {missingValues: ['', null, n/a]}}",
            "not_null",
            {"columns": ["origin"], "missing": ["", None, "n/a"]},
            "blocking",
        ),
        (
            "{type: library, metric: invalidValues, arguments: {validValues: [EWR, 1]}, mustBe: 0, severity: error}",
            "allowed_values",
            {"column": "origin", "values": ["EWR", 1]},
            "blocking",
        ),
        (
            "{metric: invalidValues, arguments: {pattern: '[A-Z]{3}'}, mustBeLessOrEqualTo: 2}",
            "matches",
            {"column": "origin", "pattern": "[A-Z]{3}", "must": {"at_most": 2}},
            "blocking",
        ),
        ("{metric: duplicateValues, mustBe: 0, severity: info}", "unique", {"columns": ["origin"]}, "warning"),
        (
            "{rule: duplicateCount, mustBeBetween: [0, 3]}",
            "unique",
            {"columns": ["origin"], "must": {"between": [0, 3]}},
            "blocking",
        ),
        ("{metric: rowCount, mustBe: 7}", "row_count", {"min": 7, "max": 7}, "blocking"),
        ("{metric: rowCount, mustBeGreaterThan: 0}", "row_count", {"min": 1}, "blocking"),
        ("{metric: rowCount, mustBeGreaterOrEqualTo: 1.5}", "row_count", {"min": 2}, "blocking"),
        ("{metric: rowCount, mustBeLessThan: 10}", "row_count", {"max": 9}, "blocking"),
        ("{metric: rowCount, mustBeLessOrEqualTo: 10}", "row_count", {"max": 10}, "blocking"),
        ("{metric: rowCount, mustBeBetween: [1, 5]}", "row_count", {"min": 1, "max": 5}, "blocking"),
        ("{metric: rowCount, mustNotBe: 0}", "row_count", {"min": 1}, "blocking"),
        (
            "{type: sql, query: 'SELECT count(*) FROM {object}', mustBeLessThan: 9, severity: warning}",
            "sql",
            {"query": "SELECT count(*) FROM {object}", "must": {"below": 9}, "column": "origin"},
            "warning",
        ),
    ],
)
def test_a_rule_of_the_library_becomes_a_check(rule: str, kind: str, params: dict[str, Any], severity: str) -> None:
    assert checks_of(a_rule(rule)) == [(kind, params, severity)]


def test_checks_know_which_of_their_columns_are_secret() -> None:
    schema = """\
    properties:
      - {name: name, tags: [PII], unique: true}
      - {name: address, classification: confidential, properties: [{name: street, logicalTypeOptions: {maxLength: 9}}]}
      - {name: flight, required: true, classification: public}
      - {name: home, required: true, tags: [sensitive]}
"""
    masked = {check.kind: check.params.get("masked") for check in contract_of(schema).checks}

    assert masked == {
        "schema": ["name", "address", "home"],
        "not_null": ["home"],
        "unique": ["name"],
        "length": ["address.street"],
    }


def test_a_rule_about_the_object_names_properties_and_checks_use_their_columns() -> None:
    schema = "    properties: [{name: carrier, physicalName: c}, {name: flight}]\n    quality:\n      - {name: key, metric: duplicateValues, mustBe: 0, arguments: {properties: [carrier, flight]}}\n"

    assert checks_of(schema) == [("unique", {"columns": ["c", "flight"]}, "blocking")]


def test_text_is_for_people_and_equal_names_are_told_apart() -> None:
    rules = "{type: text, description: Be good.}\n          - {metric: nullValues, mustBe: 0}\n          - {metric: nullValues, mustBe: 0}"

    assert [check.name for check in contract_of(a_rule(rules)).checks] == [
        "schema",
        "nullValues origin",
        "nullValues origin (2)",
    ]


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ("{type: sql, mustBe: 1}", "a rule of type sql needs its query"),
        ("{type: sql, query: SELECT 1}", "does not say what its number must be"),
        ("{type: sql, query: SELECT 1, mustBe: 1, unit: percent}", "a query gives a plain number"),
        ("{type: custom, engine: soda, implementation: x}", "a custom rule of engine soda cannot be run here"),
        ("{metric: nulValues, mustBe: 0}", "nulValues is not a metric of the library; did you mean nullValues?"),
        ("{mustBe: 0}", "a quality rule without a metric"),
        ("{metric: nullValues}", "does not say what its number must be"),
        ("{metric: nullValues, mustBe: many}", "'many' is not a number to compare with"),
        ("{metric: nullValues, mustBe: 0, unit: parsecs}", "the unit parsecs means nothing here"),
        ("{metric: nullValues, mustBee: 0}", "unknown key 'mustBee'; did you mean mustBe?"),
        ("{metric: nullValues, mustBe: 0, arguments: {x: 1}}", "the argument x means nothing to nullValues"),
        ("{metric: invalidValues, mustBe: 0}", "invalidValues needs the argument validValues or pattern"),
        (
            "{metric: invalidValues, mustBe: 0, arguments: {validValues: EWR}}",
            "the argument validValues must be a list",
        ),
        (
            "{metric: duplicateValues, mustBe: 0, arguments: {properties: [orgin]}}",
            "there is no property orgin; did you mean origin?",
        ),
        ("{metric: rowCount, mustNotBe: 5}", "rowCount cannot be not equal 5"),
        ("{metric: rowCount, mustBe: 5, unit: percent}", "the unit must be rows"),
    ],
)
def test_a_rule_that_cannot_be_run_is_refused_with_its_line(rule: str, message: str) -> None:
    refused = refusal(f"{HEAD}schema:\n  - name: flights\n{a_rule(rule)}")

    assert message in refused.message
    assert refused.line == 13
    assert str(refused).startswith("flights.odcs.yaml:13: ")


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("a: [", 1, "not YAML"),
        ("", None, "a contract is a mapping"),
        ("- 1", None, "a contract is a mapping"),
        ("apiVersion: v3.1.0\nname: x\n", 1, "no `kind: DataContract`"),
        ("kind: DataContract\napiVersion: v2.2.0\n", 2, "only version 3 of the standard is understood, not v2.2.0"),
        (HEAD + "schema: 5\n", 7, "schema: Input should be a valid list"),
        (HEAD + "scheme: []\n", 7, "unknown key 'scheme'; did you mean schema?"),
        (HEAD.replace("1.2.0", "1.0"), 5, "version: Input should be a valid string"),
        (
            HEAD + "schema:\n  - name: flights\n    properties:\n      - {name: a, logicalType: strin}\n",
            10,
            "strin is not a logical type; did you mean string?",
        ),
        (
            HEAD + "schema:\n  - name: flights\n    properties:\n      - name: a\n        requierd: true\n",
            11,
            "unknown key 'requierd'; did you mean required?",
        ),
        (
            HEAD + "schema:\n  - name: flights\n    properties:\n      - logicalType: string\n",
            10,
            "a property without a name",
        ),
        (
            HEAD + "schema:\n  - name: flights\n    propertys: []\n",
            9,
            "unknown key 'propertys'; did you mean properties?",
        ),
        (
            HEAD
            + "schema:\n  - name: flights\n    properties:\n      - {name: a, logicalTypeOptions: {multipleOf: 5}}\n",
            10,
            "multipleOf cannot be checked here",
        ),
        (
            HEAD
            + "schema:\n  - name: flights\n    properties:\n      - name: a\n        items: {logicalType: string, required: true}\n",
            11,
            "items of an array cannot be checked",
        ),
        (
            HEAD + "schema: [{name: flight}, {name: weather}]\n",
            7,
            "it describes flight, weather, not flights; did you mean flight?",
        ),
    ],
)
def test_a_contract_that_cannot_be_understood_is_refused_with_its_line(
    text: str, line: int | None, message: str
) -> None:
    refused = refusal(text)

    assert message in refused.message
    assert refused.line == line


def test_a_contract_without_schema_promises_nothing() -> None:
    assert read_contract(HEAD, file="f", dataset="flights") == Contract(version="1.2.0", file="f")


def test_one_of_several_objects_is_found_by_either_of_its_names() -> None:
    text = (
        HEAD
        + "schema:\n  - {name: a, physicalName: tbl_a, properties: [{name: x}]}\n  - {name: b, properties: [{name: y}]}\n"
    )

    assert [read_contract(text, file="f", dataset=name).columns[0].path for name in ("a", "tbl_a", "b")] == [
        "x",
        "x",
        "y",
    ]


# The only example that promises more than can be checked here.
BEYOND_US = {"all-data-types.odcs.yaml": "maxItems cannot be checked here"}


def test_the_examples_of_the_standard_are_read_or_refused_in_words() -> None:
    examples = sorted((SPECIFICATION / "odcs").glob("*.odcs.yaml"))
    if not examples:
        pytest.skip(
            "no examples of the data contract standard: set HEADWATER_SPEC_FOLDER to a folder that has odcs/ in it"
        )
    for example in examples:
        text, dataset = example.read_text(), "tbl"
        if example.name in BEYOND_US:
            assert BEYOND_US[example.name] in refusal(text, dataset).message
        else:
            contract = read_contract(text, file=example.name, dataset=dataset)
            assert loads(dumps(contract)) == contract
