"""Jobs that misbehave, under the real supervisor: each ends with a reason, and leaves no process and no file."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from connectors.run_logs import folder_of
from graph_model.jobs.limits import MB, Limits
from graph_model.runs.entities import ClaimedRun, Failure
from graph_model.settings import JobSettings
from tests.support.tasks import a_run, an_input, an_output, outcome_of
from workers.process import CAP_BYTES
from workers.supervisor import Done

OUT = an_output("clean")
# Every process below a job of these tests carries this in its environment, whatever else it does.
MARK = "PROCS_TEST_MARK"
ESCAPE = """
import os, sys, time
def build(inputs, outputs, partition):
    open(outputs["clean"].path, "w").write("id\\n1\\n")
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            for number in (0, 1, 2):
                os.close(number)
            time.sleep(600)
        os._exit(0)
    os.wait()
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "data"
    (root / "raw").mkdir(parents=True)
    (root / "raw" / "5.csv").write_text("id\n1\n")
    return root


@pytest.fixture
def end(root: Path, tmp_path: Path) -> Callable[..., Any]:
    """How a run ends; afterwards nothing of it is there but what it printed."""

    def carry_out(run: ClaimedRun, jobs: JobSettings | None = None) -> Any:
        outcome = outcome_of(run, root, jobs=jobs)
        assert marked(str(tmp_path)) == []
        scratch = list((root / ".runs").glob("*/*"))
        assert all(path.name.startswith(("job.std", "validate.std")) for path in scratch), scratch
        if isinstance(outcome, Failure):
            assert not (root / OUT.content.location).parent.exists()
        return outcome

    return carry_out


def marked(mark: str) -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get(MARK) == mark and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except psutil.Error:
            continue
    return found


def shell(project: Path, command: str, **more: Any) -> ClaimedRun:
    argv = ["sh", "-c", command, "sh", "{output.clean}"]
    environment = {MARK: str(project.parent)}
    executor = {"argv": argv, "project": str(project)}
    return a_run("shell", executor, outputs=(OUT,), environment=environment, **more)


def python(project: Path, code: str, **more: Any) -> ClaimedRun:
    (project / "jobs.py").write_text(code)
    executor = {"function": "jobs:build", "project": str(project)}
    more.setdefault("environment", {MARK: str(project.parent)})
    return a_run("python", executor, outputs=(OUT,), **more)


def building(body: str) -> str:
    return f"import os, sys, time\ndef build(inputs, outputs, partition):\n    {body}\n"


def test_a_job_that_does_as_it_should_ends_well(end: Callable[..., Any], project: Path) -> None:
    outcome = end(shell(project, 'echo id > "$1"'))

    assert isinstance(outcome, Done)


def test_too_much_memory_ends_the_whole_tree_with_the_limit(end: Callable[..., Any], project: Path) -> None:
    """Two processes, each of which would be within the limit."""
    code = building("os.fork(); kept = bytearray(os.urandom(1)) * (60 << 20); time.sleep(600)")

    outcome = end(python(project, code, limits=Limits(memory=100 * MB)))

    assert outcome.reason == "used more than its 100 MB of memory and was ended"


def test_memory_that_is_asked_for_at_once_is_refused_and_the_reason_names_the_limit(
    end: Callable[..., Any], project: Path
) -> None:
    code = building("bytearray(4 << 30)")

    outcome = end(python(project, code, limits=Limits(memory=200 * MB)))

    assert outcome.reason == "MemoryError; its limit of memory is 200 MB"


def test_pages_that_processes_share_count_once(end: Callable[..., Any], project: Path) -> None:
    code = building(
        "kept = bytearray(b'x') * (40 << 20)\n    pids = [os.fork() for _ in range(2)]\n    time.sleep(1.5)\n"
        "    os._exit(0) if 0 in pids else None\n    open(outputs['clean'].path, 'w').write('id\\n1\\n')"
    )

    outcome = end(python(project, code, limits=Limits(memory=130 * MB)))

    assert isinstance(outcome, Done), outcome


