"""Local stacks for acceptance tests: `headwater up` as a process of its own, driven and killed from outside."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

UP_WITHIN = 120.0
GONE_WITHIN = 30.0


@dataclass(frozen=True, slots=True)
class RunningStack:
    """A `headwater up` that is ready. `family`: its process and everything below it, as it was when it was ready."""

    process: subprocess.Popen[str]
    home: Path
    api_url: str

    @property
    def family(self) -> list[psutil.Process]:
        supervisor = psutil.Process(self.process.pid)
        return [supervisor, *supervisor.children(recursive=True)]

    @property
    def connection(self) -> dict[str, str]:
        return json.loads((self.home / "connection.json").read_text())

    def processes(self, module: str) -> list[psutil.Process]:
        """The living children that run `python -m module`."""
        return [each for each in self.family if _runs(each, module)]


def clean_environment(home: Path, **more: str) -> dict[str, str]:
    """Ours without anything of Headwater: a test must not meet a graph that someone has set."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HEADWATER_")}
    return kept | {"HEADWATER_HOME": str(home)} | more


def headwater(*arguments: str) -> list[str]:
    return [sys.executable, "-P", "-m", "app.cli.main", *arguments]


@contextlib.contextmanager
def running_stack(home: Path, *arguments: str, environment: Mapping[str, str] | None = None) -> Iterator[RunningStack]:
    """`headwater up` until the block ends; then it is asked to stop, unless the test has ended it already."""
    with (home.parent / f"{home.name}.out").open("ab") as errors:
        process = subprocess.Popen(
            headwater("up", "--json", "--port", "0", *arguments),
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            env=environment or clean_environment(home),
            # A shell that runs us in the background has every process below it ignore Ctrl-C.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509  single-threaded here
        )
    try:
        yield RunningStack(process, home, _first_object(process)["api"])
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGTERM)
        process.wait(GONE_WITHIN)
        assert process.stdout
        process.stdout.close()


def _first_object(process: subprocess.Popen[str]) -> dict[str, Any]:
    """What `up --json` prints once it is ready: one JSON object, over however many lines."""
    text = ""
    assert process.stdout
    for line in process.stdout:
        text += line
        with contextlib.suppress(ValueError):
            return json.loads(text)
    raise AssertionError(f"`headwater up` ended with {process.wait()} before it was ready")


def get(url: str) -> int:
    """The status of a GET."""
    with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310  loopback
        return answer.status


def until(condition: Callable[[], bool], what: str, *, within: float = GONE_WITHIN) -> None:
    """Waits for something that other processes do. The limit only ends a test that would hang."""
    deadline = time.monotonic() + within
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"this never happened: {what}")
        time.sleep(0.05)


def gone(family: list[psutil.Process]) -> bool:
    """Whether none of these processes lives; one that only waits to be reaped does not."""
    return not [each for each in family if _lives(each)]


def _lives(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _runs(process: psutil.Process, module: str) -> bool:
    try:
        command = process.cmdline()
    except psutil.NoSuchProcess:
        return False
    return module in command and "-m" in command and command.index("-m") + 1 == command.index(module)
