"""What is asked of the kernel: names, orphans, signals, and who descends from whom."""

from __future__ import annotations

import ctypes
import os
import signal

PR_SET_PDEATHSIG = 1
PR_SET_NAME = 15
PR_SET_CHILD_SUBREAPER = 36


def prctl(option: int, value: int | bytes) -> None:
    ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


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
            stat = stat_of(int(entry))
            if stat:
                children.setdefault(int(stat[1]), []).append(int(entry))
    found: list[int] = []
    frontier = [pid]
    while frontier:
        frontier = [child for parent in frontier for child in children.get(parent, [])]
        found += frontier
    return found


def stat_of(pid: int) -> list[bytes]:
    """The fields of `stat` behind the name, which may hold anything: state, parent …; none for one that is gone."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:  # noqa: PTH123
            return file.read().rpartition(b")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return []
