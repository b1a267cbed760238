"""The page about executors shows what is really said, and the limits that there really are."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest
import yaml

from graph_model.estate.parse import load_estate
from graph_model.jobs.limits import MB, Limits
from graph_model.jobs.secrets import Secret
from graph_model.runs.entities import Failure
from graph_model.settings import JobSettings
from tests.support.tasks import a_run, an_input, an_output, outcome_of

PAGE = (Path(__file__).parents[2] / "docs" / "executors.md").read_text()
# Those of other kinds stand in sections that tests of their own look at.
OURS = PAGE.partition("## What a job is told")[2]
BLOCKS = re.findall(r"^```(yaml|python|text|graphql)\n(.*?)^```$", OURS, re.MULTILINE | re.DOTALL)
EXAMPLES = [(code, said) for (kind, code), (_, said) in pairwise(BLOCKS) if kind == "python"]
JOBS = [text for kind, text in BLOCKS if kind == "yaml"]
LIMITS = Limits(memory=200 * MB, processes=20, disk=50 * MB)


@pytest.mark.parametrize(("code", "said"), EXAMPLES, ids=[said.strip()[:40] for _, said in EXAMPLES])
def test_a_job_of_the_page_ends_with_the_reason_that_it_shows(code: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "1.csv").write_text("id\n1\n")
    body = "".join(f"    {line}\n" for line in code.splitlines())
    (tmp_path / "jobs.py").write_text(f"import os, time\ndef build(inputs, outputs, partition):\n{body}")
    executor = {"function": "jobs:build", "project": str(tmp_path)}
    output = an_output("clean", "clean/1/rn_0123456789abc-1/clean.csv")
    run = a_run("python", executor, inputs=(an_input("raw", "raw/1.csv"),), outputs=(output,), limits=LIMITS)

    outcome = outcome_of(run, tmp_path)

    assert isinstance(outcome, Failure)
    assert outcome.reason.replace(str(tmp_path), "") == said.strip()


@pytest.mark.parametrize("said", JOBS)
def test_a_job_is_declared_as_the_page_shows(said: str, tmp_path: Path) -> None:
    job = yaml.safe_load(said)
    runs = {} if {"python", "shell"} & set(job) else {"shell": ["true"]}
    estate = {
        "scope": "page",
        "datasets": {"raw": {"format": "csv"}, "clean": {"format": "csv"}},
        "jobs": {"tidy": {"inputs": ["raw"], "outputs": ["clean"], **runs, **job}},
    }
    (tmp_path / "estate.yaml").write_text(yaml.safe_dump(estate))

    assert len(load_estate(tmp_path).jobs) == 1


def test_the_table_of_limits_is_the_settings() -> None:
    told = dict(re.findall(r"^\| `HEADWATER_JOB_(\w+)` \| (\w*) \|", PAGE, re.MULTILINE))

    known = {name.upper(): str(value or "") for name, value in JobSettings()}
    assert told == {name: known[name] for name in known if name not in {"ALLOW_SHELL", "LOGS_DAYS"}}
    assert f"`HEADWATER_JOB_LOGS_DAYS` ({JobSettings().logs_days:g})" in PAGE


def test_the_reason_of_a_missing_secret_is_the_one_of_the_page(tmp_path: Path) -> None:
    run = a_run("shell", {"argv": ["true"], "project": "."}, secrets={"VENDOR_TOKEN": Secret("env:VENDOR_TOKEN")})

    outcome = outcome_of(run, tmp_path)

    assert isinstance(outcome, Failure)
    assert f"```text\n{outcome.reason}\n```" in PAGE
