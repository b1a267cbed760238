"""The worker's side of the processes that judge small contents (`connectors/checks/standing.py`): asked one at a time,
and given up when they do not answer soon.
"""

from __future__ import annotations

import json
import os
import select
import shutil
import signal
import socket
import threading
from collections.abc import Sequence
from contextlib import suppress
from typing import Protocol

import structlog

from workers.template.idle import Idle
from workers.template.serving import CHECKER

# More than there are cores would only get in each other's way.
MOST = min(2, os.cpu_count() or 1)
# How long one may take to be there, how long an answer may take, and how long to wait for one that is free. What takes
# longer gets a process of its own.
START_SECONDS, ANSWER_SECONDS, FREE_SECONDS = 5.0, 2.0, 2.0
# How long the kernel may take to end one.
END_SECONDS = 2.0
# So many answers does one give.
MOST_ANSWERS = 1_000
CHUNK = 1 << 16

log = structlog.get_logger(__name__)


class Asked(Protocol):
    """A template, as far as a checker needs it."""

    def ask(self, request: bytes, descriptors: Sequence[int]) -> bool: ...


class NoAnswerError(Exception):
    """A checker is not there, or does not answer in time."""


class Checker:
    """One such process. Raises NoAnswerError when it cannot be had; used by one thread at a time."""

    def __init__(self, template: Asked) -> None:
        self.uses = 0
        self.pid, self.folder = 0, ""
        self._pidfd = -1
        self._heard = b""
        self._line, theirs = socket.socketpair()
        with theirs:  # where nobody takes it, that is the end of the line
            template.ask(CHECKER, [theirs.fileno()])
        try:
            told = json.loads(self._line_within(START_SECONDS))
            self.pid, self.folder = told["pid"], told["folder"]
            self._pidfd = os.pidfd_open(self.pid)
        except (NoAnswerError, OSError) as error:
            self.end()
            raise NoAnswerError(str(error)) from error

    def answer(self, request: str) -> str:
        """Raises NoAnswerError, and is of no use from then on."""
        self.uses += 1
        try:
            self._line.settimeout(ANSWER_SECONDS)
            self._line.sendall(f"{request}\n".encode())
        except OSError as error:
            raise NoAnswerError(str(error)) from error
        return self._line_within(ANSWER_SECONDS)

    def end(self) -> None:
        """At once, whatever it does."""
        self._line.close()
        if self._pidfd < 0:
            return
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)
        select.select([self._pidfd], [], [], END_SECONDS)
        os.close(self._pidfd)
        self._pidfd = -1
        shutil.rmtree(self.folder, ignore_errors=True)

    def _line_within(self, seconds: float) -> str:
        self._line.settimeout(seconds)
        while b"\n" not in self._heard:
            try:
                said = self._line.recv(CHUNK)
            except OSError as error:
                raise NoAnswerError(str(error)) from error
            if not said:
                raise NoAnswerError("it has ended")
            self._heard += said
        line, _, self._heard = self._heard.partition(b"\n")
        return line.decode()


class Checkers:
    """As many checkers as are wanted at once, started when they are. Any thread may ask."""

    def __init__(self, template: Asked) -> None:
        self._template = template
        self._idle = Idle[Checker](most_uses=MOST_ANSWERS)
        self._room = threading.BoundedSemaphore(MOST)

    def answer(self, request: str) -> str | None:
        """What a checker says to a request; None: there is none, or it came to grief over it."""
        if not self._room.acquire(timeout=FREE_SECONDS):
            return None
        try:
            return self._answer(request)
        finally:
            self._room.release()

    def stop(self) -> None:
        """Whoever is being asked is ended by its asker."""
        self._idle.close()

    @property
    def idle(self) -> tuple[Checker, ...]:
        """Those that wait to be asked."""
        return self._idle.waiting

    def _answer(self, request: str) -> str | None:
        checker = self._idle.take()
        try:
            checker = checker or Checker(self._template)
            said = checker.answer(request)
        except NoAnswerError as error:
            log.info("no checker answers: a process of its own judges", error=str(error))
            if checker is not None:
                checker.end()
            return None
        self._idle.give_back(checker)
        return said
