"""What a template does once it is there: import, make sure that it is alone in its process, and fork on request."""

from __future__ import annotations

import gc
import os
import select
import signal
import socket
import sys
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib import import_module
from typing import NoReturn

from workers.launcher import carry_out, kernel
from workers.template.in_place import Fresh

READY = b"ready"
MOST_BYTES = 1 << 12
# What a launcher gets: the lifeline, the status, and standard error.
DESCRIPTORS = 3
NAME, CHECKER_NAME = b"hw-template", b"hw-checker"
# What may be asked for, each with one descriptor: the socket that it talks through.
LAUNCHER, CHECKER = b"launcher", b"checker"


def serve(descriptor: int, fresh: Fresh, modules: Sequence[str]) -> NoReturn:
    """Forks a launcher for every request; ends this process when the worker is gone."""
    kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)
    kernel.prctl(kernel.PR_SET_NAME, NAME)
    kernel.prctl(kernel.PR_SET_CHILD_SUBREAPER, 1)
    with socket.socket(fileno=descriptor) as line:
        line.send(_warm_up(modules, fresh) or READY)
        Serving(line, fresh).go_on()
    os._exit(0)  # taking the libraries down in good order would take time, and DuckDB complains of it


def _warm_up(modules: Sequence[str], fresh: Fresh) -> bytes:
    """Why this process cannot be a template; empty when it can. A thread would be missing in every copy."""
    for name in modules:
        getattr(import_module(name), "warm_up", _nothing)()
    fresh.look_around()
    gc.collect()
    gc.freeze()
    if os.fork() == 0:  # libraries that know of forks (OpenBLAS) give up their threads before the first one
        os._exit(0)
    os.wait()
    threads = len(os.listdir("/proc/self/task"))  # noqa: PTH208
    return b"" if threads == 1 else f"{threads - 1} threads of libraries are running in it".encode()


def _nothing() -> None:
    """What most modules do to get warm: being imported is enough."""


class Serving:
    """The loop of a template, and the launchers that it has forked."""

    def __init__(self, line: socket.socket, fresh: Fresh) -> None:
        self._line, self._fresh = line, fresh
        self._launchers: set[int] = set()
        self._wakeup = kernel.wake_on_signals()

    def go_on(self) -> None:
        poll = select.poll()
        poll.register(self._line, select.POLLIN)
        poll.register(self._wakeup, select.POLLIN)
        while True:
            ready = {descriptor for descriptor, _ in poll.poll()}
            if self._wakeup in ready:
                os.read(self._wakeup, MOST_BYTES)
                self._reap()
            if self._line.fileno() in ready and not self._answer():
                return

    def _answer(self) -> bool:
        """Carries out one request; False when nobody will make another."""
        wanted, descriptors, _, _ = socket.recv_fds(self._line, MOST_BYTES, 1)
        if not wanted:
            return False
        template, pid = os.getpid(), os.fork()
        if pid == 0 and wanted == CHECKER:
            _be(lambda: self._check(descriptors[0], template))
        if pid == 0:
            _be(lambda: self._launch(descriptors[0]))
        self._launchers.add(pid)
        for descriptor in descriptors:
            os.close(descriptor)
        return True

    def _launch(self, descriptor: int) -> None:
        """In the forked child: a launcher with its own session and no descriptor of ours, until nobody has an order for
        it or something is left of one. Each comes as the path of a launch file, with three descriptors.
        """
        os.setsid()
        os.dup2(descriptor, DESCRIPTORS, inheritable=False)
        os.closerange(DESCRIPTORS + 1, os.sysconf("SC_OPEN_MAX"))
        wakeup = carry_out.prepare()
        with socket.socket(fileno=DESCRIPTORS) as orders:
            while _carry_out_next(orders, wakeup, self._fresh):
                pass

    def _check(self, descriptor: int, template: int) -> None:
        """In the forked child: judges small contents, as long as worker and template are there."""
        kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGTERM)
        kernel.prctl(kernel.PR_SET_NAME, CHECKER_NAME)
        if os.getppid() == template:
            from connectors.checks.standing import serve

            self._line.close()
            with suppress(SystemExit):  # it was told to end
                serve(socket.socket(fileno=descriptor))

    def _reap(self) -> None:
        """Collects the dead. A launcher that was killed leaves its tree to us, the next subreaper above it."""
        killed = False
        while True:
            pid, status = _dead()
            if pid == 0:
                break
            self._launchers.discard(pid)
            killed = killed or os.WIFSIGNALED(status)
        if killed:
            self._kill_strays()

    def _kill_strays(self) -> None:
        """Whatever is below us and below no launcher. Each death brings us here again, until none is left."""
        kept = set(self._launchers)
        for pid in self._launchers:
            kept.update(kernel.descendants_of(pid))
        for pid in set(kernel.descendants_of(os.getpid())) - kept:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def _be(work: Callable[[], None]) -> NoReturn:
    """What the forked child does. Whatever becomes of it, it must not go on as a second template."""
    try:
        signal.set_wakeup_fd(-1)
        work()
    except BaseException:  # noqa: BLE001  see above
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(0)


def _carry_out_next(orders: socket.socket, wakeup: int, fresh: Fresh) -> bool:
    """Whether this launcher may go on to the order after the next one."""
    path, descriptors, _, _ = socket.recv_fds(orders, MOST_BYTES, DESCRIPTORS)
    if not path:
        return False
    for place, descriptor in enumerate(descriptors):
        os.dup2(descriptor, place)
        os.close(descriptor)
    clean = carry_out.main(os.fsdecode(path), wakeup, fresh.become)
    nothing = os.open(os.devnull, os.O_RDWR)
    for place in range(DESCRIPTORS):  # closed on this side, the status tells the worker that it is over
        os.dup2(nothing, place)
    os.close(nothing)
    return clean


def _dead() -> tuple[int, int]:
    """One child that has ended and how, or zeros."""
    try:
        return os.waitpid(-1, os.WNOHANG)
    except ChildProcessError:
        return 0, 0
