"""What is printed: JSON that stays JSON, and text that a terminal or a pipe can take."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from app.cli.output import jsonable, print_fields, print_json, print_table, printable
from graph_model.names import Name
from graph_model.versions.entities import Content, Receipt, VersionState


class Colour(StrEnum):
    RED = "red"


@dataclass(frozen=True, slots=True)
class Box:
    name: Name
    inner: Content


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        (True, True),
        (3, 3),
        (0.5, 0.5),
        (float("nan"), "nan"),
        (Colour.RED, "red"),
        (Name("postgres://db:5432", "a.b.c"), "postgres://db:5432/a.b.c"),
        (datetime(2013, 1, 5, 7, tzinfo=UTC), "2013-01-05T07:00:00+00:00"),
        (date(2013, 1, 5), "2013-01-05"),
        (timedelta(minutes=1), 60.0),
        (Decimal("1.10"), "1.10"),
        (Path("a/b"), "a/b"),
        (SecretStr("secret"), "**********"),
        (("a", Name("n", "b")), ["a", "n/b"]),
        (frozenset({"b", "a"}), ["a", "b"]),
        ({Name("n", "a"): Colour.RED}, {"n/a": "red"}),
    ],
)
def test_every_value_has_one_form_in_json(value: Any, expected: Any) -> None:
    assert jsonable(value) == expected


def test_dataclasses_become_objects_all_the_way_down() -> None:
    box = Box(Name("flights", "raw"), Content("csv", "raw.csv", {"delimiter": ";"}))

    assert jsonable(box) == {
        "name": "flights/raw",
        "inner": {"format": "csv", "location": "raw.csv", "options": {"delimiter": ";"}, "within": []},
    }


def test_json_output_is_one_object_with_the_schema_version_first(capsys: pytest.CaptureFixture[str]) -> None:
    print_json(receipt=Receipt("vs_1", VersionState.REPORTED, created=True, runs=("r1",)))

    printed = json.loads(capsys.readouterr().out)
    assert list(printed) == ["schema_version", "receipt"]
    assert printed["schema_version"] == 1
    assert printed["receipt"] == {"version": "vs_1", "state": "REPORTED", "created": True, "runs": ["r1"]}


def test_a_table_into_a_pipe_is_neither_cut_nor_coloured_nor_padded(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "20")

    print_table(("STATE", "WHY"), [("FAILED", "x" * 300), ("OK", "[red]as it is[/red]")], empty="none")

    out = capsys.readouterr().out
    assert "x" * 300 in out
    assert "[red]as it is[/red]" in out
    assert "\x1b" not in out
    assert all(line == line.rstrip() for line in out.splitlines())


def test_no_rows_are_no_data_but_a_remark(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(("STATE",), [], empty="no runs")

    streams = capsys.readouterr()
    assert (streams.out, streams.err) == ("", "no runs\n")


def test_fields_without_a_value_are_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    print_fields(location="clean.parquet", rows=0, run=None, partition="", runs_made_ready=())

    assert capsys.readouterr().out.splitlines() == ["location  clean.parquet", "rows      0"]


def test_data_cannot_steer_the_terminal() -> None:
    assert printable("a\x1b[2Jb\nc\tä") == "a\N{REPLACEMENT CHARACTER}[2Jb\nc\tä"
