"""The command and everything that descends from it.

A subreaper inherits orphans, so a process that leaves its session with setsid is still a descendant, and is found.
"""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import time
from collections.abc import Callable
from typing import Any, NoReturn

from workers.launcher.capture import Capture
from workers.launcher.kernel import PR_SET_PDEATHSIG, descendants_of, prctl

NOT_EXECUTABLE, NOT_FOUND = 126, 127
# Less than the worker's patience with us.
KILL_PATIENCE = 2.0

Become = Callable[[dict[str, Any]], object]


class Tree:
    """Started when it is made; `become` turns the forked child into the command."""

    def __init__(self, spec: dict[str, Any], out: Capture, err: Capture, become: Become) -> None:
        self.gone = False
        self._exit_code: int | None = None
        self._main = _start(spec, out, err, become)

    def reap(self) -> int | None:
        """Collects the dead; the exit code of the command once it is among them."""
        while not self.gone:
            pid, status = self._wait()
            if pid == 0:
                break
            if pid == self._main:
                code = os.waitstatus_to_exitcode(status)
                self._exit_code = code if code >= 0 else 128 - code
        return self._exit_code

    def signal(self, number: int) -> None:
        for pid in descendants_of(os.getpid()):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)

    def kill(self) -> None:
        """Ends all of it. Repeats, since a process may fork while we look; gives up on what the kernel holds on to."""
        give_up_at = time.monotonic() + KILL_PATIENCE
        self.reap()
        while not self.gone and time.monotonic() < give_up_at:
            self.signal(signal.SIGKILL)
            time.sleep(0.002)
            self.reap()

    def _wait(self) -> tuple[int, int]:
        """One dead child, or (0, 0). No child at all: the whole tree is gone, since its orphans become our children."""
        try:
            return os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            self.gone = True
            return 0, 0


def execute(spec: dict[str, Any]) -> None:
    """Becomes the command, as a program of its own."""
    os.execvpe(spec["argv"][0], spec["argv"], spec["environment"])  # noqa: S606  no shell is what we want


def _start(spec: dict[str, Any], out: Capture, err: Capture, become: Become) -> int:
    launcher = os.getpid()
    pid = os.fork()
    if pid == 0:
        _start_as_child(spec, out, err, launcher, become)
    os.close(out.sink)
    os.close(err.sink)
    return pid


def _start_as_child(spec: dict[str, Any], out: Capture, err: Capture, launcher: int, become: Become) -> NoReturn:
    """The forked child, until it becomes the command."""
    try:
        os.setpgid(0, 0)
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != launcher:
            os._exit(128 + signal.SIGKILL)
        # What Python and this launcher ignore for themselves would stay ignored in the command.
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGPIPE, signal.SIGXFSZ, signal.SIGCHLD):
            signal.signal(number, signal.SIG_DFL)
        signal.set_wakeup_fd(-1)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(out.sink, 1)
        os.dup2(err.sink, 2)
        for name, value in spec["limits"].items():
            resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (value, value))
        os.chdir(spec["cwd"])
        become(spec)
    except Exception as error:  # noqa: BLE001  whatever it is, the forked child must not run on as a second launcher
        os.write(2, f"cannot start {spec['argv'][0]}: {error}\n".encode())
        os._exit(NOT_FOUND if isinstance(error, FileNotFoundError) else NOT_EXECUTABLE)
    finally:
        os._exit(NOT_EXECUTABLE)
