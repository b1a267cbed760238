"""What a bad version is to one reader."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from graph_model.impact.entities import Verdict
from graph_model.impact.tainted_rules import Reading, judge, judge_reading

AT = datetime(2013, 1, 6, 7, 30, tzinfo=UTC)


def a_reading(**said: object) -> Reading:
    facts: dict[str, object] = {
        "where": "shop/clean@2013-01-05", "version": "v1", "wrong": frozenset({"amount"}), "current": False,
        "offered": True,
    }  # fmt: skip
    return Reading(**facts | said)  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize(
    ("reading", "verdict", "rule"),
    [
        (a_reading(used=("id",), read_at=AT), Verdict.SAFE, "wrong_columns_are_not_used"),
        (a_reading(used=("amount",), read_at=AT), Verdict.BREAKS, "read_bad_version"),
        (a_reading(used=("id",), wrong=None, read_at=AT), Verdict.BREAKS, "read_bad_version"),
        (a_reading(read_at=AT), Verdict.UNKNOWN, "read_bad_version_columns_unknown"),
        (a_reading(used=("amount",), current=True), Verdict.RISKY, "reads_bad_version_next"),
        (a_reading(current=True), Verdict.UNKNOWN, "reads_bad_version_columns_unknown"),
        (a_reading(current=True, wrong=None), Verdict.RISKY, "reads_bad_version_next"),
        (a_reading(offered=False), Verdict.SAFE, "bad_version_was_not_offered"),
        (a_reading(told_at=AT), Verdict.SAFE, "did_not_read_bad_version"),
        (a_reading(told_at=AT, exposed="clean.csv"), Verdict.UNKNOWN, "may_have_read_bad_version"),
        (a_reading(), Verdict.UNKNOWN, "may_have_read_bad_version"),
        (a_reading(current=True, reads_now=False, wrong=None), Verdict.UNKNOWN, "may_have_read_bad_version"),
    ],
)
def test_what_it_is_to_a_reader(reading: Reading, verdict: Verdict, rule: str):
    found = judge_reading(reading)

    assert (found.verdict, found.rule) == (verdict, rule)
    assert found.reason
    assert bool(found.settle) == (verdict is Verdict.UNKNOWN)


def test_the_worst_reading_counts():
    readings = [a_reading(used=("id",)), a_reading(read_at=AT, wrong=None), a_reading()]

    assert judge(readings)[0].rule == "read_bad_version"


def test_every_rule_has_its_paragraph(pytestconfig: pytest.Config):
    text = (pytestconfig.rootpath / "docs" / "bad-versions.md").read_text()
    rules = (pytestconfig.rootpath / "graph_model" / "impact").glob("tainted*.py")
    named = {rule for file in rules for rule in re.findall(r'Found\(\s*Verdict\.\w+,\s*"(\w+)"', file.read_text())}

    assert named - {"answer_is_cut_off"} == set(re.findall(r"^\*\*`(\w+)`\*\*", text, re.MULTILINE))
