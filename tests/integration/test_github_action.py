"""The composite action: its steps are run as a runner would, with a GitHub that keeps comments in a file."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from graph_model.settings import GraphSettings
from graph_model.store.graph import Graph
from tests.support.cli import Cli, graph_environment
from tests.support.repositories import Repository

# What the steps ask of the graph has tests of its own on each engine.
pytestmark = pytest.mark.one_engine_will_do

ROOT = Path(__file__).parents[2]
ACTION = ROOT / "examples" / "github-action"
BOT, STRANGER = "github-actions[bot]", "stranger"
SHOP = """\
scope: shop
datasets:
  orders: {format: csv, partition: {every: day, from: 2024-01-01}, contract: orders.odcs.yaml}
"""
BOARD = """\
scope: boards
consumers:
  board: {kind: dashboard, reads: {shop/orders: [amount]}, owner: board@example.org}
"""
CONTRACT = """\
apiVersion: v3.0.2
kind: DataContract
id: orders
version: 1.0.0
status: draft
schema:
  - name: orders
    properties:
      - {name: id, logicalType: integer}
      - {name: amount, logicalType: number}
"""
GH = f"""\
#!{sys.executable}
import json, os, pathlib, subprocess, sys

store = pathlib.Path(os.environ["COMMENTS"])
comments = json.loads(store.read_text())
words = sys.argv[1:]
assert words[0] == "api" and os.environ["GH_TOKEN"]
place = next(word for word in words if word.startswith("repos/"))
if os.environ.get("READ_ONLY") and "--method" in words:
    sys.exit("HTTP 403: Resource not accessible by integration")
if "--method" not in words:
    query = words[words.index("--jq") + 1]
    sys.exit(subprocess.run(["jq", "-r", query], input=json.dumps(comments), text=True).returncode)
file = words[words.index("--field") + 1].removeprefix("body=@")
body = pathlib.Path(file).read_text()
if words[words.index("--method") + 1] == "POST":
    assert place == "repos/acme/data/issues/12/comments", place
    comments.append({{"id": len(comments) + 1, "user": {{"login": "{BOT}"}}, "body": body}})
else:
    next(one for one in comments if place == f"repos/acme/data/issues/comments/{{one['id']}}")["body"] = body
