"""The worker's side of launchers that a template forked: each carries out one order after the other."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from workers.template.idle import Idle
from workers.template.serving import LAUNCHER

# So many orders does a launcher carry out.
MOST_ORDERS = 200


@dataclass(slots=True)
class Launcher:
    """One that is there, or on its way. Whoever has it gives it one order at a time."""

    line: socket.socket
    uses: int = 0

    def takes(self, launch_file: Path, descriptors: Sequence[int]) -> bool:
        """False when it has ended, and is of no use any more."""
        self.uses += 1
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
        self._idle = Idle[Launcher](most_uses=MOST_ORDERS)

    def launch(self, launch_file: Path, descriptors: Sequence[int]) -> Launcher | None:
        """The launcher that gets these as its first descriptors; None when there is nobody to fork one."""
        while (launcher := self._idle.take()) is not None:
            if launcher.takes(launch_file, descriptors):
                return launcher
        launcher = self._forked()
        return launcher if launcher is not None and launcher.takes(launch_file, descriptors) else None

    def give_back(self, launcher: Launcher) -> None:
        """One that says of itself that it may carry out another order."""
        self._idle.give_back(launcher)

    def let_go(self) -> None:
        """Those that are idle end."""
        self._idle.let_go()

    def _forked(self) -> Launcher | None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            if self._ask(LAUNCHER, [theirs.fileno()]):
                return Launcher(ours)
        ours.close()
        return None
