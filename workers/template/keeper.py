"""The worker's side of a template: started, asked for launchers, and started again when it has died."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import structlog

from workers.executors.base import TemplateKind
from workers.executors.handover import passed_on
from workers.template.checkers import Checkers
from workers.template.launchers import Launcher, Launchers
from workers.template.serving import READY

PROCESS = Path(__file__).with_name("process.py")
# How long a template may import, and how long it may take to look at a request.
WARM_UP_SECONDS = 120.0
PATIENCE_SECONDS = 5.0
# The wait before a template is started again: doubled each time, and short again after one that lived long.
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.2, 60.0
LONG_LIFE_SECONDS = 60.0
# Arrow's second allocator would run a thread of its own, and no copy of a template would have that.
QUIET = {"JE_ARROW_MALLOC_CONF": "background_thread:false"}

log = structlog.get_logger(__name__)


class Template(threading.Thread):
    """Keeps one template process. `launch` may be called by any thread; the process lives as long as this thread."""

    def __init__(self, kind: TemplateKind) -> None:
        super().__init__(name=f"template-{kind}", daemon=True)
        self._kind = kind
        self._lock = threading.Lock()
        self._line: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._stopping = threading.Event()
        self._ready = threading.Event()
        self._launchers = Launchers(self.ask)

    def launch(self, launch_file: Path, descriptors: Sequence[int]) -> Launcher | None:
        """The launcher that gets these as its first descriptors; None when there is no template to ask."""
        launcher = self._launchers.launch(launch_file, descriptors)
        if launcher is None:
            log.info("no template is ready: a fresh interpreter is started", template=self._kind)
        return launcher

    def give_back(self, launcher: Launcher) -> None:
        """A launcher that is done, and clean."""
        if self._ready.is_set():
            self._launchers.give_back(launcher)
        else:  # that of a template that is no more
            launcher.end()

    def ask(self, request: bytes, descriptors: Sequence[int]) -> bool:
        """Has the template fork what is requested; False when there is none to ask."""
        with self._lock:
            try:
                if self._line is not None:
                    socket.send_fds(self._line, [request], list(descriptors))
                    return True
            except OSError as error:
                log.warning("the template does not take a request", template=self._kind, error=str(error))
        return False

    def distrust(self) -> None:
        """For a template that was asked and did nothing: ends it, so that another takes its place."""
        log.warning("the template does not answer and is killed", template=self._kind)
        with self._lock:
            if self._process is not None:
                self._process.kill()

    def let_go(self) -> None:
        """Launchers that have nothing to do end; the next order is for a new one."""
        self._launchers.let_go()

    def ready_within(self, seconds: float) -> bool:
        return self._ready.wait(seconds)

    @property
    def pid(self) -> int | None:
        """Of the template that is ready; None while there is none."""
        process = self._process
        return process.pid if process is not None and self._ready.is_set() else None

    def run(self) -> None:
        pause = FIRST_PAUSE_SECONDS
        while not self._stopping.is_set():
            started = time.monotonic()
            try:
                self._live()
            except OSError as error:
                log.warning("the template cannot be started", template=self._kind, error=str(error))
            pause = FIRST_PAUSE_SECONDS if time.monotonic() - started > LONG_LIFE_SECONDS else pause
            self._stopping.wait(pause)
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)

    def stop(self) -> None:
        """The template ends; launchers that it has forked go on."""
        self._stopping.set()
        self._hang_up()

    def _live(self) -> None:
        """One template from its start to its end."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with ours:
            with theirs:
                process = self._start(theirs)
            try:
                if self._is_warm(ours):
                    self._take_requests(ours, process)
            finally:
                self._hang_up()
                process.kill()
                process.wait()
        if not self._stopping.is_set():
            log.warning("the template has ended", template=self._kind, exit_code=process.returncode)

    def _start(self, theirs: socket.socket) -> subprocess.Popen[bytes]:
        descriptor = theirs.fileno()
        return subprocess.Popen(
            [sys.executable, "-I", str(PROCESS), self._kind, str(descriptor)],
            env=passed_on() | QUIET,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            pass_fds=[descriptor],
            start_new_session=True,
        )

    def _is_warm(self, ours: socket.socket) -> bool:
        ours.settimeout(WARM_UP_SECONDS)
        with suppress(OSError):
            said = ours.recv(1 << 12)
            if said == READY:
                return True
            log.error("the template is of no use", template=self._kind, reason=said.decode() or "it ended")
        return False

    def _take_requests(self, ours: socket.socket, process: subprocess.Popen[bytes]) -> None:
        ours.settimeout(PATIENCE_SECONDS)
        with self._lock:
            if self._stopping.is_set():
                return
            self._line, self._process = ours, process
        self._ready.set()
        log.info("the template is ready", template=self._kind, pid=process.pid)
        process.wait()

    def _hang_up(self) -> None:
        self._ready.clear()
        self.let_go()
        with self._lock:
            if self._line is not None:
                self._line.close()
            self._line = None
            self._process = None


class Templates:
    """One template of each kind, and the checkers that one of them forks."""

    def __init__(self) -> None:
        self._templates = {kind: Template(kind) for kind in ("jobs", "checks")}
        self.checkers = Checkers(self._templates["checks"])

    def start(self) -> None:
        for template in self._templates.values():
            template.start()

    def stop(self) -> None:
        self.checkers.stop()
        for template in self._templates.values():
            template.stop()

    def ready_within(self, seconds: float) -> bool:
        return all(template.ready_within(seconds) for template in self._templates.values())

    def __iter__(self) -> Iterator[Template]:
        return iter(self._templates.values())

    def of(self, kind: TemplateKind | None) -> Template | None:
        return self._templates[kind] if kind else None
