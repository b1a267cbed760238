"""One command under the launcher: started in its own session, waited for, ended with everything that it started."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import psutil

from workers.executors import Launch
from workers.executors.handover import write_private

LAUNCHER = Path(__file__).with_name("launcher.py")
# Output of a process that is kept; the rest is dropped.
CAP_BYTES = 10_000_000
# How long a process that is asked to end may take before it is killed.
GRACE_SECONDS = 5.0
# How long the launcher may take for its own killing before it is killed itself.
PATIENCE_SECONDS = 12.0


@dataclass(frozen=True, slots=True)
class Ended:
    """How a process ended. `exit_code` is 128 + the signal for one that a signal ended."""

    exit_code: int
    timed_out: bool = False


@dataclass(frozen=True, slots=True)
class Order:
    """What to start, and where its traces go: `label`.stdout and `label`.stderr in `folder`.

    `limits` are rlimits by name, without `RLIMIT_`.
    """

    launch: Launch
    folder: Path
    environment: Mapping[str, str]
    label: str = "job"
    limits: Mapping[str, int] = field(default_factory=dict)
    grace_seconds: float = GRACE_SECONDS

    @property
    def stdout(self) -> Path:
        return self.folder / f"{self.label}.stdout"

    @property
    def stderr(self) -> Path:
        return self.folder / f"{self.label}.stderr"


class Process:
    """A started order. `kill` may be called by any thread, `wait` by the one that started it."""

    def __init__(self, order: Order) -> None:
        self._order = order
        with order.stderr.open("ab") as errors:
            self._popen = subprocess.Popen(
                [sys.executable, "-I", "-S", str(LAUNCHER), str(_launch_file(order))],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                env=dict(order.environment),
                cwd=order.folder,
                start_new_session=True,
            )

    def wait(self, seconds: float) -> Ended:
        """Waits for the end; asks for it after `seconds`, then enforces it. Nothing of the tree is left."""
        timed_out = not self._ends_within(seconds)
        if timed_out:
            self._popen.terminate()
            if not self._ends_within(self._order.grace_seconds + 1):
                self.kill()
        if not self._ends_within(PATIENCE_SECONDS):
            self._popen.kill()
        code = self._popen.wait()
        self._let_go()
        _pipe(self._popen.stdout).close()
        if code < 0:
            self._sweep()
        return Ended(code if code >= 0 else 128 - code, timed_out)

    def kill(self) -> None:
        """Ends the tree at once, without waiting for it; a launcher that does not obey is killed in its turn."""
        self._let_go()
        backstop = threading.Timer(PATIENCE_SECONDS, self._popen.kill)
        backstop.daemon = True
        backstop.start()

    def _let_go(self) -> None:
        """Closes the lifeline, which is how the launcher learns that nobody waits any more."""
        with suppress(OSError):
            _pipe(self._popen.stdin).close()

    def _ends_within(self, seconds: float) -> bool:
        """The launcher alone holds the other end of this pipe, so its end is the launcher's."""
        poll = select.poll()
        poll.register(_pipe(self._popen.stdout), select.POLLIN)
        return bool(poll.poll(seconds * 1000))

    def _sweep(self) -> None:
        """For a launcher that was killed itself: whatever carries the mark of this order, or is left in its session."""
        mark = self._order.environment.get("HEADWATER_JOB_FILE")
        for process in psutil.process_iter():
            with suppress(psutil.Error, OSError):
                if os.getsid(process.pid) == self._popen.pid or process.environ().get("HEADWATER_JOB_FILE") == mark:
                    process.kill()


def _launch_file(order: Order) -> Path:
    path = order.folder / f"{order.label}.launch.json"
    spec = {
        "argv": list(order.launch.argv),
        "cwd": str(order.launch.cwd),
        "stdout": str(order.stdout),
        "stderr": str(order.stderr),
        "cap_bytes": CAP_BYTES,
        "grace_seconds": order.grace_seconds,
        "limits": dict(order.limits),
    }
    write_private(path, json.dumps(spec))
    return path


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    if pipe is None:
        raise RuntimeError("started without a pipe")
    return pipe