store.write_text(json.dumps(comments))
"""


def action() -> dict[str, Any]:
    return yaml.safe_load((ACTION / "action.yml").read_text())


@dataclass(frozen=True)
class Runner:
    """What a runner gives to the steps of an action."""

    folder: Path
    repository: Repository
    environment: dict[str, str]

    def runs(self, script: str, **inputs: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["bash", str(ACTION / script)],
            cwd=self.repository.folder,
            env={**self.environment, "STICKY": "data", **inputs},
            capture_output=True,
            text=True,
            check=False,
        )

    def checks(self, **inputs: str) -> dict[str, str]:
        """Runs the step, and gives its outputs."""
        (self.folder / "output").write_text("")
        given = {"BASE": "main", "HEAD": "topic", "ESTATES": "", "FAIL_ON": "breaks", "LINK_BASE": "", **inputs}
        done = self.runs("check.sh", **given)
        assert done.returncode == 0, done.stderr
        outputs = dict(line.split("=", 1) for line in (self.folder / "output").read_text().splitlines())
        return {**outputs, "log": done.stdout}

    def comments(self, outputs: dict[str, str], **inputs: str) -> subprocess.CompletedProcess[str]:
        given = {"GH_TOKEN": "t", "PULL_REQUEST": "12", "AUTHOR": BOT, "FOLDER": outputs["folder"], **inputs}
        return self.runs("comment.sh", **given)

    @property
    def told(self) -> list[tuple[str, str]]:
        return [(one["user"]["login"], one["body"]) for one in json.loads((self.folder / "comments").read_text())]

    def has(self, login: str, body: str) -> None:
        comments = json.loads((self.folder / "comments").read_text())
        comments.append({"id": len(comments) + 1, "user": {"login": login}, "body": body})
        (self.folder / "comments").write_text(json.dumps(comments))


@pytest.fixture
def runner(graph: Graph, graph_settings: GraphSettings, tmp_path: Path) -> Runner:
    """A repository whose main is applied to the graph, and whose topic drops a column that a board reads."""
    repository = Repository(tmp_path / "repository")
    repository.writes("data/estate.yaml", SHOP)
    repository.writes("data/orders.odcs.yaml", CONTRACT)
    repository.writes("boards/estate.yaml", BOARD)
    repository.commits()
    tools = tmp_path / "bin"
    tools.mkdir()
    (tools / "gh").write_text(GH)
    (tools / "gh").chmod(0o755)
    (tmp_path / "comments").write_text("[]")
    graph_at = {**graph_environment(graph_settings), "HEADWATER_HOME": str(tmp_path / "home")}
    for scope in ("data", "boards"):
        said = Cli(graph_at)("apply", str(repository.folder / scope / "estate.yaml"))
        assert said.code == 0, said.err
    repository.branches("topic")
    repository.edits("data/orders.odcs.yaml", "      - {name: amount, logicalType: number}\n", "")
    repository.commits()
    path = os.pathsep.join((str(tools), str(Path(sys.executable).parent), os.environ["PATH"]))
    environment = {
        "PATH": path,
        "HOME": str(tmp_path),
        "RUNNER_TEMP": str(tmp_path / "runner"),
        "GITHUB_OUTPUT": str(tmp_path / "output"),
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary"),
        "GITHUB_REPOSITORY": "acme/data",
        "COMMENTS": str(tmp_path / "comments"),
        **graph_at,
    }
    return Runner(tmp_path, repository, environment)


needs_jq = pytest.mark.skipif(shutil.which("jq") is None, reason="no jq: the pretended gh has nothing to select with")


@needs_jq
def test_a_comment_is_written_once_and_then_kept_up_to_date(runner: Runner) -> None:
    runner.has(STRANGER, "<!-- headwater-impact:data --> mine")
    first = runner.checks()
    runner.comments(first)
    runner.repository.edits("boards/estate.yaml", "[amount]", "[id]")
    runner.repository.commits()

    second = runner.checks()
    runner.comments(second)

    assert (first["exit-code"], second["exit-code"]) == ("1", "0")
    (stranger, ours) = runner.told
    assert stranger == (STRANGER, "<!-- headwater-impact:data --> mine")
    assert ours[0] == BOT
    assert ours[1].startswith("<!-- headwater-impact:data -->\n## Headwater: ")
    assert "This breaks" not in ours[1]
    assert "This breaks 1 reader" in (runner.folder / "summary").read_text()


@needs_jq
def test_two_checks_of_one_pull_request_have_a_comment_each(runner: Runner) -> None:
    for sticky in ("data", "other"):
        runner.comments(runner.checks(STICKY=sticky), STICKY=sticky)

    assert len(runner.told) == 2


def test_a_check_leaves_annotations_and_every_format(runner: Runner) -> None:
    outputs = runner.checks(ESTATES="data\n\n")

    assert "::error file=data/estate.yaml,line=3,title=consumer boards/board breaks::" in outputs["log"]
    folder = Path(outputs["folder"])
    assert {file.name for file in folder.iterdir()} == {"comment.md", "check.json", "check.sarif", "check.xml"}
    assert json.loads((folder / "check.json").read_text())["check"]["counts"]["BREAKS"] == 1


def test_a_missing_base_is_told_in_the_comment_and_fails(runner: Runner) -> None:
    outputs = runner.checks(BASE="0" * 40)

    assert outputs["exit-code"] == "2"
    assert "the base is missing" in (Path(outputs["folder"]) / "comment.md").read_text()
    assert "::error title=" in outputs["log"]


def test_a_check_that_dies_is_told_too(runner: Runner) -> None:
    headwater = runner.folder / "bin" / "headwater"
    headwater.write_text("#!/bin/sh\nexit 0\n")
    headwater.chmod(0o755)

    outputs = runner.checks()

    assert outputs["exit-code"] == "70"
    assert "Not checked" in (Path(outputs["folder"]) / "comment.md").read_text()


@needs_jq
def test_a_token_that_may_only_read_is_no_failure(runner: Runner) -> None:
    done = runner.comments(runner.checks(), READ_ONLY="1")

    assert (done.returncode, runner.told) == (0, [])
    assert "::warning" in done.stdout


def test_the_last_step_ends_as_the_check_did() -> None:
    verdict = action()["runs"]["steps"][-1]

    codes = [
        subprocess.run(["bash", "-c", verdict["run"]], env={"EXIT_CODE": code}, check=False).returncode
        for code in ("0", "1", "2", "")
    ]

    assert codes == [0, 1, 2, 1]


def test_nothing_of_an_event_is_pasted_into_a_script() -> None:
    """A branch may be called `$(…)`: what others chose reaches a script as environment only."""
    steps = action()["runs"]["steps"]

    assert [step["run"] for step in steps if "${{" in step.get("run", "")] == []
    assert all(step["shell"] == "bash" for step in steps if "run" in step)
    for script in ("check.sh", "comment.sh"):
        done = subprocess.run(["bash", "-n", str(ACTION / script)], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")


def test_every_name_in_the_action_is_one_that_exists() -> None:
    text, found = (ACTION / "action.yml").read_text(), action()

    assert set(re.findall(r"inputs\.([\w-]+)", text)) == set(found["inputs"])
    steps = {step["id"] for step in found["runs"]["steps"] if "id" in step}
    assert set(re.findall(r"steps\.(\w+)\.", text)) <= steps
    written = set(re.findall(r'echo "([\w-]+)=', (ACTION / "check.sh").read_text()))
    assert set(re.findall(r"steps\.check\.outputs\.([\w-]+)", text)) == written


def test_the_example_gives_what_the_action_asks_for() -> None:
    workflow = yaml.safe_load((ACTION / "workflow.yml").read_text())
    steps = workflow["jobs"]["impact"]["steps"]
    given = next(step for step in steps if "headwater" in step.get("uses", ""))["with"]
    inputs = action()["inputs"]

    assert given.keys() <= inputs.keys()
    assert {name for name, one in inputs.items() if one.get("required")} <= given.keys()
    assert steps[0]["with"]["fetch-depth"] == 0
