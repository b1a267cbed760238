"""Which of two forms of a check promises more, held against the checks themselves."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.checks import validate
from graph_model.contracts.entities import Check
from graph_model.contracts.strength import Strength, strength
from graph_model.versions.entities import Content

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


@settings(max_examples=25)
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
