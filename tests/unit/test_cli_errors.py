"""Each kind of error: its exit code, and one message that a person can act on."""

from __future__ import annotations

from pathlib import Path

import pytest
import typer

from app.cli.connect import open_graph, read_settings
from app.cli.errors import ExitCode, exit_code_of, message_of, one_message
from graph_model.errors import (
    BrokerUnavailable,
    DatasetNotFound,
    GraphUnavailable,
    HeadwaterError,
    InvalidEstate,
    InvalidName,
    Mistake,
    SettingsError,
)
from graph_model.settings import ApiSettings, BrokerSettings
from tests.support.cli import Cli


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (InvalidName("x"), 2),
        (DatasetNotFound("a/b"), 2),
        (InvalidEstate([Mistake("estate.yaml", 3, "wrong")]), 2),
        (SettingsError("HEADWATER_API_PORT is wrong"), 2),
        (FileNotFoundError(2, "No such file or directory", "estate.yaml"), 2),
        (GraphUnavailable("down"), 3),
        (BrokerUnavailable("down"), 3),
        (HeadwaterError("a query was called by a wrong name"), 70),
        (ZeroDivisionError("division by zero"), 70),
    ],
)
def test_each_kind_of_error_has_its_exit_code(error: Exception, code: int) -> None:
    with pytest.raises(typer.Exit) as ended, one_message(debug=False):
        raise error

    assert ended.value.exit_code == code == exit_code_of(error)


def test_an_error_is_one_line_on_stderr_without_a_trace(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit), one_message(debug=False):
        raise DatasetNotFound("flights/raw", ["flights/raw_flights"])

    streams = capsys.readouterr()
    assert streams.err == "error: no dataset flights/raw; did you mean flights/raw_flights?\n"
    assert streams.out == ""


def test_debug_shows_where_it_happened(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit), one_message(debug=True):
        raise DatasetNotFound("flights/raw")

    assert "Traceback" in capsys.readouterr().err


def test_mistakes_of_an_estate_are_one_line_each() -> None:
    error = InvalidEstate(
        [
            Mistake("estate.yaml", 3, "unknown key `fromat`", "did you mean `format`?"),
            Mistake("estate.yaml", 9, "a cycle"),
        ]
    )

    assert message_of(error).splitlines() == [
        "estate.yaml:3: unknown key `fromat`; did you mean `format`?",
        "estate.yaml:9: a cycle",
        "error: 2 mistakes; nothing was applied",
    ]


def test_ends_that_are_no_errors_pass_through() -> None:
    with pytest.raises(typer.Exit) as ended, one_message(debug=False):
        raise typer.Exit(ExitCode.FINDINGS)

    assert ended.value.exit_code == 1


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (
            ["lineag", "x"],
            "error: No such command 'lineag'. Did you mean 'lineage', 'lineage-diff'? (see headwater --help)\n",
        ),
        (
            ["wait", "a/b", "--timeout", "soon"],
            "'soon' is not a duration: write 90s, 10m or 2h (see headwater wait --help)\n",
        ),
        (["runs", "--limit", "0"], "(see headwater runs --help)\n"),
        (["impact", "drop-column"], "(see headwater impact drop-column --help)\n"),
    ],
)
def test_a_usage_error_is_one_line_that_leads_to_the_help(arguments: list[str], expected: str) -> None:
    said = Cli({})(*arguments)

    assert said.code == 2
    assert said.err.endswith(expected)
    assert said.err.count("\n") == 1
    assert said.out == ""


def test_a_reader_that_left_is_not_our_mistake() -> None:
    with pytest.raises(BrokenPipeError), one_message(debug=False):
        raise BrokenPipeError(32, "Broken pipe")


def test_a_wrong_setting_names_the_variable_and_where_it_came_from(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADWATER_API_PORT", "many")

    with pytest.raises(
        SettingsError, match=r"HEADWATER_API_PORT \(from: environment variable HEADWATER_API_PORT\) is wrong"
    ):
        read_settings(ApiSettings)


def test_a_broken_connection_file_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "connection.json").write_text("{")
    monkeypatch.setenv("HEADWATER_HOME", str(tmp_path))

    with pytest.raises(SettingsError, match=str(tmp_path / "connection.json")):
        read_settings(BrokerSettings)


def test_an_address_of_no_graph_is_a_wrong_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADWATER_GRAPH_URI", "postgres://here")

    with pytest.raises(SettingsError, match=r"'postgres://here' .*environment variable HEADWATER_GRAPH_URI.*bolt://"):
        open_graph()


@pytest.mark.parametrize(
    "arguments", [["resolve", "a/b"], ["verify"], ["migrate"], ["runs"], ["worker"], ["api", "--port", "0"]]
)
def test_a_graph_that_is_down_is_said_with_its_address_and_where_that_came_from(arguments: list[str]) -> None:
    cli = Cli({"HEADWATER_GRAPH_URI": "bolt://127.0.0.1:1"})

    said = cli(*arguments)

    assert said.code == 3
    assert "bolt://127.0.0.1:1 (address from: environment variable HEADWATER_GRAPH_URI)" in said.err
    assert "headwater up" in said.err
    assert "Traceback" not in said.err
    assert said.out == ""
