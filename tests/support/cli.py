"""Running `headwater` in this process, as a user would: arguments in, exit code and both streams out."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

import typer
from typer.testing import CliRunner

from app.cli.main import app
from graph_model.settings import GraphSettings


@dataclass(frozen=True, slots=True)
class Said:
    """What one command left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        return json.loads(self.out)


@dataclass(frozen=True, slots=True)
class Cli:
    """`headwater` with an environment of its own."""

    environment: Mapping[str, str | None]

    def __call__(self, *arguments: str, **environment: str) -> Said:
        said = {**self.environment, **environment}
        # The runner would make all commands anew for each call, which takes longer than most of them do.
        with patch("typer.testing._get_command", lambda _: whole_command()):
            result = CliRunner().invoke(app, list(arguments), env=said, prog_name="headwater")
        return Said(result.exit_code, result.stdout, result.stderr)


@cache
def whole_command() -> Any:
    """All of `headwater`, as it is made at its start."""
    return typer.main.get_command(app)


def graph_environment(settings: GraphSettings) -> dict[str, str]:
    """The variables that lead any Headwater process to this graph."""
    return {
        "HEADWATER_GRAPH_URI": settings.uri,
        "HEADWATER_GRAPH_USER": settings.user,
        "HEADWATER_GRAPH_PASSWORD": settings.password.get_secret_value(),
        "HEADWATER_GRAPH_DATABASE": settings.database,
    }


def cli_in(settings: GraphSettings, folder: Path) -> Cli:
    """`headwater` on this graph, at home below `folder` and with its data there."""
    home = {"HEADWATER_HOME": str(folder / "home"), "HEADWATER_STORAGE_ROOT": str(folder)}
    nothing = dict.fromkeys(("HEADWATER_BROKER_URL", "HEADWATER_NAMESPACE"))
    return Cli({**nothing, **graph_environment(settings), **home})


def cli_on_estate(settings: GraphSettings, folder: Path, estate: str) -> Cli:
    """The same, after this estate file was applied."""
    (folder / "estate.yaml").write_text(estate)
    cli = cli_in(settings, folder)
    said = cli("apply", str(folder / "estate.yaml"))
    assert said.code == 0, said.err
    return cli


def all_commands() -> dict[str, Any]:
    """Every command by the words it is called with: `report`, `impact drop-column` …"""
    return dict(_commands(whole_command(), ()))


def _commands(command: Any, words: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    if not hasattr(command, "commands"):
        yield " ".join(words), command
        return
    for name, below in command.commands.items():
        yield from _commands(below, (*words, name))
