"""Processes of one local stack: started on a tether, stopped politely first, measured together."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import IO, Self

import psutil

TETHER = Path(__file__).with_name("tether.py")
LOOPBACK = "127.0.0.1"
KILLED_AFTER = 10.0
"""Seconds that a child gets to end by itself."""


class Child:
    """One process of the stack, in a session of its own, so that Ctrl-C reaches only the supervisor.

    A child that reads its stdin to the end is asked to stop by closing it, any other by SIGTERM.
    """

    def __init__(self, name: str, process: subprocess.Popen[bytes], log: Path) -> None:
        self.name, self.process, self.log = name, process, log

    @classmethod
    def start(
        cls,
        name: str,
        command: Sequence[str],
        *,
        log: Path,
        environment: Mapping[str, str] | None = None,
        pipes: bool = False,
        orphan_signal: signal.Signals | None = signal.SIGKILL,
    ) -> Self:
        """Starts `command`; its output goes to the end of `log`. With `pipes`, stdin and stdout are ours to use.

        `orphan_signal` is what it gets when we die; None for a child that notices the end of its stdin.
        """
        tethered = [sys.executable, "-I", "-S", str(TETHER), str(os.getpid()), str(int(orphan_signal or 0)), *command]
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as output:
            process = subprocess.Popen(
                tethered,
                stdin=subprocess.PIPE if pipes else subprocess.DEVNULL,
                stdout=subprocess.PIPE if pipes else output,
                stderr=output,
                env=dict(os.environ if environment is None else environment),
                start_new_session=True,
            )
        return cls(name, process, log)

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def stdin(self) -> IO[bytes]:
        assert self.process.stdin is not None, "started without pipes"
        return self.process.stdin

    @property
    def stdout(self) -> IO[bytes]:
        assert self.process.stdout is not None, "started without pipes"
        return self.process.stdout

    def alive(self) -> bool:
        return self.process.poll() is None

    def last_words(self, lines: int = 8) -> str:
        """The end of its log, for the message that says why it did not come up."""
        try:
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])
        except FileNotFoundError:
            return ""

    def stop(self, *, within: float = KILLED_AFTER) -> None:
        self.ask_to_stop()
        self.await_end(within)

    def ask_to_stop(self) -> None:
        if self.process.stdin:
            self._close_pipes()
        elif self.alive():
            self.process.terminate()

    def await_end(self, within: float) -> None:
        """Waits, then kills what is left of its group: a child that ends may leave what it started."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(within)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        self.process.wait()
        self._close_pipes()

    def _close_pipes(self) -> None:
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe:
                with contextlib.suppress(OSError):
                    pipe.close()


def stop_together(children: Iterable[Child], *, within: float = KILLED_AFTER) -> None:
    """Asks all of them first, then waits: they end side by side."""
    asked = list(children)
    for child in asked:
        child.ask_to_stop()
    for child in asked:
        child.await_end(within)


def memory_of(processes: Iterable[int]) -> int:
    """Bytes that these processes and all below them occupy; a page that several share is shared out among them."""
    seen: dict[int, psutil.Process] = {}
    for pid in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            process = psutil.Process(pid)
            seen |= {each.pid: each for each in (process, *process.children(recursive=True))}
    return sum(_memory(process) for process in seen.values())


def _memory(process: psutil.Process) -> int:
    try:
        full = process.memory_full_info()
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return 0
    return getattr(full, "pss", 0) or full.rss


def free_port() -> int:
    """A port of loopback that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return probe.getsockname()[1]


def is_free(port: int) -> bool:
    """Whether a server could listen on this port of loopback now."""
    try:
        socket.create_server((LOOPBACK, port)).close()
    except OSError:
        return False
    return True
