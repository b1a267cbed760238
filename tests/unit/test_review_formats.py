"""A check told in each format: what is in it, and what nobody can smuggle into it."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema.validators import validator_for

from connectors.git.history import Commit, Comparison
from connectors.review.annotations import annotate
from connectors.review.fail_on import FailOn
from connectors.review.junit import junit
from connectors.review.markdown import MOST_CHARACTERS, markdown, marker_of
from connectors.review.report import Place, Report, failed
from connectors.review.sarif import MOST_RESULTS, sarif
from graph_model.errors import Mistake
from graph_model.impact.entities import Affected, DropColumn, Effect, ImpactReport, LastUse, Verdict
from graph_model.lineage.entities import LineageEdge, LineageNode, NodeKind
from graph_model.names import Name
from tests.support.specification import SPECIFICATION

SCHEMA = SPECIFICATION / "sarif" / "sarif-schema-2.1.0.json"
ORDERS = Name("shop", "orders")
DROP = DropColumn(ORDERS, "amount")
COLUMN = LineageNode("fd_amount", "COLUMN", ORDERS, "amount")
COMPARISON = Comparison(Commit("main", "b" * 40), Commit("main", "a" * 40), Commit("topic", "c" * 40))


def a_reader(
    name: str = "board",
    verdict: Verdict = Verdict.BREAKS,
    *,
    kind: NodeKind = "CONSUMER",
    reason: str = "",
    **more: Any,
) -> Affected:
    node = LineageNode(f"id_{kind}_{name}", kind, Name("shop", name))
    effect: Effect = "HIT" if verdict is Verdict.BREAKS else ""
    said = reason or "uses shop/orders.amount, which is dropped"
    path = (LineageEdge(COLUMN.id, node.id, "USED_BY", "parsed", stale=True),)
    return Affected(node, verdict, effect, "column_is_gone", said, path, **more)


def a_report(*affected: Affected, **more: Any) -> Report:
    impact = ImpactReport((DROP,), affected, datetime(2024, 1, 5, tzinfo=UTC), nodes=(COLUMN,))
    given_ = {"impact": impact, "places": (Place("data/estate.yaml", 7),), "files": ("data/estate.yaml",)}
    return Report("main", "topic", comparison=COMPARISON, **{**given_, **more})


FULL = a_report(
    a_reader(
        "board",
        owners=("board@example.org",),
        deadline="06:00 Europe/Paris",
        remedy="publish both",
        hit=("shop/orders.amount",),
        last_use=LastUse(datetime(2024, 1, 4, 6, 30, tzinfo=UTC), "rn_1"),
    ),
    a_reader("maybe", Verdict.UNKNOWN, settle="declare its columns"),
    a_reader("careful", Verdict.RISKY, kind="JOB"),
    a_reader("calm", Verdict.SAFE),
    mistakes=(Mistake("data/estate.yaml", 9, "job x: input y is not a known dataset", "did you mean z?"),),
    notes=("the graph is not as the base declares it",),
)
FAILED = failed("origin/main", "HEAD", "the base is missing: this clone does not have origin/main")
EMPTY = Report("main", "topic", comparison=COMPARISON, files=("estate.yaml",))


def test_markdown_says_first_what_matters_most() -> None:
    text = markdown(replace(FULL, mistakes=()), sticky="data")

    lines = text.splitlines()
    assert lines[0] == marker_of("data") == "<!-- headwater-impact:data -->"
    assert lines[1] == "## Headwater: This breaks 1 reader"
    assert "1 break" in lines[3]
    order = [text.index(word) for word in ("### Changes", "Breaks (1)", "Not known (1)", "At risk (1)", "Safe (1)")]
    assert order == sorted(order)
    assert "<details><summary>🟢 Safe (1)</summary>" in text


def test_markdown_tells_of_each_reader_all_that_is_known() -> None:
    text = markdown(FULL, sticky="data")

    row = next(line for line in text.splitlines() if line.startswith("| consumer <code>shop/board"))
    for said in (
        "uses shop/orders.amount, which is dropped",
        "column_is_gone",
        "<code>orders.amount</code> (parsed, stale) → consumer <code>board</code>",
        "board&#64;example.org",
        "06:00 Europe/Paris",
        "2024-01-04 06:30 by run rn_1",
        "publish both",
        "hits <code>shop/orders.amount</code>",
    ):
        assert said in row
    assert row.count("|") == 8


def test_names_lead_to_the_portal_only_where_there_is_one() -> None:
    text = markdown(a_report(a_reader("a board")), sticky="x", link_base="https://portal.example.org/")

    assert '<a href="https://portal.example.org/consumer/shop/a%20board"><code>shop/a board</code></a>' in text
    assert "href" not in markdown(a_report(a_reader()), sticky="x")


HOSTILE = (
    "@team #1 `x` <img src=x onerror=alert(1)> [a](http://evil.example) | _*b*_ --> https://evil.example "
    "www.evil.example\n| c | gh-7 \u202e _d_ $e$ &lt;"
)


def test_nobody_is_mentioned_and_nothing_is_marked_up() -> None:
    hostile = a_reader(HOSTILE, reason=HOSTILE, owners=(HOSTILE,), remedy=HOSTILE, deadline=HOSTILE, hit=(HOSTILE,))
    notes, mistakes = (HOSTILE,), (Mistake(HOSTILE, 1, HOSTILE, HOSTILE),)

    text = markdown(a_report(hostile, notes=notes, mistakes=mistakes), sticky="x")

    body = text.replace(marker_of("x"), "")
    prose = re.sub(r"<code>.*?</code>", "", body)
    assert not re.search(r"[@#]\w", prose.replace("&#", ""))
    for never in ("<img", "](http", "*b*", "`", "-->", "https://", "www.", "gh-7", "\u202e", " _d_", "$e$", "&lt;"):
        assert never not in body, never
    tables = [line for line in body.splitlines() if line.startswith("|")]
    assert {line.count("|") for line in tables if "<code>" in line} == {4, 8}


@given(st.text())
def test_any_text_stays_in_its_cell(text: str) -> None:
    row = markdown(a_report(a_reader(reason=text or "x", remedy=text)), sticky="x").splitlines()

    reader = next(line for line in row if line.startswith("| consumer"))
    assert reader.count("|") == 8
    assert not re.search(r"@\w|<(?!/?code>|br>)", reader)


@pytest.mark.parametrize("most", [4_000, 20_000, MOST_CHARACTERS])
def test_a_comment_is_never_too_long_and_ends_with_a_whole_row(most: int) -> None:
    breaking = [a_reader(f"b{number}", reason="💥 | " * 70) for number in range(400)]
    safe = [a_reader(f"s{number}", Verdict.SAFE) for number in range(400)]

    text = markdown(a_report(*breaking, *safe), sticky="x", most=most)

    assert len(text) <= most
    told = text.count("| consumer <code>shop/b")
    assert told > 0
    assert f"… and {400 - told} more." in text
    assert all(line.endswith("|") for line in text.splitlines() if line.startswith("|"))
    assert "Safe (400)" in text
    assert text.count("<details>") == text.count("</details>")


def test_a_thousand_changes_leave_room_for_who_breaks() -> None:
    changes = tuple(DropColumn(ORDERS, f"c{number}") for number in range(1000))
    impact = ImpactReport(changes, (a_reader(),), datetime(2024, 1, 5, tzinfo=UTC), nodes=(COLUMN,))

    text = markdown(a_report(impact=impact, places=(None,) * 1000), sticky="x")

    assert "… and 950 more." in text
    assert "| consumer <code>shop/board</code>" in text


@pytest.mark.skipif(not SCHEMA.is_file(), reason="HEADWATER_SPEC_FOLDER: no schema of SARIF there")
def test_the_published_schema_of_sarif_is_met() -> None:
    schema = json.loads(SCHEMA.read_text())
    validator = validator_for(schema)(schema)

    for report in (FULL, FAILED, EMPTY, a_report(a_reader(HOSTILE, reason=HOSTILE), places=(None,))):
        validator.validate(json.loads(sarif(report, sticky="data")))


def test_sarif_has_a_result_for_each_reader_that_is_not_safe() -> None:
    (run,) = json.loads(sarif(FULL, sticky="data"))["runs"]

    results = run["results"]
    assert [(one["ruleId"], one["level"]) for one in results] == [
        ("mistake_in_estate", "error"),
        ("column_is_gone", "error"),
        ("column_is_gone", "warning"),
        ("column_is_gone", "warning"),
    ]
    rules = run["tool"]["driver"]["rules"]
    assert all(rules[one["ruleIndex"]]["id"] == one["ruleId"] for one in results)
    gone = next(rule for rule in rules if rule["id"] == "column_is_gone")
    assert "drop" in gone["fullDescription"]["text"]
    assert "docs/impact-rules.md" in gone["help"]["markdown"]
    places = [one["locations"][0]["physicalLocation"] for one in results]
    assert {place["artifactLocation"]["uri"] for place in places} == {"data/estate.yaml"}
    assert [place["region"]["startLine"] for place in places] == [9, 7, 7, 7]
    assert len({one["partialFingerprints"]["headwaterImpact/v1"] for one in results}) == 4
    assert run["automationDetails"]["id"] == "headwater-impact/data/"


def test_a_fingerprint_stays_where_lines_move() -> None:
    def fingerprint(report: Report) -> str:
        return json.loads(sarif(report, sticky="x"))["runs"][0]["results"][0]["partialFingerprints"]

    moved = a_report(a_reader(), places=(Place("data/estate.yaml", 70),))
    assert fingerprint(moved) == fingerprint(a_report(a_reader()))
    assert fingerprint(a_report(a_reader("other"))) != fingerprint(moved)


def test_sarif_keeps_the_worst_of_too_many() -> None:
    readers = [a_reader(f"r{number}") for number in range(MOST_RESULTS)]

    (run,) = json.loads(sarif(a_report(*readers, a_reader("last", Verdict.RISKY)), sticky="x"))["runs"]

    assert len(run["results"]) == MOST_RESULTS
    assert {one["level"] for one in run["results"]} == {"error"}
    told = run["invocations"][0]["toolExecutionNotifications"]
    assert [one["message"]["text"] for one in told] == ["1 findings that are not worse were left out"]


def test_sarif_of_a_check_that_could_not_be_made_is_no_success() -> None:
    (run,) = json.loads(sarif(FAILED, sticky="x"))["runs"]

    assert run["invocations"][0]["executionSuccessful"] is False
    assert [one["ruleId"] for one in run["results"]] == ["not_checked"]


@pytest.mark.parametrize(("fail_on", "failing"), [(FailOn.BREAKS, 1), (FailOn.UNKNOWN, 2), (FailOn.RISKY, 3)], ids=str)
def test_junit_fails_what_the_threshold_fails(fail_on: FailOn, failing: int) -> None:
    suite = ET.fromstring(junit(FULL, fail_on=fail_on))[0]  # noqa: S314  our own text

    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("6", str(failing), "1")
    board = next(case for case in suite if case.get("name") == "board")
    assert (board.get("classname"), board.get("file"), board.get("line")) == ("consumer.shop", "data/estate.yaml", "7")
    failure = board.find("failure")
    assert failure is not None
    assert failure.get("type") == "column_is_gone"
    assert "publish both" in (failure.text or "")


def test_junit_of_a_check_that_could_not_be_made_has_an_error() -> None:
    suite = ET.fromstring(junit(FAILED, fail_on=FailOn.BREAKS))[0]  # noqa: S314  our own text

    assert (suite.get("tests"), suite.get("errors")) == ("1", "1")


@given(st.text())
def test_junit_is_xml_whatever_a_reason_says(text: str) -> None:
    said = junit(a_report(a_reader(reason=f"x{text}")), fail_on=FailOn.BREAKS)

    assert ET.fromstring(said.encode("utf-8", "replace"))[0].get("failures") == "1"  # noqa: S314  our own text


def test_annotations_are_lines_that_github_reads() -> None:
    lines = annotate(FULL).splitlines()

    assert [line.split(" ")[0] for line in lines] == ["::error", "::error", "::warning", "::warning", "::notice"]
    assert lines[0] == (
        "::error file=data/estate.yaml,line=9,title=A mistake in an estate::"
        "job x: input y is not a known dataset; did you mean z?"
    )
    assert lines[1].startswith(
        "::error file=data/estate.yaml,line=7,title=consumer shop/board breaks::uses shop/orders"
    )


def test_an_annotation_cannot_start_another_command() -> None:
    evil = a_reader("a,line=1::b", reason="100%\n::error::owned\r\n::stop-commands::x")

    (line,) = annotate(a_report(evil)).splitlines()

    assert "title=consumer shop/a%2Cline=1%3A%3Ab breaks::" in line
    assert "100%25 ::error::owned" in line


@pytest.mark.parametrize(
    ("report", "expected"),
    [
        (EMPTY, [False, False, False]),
        (FAILED, [True, True, True]),
        (a_report(a_reader()), [True, True, True]),
        (a_report(a_reader("x", Verdict.UNKNOWN)), [False, True, True]),
        (a_report(a_reader("x", Verdict.RISKY)), [False, False, True]),
        (a_report(a_reader("x", Verdict.SAFE)), [False, False, False]),
        (replace(EMPTY, mistakes=(Mistake("f", 1, "m"),)), [True, True, True]),
        (
            replace(EMPTY, impact=ImpactReport((DROP,), (), datetime(2024, 1, 5, tzinfo=UTC), ("depth",))),
            [False, True, True],
        ),
    ],
)
def test_a_check_fails_from_the_threshold_on(report: Report, expected: list[bool]) -> None:
    assert [report.fails(limit) for limit in (FailOn.BREAKS, FailOn.UNKNOWN, FailOn.RISKY)] == expected
