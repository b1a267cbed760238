"""The worker's side of launchers that a template forked: each carries out one order after the other."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from workers.template.serving import LAUNCHER

# So many orders, and another launcher takes its place.
MOST_ORDERS = 200


@dataclass(slots=True)
class Launcher:
    """One that is there, or on its way. Whoever has it gives it one order at a time."""

    line: socket.socket
    orders: int = 0

    def takes(self, launch_file: Path, descriptors: Sequence[int]) -> bool:
        """False when it has ended, and is of no use any more."""
        self.orders += 1
        try:
            socket.send_fds(self.line, [os.fsencode(launch_file)], list(descriptors))
        except OSError:
            self.end()
            return False
        return True

    def end(self) -> None:
        """Once it has carried out what it was given."""
        self.line.close()


class Launchers:
    """Those that have nothing to do. Any thread may ask."""

    def __init__(self, ask: Callable[[bytes, Sequence[int]], bool]) -> None:
        self._ask = ask
        self._lock = threading.Lock()
        self._idle: list[Launcher] = []

    def launch(self, launch_file: Path, descriptors: Sequence[int]) -> Launcher | None:
        """The launcher that gets these as its first descriptors; None when there is nobody to fork one."""
        while (launcher := self._take()) is not None:
            if launcher.takes(launch_file, descriptors):
                return launcher
        launcher = self._forked()
        return launcher if launcher is not None and launcher.takes(launch_file, descriptors) else None

    def give_back(self, launcher: Launcher) -> None:
        """One that says of itself that it may carry out another order."""
        with self._lock:
            if launcher.orders < MOST_ORDERS:
                self._idle.append(launcher)
                return
        launcher.end()

    def let_go(self) -> None:
        """Those that are idle end."""
        with self._lock:
            idle, self._idle = self._idle, []
        for launcher in idle:
            launcher.end()

    def _take(self) -> Launcher | None:
        with self._lock:
            return self._idle.pop() if self._idle else None

    def _forked(self) -> Launcher | None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            if self._ask(LAUNCHER, [theirs.fileno()]):
                return Launcher(ours)
        ours.close()
        return None
