"""Executors with real processes: what job code gets, what it may do wrong, and what it cannot see."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest

from connectors.storage import inspect
from graph_model.runs.entities import ClaimedRun
from tests.support.tasks import DAY, a_run, an_input, an_output, carried_out, result_of
from workers.executors import CannotRunError, Task, executor_for
from workers.executors.base import HEADWATER_ROOT
from workers.executors.handover import clean_environment
from workers.process import Ended, Order
from workers.template.keeper import Templates

CSV = "id,amount\n1,10\n2,20\n"


CarryOut = Callable[[ClaimedRun, Path], tuple[Task, Order, Ended]]


@pytest.fixture(params=["forked", "fresh"])
def carry_out(request: pytest.FixtureRequest) -> CarryOut:
    """Carries out a run in a copy of the template, and in an interpreter of its own: nobody can tell them apart."""
    if request.param == "fresh":
        return carried_out
    templates: Templates = request.getfixturevalue("templates")
    return lambda run, root: carried_out(run, root, templates)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A storage root with one version of `raw` and three days of `daily`."""
    root = tmp_path / "data"
    files = {"raw/5.csv": CSV, **{f"daily/{day}.csv": f"id\n{day}\n" for day in (2, 3, 4)}}
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


RAW = an_input("raw", "raw/5.csv")
WINDOW = tuple(an_input("daily", f"daily/{day}.csv", partition=f"2013-01-0{day}") for day in (4, 2, 3))


def a_python_run(project: Path, code: str, **more: Any) -> ClaimedRun:
    (project / "jobs.py").write_text(code)
    return a_run("python", {"function": "jobs:build", "project": str(project)}, **more)


def test_a_python_job_gets_its_inputs_outputs_and_partition(carry_out: CarryOut, project: Path, root: Path) -> None:
    code = """
def build(inputs, outputs, partition):
    rows = open(inputs["raw"].path).read().splitlines()[1:]
    with open(outputs["clean"].path, "w") as file:
        file.write(chr(10).join([partition, *rows, *inputs["daily"].partitions]))
    assert [path[-5:] for path in inputs["daily"].paths] == ["2.csv", "3.csv", "4.csv"], "oldest first"
    return {"rows": len(rows)}
"""
    run = a_python_run(project, code, inputs=(RAW, *WINDOW), outputs=(an_output("clean"),))

    task, _, ended = carry_out(run, root)

    assert ended.exit_code == 0
    assert result_of(task) == {"metrics": {"rows": 2}}
    written = Path(task.run.outputs[0].content.location).read_text().splitlines()
    assert written == [DAY, "1,10", "2,20", "2013-01-02", "2013-01-03", "2013-01-04"]


def test_an_optional_input_that_is_not_there_has_no_versions(carry_out: CarryOut, project: Path, root: Path) -> None:
    code = "def build(inputs, outputs, partition): return {'versions': len(inputs['weather'].versions)}"
    run = a_python_run(project, code, mappings={"weather": "same"})

    task, _, _ = carry_out(run, root)

    assert result_of(task) == {"metrics": {"versions": 0}}


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("raise ValueError('row 7 has no id')", "ValueError: row 7 has no id"),
        (
            "inputs['daily'].path",
            "ValueError: input daily has 3 versions here, not exactly one: use .paths or .versions",
        ),
        ("inputs['rwa']", "KeyError: 'no input is called rwa; this job has daily, raw'"),
        ("return 7", "TypeError: the job returned int; a dict of metrics or nothing is expected"),
        ("import no_such_library", "ModuleNotFoundError: No module named 'no_such_library'"),
    ],
)
def test_the_reason_of_a_failed_python_job_is_the_last_line_of_its_traceback(
    carry_out: CarryOut, project: Path, root: Path, body: str, reason: str
) -> None:
    run = a_python_run(project, f"def build(inputs, outputs, partition):\n    {body}\n", inputs=(RAW, *WINDOW))

    task, order, ended = carry_out(run, root)

    assert ended.exit_code == 1
    assert result_of(task) == {"reason": reason}
    assert "Traceback" in order.stderr.read_text()


