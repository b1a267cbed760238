"""The outside of the command line: what `--help` costs, and that every command keeps the common rules."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from app.cli.main import hoisted
from tests.support.cli import Cli, all_commands

HEAVY = (
    "neo4j",
    "pyarrow",
    "duckdb",
    "fastapi",
    "celery",
    "kombu",
    "strawberry",
    "pydantic_settings",
    "sqlalchemy",
    "sqlglot",
    "uvicorn",
)
REFERENCE = Path(__file__).parents[2] / "docs" / "cli.md"
cli = Cli({})


def imported_by(*arguments: str) -> set[str]:
    """The top-level packages that `headwater ARGUMENTS` imports in a process of its own."""
    program = (
        "import sys\n"
        "from app.cli.main import app\n"
        f"app({list(arguments)!r}, standalone_mode=False)\n"
        "print('IMPORTED', *{name.partition('.')[0] for name in sys.modules})"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return set(done.stdout.rpartition("IMPORTED")[2].split())


@pytest.mark.parametrize("arguments", [("--help",), ("report", "--help"), ("impact", "--help")])
def test_help_imports_nothing_heavy(arguments: tuple[str, ...]) -> None:
    imported = imported_by(*arguments)

    assert "typer" in imported
    assert imported.isdisjoint(HEAVY)


def test_without_a_command_the_help_is_shown() -> None:
    said = cli()

    assert "resolve" in said.out + said.err


@pytest.mark.parametrize("words", all_commands())
def test_every_command_takes_json_and_explains_itself(words: str) -> None:
    command = all_commands()[words]

    assert "--json" in [option for parameter in command.params for option in parameter.opts]
    assert command.help


@pytest.mark.parametrize("words", all_commands())
def test_every_command_and_option_stands_in_the_reference(words: str) -> None:
    section = _section(words)
    options = [
        option for parameter in all_commands()[words].params for option in parameter.opts if option.startswith("--")
    ]

    assert "Exit codes" in section
    assert [option for option in options if option not in ("--json", "--help") and f"`{option}" not in section] == []


def test_the_reference_describes_no_command_that_is_gone() -> None:
    described = [
        line.removeprefix("## `headwater ").split("`")[0]
        for line in REFERENCE.read_text().splitlines()
        if line.startswith("## `headwater ")
    ]

    assert sorted(described) == sorted(all_commands())


def test_an_unknown_command_is_a_usage_error_that_suggests_the_right_one() -> None:
    said = cli("resolv", "x")

    assert said.code == 2
    assert "resolve" in said.err
    assert said.out == ""


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["runs", "--open"], ["runs", "--open"]),
        (["runs", "--debug", "--open"], ["--debug", "runs", "--open"]),
        (["--debug", "runs"], ["--debug", "runs"]),
        (["run", "--", "--debug"], ["run", "--", "--debug"]),
    ],
)
def test_debug_counts_wherever_it_stands(arguments: list[str], expected: list[str]) -> None:
    assert hoisted(arguments, "--debug") == expected


def _section(words: str) -> str:
    found = [part for part in REFERENCE.read_text().split("\n## ") if part.startswith(f"`headwater {words}`")]
    assert len(found) == 1, f"docs/cli.md needs one section `## `headwater {words}``"
    return found[0]