def test_processor_time_counts_over_all_processes(end: Callable[..., Any], project: Path) -> None:
    command = "while :; do sh -c 'i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done'; done"

    outcome = end(shell(project, command, limits=Limits(cpu=0.5)))

    assert outcome.reason == "used more than its 0.5 s of processor time and was ended"


def test_too_many_processes_are_ended(end: Callable[..., Any], project: Path) -> None:
    command = "for i in 1 2 3 4 5 6 7 8; do sleep 600 & done; wait"

    outcome = end(shell(project, command, limits=Limits(processes=5)))

    assert outcome.reason == "had more than its 5 processes at once and was ended"


def test_a_job_that_fills_its_disk_is_ended(end: Callable[..., Any], project: Path) -> None:
    command = 'i=0; while :; do i=$((i+1)); head -c 1000000 /dev/zero > "$(dirname "$1")/$i"; done'

    outcome = end(shell(project, command, limits=Limits(disk=20 * MB)))

    assert outcome.reason == "used more than its 20 MB of disk and was ended"


def test_disk_counts_even_of_a_job_that_was_quicker_than_a_look(end: Callable[..., Any], project: Path) -> None:
    outcome = end(shell(project, 'head -c 3000000 /dev/zero > "$TMPDIR/x"; exit 0', limits=Limits(disk=MB * 2)))

    assert outcome.reason == "used more than its 2 MB of disk and was ended"


def test_one_file_cannot_grow_beyond_all_bounds(end: Callable[..., Any], project: Path) -> None:
    code = building("open(outputs['clean'].path, 'wb').truncate(1 << 40)")

    outcome = end(python(project, code, limits=Limits(disk=20 * MB)))

    assert outcome.reason == "OSError: [Errno 27] File too large; its limit of disk is 20 MB"


def test_limits_of_the_worker_hold_where_a_job_says_none(end: Callable[..., Any], project: Path) -> None:
    outcome = end(shell(project, "sleep 600 & sleep 600 & wait"), JobSettings(processes=2))

    assert outcome.reason == "had more than its 2 processes at once and was ended"


def test_a_flood_of_output_is_cut_in_its_middle_and_the_last_line_tells(
    end: Callable[..., Any], project: Path, root: Path
) -> None:
    flood = f"head -c {CAP_BYTES * 4} /dev/zero | tr '\\0' x >&2; echo >&2; echo 'because of this' >&2; exit 3"
    run = shell(project, flood)

    outcome = end(run)

    assert outcome.reason == "exited with 3: because of this"
    kept = sum(path.stat().st_size for path in folder_of(root, run.id, run.fence).iterdir())
    assert kept <= CAP_BYTES


def test_a_job_that_ignores_being_asked_is_killed_after_its_time(end: Callable[..., Any], project: Path) -> None:
    run = shell(project, "trap '' TERM; while :; do sleep 0.1; done", timeout_seconds=0.5)

    outcome = end(run)

    assert outcome.reason == "took longer than its 0.5 s and was ended"


def test_a_job_that_closes_its_output_and_fails_has_a_reason(end: Callable[..., Any], project: Path) -> None:
    outcome = end(shell(project, "exec >&- 2>&-; exit 4"))

    assert outcome.reason == "exited with 4"


def test_what_a_job_leaves_in_the_background_ends_with_it(end: Callable[..., Any], project: Path) -> None:
    outcome = end(python(project, ESCAPE))

    assert isinstance(outcome, Done), outcome


def test_a_job_that_returns_without_its_output_is_told_what_is_there_instead(
    end: Callable[..., Any], project: Path
) -> None:
    outcome = end(shell(project, 'echo id > "$(dirname "$1")/date.csv"'))

    assert outcome == Failure(
        "it ended well, but output clean is not there: data.csv is missing; its folder holds date.csv, and date.csv may"
        " be meant",
        0,
        retry=False,
    )


