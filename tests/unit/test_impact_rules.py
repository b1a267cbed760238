"""The rules of impact, one by one and together."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from graph_model.impact.changes import ColumnHarm, outcomes, retyped
from graph_model.impact.entities import ChangeNullability, DropColumn, RenameColumn, RetypeColumn, Verdict
from graph_model.impact.rules import (
    MAKING_POLICY,
    POLICY,
    DatasetHarm,
    Finding,
    HarmedColumn,
    HarmedDataset,
    Reading,
    Use,
    asked_about,
    when_cut_off,
    worst_of,
)
from graph_model.impact.rules.control import before_stays
from graph_model.lineage.entities import LineageEdge
from graph_model.names import Name
from tests.support.judging import judge

ORDERS = Name("shop", "orders")
READ = LineageEdge("orders", "clean", "CONSUMED_BY")
USED = LineageEdge("orders.price", "clean", "USED_BY")
PRICE = HarmedColumn("price", ColumnHarm.GONE, "is dropped")
NO_GAPS = ChangeNullability(ORDERS, "price", nullable=False)
ON_THE_WAY = LineageEdge("orders.price", "tidy.total", "FEEDS")


def a_reading(**facts: Any) -> Reading:
    usual = {"reader": Name("shop", "clean"), "is_job": True, "dataset": ORDERS, "edge": READ}
    return Reading(**{**usual, "required": True, "columns_known": True, **facts})


def a_use(harm: ColumnHarm, **facts: Any) -> dict[str, Any]:
    column = HarmedColumn("price", harm, "changes", **{"path": (), **facts})
    return {"harmed_columns": (column,), "uses": (Use(column, USED),)}


def a_harm(harm: DatasetHarm) -> dict[str, Any]:
    return {"harm": HarmedDataset(harm, "shop/tidy breaks", (ON_THE_WAY,))}


@pytest.mark.parametrize(
    ("facts", "rule", "verdict", "effect"),
    [
        (a_harm(DatasetHarm.GONE), "dataset_is_gone", "BREAKS", "HIT"),
        (a_use(ColumnHarm.GONE), "column_is_gone", "BREAKS", "HIT"),
        (a_use(ColumnHarm.NARROWED), "column_is_narrowed", "BREAKS", "HIT"),
        (a_harm(DatasetHarm.STALLED), "input_stalls", "BREAKS", "STALLED"),
        ({"harmed_columns": (PRICE,), "columns_known": False}, "columns_are_unknown", "UNKNOWN", ""),
        (a_use(ColumnHarm.PART_CHANGED), "part_of_column_changes", "UNKNOWN", ""),
        (a_harm(DatasetHarm.DOUBTFUL), "input_is_doubtful", "UNKNOWN", ""),
        (a_use(ColumnHarm.RETYPED), "column_is_retyped", "RISKY", "HIT"),
        (a_use(ColumnHarm.WIDENED), "column_is_widened", "RISKY", "HIT"),
        (a_use(ColumnHarm.REPLACED), "column_is_replaced", "RISKY", "HIT"),
        (a_harm(DatasetHarm.STALLED) | {"required": False}, "optional_input_stalls", "RISKY", ""),
        (a_use(ColumnHarm.TOUCHED), "column_is_touched", "RISKY", ""),
        (a_harm(DatasetHarm.ROWS_CHANGE), "rows_may_change", "RISKY", ""),
        ({"settled": ("price has a value in each row",), "changes": (NO_GAPS,)}, "data_comply", "SAFE", ""),
        ({"harmed_columns": (PRICE,)}, "uses_other_columns", "SAFE", ""),
        ({}, "inputs_stay", "SAFE", ""),
    ],
)
def test_each_rule_decides_where_it_alone_applies(facts: dict[str, Any], rule: str, verdict: str, effect: str) -> None:
    finding = judge([a_reading(**facts)])

    assert (finding.rule, finding.verdict, finding.effect) == (rule, verdict, effect)
    assert finding.path[-1] in {READ, USED}
    assert bool(finding.remedy) == (verdict != "SAFE")


@pytest.mark.parametrize(
    ("verdict", "effect", "may_fail", "state", "found"),
    [
        ("BREAKS", "HIT", False, "success", "BREAKS job_before_stalls"),
        ("BREAKS", "HIT", False, "exit 0", "BREAKS job_before_stalls"),
        ("BREAKS", "HIT", False, "failure", None),  # its failure is what is waited for
        ("BREAKS", "HIT", False, "exit 3", None),
        ("BREAKS", "STALLED", False, "done", "BREAKS job_before_stalls"),
        ("BREAKS", "STALLED", False, "failure", "BREAKS job_before_stalls"),
        ("UNKNOWN", "", False, "done", "UNKNOWN job_before_is_doubtful"),
        ("RISKY", "", True, "success", "RISKY job_before_may_fail"),
        ("RISKY", "", True, "failure", None),
        ("RISKY", "", False, "success", None),
        ("SAFE", "", False, "success", None),
    ],
)
def test_who_waits_for_a_job_without_data_depends_on_the_end_that_it_waits_for(
    verdict: str, effect: Any, may_fail: bool, state: str, found: str | None
) -> None:
    before = Finding(Verdict(verdict), effect, "rule", "reason", (READ,), may_fail=may_fail)
    edge = LineageEdge("clean", "mail", "FOLLOWED_BY", state=state)

    told = before_stays(Name("shop", "clean"), edge, before)

    assert (told and f"{told.verdict} {told.rule}") == found
    assert told is None or told.path == (READ, edge)


def test_who_waits_for_a_job_that_makes_something_wrong_goes_on() -> None:
    wrong = Finding(Verdict.BREAKS, "HIT", "rule", "reason", (READ,), stalls=False)

    assert (
        before_stays(Name("shop", "clean"), LineageEdge("clean", "mail", "FOLLOWED_BY", state="success"), wrong) is None
    )


def test_the_policy_has_a_paragraph_of_documentation_for_each_rule(pytestconfig: pytest.Config) -> None:
    text = (pytestconfig.rootpath / "docs" / "impact-rules.md").read_text()

    names = [rule.__name__ for rule in (*POLICY, *MAKING_POLICY)] + ["evidence_is_weak", "answer_is_cut_off"]
    names += ["job_before_stalls", "job_before_is_doubtful", "job_before_may_fail"]
    assert [name for name in names if f"**`{name}`**" not in text] == []


def test_the_worst_of_several_readings_counts() -> None:
    harmless, risky = a_reading(), a_reading(**a_use(ColumnHarm.WIDENED))

    assert judge([harmless, risky]).verdict is Verdict.RISKY
    assert judge([risky, a_reading(harmed_columns=(PRICE,), columns_known=False)]).verdict is Verdict.UNKNOWN
    assert judge([harmless, risky, a_reading(**a_harm(DatasetHarm.GONE))]).verdict is Verdict.BREAKS


def test_a_direct_hit_is_told_before_a_stall() -> None:
    finding = judge([a_reading(**a_harm(DatasetHarm.STALLED)), a_reading(**a_use(ColumnHarm.GONE))])

    assert finding.effect == "HIT"


def test_a_known_use_of_a_gone_column_breaks_even_where_the_other_columns_are_not_known() -> None:
    finding = judge([a_reading(**a_use(ColumnHarm.GONE), columns_known=False)])

    assert finding.rule == "column_is_gone"


@pytest.mark.parametrize("weak", [{"stale": True}, {"provenance": "inferred"}])
@pytest.mark.parametrize("facts", [{}, a_harm(DatasetHarm.GONE), a_harm(DatasetHarm.ROWS_CHANGE)])
def test_weak_evidence_proves_nothing(facts: dict[str, Any], weak: dict[str, Any]) -> None:
    edge = LineageEdge("orders", "clean", "CONSUMED_BY", **weak)

    finding = judge([a_reading(edge=edge, **facts)])

    assert (finding.verdict, finding.rule) == (Verdict.UNKNOWN, "evidence_is_weak")


def test_good_evidence_of_a_break_outweighs_weak_evidence() -> None:
    stale = LineageEdge("orders", "clean", "CONSUMED_BY", stale=True)

    finding = judge([a_reading(edge=stale, **a_harm(DatasetHarm.GONE)), a_reading(**a_use(ColumnHarm.GONE))])

    assert finding.verdict is Verdict.BREAKS


def test_a_cut_off_answer_calls_nobody_safe_and_leaves_the_rest() -> None:
    safe, broken = judge([a_reading()]), judge([a_reading(**a_harm(DatasetHarm.GONE))])

    assert when_cut_off(safe).verdict is Verdict.UNKNOWN
    assert when_cut_off(broken) == broken


def test_the_nearest_of_the_used_columns_is_the_witness() -> None:
    far = HarmedColumn("a", ColumnHarm.GONE, "is dropped", (ON_THE_WAY,))
    near = HarmedColumn("b", ColumnHarm.GONE, "is dropped")

    finding = judge([a_reading(harmed_columns=(far, near), uses=(Use(far, USED), Use(near, USED)))])

    assert finding.path == (USED,)
    assert "orders.b" in finding.reason


@pytest.mark.parametrize(
    ("before", "after", "harm"),
    [
        ("integer", "integer", None),
        ("integer", "number", ColumnHarm.WIDENED),
        ("date", "timestamp", ColumnHarm.WIDENED),
        ("number", "integer", ColumnHarm.NARROWED),
        ("string", "integer", ColumnHarm.NARROWED),
        ("timestamp", "date", ColumnHarm.NARROWED),
        ("integer", "string", ColumnHarm.RETYPED),
        (None, "integer", ColumnHarm.RETYPED),
        ("unknown", "integer", ColumnHarm.RETYPED),
    ],
)
def test_a_type_widens_narrows_or_just_changes(before: str | None, after: str, harm: ColumnHarm | None) -> None:
    assert retyped(before, after) is harm


TYPES = {"a": "integer", "b": "string", "c": "date"}


def harms(*changes: DropColumn | RenameColumn | RetypeColumn, types: dict[str, str] = TYPES) -> dict[str, str]:
    return {path: outcome.harm.name for path, outcome in outcomes(types, changes).items()}


def test_the_changes_of_a_set_are_applied_together() -> None:
    drop, rename = DropColumn(ORDERS, "a"), RenameColumn(ORDERS, "b", "a")

    assert harms(drop, rename) == {"a": "REPLACED", "b": "GONE"} == harms(rename, drop)


def test_two_columns_that_swap_their_names_both_stay_with_other_content() -> None:
    assert harms(RenameColumn(ORDERS, "a", "b"), RenameColumn(ORDERS, "b", "a")) == {"a": "REPLACED", "b": "REPLACED"}


def test_a_column_both_dropped_and_retyped_is_gone() -> None:
    assert harms(RetypeColumn(ORDERS, "a", "string"), DropColumn(ORDERS, "a")) == {"a": "GONE"}


def test_a_renamed_column_can_be_retyped_by_its_new_name() -> None:
    assert harms(RenameColumn(ORDERS, "a", "z"), RetypeColumn(ORDERS, "z", "string")) == {"a": "GONE"}


def test_a_type_that_stays_changes_nothing() -> None:
    assert harms(RetypeColumn(ORDERS, "a", "integer")) == {}


def test_a_column_takes_its_nested_ones_along_and_is_touched_by_them() -> None:
    types = {"user": "object", "user.id": "string", "user.id.part": "string", "username": "string"}

    assert harms(DropColumn(ORDERS, "user.id"), types=types) == {
        "user": "PART_CHANGED",
        "user.id": "GONE",
        "user.id.part": "GONE",
    }


@pytest.mark.parametrize(
    ("before", "after", "harm"),
    [
        ("int32", "int64", ColumnHarm.WIDENED),
        ("int64", "int32", ColumnHarm.NARROWED),
        ("integer", "int32", None),  # only said more exactly
        ("int32", "integer", ColumnHarm.WIDENED),
        ("decimal(10,2)", "float64", ColumnHarm.RETYPED),
        ("list<int8>", "list<int16>", ColumnHarm.WIDENED),
        ("list<struct<a:int8>>", "list<struct<b:int8>>", ColumnHarm.RETYPED),
        ("not a type", "int32", ColumnHarm.RETYPED),
    ],
)
def test_exact_types_widen_and_narrow_too(before: str, after: str, harm: ColumnHarm | None) -> None:
    assert retyped(before, after) is harm


@pytest.mark.parametrize("harm", DatasetHarm)
@pytest.mark.parametrize("by", ["name", "position", "exact"])
@pytest.mark.parametrize("kind", ["sql", "job", "other", "consumer"])
def test_rules_that_are_not_asked_about_a_whole_input_would_find_nothing(harm: DatasetHarm, by: str, kind: str) -> None:
    facts = {"by": by, "kind": kind, "is_job": kind != "consumer", "text": "SELECT * FROM orders", "deadline": True}
    readings = [
        a_reading(**a_harm(harm), **facts, several=several, columns_known=known, required=required)
        for several in (True, False)
        for known in (True, False)
        for required in (True, False)
    ]

    for reading in readings:
        found = {rule.__name__ for rule in POLICY if rule(reading) is not None}
        asked = {rule.__name__ for rule in asked_about(reading)}

        assert len(asked) < len(POLICY)
        assert found <= asked | {"inputs_stay"}


@pytest.mark.parametrize("harm", DatasetHarm)
@pytest.mark.parametrize("weak", ["edge", "way", "harm", ""])
@pytest.mark.parametrize("required", [True, False])
def test_rules_that_are_asked_come_to_the_same_as_all_of_them(harm: DatasetHarm, weak: str, required: bool) -> None:
    edges = {
        name: replace(READ, provenance="inferred" if name == weak else "declared") for name in ("edge", "way", "harm")
    }
    harmed = HarmedDataset(harm, "load breaks", (edges["harm"],))
    reading = a_reading(edge=edges["edge"], way=(edges["way"],), harm=harmed, required=required)
    by_all = [finding for rule in POLICY if (finding := rule(reading)) is not None]

    assert judge([reading]) == worst_of([reading], [by_all])
