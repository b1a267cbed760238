"""Processes that judge one small content after the other: quick where all is well, never the last word elsewhere."""

from __future__ import annotations

import os
import signal
from dataclasses import replace
from pathlib import Path

import duckdb
import psutil
import pytest

from connectors.checks import standing
from graph_model.contracts.entities import Check
from graph_model.runs.entities import RunOutput
from graph_model.versions.entities import Content
from tests.support.tasks import an_output, judged
from workers.executors.validation import good_at_once
from workers.template.checkers import Checkers
from workers.template.keeper import Templates

IDS = Check("ids", "not_null", {"columns": ["id"]})
ROWS = 6_000  # more than are looked at to guess the types of a larger file


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same rows in every format, a file of few rows that says it is UTF-16, and one that nobody can read."""
    folder = tmp_path_factory.mktemp("small")
    rows = f"(SELECT i AS id, i // 3 AS third, DATE '2013-01-01' AS day, '*' || i AS n FROM range({ROWS}) r(i))"
    for kind in ("csv", "json", "parquet"):
        duckdb.sql(f"COPY {rows} TO '{folder}/data.{kind}' (FORMAT {kind})")
    (folder / "data.json").rename(folder / "data.jsonl")
    (folder / "wide.csv").write_text("id,word\n1,größer\n2,NA\n", encoding="utf-16")
    (folder / "broken.csv").write_text('id,name\n1,"never closed\n')
    return folder


def output_of(folder: Path, name: str, *checks: Check, **options: str) -> RunOutput:
    return replace(
        an_output("out"), content=Content(name.rpartition(".")[2], f"{folder}/{name}", options), checks=checks
    )


@pytest.mark.parametrize("name", ["data.csv", "data.jsonl", "data.parquet"])
def test_a_good_content_is_judged_as_by_a_process_of_its_own(
    folder: Path, templates: Templates, tmp_path: Path, name: str
) -> None:
    outputs = (output_of(folder, name, IDS, Check("few", "row_count", {"min": 1})),)

    found = good_at_once(outputs, templates.checkers.answer)

    assert found == judged(outputs, tmp_path, templates)
    assert found is not None
    assert [each.inspection and each.inspection.row_count for each in found] == [ROWS]


def test_one_content_leaves_nothing_behind_for_the_next(folder: Path, templates: Templates, tmp_path: Path) -> None:
    wide = (output_of(folder, "wide.csv", IDS, encoding="utf-16"),)
    good_at_once((output_of(folder, "data.csv", IDS),), templates.checkers.answer)

    found = good_at_once(wide, templates.checkers.answer)

    assert found == judged(wide, tmp_path, templates)
    assert [list(Path(checker.folder).iterdir()) for checker in templates.checkers.idle] == [[]]


@pytest.mark.parametrize(
    ("name", "check"),
    [
        ("broken.csv", IDS),
        ("data.csv", Check("thirds", "unique", {"columns": ["third"]})),
        ("data.csv", Check("own", "sql", {"query": "SELECT count(*) FROM content"})),
        ("data.csv", Check("what", "nobody_knows", {})),
        ("gone.csv", IDS),
        ("", IDS),
    ],
)
def test_whatever_it_does_not_find_good_is_for_a_process_of_its_own(
    folder: Path, templates: Templates, name: str, check: Check
) -> None:
    assert good_at_once((output_of(folder, name, check),), templates.checkers.answer) is None


def test_a_large_content_keeps_nobody_waiting(
    folder: Path, templates: Templates, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(standing, "SMALL_BYTES", 10)

    assert good_at_once((output_of(folder, "data.csv", IDS),), lambda _: pytest.fail("was asked")) is None


def test_a_checker_that_ends_or_hangs_is_given_up_and_followed(
    folder: Path, templates: Templates, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workers.template.checkers.ANSWER_SECONDS", 1.0)
    template = templates.of("checks")
    assert template is not None
    checkers = Checkers(template)
    outputs = (output_of(folder, "data.csv", IDS),)
    for number in (signal.SIGKILL, signal.SIGSTOP):
        assert good_at_once(outputs, checkers.answer) is not None
        (checker,) = checkers.idle
        os.kill(checker.pid, number)

        assert good_at_once(outputs, checkers.answer) is None
        assert not psutil.pid_exists(checker.pid) or psutil.Process(checker.pid).status() == psutil.STATUS_ZOMBIE
        assert not Path(checker.folder).exists()

    assert good_at_once(outputs, checkers.answer) is not None
    checkers.stop()
