"""The worker's end of what ties it to one launcher: a lifeline to tell it, and a status to hear it."""

from __future__ import annotations

import json
import os
import select
import signal
import threading
import time
from contextlib import suppress
from typing import Any

CHUNK = 1 << 12


class Line:
    """Two pipes, whose other ends become a launcher's standard input and output (`launcher/carry_out.py` says what they
    carry).

    `drop`, `wake_launcher` and `kill_launcher` may be called by any thread, the rest by the one that started the
    launcher.
    """

    def __init__(self) -> None:
        self.lifeline_end, self._lifeline = os.pipe2(os.O_CLOEXEC)
        self._status, self.status_end = os.pipe2(os.O_CLOEXEC)
        self._lock = threading.Lock()
        self._heard = b""
        self._over = False
        self._launcher: int | None = None

    @property
    def pid(self) -> int | None:
        """Of the launcher; None when it has not said it, and so has not started anything."""
        said = self._said(0)
        return int(said) if said else None

    @property
    def end(self) -> dict[str, Any] | None:
        """How the command ended; None while it goes on, and for ever when the launcher was killed."""
        said = self._said(1)
        return json.loads(said) if said else None

    def hand_over(self) -> None:
        """Once the launcher has its ends, they are closed here: only then can the pipes end with it."""
        os.close(self.lifeline_end)
        os.close(self.status_end)

    def starts_within(self, seconds: float) -> bool:
        """Whether the launcher is there. False as well when it has ended before it began."""
        deadline = time.monotonic() + seconds
        while self.pid is None and not self._over:
            left = deadline - time.monotonic()
            if left <= 0 or not self._listen(left):
                break
        if self.pid is not None:
            with suppress(ProcessLookupError):
                self._launcher = os.pidfd_open(self.pid)
        return self.pid is not None

    def ends_within(self, seconds: float | None) -> bool:
        """The launcher alone holds the other end of the status, so its end is the launcher's. None waits for ever."""
        deadline = None if seconds is None else time.monotonic() + seconds
        while not self._over:
            left = None if deadline is None else max(0.0, deadline - time.monotonic())
            if not self._listen(left) and left is not None:
                return self._over
        return True

    def ask_to_end(self) -> None:
        """The tree gets SIGTERM, and after its grace SIGKILL."""
        with self._lock, suppress(OSError):
            if self._lifeline >= 0:
                os.write(self._lifeline, b"T")

    def drop(self) -> None:
        """Closes the lifeline, which is how the launcher learns that nobody waits any more: it kills at once."""
        with self._lock:
            if self._lifeline >= 0:
                os.close(self._lifeline)
            self._lifeline = -1

    def tell(self, line: str) -> None:
        """What the launcher waits for before it starts anything. May take as long as the launcher takes to listen."""
        with self._lock:
            if self._lifeline < 0:
                return
            lifeline = os.dup(self._lifeline)
        with suppress(BrokenPipeError), os.fdopen(lifeline, "wb") as file:
            file.write(f"{line}\n".encode())

    def wake_launcher(self) -> None:
        """For one that the command has stopped."""
        self._signal(signal.SIGCONT)

    def kill_launcher(self) -> None:
        self._signal(signal.SIGKILL)

    def abandon(self) -> None:
        """For a launcher that did not show itself in time: whatever it started by now is gone when this returns.

        One that has not begun yet will see that its lifeline is closed, and not begin.
        """
        self.drop()
        self.ends_within(0)
        if self.pid is not None:
            self.ends_within(None)
        self.close()

    def close(self) -> None:
        self.drop()
        os.close(self._status)
        with self._lock:
            if self._launcher is not None:
                os.close(self._launcher)
            self._launcher = None

    def _signal(self, number: int) -> None:
        with self._lock, suppress(ProcessLookupError):
            if self._launcher is not None:
                signal.pidfd_send_signal(self._launcher, number)

    def _listen(self, seconds: float | None) -> bool:
        """Whether the launcher has said something, or ended, within this time."""
        poll = select.poll()
        poll.register(self._status, select.POLLIN)
        if not poll.poll(None if seconds is None else seconds * 1000):
            return False
        said = os.read(self._status, CHUNK)
        self._heard += said
        self._over = not said
        return True

    def _said(self, number: int) -> str | None:
        lines = self._heard.split(b"\n")[:-1]
        return lines[number].decode() if number < len(lines) else None
