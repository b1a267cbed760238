"""Secrets of jobs: looked up by the worker when a run starts, there for the job, and nowhere else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from connectors import secrets
from connectors.run_logs import folder_of, read_log
from graph_model.errors import SecretMissing
from graph_model.jobs.secrets import Secret
from graph_model.runs.entities import ClaimedRun, Failure
from tests.support.tasks import a_run, an_input, an_output, outcome_of
from tests.support.vaults import a_vault
from workers.launcher.capture import Redactor
from workers.supervisor import Done
from workers.template.keeper import Templates

CANARY = 'open "sesame" +1'
# What everybody on the machine can see of a process, and what lies in its scratch folder.
LOOK = """
import glob, os, sys
def build(inputs, outputs, partition):
    secret = os.environ["DOOR"]
    seen = [open(path, "rb").read() for path in glob.glob("/proc/[0-9]*/cmdline") if os.path.exists(path)]
    scratch = os.path.dirname(os.environ["HEADWATER_JOB_FILE"])
    files = [os.path.join(folder, name) for folder, _, names in os.walk(scratch) for name in names]
    open(outputs["clean"].path, "w").write("id\\n1\\n")
    canary = "".join(map(chr, CODES))
    found = [name for name in files if canary.encode() in open(name, "rb").read()]
    print("told", secret)
    print("told", secret, file=sys.stderr)
    assert secret == canary
    return {"seen": sum(canary.encode() in each for each in seen), "found": found, "secret": secret}
"""
TELL = """
import os
def build(inputs, outputs, partition):
    raise ValueError("not with " + os.environ["DOOR"])
"""


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("VENDOR_DOOR", CANARY)
    return tmp_path / "data"


def a_job(project: Path, code: str, reference: str = "env:VENDOR_DOOR", **more: Any) -> ClaimedRun:
    (project / "jobs.py").write_text(code.replace("CODES", repr([ord(each) for each in CANARY])))
    executor = {"function": "jobs:build", "project": str(project)}
    return a_run("python", executor, outputs=(an_output("clean"),), secrets={"DOOR": Secret(reference, **more)})


@pytest.mark.parametrize("start", ["forked", "fresh"])
def test_a_secret_is_in_the_environment_of_its_job_and_nowhere_else(
    start: str, project: Path, root: Path, request: pytest.FixtureRequest
) -> None:
    templates: Templates | None = request.getfixturevalue("templates") if start == "forked" else None
    run = a_job(project, LOOK)

    outcome = outcome_of(run, root, templates)

    assert isinstance(outcome, Done), outcome
    assert outcome.metrics == {"seen": 0, "found": [], "secret": "[secret]"}
    folder = folder_of(root, run.id, run.fence)
    assert read_log(folder, "job", "stdout").text == "told [secret]\n"
    assert read_log(folder, "job", "stderr").text == "told [secret]\n"


def test_a_reason_does_not_tell_it(project: Path, root: Path) -> None:
    outcome = outcome_of(a_job(project, TELL), root)

    assert outcome == Failure("ValueError: not with [secret]", 1)


def test_a_secret_may_come_as_a_file_that_goes_with_the_run(project: Path, root: Path, tmp_path: Path) -> None:
    (tmp_path / "certificate").write_text("-- begin\nthis is a line of it\n-- end\n")
    code = """
import os
def build(inputs, outputs, partition):
    path = os.environ["DOOR"]
    open(outputs["clean"].path, "w").write("id\\n1\\n")
    lines = open(path).read().splitlines()
    print(lines[1])
    return {"mode": oct(os.stat(path).st_mode), "lines": len(lines)}
"""
    run = a_job(project, code, f"file:{tmp_path / 'certificate'}", as_file=True)

    outcome = outcome_of(run, root)

    assert isinstance(outcome, Done), outcome
    assert outcome.metrics == {"mode": "0o100600", "lines": 3}
    folder = folder_of(root, run.id, run.fence)
    assert [path.name for path in folder.iterdir()] == ["job.stdout"]
    assert read_log(folder, "job", "stdout").text == "[secret]\n"


@pytest.mark.parametrize(
    ("reference", "why"),
    [
        ("env:NOT_THERE", "the environment here has no variable NOT_THERE"),
        ("env:HEADWATER_GRAPH_PASSWORD", "HEADWATER_GRAPH_PASSWORD is a setting of Headwater, which no job is given"),
        ("file:/no/such/file", "the file cannot be read here (FileNotFoundError)"),
        ("vualt:door", "nothing here looks up vualt:; known are env:, file:"),
    ],
)
def test_a_secret_that_is_not_there_ends_the_run_before_it_starts_and_is_not_tried_again(
    reference: str, why: str, project: Path, root: Path
) -> None:
    outcome = outcome_of(a_job(project, LOOK, reference), root)

    assert outcome == Failure(f"DOOR: the secret {reference} cannot be had: {why}", retry=False)


def test_a_package_brings_a_vault_along(project: Path, root: Path, tmp_path: Path) -> None:
    with a_vault(tmp_path / "site"):
        outcome = outcome_of(a_job(project, TELL, "vault:doors/front"), root)
        missing = outcome_of(a_job(project, TELL, "vault:doors/back"), root)

    assert outcome == Failure("ValueError: not with [secret]", 1)
    assert missing == Failure(
        "DOOR: the secret vault:doors/back cannot be had: the vault has no doors/back", retry=False
    )


def test_a_password_in_the_address_of_an_input_is_hidden_as_well(project: Path, root: Path, monkeypatch: Any) -> None:
    (project / "jobs.py").write_text(
        "def build(inputs, outputs, partition):\n    raise ValueError(inputs['raw'].url)\n"
    )
    monkeypatch.setenv("RAW_URL", "postgresql://me:p%40ssword@localhost/db")
    inputs = (an_input("raw", "env:RAW_URL#raw", kind="table"),)

    outcome = outcome_of(a_run("python", {"function": "jobs:build", "project": str(project)}, inputs=inputs), root)

    assert outcome == Failure("ValueError: postgresql://me:[secret]@localhost/db", 1)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 100])
def test_a_secret_that_comes_in_pieces_is_taken_out_as_well(size: int) -> None:
    text = b"a secret and a secre, sesecret"
    redactor = Redactor([b"secret"])

    pieces = [redactor.feed(text[at : at + size]) for at in range(0, len(text), size)]

    assert b"".join([*pieces, redactor.rest()]) == b"a [secret] and a secre, se[secret]"


def test_what_is_no_beginning_of_a_secret_is_not_held_back() -> None:
    redactor = Redactor([b"secret"])

    assert redactor.feed(b"is it done? ") == b"is it done? "
    assert redactor.feed(b"yes, se") == b"yes, ", "only `se` could become one"
    assert redactor.feed(b"ven") == b"seven"


def test_a_value_is_found_in_the_forms_that_programs_write_it_in() -> None:
    forms = secrets.hidden_forms(['a "b" c/d', "abc"])

    assert forms == ("a%20%22b%22%20c%2Fd", "a+%22b%22+c%2Fd", 'a \\"b\\" c/d', 'a "b" c/d')


def test_a_secret_that_is_not_there_is_an_error_with_its_reference() -> None:
    with pytest.raises(SecretMissing) as missing:
        secrets.resolve("env:NOT_THERE")

    assert missing.value.reference == "env:NOT_THERE"
