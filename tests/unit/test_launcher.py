"""The launcher with real processes: what it captures, what it forwards, and that nothing survives it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from workers.executors import Launch
from workers.process import CAP_BYTES, Ended, Order, Process

STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(600)"
)
# A grandchild that leaves its session and its parent, and a parent that tells its pid and goes on.
ESCAPING = """
import os, sys, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        print(os.getpid(), flush=True)
        time.sleep(600)
    os._exit(0)
os.wait()
time.sleep({parent_stays})
"""
# A worker in small: starts one order and waits, until somebody kills it.
TINY_WORKER = """
import sys
from pathlib import Path
from workers.executors import Launch
from workers.process import Order, Process
folder = Path(sys.argv[1])
Process(Order(Launch((sys.executable, "-c", sys.argv[2]), folder), folder, {{}})).wait(600)
"""


def an_order(folder: Path, *argv: str, environment: dict[str, str] | None = None, grace_seconds: float = 0.2) -> Order:
    return Order(Launch(argv, folder), folder, environment or {"PATH": os.environ["PATH"]}, grace_seconds=grace_seconds)


def python(code: str) -> tuple[str, ...]:
    return (sys.executable, "-c", code)


def until(condition: Callable[[], object], *, seconds: float = 20.0) -> None:
    """Waits for something that must come; fails when it does not."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)


def printed_pid(order: Order) -> int:
    until(lambda: order.stdout.exists() and order.stdout.read_text().strip())
    return int(order.stdout.read_text())


def is_alive(pid: int) -> bool:
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


@pytest.mark.parametrize(
    ("command", "code"),
    [("exit 0", 0), ("exit 7", 7), ("kill -9 $$", 128 + signal.SIGKILL), ("kill -15 $$", 128 + signal.SIGTERM)],
)
def test_the_exit_code_is_the_one_of_the_command(tmp_path: Path, command: str, code: int) -> None:
    ended = Process(an_order(tmp_path, "sh", "-c", command)).wait(30)

    assert ended == Ended(code)


def test_a_command_that_is_not_there_is_said_to_be_missing(tmp_path: Path) -> None:
    order = an_order(tmp_path, "no-such-program")

    ended = Process(order).wait(30)

    assert ended.exit_code == 127
    assert "cannot start no-such-program" in order.stderr.read_text()


def test_what_a_command_prints_is_kept(tmp_path: Path) -> None:
    order = an_order(tmp_path, "sh", "-c", "echo told; echo warned >&2")

    Process(order).wait(30)

    assert order.stdout.read_text() == "told\n"
    assert order.stderr.read_text() == "warned\n"


def test_a_flood_of_output_is_cut_off_and_does_not_stop_the_command(tmp_path: Path) -> None:
    order = an_order(tmp_path, *python(f"import sys; sys.stdout.write('x' * {CAP_BYTES * 2})"))

    ended = Process(order).wait(60)

    assert ended == Ended(0)
    assert sum(path.stat().st_size for path in tmp_path.glob("job.stdout*")) <= CAP_BYTES


def test_a_command_that_takes_too_long_is_asked_to_end(tmp_path: Path) -> None:
    order = an_order(
        tmp_path, "sh", "-c", "trap 'echo asked; exit 5' TERM; while :; do sleep 0.05; done", grace_seconds=20
    )

    ended = Process(order).wait(1)

    assert ended == Ended(5, timed_out=True)
    assert order.stdout.read_text() == "asked\n"


def test_a_command_that_ignores_being_asked_is_killed(tmp_path: Path) -> None:
    ended = Process(an_order(tmp_path, *python(STUBBORN))).wait(1)

    assert ended == Ended(128 + signal.SIGKILL, timed_out=True)


def test_a_process_that_escaped_into_its_own_session_is_killed_with_the_rest(tmp_path: Path) -> None:
    order = an_order(tmp_path, *python(ESCAPING.format(parent_stays=600)))

    process = Process(order)
    escaped = printed_pid(order)
    process.kill()
    process.wait(30)

    assert not is_alive(escaped)


def test_what_a_command_leaves_running_ends_with_it(tmp_path: Path) -> None:
    order = an_order(tmp_path, *python(ESCAPING.format(parent_stays=0)))

    ended = Process(order).wait(30)

    assert ended == Ended(0)
    assert not is_alive(int(order.stdout.read_text()))


def test_nothing_survives_a_worker_that_is_killed(tmp_path: Path) -> None:
    order = an_order(tmp_path)
    worker = subprocess.Popen(
        [sys.executable, "-c", TINY_WORKER.format(), str(tmp_path), ESCAPING.format(parent_stays=600)]
    )
    escaped = printed_pid(order)
    tree = psutil.Process(worker.pid).children(recursive=True)

    worker.kill()
    worker.wait()

    until(lambda: not is_alive(escaped))
    until(lambda: not any(is_alive(process.pid) for process in tree))


def test_nothing_survives_a_launcher_that_is_killed(tmp_path: Path) -> None:
    environment = {"PATH": os.environ["PATH"], "HEADWATER_JOB_FILE": str(tmp_path / "job.json")}
    order = an_order(tmp_path, *python(ESCAPING.format(parent_stays=600)), environment=environment)
    process = Process(order)
    escaped = printed_pid(order)

    launcher = psutil.Process(escaped).parent()
    assert launcher is not None
    launcher.kill()
    ended = process.wait(30)

    assert ended == Ended(128 + signal.SIGKILL)
    until(lambda: not is_alive(escaped))


def test_a_command_inherits_nothing_but_its_environment_and_its_output(tmp_path: Path) -> None:
    leak = os.open(tmp_path, os.O_RDONLY)
    os.set_inheritable(leak, True)
    order = an_order(
        tmp_path,
        *python("import os; print(sorted(os.listdir('/proc/self/fd'))); print(os.readlink('/proc/self/fd/0'))"),
    )

    Process(order).wait(30)
    os.close(leak)

    descriptors, standard_input = order.stdout.read_text().splitlines()
    assert descriptors == "['0', '1', '2', '3']", "3 is the listing itself"
    assert standard_input == "/dev/null"