def test_a_project_may_have_packages_named_like_those_of_headwater(
    carry_out: CarryOut, project: Path, root: Path
) -> None:
    (project / "workers").mkdir()
    (project / "workers" / "__init__.py").write_text("WHOSE = 'the project'\n")
    code = """
import sys
import workers
def build(inputs, outputs, partition):
    try:
        import graph_model
    except ModuleNotFoundError:
        return {"whose": workers.WHOSE, "first": sys.path[0]}
"""
    task, _, _ = carry_out(a_python_run(project, code), root)

    assert result_of(task) == {"metrics": {"whose": "the project", "first": str(project)}}


def test_a_user_process_sees_no_credential(
    carry_out: CarryOut, project: Path, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HEADWATER_GRAPH_PASSWORD", "HEADWATER_BROKER_URL", "HEADWATER_HOME", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "canary")
    code = """
import os
def build(inputs, outputs, partition):
    told = " ".join(open(f"/proc/self/{name}").read() for name in ("environ", "cmdline"))
    scratch = os.path.dirname(os.environ["HEADWATER_JOB_FILE"])
    files = [os.path.join(folder, name) for folder, _, names in os.walk(scratch) for name in names]
    told += "".join(open(path).read() for path in files)
    names = sorted(name for name in os.environ if name.startswith("HEADWATER"))
    return {"canary": "canary" in told, "files": len(files), "names": names}
"""
    task, _, _ = carry_out(a_python_run(project, code, outputs=(an_output("clean-er"),)), root)

    metrics = result_of(task)["metrics"]
    assert metrics["canary"] is False
    assert metrics["files"] >= 2
    assert metrics["names"] == [
        "HEADWATER_JOB",
        "HEADWATER_JOB_FILE",
        "HEADWATER_OUTPUT_CLEAN_ER",
        "HEADWATER_PARTITION",
        "HEADWATER_RUN",
    ]


def test_the_file_that_may_hold_a_password_is_for_this_user_only(
    carry_out: CarryOut, project: Path, root: Path
) -> None:
    task, _, _ = carry_out(a_python_run(project, "def build(i, o, p): pass"), root)

    assert task.job_file.stat().st_mode & 0o777 == 0o600


def test_a_shell_job_gets_its_places_as_arguments_and_no_shell_reads_them(
    carry_out: CarryOut, project: Path, root: Path
) -> None:
    argv = ["printf", "%s|", "{partition}", "{input.raw}", "{inputs.daily}", "{output.clean}", "{print $1}; exit 9"]
    run = a_run("shell", {"argv": argv, "project": str(project)}, inputs=(RAW, *WINDOW), outputs=(an_output("clean"),))

    task, order, ended = carry_out(run, root)

    assert ended.exit_code == 0
    partition, raw, daily, clean, rest, _ = order.stdout.read_text().split("|")
    assert (partition, raw) == (DAY, str(root / "raw/5.csv"))
    assert daily == ":".join(str(root / f"daily/{day}.csv") for day in (2, 3, 4))
    assert clean == task.run.outputs[0].content.location
    assert rest == "{print $1}; exit 9"


@pytest.mark.parametrize(
    ("argument", "message"),
    [
        ("{input.rwa}", "the command names rwa, which is not among daily, raw; did you mean raw?"),
        ("{input.daily}", "{input.daily} stands for exactly one version, but there are 3; use {inputs.daily}"),
    ],
)
def test_a_placeholder_that_cannot_be_filled_stops_the_run_before_it_starts(
    carry_out: CarryOut, project: Path, root: Path, argument: str, message: str
) -> None:
    run = a_run("shell", {"argv": ["echo", argument], "project": str(project)}, inputs=(RAW, *WINDOW))

    with pytest.raises(CannotRunError) as refused:
        carry_out(run, root)

    assert str(refused.value) == message


def test_a_kind_that_nobody_registered_is_refused_by_name() -> None:
    with pytest.raises(CannotRunError, match=r"no executor for jobs of kind 'cobol'.*java, procedure, python, shell"):
        executor_for("cobol")


def test_sql_reads_every_input_as_a_view_and_writes_its_answer(carry_out: CarryOut, root: Path) -> None:
    text = """
        SELECT raw.id, raw.amount * 2 AS doubled, count(daily.id) AS days, min(daily._partition) AS since,
            $partition AS day
        FROM raw, daily GROUP BY ALL ORDER BY 1
    """
    mappings = {"raw": "same", "daily": "previous 3"}
    run = a_run(
        "sql", {"text": text}, inputs=(RAW, *WINDOW), outputs=(an_output("sums", kind="parquet"),), mappings=mappings
    )

    task, order, ended = carry_out(run, root)

    assert ended.exit_code == 0, order.stderr.read_text()
    rows = duckdb.read_parquet(task.run.outputs[0].content.location)
    assert rows.fetchall() == [(1, 20, 3, "2013-01-02", DAY), (2, 40, 3, "2013-01-02", DAY)]


def test_sql_reads_and_writes_folders_of_parquet_files(carry_out: CarryOut, root: Path) -> None:
    for carrier in ("UA", "AA"):
        path = root / "flights" / f"carrier={carrier}" / "0.parquet"
        path.parent.mkdir(parents=True)
        duckdb.execute(f"COPY (SELECT range AS flight FROM range(3)) TO '{path}'")
    output = an_output("best", kind="parquet")
    output = replace(output, content=replace(output.content, options={"keys": ["flight"]}))
    text = "SELECT carrier, flight FROM flights WHERE flight > 0"
    run = a_run("sql", {"text": text}, inputs=(an_input("flights", "flights", kind="parquet"),), outputs=(output,))

    task, order, ended = carry_out(run, root)

    assert ended.exit_code == 0, order.stderr.read_text()
    written = Path(task.run.outputs[0].content.location)
    assert sorted(path.name for path in written.iterdir()) == ["flight=1", "flight=2"]
    assert inspect(task.run.outputs[0].content).row_count == 4


def test_a_python_job_may_leave_a_folder_of_parquet_files(carry_out: CarryOut, project: Path, root: Path) -> None:
    code = """
import pyarrow as pa, pyarrow.parquet as pq

def build(inputs, outputs, partition):
    rows = pa.table({"carrier": ["UA", "AA"], "flight": [1, 2]})
    pq.write_to_dataset(rows, outputs["out"].path, partition_cols=["carrier"])
"""
    run = a_python_run(project, code, outputs=(an_output("out", kind="parquet"),))

    task, order, ended = carry_out(run, root)

    assert ended.exit_code == 0, order.stderr.read_text()
    found = inspect(task.run.outputs[0].content)
    assert [(column.path, column.type) for column in found.columns] == [("flight", "int64"), ("carrier", "string")]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("SELECT nothing FROM raw", 'Binder Error: Referenced column "nothing" not found'),
        ("CREATE TABLE x AS SELECT 1", "the SQL of a job is one SELECT, and nothing else"),
        ("SELECT 1; SELECT 2", "the SQL of a job is one SELECT, and nothing else"),
        ("SELECT * FROM read_csv('{root}/daily/2.csv')", "Permission Error: Cannot access file"),
        ("SELECT * FROM weather", "the input weather has no version here, and SQL cannot tell its columns"),
    ],
)
def test_sql_that_cannot_be_answered_says_why_in_one_line(
    carry_out: CarryOut, root: Path, text: str, reason: str
) -> None:
    run = a_run(
        "sql",
        {"text": text.replace("{root}", str(root))},
        inputs=(RAW,),
        outputs=(an_output("sums", kind="parquet"),),
        mappings={"raw": "same", "weather": "same"},
    )

    task, _, ended = carry_out(run, root)

    assert ended.exit_code == 1
    assert result_of(task)["reason"].startswith(reason)
    assert "\n" not in result_of(task)["reason"]


