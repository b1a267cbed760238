"""One command under the launcher: started in its own session, waited for, ended with everything that it started."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Protocol

import psutil

from workers.executors import Launch
from workers.executors.handover import write_private
from workers.launcher import carry_out
from workers.line import Line
from workers.template.launchers import Launcher

LAUNCHER = Path(__file__).with_name("launcher")
# Output of a process that is kept of each stream, where nobody says how much.
CAP_BYTES = 10_000_000
# How long a process that is asked to end may take before it is killed.
GRACE_SECONDS = 5.0
# How long the launcher may take for its own killing before it is killed itself. With the pause between two heartbeats
# it makes less than the 5 s in which a cancelled run is gone.
PATIENCE_SECONDS = 2.5
# How long a template may take to fork a launcher before a fresh interpreter is started instead.
START_SECONDS = 5.0
KILLED = 128 + 9
LAUNCHER_NAME = carry_out.NAME.decode()


class Forks(Protocol):
    """A template, as far as an order needs it."""

    def launch(self, launch_file: Path, descriptors: tuple[int, int, int]) -> Launcher | None: ...

    def give_back(self, launcher: Launcher) -> None: ...

    def distrust(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Ended:
    """How a process ended. `exit_code` is 128 + the signal for one that a signal ended. `exceeded`: the bound that it
    did not keep to, however it ended. `last_line`: what it said last on standard error, which mostly tells why."""

    exit_code: int
    timed_out: bool = False
    exceeded: str | None = None
    last_line: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Handed:
    """What goes to the launcher past all files: variables, contents of files by path, and values that nothing shows."""

    environment: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    hidden: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.environment or self.files or self.hidden)

    def __repr__(self) -> str:
        return f"<{len(self.environment) + len(self.files)} secrets>"


@dataclass(frozen=True, slots=True)
class Order:
    """What to start, and where its traces go: `label`.stdout and `label`.stderr in `folder`.

    `limits` are rlimits by name, without `RLIMIT_`; `bounds` hold for the whole tree (`launcher/bounds.py`), and the
    content of `folders` counts as its disk, with that of `folder`. `template` forks what it is warm for; without it, or
    when it is not there, everything is a program of its own.
    """

    launch: Launch
    folder: Path
    environment: Mapping[str, str]
    label: str = "job"
    limits: Mapping[str, int] = field(default_factory=dict)
    bounds: Mapping[str, float] = field(default_factory=dict)
    folders: tuple[str, ...] = ()
    cap_bytes: int = CAP_BYTES
    handed: Handed = field(default_factory=Handed)
    grace_seconds: float = GRACE_SECONDS
    template: Forks | None = None

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
        self._popen: subprocess.Popen[bytes] | None = None
        self._backstop: threading.Timer | None = None
        self._launcher: Launcher | None = None
        # A launcher may go on to the order of somebody else: once this one is over, nobody touches it in our name.
        self._lock = threading.Lock()
        self._over = False
        launch_file = _write_launch_file(order)
        with order.stderr.open("ab") as errors:
            self._line = self._forked(launch_file, errors.fileno()) or self._fresh(launch_file, errors.fileno())
        if order.handed:
            self._line.tell(json.dumps(asdict(order.handed)))

    def wait(self, seconds: float) -> Ended:
        """Waits for the end; asks for it after `seconds`, then enforces it. Nothing of the tree is left."""
        timed_out = not self._line.ends_within(seconds)
        if timed_out:
            self._line.ask_to_end()
            if not self._line.ends_within(self._order.grace_seconds + 1):
                self.kill()
            if not self._line.ends_within(PATIENCE_SECONDS):
                self._kill_launcher()
        self._line.ends_within(None)
        with self._lock:
            self._over = True
        if self._backstop is not None:
            self._backstop.cancel()
        self._line.close()
        if self._popen is not None:
            self._popen.wait()
        end = self._line.end
        self._let_launcher_go(clean=end is not None and end["clean"] and self._backstop is None)
        if end is None:
            self._sweep()
            return Ended(KILLED, timed_out)
        return Ended(end["code"], timed_out, end["exceeded"], end["last_line"])

    def kill(self) -> None:
        """Ends the tree at once, without waiting for it; a launcher that does not obey is killed in its turn."""
        with self._lock:
            if self._over:
                return
            self._line.drop()
            self._line.wake_launcher()
            if self._backstop is not None:
                return
            self._backstop = threading.Timer(PATIENCE_SECONDS, self._kill_launcher)
            self._backstop.daemon = True
            self._backstop.start()

    def _forked(self, launch_file: Path, errors: int) -> Line | None:
        """From the template; None when that did not start anything and will not."""
        template = self._order.template
        if template is None:
            return None
        line = Line()
        self._launcher = template.launch(launch_file, (line.lifeline_end, line.status_end, errors))
        line.hand_over()
        if self._launcher is not None and line.starts_within(START_SECONDS):
            return line
        line.abandon()
        if self._launcher is not None:
            template.distrust()
            self._let_launcher_go(clean=False)
        return None

    def _let_launcher_go(self, *, clean: bool) -> None:
        launcher, self._launcher = self._launcher, None
        if launcher is None:
            return
        if clean and self._order.template is not None:
            self._order.template.give_back(launcher)
        else:
            launcher.end()

    def _fresh(self, launch_file: Path, errors: int) -> Line:
        line = Line()
        self._popen = subprocess.Popen(
            [sys.executable, "-I", "-S", str(LAUNCHER), str(launch_file)],
            stdin=line.lifeline_end,
            stdout=line.status_end,
            stderr=errors,
            env=dict(self._order.environment),
            cwd=self._order.folder,
            start_new_session=True,
        )
        line.hand_over()
        line.starts_within(START_SECONDS)
        return line

    def _kill_launcher(self) -> None:
        """With all that is below it, which nobody could tell any more once it is gone."""
        with self._lock:
            if self._over:
                return
            below = _below(self._line.pid)
            self._line.kill_launcher()
            for process in below:
                with suppress(psutil.Error):
                    process.kill()

    def _sweep(self) -> None:
        """For a launcher that was killed itself: whatever carries the mark of this order, or is left in its session."""
        mark = self._order.environment.get("HEADWATER_JOB_FILE")
        for process in psutil.process_iter():
            with suppress(psutil.Error, OSError):
                marked = mark is not None and process.environ().get("HEADWATER_JOB_FILE") == mark
                if marked or os.getsid(process.pid) == self._line.pid:
                    process.kill()


def _below(launcher: int | None) -> list[psutil.Process]:
    """What descends from a launcher that is still there; a number may long stand for another process."""
    with suppress(psutil.Error):
        process = psutil.Process(launcher) if launcher is not None else None
        if process is not None and process.name() == LAUNCHER_NAME:
            return process.children(recursive=True)
    return []


def _write_launch_file(order: Order) -> Path:
    path = order.folder / f"{order.label}.launch.json"
    spec = {
        "argv": list(order.launch.argv),
        "cwd": str(order.launch.cwd),
        "environment": dict(order.environment),
        "stdout": str(order.stdout),
        "stderr": str(order.stderr),
        "cap_bytes": order.cap_bytes,
        "grace_seconds": order.grace_seconds,
        "limits": dict(order.limits),
        "bounds": dict(order.bounds),
        "folders": [str(order.folder), *order.folders],
        "has_secrets": bool(order.handed),
    }
    write_private(path, json.dumps(spec))
    return path
