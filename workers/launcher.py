"""Starts one command and answers for everything that it leaves behind.

Stand-alone: run as `python -I -S launcher.py LAUNCH.json`, or forked from a template that has it imported; standard
library only, so that it starts in milliseconds and never shares a fate with Headwater's own modules. The file holds
{argv, cwd, environment, stdout, stderr, cap_bytes, grace_seconds, limits}.

Standard input is the lifeline: its other end is held by the worker, and it closes when the worker dies, however it
dies. Standard output is the status: a line with the pid of the launcher before anything is started, a line with the
exit code when nothing is left. Without the second line the launcher itself was killed; without the first, nothing was
started. The exit code is the command's, or 128 + the signal that ended it.

- `T` on the lifeline: the tree is asked to end, and killed after the grace.
- The lifeline closes: the tree is killed at once, since nobody is left who could take its result.
- The command ends: whatever it left running is killed. Nothing writes into an output that is being published.

A subreaper inherits orphans, so a process that leaves its session with setsid is still a descendant, and is found.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import resource
import select
import signal
import sys
import time
from collections.abc import Callable

PR_SET_PDEATHSIG = 1
PR_SET_NAME = 15
PR_SET_CHILD_SUBREAPER = 36
LIFELINE, STATUS = 0, 1
END = ord("T")
# What `ps` calls a launcher, so that one can be told from the worker's other processes.
NAME = b"hw-launcher"
NOT_EXECUTABLE, NOT_FOUND = 126, 127
KILL_PATIENCE = 10.0
CHUNK = 1 << 16


class Capture:
    """Copies one stream of the command into a file, up to a cap. The rest is read and dropped: it never blocks."""

    def __init__(self, path: str, cap: int) -> None:
        self.source, self.sink = os.pipe2(os.O_CLOEXEC)
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        self._cap, self._left = cap, cap
        os.set_blocking(self.source, False)

    def copy(self) -> bool:
        """Takes what has come; False once the stream has ended."""
        try:
            data = os.read(self.source, CHUNK)
        except BlockingIOError:
            return True
        if data and self._left > 0:
            self._keep(data)
        return bool(data)

    def drain(self) -> None:
        """Takes what is still in the pipe after all writers are gone."""
        while select.select([self.source], [], [], 0)[0] and self.copy():
            pass

    def _keep(self, data: bytes) -> None:
        kept = data[: self._left]
        self._left -= len(kept)
        if self._left <= 0:
            kept += f"\n[cut off after {self._cap} bytes]\n".encode()
        try:
            os.write(self._file, kept)
        except OSError:
            self._left = 0  # a full disk costs the log, not the run


class Tree:
    """The command and everything that descends from it."""

    def __init__(self, spec: dict, out: Capture, err: Capture, become: Callable[[dict], None]) -> None:
        self.gone = False
        self._exit_code: int | None = None
        self._main = self._start(spec, out, err, become)

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

    def _start(self, spec: dict, out: Capture, err: Capture, become: Callable[[dict], None]) -> int:
        launcher = os.getpid()
        pid = os.fork()
        if pid == 0:
            _start_as_child(spec, out, err, launcher, become)
        os.close(out.sink)
        os.close(err.sink)
        return pid


def execute(spec: dict) -> None:
    """Becomes the command, as a program of its own."""
    os.execvp(spec["argv"][0], spec["argv"])  # noqa: S606  no shell is what we want


def main(path: str, become: Callable[[dict], None] = execute) -> None:
    """Carries out one launch file and reports on the status; `become` turns the forked child into the command."""
    with open(path, encoding="utf-8") as file:  # noqa: PTH123  pathlib would double the time to start
        spec = json.load(file)
    prctl(PR_SET_NAME, NAME)
    prctl(PR_SET_CHILD_SUBREAPER, 1)
    wakeup = wake_on_signals()
    if not _say(os.getpid()) or not _wanted():
        return
    out, err = Capture(spec["stdout"], spec["cap_bytes"]), Capture(spec["stderr"], spec["cap_bytes"])
    tree = Tree(spec, out, err, become)
    watch(tree, wakeup, out, err, grace=spec["grace_seconds"])
    tree.kill()
    out.drain()
    err.drain()
    code = tree.reap()
    _say(128 + signal.SIGKILL if code is None else code)


def _say(number: int) -> bool:
    """Whether somebody listens. A worker that is gone, or gave up on us, does not."""
    try:
        os.write(STATUS, b"%d\n" % number)
    except BrokenPipeError:
        return False
    return True


def _wanted() -> bool:
    """Whether the worker still waits. One that gave up on us closed the lifeline before it started another launcher."""
    return not select.select([LIFELINE], [], [], 0)[0]


def watch(tree: Tree, wakeup: int, out: Capture, err: Capture, *, grace: float) -> None:
    """Returns when the command has ended, when its grace is over, or when the worker is gone."""
    poll = select.poll()
    for descriptor in (LIFELINE, wakeup, out.source, err.source):
        poll.register(descriptor, select.POLLIN)
    kill_at: float | None = None
    while tree.reap() is None:
        left = None if kill_at is None else max(0.0, kill_at - time.monotonic()) * 1000
        ready = {descriptor for descriptor, _ in poll.poll(left)}
        if wakeup in ready:
            os.read(wakeup, CHUNK)
        for capture in (out, err):
            if capture.source in ready and not capture.copy():
                poll.unregister(capture.source)
        said = os.read(LIFELINE, CHUNK) if LIFELINE in ready else None
        if said == b"":
            return
        if said and END in said and kill_at is None:
            kill_at = time.monotonic() + grace
            tree.signal(signal.SIGTERM)
        if kill_at is not None and time.monotonic() >= kill_at:
            return


def _start_as_child(spec: dict, out: Capture, err: Capture, launcher: int, become: Callable[[dict], None]) -> None:
    """The forked child, until it becomes the command. Never returns."""
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


def wake_on_signals() -> int:
    """Signals interrupt the poll through a pipe of their own, so that none is missed between looking and waiting.

    What is sent to a whole group when somebody stops a worker by hand is not for us: the lifeline tells.
    """
    source, sink = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    signal.set_wakeup_fd(sink, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    return source


def descendants_of(pid: int) -> list[int]:
    """Every process below this one, nearest first."""
    children: dict[int, list[int]] = {}
    for entry in os.listdir("/proc"):  # noqa: PTH208
        if entry.isdigit():
            parent = _parent_of(entry)
            children.setdefault(parent, []).append(int(entry))
    found: list[int] = []
    frontier = [pid]
    while frontier:
        frontier = [child for parent in frontier for child in children.get(parent, [])]
        found += frontier
    return found


def _parent_of(pid: str) -> int:
    """0 for a process that is gone. The name in `stat` may hold anything, so fields count from its last `)`."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:  # noqa: PTH123
            return int(file.read().rpartition(b")")[2].split()[1])
    except (FileNotFoundError, ProcessLookupError):
        return 0


def prctl(option: int, value: int | bytes) -> None:
    ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


if __name__ == "__main__":
    main(sys.argv[1])