def test_a_job_that_writes_beside_its_outputs_fails(end: Callable[..., Any], project: Path, root: Path) -> None:
    outcome = end(shell(project, 'echo id > "$1"; echo id > "$(dirname "$1")/../latest.csv"'))

    beside = (root / OUT.content.location).parent.parent
    assert outcome == Failure(f"it wrote latest.csv beside its outputs, into {beside}", 0, retry=False)


def test_other_runs_beside_it_are_no_trespass(end: Callable[..., Any], project: Path) -> None:
    outcome = end(shell(project, 'echo id > "$1"; mkdir "$(dirname "$1")/../rn_fedcba987654-7"'))

    assert isinstance(outcome, Done)


@pytest.mark.parametrize("change", ["echo 2 >> {}", "rm {}", "cp {} x; mv x {}"])
def test_a_job_that_changes_its_input_fails_with_its_name(
    end: Callable[..., Any], project: Path, root: Path, change: str
) -> None:
    raw = root / "raw" / "5.csv"
    run = shell(project, f'echo id > "$1"; {change.format(raw, raw)}', inputs=(an_input("raw", "raw/5.csv"),))

    outcome = end(run)

    assert outcome == Failure(f"input raw was changed while the job read it: {raw}", 0, retry=False)


@pytest.mark.parametrize(
    ("executor", "reason"),
    [
        ({"function": "jobs.build"}, "names the function 'jobs.build'; expected package.module:function"),
        ({"function": "jbos:build"}, "there is no module jbos: neither in {project} nor installed in {prefix}"),
        ({"function": "jobs:biuld"}, "the module jobs has no function biuld; did you mean build?"),
        ({"function": "jobs:build", "project": "/no/such"}, "neither in /no/such, which is not on this machine, nor"),
        (
            {"function": "jobs:build", "venv": "none"},
            "environment {project}/none of test/job has no bin/python",
        ),
    ],
)
def test_wrong_words_of_a_python_job_are_named(
    end: Callable[..., Any], project: Path, executor: dict[str, str], reason: str
) -> None:
    (project / "jobs.py").write_text(building("pass"))
    run = a_run("python", {"project": str(project), **executor}, outputs=(OUT,))

    outcome = end(run)

    assert reason.format(project=project, prefix=sys.prefix) in outcome.reason


def test_a_missing_program_is_named(end: Callable[..., Any], project: Path) -> None:
    outcome = end(a_run("shell", {"argv": ["no-such-program"], "project": str(project)}, outputs=(OUT,)))

    assert outcome.exit_code == 127
    assert "cannot start no-such-program: [Errno 2] No such file or directory" in outcome.reason


@pytest.mark.parametrize(
    ("returned", "reason"),
    [
        ("[1]", "TypeError: the job returned list; a dict of metrics or nothing is expected"),
        ("{'x': object()}", "the metric x is a object: a number, a text, or a list or dict of them is expected"),
        ("{'x': float('nan')}", "ValueError: Out of range float values are not JSON compliant"),
        ("{'x': 'y' * 20000}", "its metrics have more than 10000 characters: data belongs into an output"),
    ],
)
def test_metrics_that_are_none_are_refused(end: Callable[..., Any], project: Path, returned: str, reason: str) -> None:
    code = building(f"open(outputs['clean'].path, 'w').write('id\\n1\\n'); return {returned}")

    assert reason in end(python(project, code)).reason


@pytest.mark.skipif(os.geteuid() != 0, reason="only the superuser mounts")
def test_a_disk_that_is_really_full_is_a_failure_that_says_so(tmp_path: Path, project: Path) -> None:
    root = tmp_path / "small"
    root.mkdir()
    if os.system(f"mount -t tmpfs -o size=2m tmpfs {root} 2>{os.devnull}") != 0:  # noqa: S605  a path of ours
        pytest.skip("this machine lets nobody mount")
    try:
        code = building("open(outputs['clean'].path, 'wb').write(bytes(5 << 20))")
        outcome = outcome_of(python(project, code), root)
        assert isinstance(outcome, Failure)
        assert "No space left on device" in outcome.reason
        assert not (root / OUT.content.location).parent.exists()
    finally:
        os.system(f"umount {root}")  # noqa: S605