def test_job_json_names_the_run_and_its_places(carry_out: CarryOut, project: Path, root: Path) -> None:
    task, _, _ = carry_out(a_python_run(project, "def build(i, o, p): pass", inputs=(RAW,)), root)

    told = json.loads(task.job_file.read_text())
    assert (told["run"], told["job"], told["partition"], told["attempt"]) == ("rn_0123456789abcdef", "test/job", DAY, 1)
    assert told["inputs"]["raw"][0]["path"] == str(root / "raw/5.csv")


def test_a_python_job_may_bring_an_environment_of_its_own(project: Path, root: Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", project / "own"], check=True)
    (packages,) = (project / "own" / "lib").glob("python3*/site-packages")
    (packages / "only_there.py").write_text("here = True\n")
    code = """
import os, shutil, sys, only_there
def build(inputs, outputs, partition):
    python, venv = shutil.which("python"), os.environ["VIRTUAL_ENV"]
    return {"prefix": sys.prefix, "python": python, "venv": venv, "is": only_there.here}
"""
    (project / "jobs.py").write_text(code)
    run = a_run("python", {"function": "jobs:build", "project": str(project), "venv": "own"})

    task, order, _ = carried_out(run, root)

    own = str(project / "own")
    told = {"prefix": own, "python": f"{own}/bin/python", "venv": own, "is": True}
    assert result_of(task) == {"metrics": told}, order.stderr.read_text()


def test_the_script_that_runs_in_it_is_understood_by_older_pythons() -> None:
    text = (HEADWATER_ROOT / "workers" / "executors" / "python_child.py").read_text()

    ast.parse(text, feature_version=(3, 8))


def test_a_function_of_an_installed_package_needs_no_project(carry_out: CarryOut, root: Path, tmp_path: Path) -> None:
    run = a_run("python", {"function": "json:dumps", "project": str(tmp_path / "not-there")})

    task, order, ended = carry_out(run, root)

    assert ended.exit_code == 1, "it was found and called, with more than it takes"
    assert result_of(task)["reason"] == "TypeError: dumps() takes 1 positional argument but 3 were given", order


def test_numbers_of_libraries_are_metrics_too(carry_out: CarryOut, project: Path, root: Path) -> None:
    code = """
import datetime
class Float64:
    def item(self): return 2.5
def build(inputs, outputs, partition):
    return {"ratio": Float64(), "day": datetime.date(2013, 1, 5), "keys": {"b", "a"}, "by": {"x": Float64()}, 7: None}
"""
    task, _, _ = carry_out(a_python_run(project, code), root)

    metrics = {"ratio": 2.5, "day": "2013-01-05", "keys": ["a", "b"], "by": {"x": 2.5}, "7": None}
    assert result_of(task) == {"metrics": metrics}


def test_a_shell_reads_a_command_only_where_the_worker_allows_it(project: Path, root: Path) -> None:
    command = 'sort -r "$HEADWATER_INPUT_RAW" | head -n 1; echo "$NOT_SET"; echo never'
    run = a_run("shell", {"command": command, "project": str(project)}, inputs=(RAW,), outputs=(an_output("clean"),))

    with pytest.raises(CannotRunError) as refused:
        carried_out(run, root)
    task, order, ended = carried_out(run, root, allow_shell=True)

    assert "which this worker does not allow; set HEADWATER_JOB_ALLOW_SHELL=true on it" in str(refused.value)
    assert ended.exit_code == 2
    assert order.stdout.read_text() == "id,amount\n"
    assert "NOT_SET: parameter not set" in ended.last_line
    assert task.run.outputs[0].content.location == order.environment["HEADWATER_OUTPUT_CLEAN"]


def test_a_value_cannot_become_a_command_of_a_shell(project: Path, root: Path) -> None:
    evil = a_run(
        "shell",
        {"command": 'printf %s "$HEADWATER_PARTITION"', "project": str(project)},
        outputs=(an_output("clean"),),
    )

    _, order, _ = carried_out(replace(evil, partition="$(id); `id`"), root, allow_shell=True)

    assert order.stdout.read_text() == "$(id); `id`"


def test_variables_of_a_job_reach_it_and_not_what_validates_its_outputs(project: Path, root: Path) -> None:
    run = a_run("shell", {"argv": ["env"], "project": str(project)}, environment={"MODE": "fast", "PATH": "/bin"})

    task, order, _ = carried_out(run, root)

    assert {"MODE=fast", "PATH=/bin"} <= set(order.stdout.read_text().splitlines())
    assert "MODE" not in clean_environment(task, {})
