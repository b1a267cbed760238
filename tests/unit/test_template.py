"""Runs that are copies of a template: as separate as an interpreter of their own, whatever happens to them or to it."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest

from graph_model.runs.entities import ClaimedRun
from tests.support.tasks import a_run, an_output, carried_out, ordered, result_of
from workers import process as process_module
from workers.executors import Task
from workers.process import Ended, Order, Process
from workers.template.keeper import Template, Templates
from workers.template.launchers import Launcher

HEAD = "import ctypes, os, random, signal, sys, threading, time\n"
# The pid of a process that left its session and its parent, told in the project folder; the job goes on.
ESCAPE = """
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            open("escaped.new", "w").write(str(os.getpid()))
            os.rename("escaped.new", "escaped")
            time.sleep(600)
        os._exit(0)
    time.sleep(600)
"""
# A worker in small: its templates, one run, and a wait that only its death ends.
TINY_WORKER = """
import sys
from pathlib import Path
from tests.support.tasks import a_run, carried_out
from workers.template.keeper import Templates
templates = Templates()
templates.start()
assert templates.ready_within(120)
carried_out(a_run("python", {"function": "jobs:build", "project": sys.argv[1]}), Path(sys.argv[2]), templates)
"""


@pytest.fixture
def template(templates: Templates) -> Template:
    """The one of jobs, alive."""
    template = templates.of("jobs")
    assert template is not None
    assert template.ready_within(120)
    return template


def a_job(project: Path, body: str, **more: Any) -> ClaimedRun:
    (project / "jobs.py").write_text(f"{HEAD}def build(inputs, outputs, partition):\n    {body.strip()}\n")
    return a_run("python", {"function": "jobs:build", "project": str(project)}, **more)


def metrics(project: Path, templates: Templates, body: str, **more: Any) -> dict[str, Any]:
    """What a job returns that is forked."""
    task, order, ended = carried_out(a_job(project, body, **more), project.parent / "data", templates)
    assert ended == Ended(0), order.stderr.read_text()
    return result_of(task)["metrics"]


def started(project: Path, templates: Templates, body: str) -> tuple[Task, Order, Process]:
    task, order = ordered(a_job(project, body), project.parent / "data", templates)
    return task, order, Process(order)


def until(condition: Callable[[], object], *, seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)


def told_pid(project: Path) -> int:
    until((project / "escaped").exists)
    return int((project / "escaped").read_text())


def is_alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def name_of(process: psutil.Process) -> str:
    """Empty when it has ended since somebody saw it."""
    try:
        return process.name()
    except psutil.NoSuchProcess:
        return ""


def test_a_job_is_a_grandchild_of_the_template_in_a_session_of_its_launcher(
    project: Path, templates: Templates, template: Template
) -> None:
    body = """
    above = int(open(f'/proc/{os.getppid()}/stat').read().split()[3])
    own = {'session': os.getsid(0), 'group': os.getpgid(0) == os.getpid()}
    return {'parent': os.getppid(), 'above': above, **own}
    """

    found = metrics(project, templates, body)

    assert found["above"] == template.pid
    assert found["session"] == found["parent"]
    assert found["group"] is True


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("sys.exit(5)", 5),
        ("sys.exit()", 0),
        ("sys.exit('no rows')", 1),
        ("os._exit(7)", 7),
        ("ctypes.string_at(0)", 128 + signal.SIGSEGV),
        ("os.kill(os.getpid(), signal.SIGTERM)", 128 + signal.SIGTERM),
        ("raise KeyboardInterrupt", 1),
        ("threading.Thread(target=lambda: (time.sleep(0.2), os._exit(9))).start()", 9),
    ],
)
def test_however_a_job_ends_it_harms_nobody_else(
    project: Path, templates: Templates, template: Template, body: str, code: int
) -> None:
    before = template.pid

    _, _, ended = carried_out(a_job(project, body), project.parent / "data", templates)

    assert ended == Ended(code)
    assert metrics(project, templates, "return {'well': True}") == {"well": True}
    assert template.pid == before


def test_a_limit_on_memory_is_met_by_the_job_alone(project: Path, templates: Templates) -> None:
    task, order = ordered(a_job(project, "bytearray(3_000_000_000)"), project.parent / "data", templates)

    ended = Process(replace(order, limits={"AS": 1 << 30})).wait(60)

    assert ended == Ended(1)
    assert result_of(task)["reason"] == "MemoryError"
    assert metrics(project, templates, "return {'bytes': len(bytearray(1_500_000_000))}") == {"bytes": 1_500_000_000}


def test_libraries_that_work_with_threads_have_them(project: Path, templates: Templates) -> None:
    body = """
    import duckdb, numpy, pyarrow, pyarrow.compute, pyarrow.csv
    threads = lambda: len(os.listdir('/proc/self/task'))
    alone = threads()
    table = pyarrow.table({'n': list(range(1000)) * 200, 'w': ['x'] * 200_000})
    grouped = table.group_by('n', use_threads=True).aggregate([('w', 'count')])
    arrow = threads()
    big = duckdb.execute('SET threads = 2; SELECT sum(i) FROM range(3_000_000) t(i)').fetchone()[0]
    square = float((numpy.ones((300, 300)) @ numpy.ones((300, 300))).sum())
    return {'alone': alone, 'grew': arrow > 1 and threads() > arrow, 'groups': len(grouped), 'sum': big, 'np': square}
    """
    found = metrics(project, templates, body)

    assert found == {"alone": 1, "grew": True, "groups": 1000, "sum": 4499998500000, "np": 27000000.0}


def test_two_runs_do_not_draw_the_same_numbers(project: Path, templates: Templates) -> None:
    body = "import numpy.random; return {'drawn': [random.random(), numpy.random.random()]}"

    first, second = (metrics(project, templates, body)["drawn"] for _ in range(2))

    assert first[0] != second[0]
    assert first[1] != second[1]


def test_a_job_finds_what_a_fresh_interpreter_has_and_nothing_of_headwater(project: Path, templates: Templates) -> None:
    told = """
    fds = sorted(os.listdir('/proc/self/fd'))
    ours = [name for name in sys.modules if name.partition('.')[0] in ('app', 'connectors', 'graph_model', 'workers')]
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGCHLD, signal.SIGPIPE, signal.SIGHUP, signal.SIGXFSZ)
    signals = [str(signal.getsignal(number)) for number in numbers]
    script = os.path.basename(sys.argv[0]), os.path.basename(sys.modules['__main__'].__file__), __name__
    return {'fds': fds, 'ours': ours, 'signals': signals, 'script': script, 'path': sys.path, 'cwd': os.getcwd(),
            'flags': str(sys.flags), 'executable': sys.executable, 'umask': os.umask(0), 'environ': dict(os.environ)}
    """
    run = a_job(project, told)

    forked, _, _ = carried_out(run, project.parent / "data", templates)
    seen = result_of(forked)
    fresh, _, _ = carried_out(run, project.parent / "data")

    assert seen["metrics"]["ours"] == []
    assert seen == result_of(fresh)


def test_nothing_on_the_way_to_a_job_knows_a_credential(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HEADWATER_GRAPH_PASSWORD", "HEADWATER_BROKER_URL", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "canary")
    body = """
    pid, seen = os.getpid(), {}
    while len(seen) < 3:
        seen[pid] = open(f'/proc/{pid}/environ').read() + open(f'/proc/{pid}/cmdline').read()
        pid = int(open(f'/proc/{pid}/stat').read().rpartition(')')[2].split()[1])
    names = str(seen).count('template/process.py')
    return {'processes': len(seen), 'canary': 'canary' in str(seen), 'templates': names}
    """
    templates = Templates()
    templates.start()
    assert templates.ready_within(120)

    found = metrics(project, templates, body)

    templates.stop()
    assert found == {"processes": 3, "canary": False, "templates": 3}


def test_a_module_of_the_project_comes_before_one_that_the_template_has_imported(
    project: Path, templates: Templates
) -> None:
    (project / "pyarrow").mkdir()
    (project / "pyarrow" / "__init__.py").write_text("OWN = True\n")
    (project / "socket.py").write_text("OWN = True\n")

    found = metrics(project, templates, "import pyarrow, socket; return {'own': pyarrow.OWN and socket.OWN}")

    assert found == {"own": True}


def test_data_of_the_project_that_is_named_like_a_library_is_no_module(project: Path, templates: Templates) -> None:
    (project / "duckdb").mkdir()
    (project / "duckdb" / "rows.csv").touch()
    (project / "numpy.txt").touch()

    found = metrics(
        project, templates, "import duckdb, numpy; return {'rows': duckdb.execute('SELECT 7').fetchone()[0]}"
    )

    assert found == {"rows": 7}


def test_what_is_still_open_at_the_end_is_written(project: Path, templates: Templates) -> None:
    body = """
    import atexit, gzip
    global kept
    kept = [open('plain.txt', 'w'), gzip.open('packed.gz', 'wt')]
    for file in kept:
        file.write('whole')
    atexit.register(lambda: open('atexit.txt', 'w').write('whole'))
    threading.Thread(target=lambda: (time.sleep(0.1), open('thread.txt', 'w').write('whole'))).start()
    print('no line end', end='')
    """
    _, order, ended = carried_out(a_job(project, body), project.parent / "data", templates)

    assert ended == Ended(0)
    assert order.stdout.read_text() == "no line end"
    assert [(project / f"{name}.txt").read_text() for name in ("plain", "atexit", "thread")] == ["whole"] * 3
    assert subprocess.check_output(["gzip", "-dc", project / "packed.gz"]) == b"whole"


def test_a_job_that_declares_a_fresh_interpreter_gets_one(project: Path, templates: Templates) -> None:
    run = a_job(project, "return {'warm': 'pyarrow' in sys.modules}")
    assert run.job is not None
    executor = {**run.job.executor, "interpreter": "fresh"}

    task, _, _ = carried_out(a_run("python", executor), project.parent / "data", templates)

    assert result_of(task)["metrics"] == {"warm": False}
    assert metrics(project, templates, "return {'warm': 'pyarrow' in sys.modules}") == {"warm": True}


def test_a_forked_job_that_takes_too_long_is_asked_and_then_killed(project: Path, templates: Templates) -> None:
    _, order = ordered(a_job(project, ESCAPE), project.parent / "data", templates)
    process = Process(replace(order, grace_seconds=0.2))
    escaped = told_pid(project)

    ended = process.wait(0.1)

    assert ended == Ended(128 + signal.SIGKILL, timed_out=True)
    assert not is_alive(escaped)


def test_nothing_of_a_forked_job_survives_being_killed(project: Path, templates: Templates) -> None:
    _, _, process = started(project, templates, ESCAPE)
    escaped = told_pid(project)

    process.kill()

    assert process.wait(60).exit_code == 128 + signal.SIGKILL
    assert not is_alive(escaped)


def test_nothing_survives_a_forked_launcher_that_is_killed(project: Path, templates: Templates) -> None:
    _, _, process = started(project, templates, ESCAPE)
    escaped = told_pid(project)
    launcher = process._line.pid
    assert launcher is not None

    os.kill(launcher, signal.SIGKILL)

    assert process.wait(60) == Ended(128 + signal.SIGKILL)
    until(lambda: not is_alive(escaped))


def test_nothing_survives_a_worker_that_is_killed_with_templates(project: Path, tmp_path: Path) -> None:
    a_job(project, ESCAPE)
    worker = subprocess.Popen([sys.executable, "-c", TINY_WORKER, str(project), str(tmp_path / "data")])
    escaped = told_pid(project)
    family = psutil.Process(worker.pid).children(recursive=True)
    assert {"hw-template", "hw-launcher"} <= {name_of(each) for each in family}

    worker.kill()
    worker.wait()

    until(lambda: not is_alive(escaped))
    until(lambda: not any(is_alive(each.pid) for each in family))


def test_a_run_outlives_the_template_and_the_next_one_needs_none(
    project: Path, templates: Templates, template: Template
) -> None:
    body = """
    open('up', 'w')
    while not os.path.exists('go'):
        time.sleep(0.01)
    return {'warm': 'pyarrow' in sys.modules}
    """
    task, _, process = started(project, templates, body)
    until((project / "up").exists)
    before = template.pid
    assert before is not None

    os.kill(before, signal.SIGKILL)
    until(lambda: template.pid != before)
    next_task, _, next_ended = carried_out(a_job(project, "return {'well': True}"), project.parent / "else", templates)
    (project / "go").touch()

    assert (next_ended, result_of(next_task)["metrics"]) == (Ended(0), {"well": True})
    assert process.wait(60) == Ended(0)
    assert result_of(task)["metrics"] == {"warm": True}
    assert template.ready_within(120)
    assert metrics(project, templates, "return {'warm': 'pyarrow' in sys.modules}") == {"warm": True}


def test_a_template_that_hangs_is_replaced_and_its_run_is_started_once(
    project: Path, templates: Templates, template: Template, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process_module, "START_SECONDS", 0.3)
    before = template.pid
    assert before is not None
    template.let_go()
    os.kill(before, signal.SIGSTOP)

    found = metrics(project, templates, "open('times', 'a').write('1'); return {'warm': 'pyarrow' in sys.modules}")

    assert found == {"warm": False}
    assert (project / "times").read_text() == "1"
    until(lambda: template.pid not in (before, None))


class Late:
    """A template that looks at a request only when nobody waits for it any more."""

    def __init__(self, template: Template) -> None:
        self._template = template
        self.pid = template.pid or 0

    def launch(self, launch_file: Path, descriptors: tuple[int, int, int]) -> Launcher | None:
        os.kill(self.pid, signal.SIGSTOP)
        self._template.let_go()
        return self._template.launch(launch_file, descriptors)

    def give_back(self, launcher: Launcher) -> None:
        self._template.give_back(launcher)

    def distrust(self) -> None:
        os.kill(self.pid, signal.SIGCONT)


def test_a_launcher_that_comes_too_late_starts_nothing(
    project: Path, templates: Templates, template: Template, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process_module, "START_SECONDS", 0.3)
    _, order = ordered(a_job(project, "open('times', 'a').write('1')"), project.parent / "data", templates)
    late = Late(template)

    ended = Process(replace(order, template=late)).wait(60)

    assert ended == Ended(0)
    assert metrics(project.parent, templates, "return {'well': True}") == {"well": True}, "taken up after the late one"
    template.let_go()
    until(lambda: not psutil.Process(late.pid).children())
    assert (project / "times").read_text() == "1"


def test_many_runs_at_once_do_not_mix(project: Path, templates: Templates, tmp_path: Path) -> None:
    names = [f"n{random.randrange(10**9)}" for _ in range(8)]
    body = (
        "time.sleep(0.2); return {'own': os.environ['HEADWATER_OUTPUT_OUT'] == outputs['out'].path, 'pid': os.getpid()}"
    )
    run = a_job(project, body, outputs=(an_output("out"),))
    orders = [ordered(run, tmp_path / name, templates) for name in names]

    processes = [Process(order) for _, order in orders]

    assert [process.wait(60) for process in processes] == [Ended(0)] * len(names)
    found = [result_of(task)["metrics"] for task, _ in orders]
    assert all(each["own"] for each in found)
    assert len({each["pid"] for each in found}) == len(names)
