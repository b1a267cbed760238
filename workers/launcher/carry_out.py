"""Carries out one launch file: {argv, cwd, environment, stdout, stderr, cap_bytes, grace_seconds, limits, bounds,
folders, has_secrets}.

Standard input is the lifeline: its other end is held by the worker, and it closes when the worker dies, however it
dies. Standard output is the status: a line with the pid of the launcher before anything is started, and one when
nothing is left, {code, exceeded, last_line, clean} as JSON: the exit code of the command or 128 + the signal that ended
it, the bound that it exceeded, what it said last on standard error, and whether the launcher may carry out another one.
Without the second line the launcher itself was killed; without the first, nothing was started.

- Secrets, if there are any, are the first line on the lifeline, so that they lie in no file and in no argument:
  {environment, files, hidden} as JSON.
- `T` on the lifeline: the tree is asked to end, and killed after the grace.
- The lifeline closes: the tree is killed at once, since nobody is left who could take its result.
- The command ends, or takes more than it may: whatever is left of it is killed. Nothing writes into an output that is
  being published.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import time
from typing import Any

from workers.launcher.bounds import Bounds
from workers.launcher.capture import Capture
from workers.launcher.kernel import PR_SET_CHILD_SUBREAPER, PR_SET_NAME, prctl, wake_on_signals
from workers.launcher.tree import Become, Tree, execute

LIFELINE, STATUS = 0, 1
END = ord("T")
# What `ps` calls a launcher, so that one can be told from the worker's other processes.
NAME = b"hw-launcher"
CHUNK = 1 << 16


def prepare() -> int:
    """Makes this process a launcher; the descriptor that wakes it."""
    prctl(PR_SET_NAME, NAME)
    prctl(PR_SET_CHILD_SUBREAPER, 1)
    return wake_on_signals()


def main(path: str, wakeup: int, become: Become = execute) -> bool:
    """Carries out one launch file and reports on the status; `become` turns the forked child into the command.

    Whether nothing of it is left, neither running nor remembered: then this process may carry out another one.
    """
    with open(path, encoding="utf-8") as file:  # noqa: PTH123  pathlib would double the time to start
        spec = json.load(file)
    if not _say(f"{os.getpid()}"):
        return False
    secrets = _secrets() if spec["has_secrets"] else {"environment": {}, "files": {}, "hidden": []}
    if secrets is None or not _wanted():
        return False
    try:
        end = _carried_out(_with_secrets(spec, secrets), [each.encode() for each in secrets["hidden"]], wakeup, become)
    finally:
        for file in secrets["files"]:
            with contextlib.suppress(OSError):
                os.unlink(file)  # noqa: PTH108
    # What is forked from here later could find old secrets in its memory.
    end["clean"] = end["clean"] and not spec["has_secrets"]
    return _say(json.dumps(end)) and end["clean"]


def _carried_out(spec: dict[str, Any], hidden: list[bytes], wakeup: int, become: Become) -> dict[str, Any]:
    """Starts the command and stays until nothing is left of it; the last line of the status."""
    out, err = (Capture(spec[stream], spec["cap_bytes"], hidden) for stream in ("stdout", "stderr"))
    bounds = Bounds(spec["bounds"], spec["folders"])
    tree = Tree(spec, out, err, become)
    exceeded = watch(tree, wakeup, out, err, bounds=bounds, grace=spec["grace_seconds"])
    tree.kill()
    for capture in (out, err):
        capture.drain()
        capture.close()
    code = tree.reap()
    return {
        "code": 128 + signal.SIGKILL if code is None else code,
        "exceeded": exceeded or bounds.exceeded_at_last(),
        "last_line": err.last_line,
        "clean": tree.gone,
    }


def _secrets() -> dict[str, Any] | None:
    """The first line of the lifeline; None when it closes before its end."""
    line = b""
    while not line.endswith(b"\n"):
        said = os.read(LIFELINE, CHUNK)
        if not said:
            return None
        line += said
    return json.loads(line)


def _with_secrets(spec: dict[str, Any], secrets: dict[str, Any]) -> dict[str, Any]:
    """The launch with them in its environment, or in files that only this user can read."""
    for file, text in secrets["files"].items():
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as opened:
            opened.write(text)
    return {**spec, "environment": {**spec["environment"], **secrets["environment"]}}


def _say(line: str) -> bool:
    """Whether somebody listens. A worker that is gone, or gave up on us, does not."""
    try:
        os.write(STATUS, f"{line}\n".encode())
    except BrokenPipeError:
        return False
    return True


def _wanted() -> bool:
    """Whether the worker still waits. One that gave up on us closed the lifeline before it started another launcher."""
    return not select.select([LIFELINE], [], [], 0)[0]


def watch(tree: Tree, wakeup: int, out: Capture, err: Capture, *, bounds: Bounds, grace: float) -> str | None:
    """Returns when the command has ended, when its grace is over, when the worker is gone, or when the command takes
    more than it may: then with the bound."""
    poll = select.poll()
    for descriptor in (LIFELINE, wakeup, out.source, err.source):
        poll.register(descriptor, select.POLLIN)
    kill_at: float | None = None
    while tree.reap() is None:
        ready = {descriptor for descriptor, _ in poll.poll(_patience(kill_at, bounds.due))}
        if wakeup in ready:
            os.read(wakeup, CHUNK)
        for capture in (out, err):
            if capture.source in ready and not capture.copy():
                poll.unregister(capture.source)
        said = os.read(LIFELINE, CHUNK) if LIFELINE in ready else None
        if said == b"":
            return None
        if said and END in said and kill_at is None:
            kill_at = time.monotonic() + grace
            tree.signal(signal.SIGTERM)
        if kill_at is not None and time.monotonic() >= kill_at:
            return None
        exceeded = bounds.exceeded()
        if exceeded:
            return exceeded
    return None


def _patience(*until: float | None) -> float | None:
    """Milliseconds until the first of these moments; None for ever."""
    moments = [moment for moment in until if moment is not None]
    return max(0.0, min(moments) - time.monotonic()) * 1000 if moments else None
