"""What the benchmark asks of each orchestrator, and what all of them are measured with."""

from __future__ import annotations

import contextlib
import os
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
import psutil

from app.local.children import LOOPBACK, Child, free_port, memory_of, stop_together
from tests.clients.environments import python_of

PACKAGES = Path(__file__).parent / "packages"
WORK = Path(__file__).parent / "work"
UP_WITHIN = 240.0
DONE_WITHIN = 300.0
LOOK_EVERY = 0.01
# So many runs side by side, for everyone: more than the cores of a small machine, as no-ops mostly wait.
LIMIT = 4
CANNOT_WAIT = "the run did not begin in time"


class Peer(ABC):
    """One orchestrator that runs below `folder`, with one job that waits for one dataset.

    The first thing that the job does is to leave a file in `folder/lines` with the time at which its first line ran.
    """

    name: str
    version_of: str

    def __init__(self, folder: Path, *, tuned: bool) -> None:
        self.folder, self.tuned = folder, tuned
        self.lines = folder / "lines"
        self.lines.mkdir(parents=True)
        self.children: list[Child] = []
        self.port = free_port()
        self.client = httpx.Client(base_url=f"http://{LOOPBACK}:{self.port}", timeout=60)

    @abstractmethod
    def start(self) -> None:
        """Until an event would start the job."""

    @abstractmethod
    def publish(self) -> None:
        """Says that the dataset is there, as anybody outside would."""

    @abstractmethod
    def trigger(self, count: int) -> None:
        """Asks for `count` runs of the job at once."""

    def at_rest(self) -> bool:
        """Whether another event would start the job anew."""
        return True

    def rhythm(self) -> float:
        """Seconds between two looks that `at_rest` follows: an event of the outside comes anywhere between them."""
        return 0.0

    def stop(self) -> None:
        """Of some, processes outlive those that started them: what is left of all that was below is ended too."""
        self.client.close()
        below = list(self._below())
        stop_together(self.children)
        for process in below:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()

    def _below(self) -> Iterator[psutil.Process]:
        for child in self.children:
            with contextlib.suppress(psutil.NoSuchProcess):
                yield from psutil.Process(child.pid).children(recursive=True)

    def memory(self) -> int:
        """Bytes that all its processes occupy; shared pages are shared out among them."""
        return memory_of(child.pid for child in self.children)

    def environment(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "LANG", "SSL_CERT_FILE") if name in os.environ}
        return kept | {"HOME": str(self.folder), "LINES": str(self.lines), "NO_COLOR": "1"}

    def python(self) -> Path:
        return python_of(self.name, PACKAGES)

    def program(self, called: str) -> str:
        return str(self.python().with_name(called))

    def child(self, name: str, *command: str) -> Child:
        log = self.folder / f"{name}.log"
        child = Child.start(name, command, log=log, environment=self.environment())
        self.children.append(child)
        return child

    def begun(self) -> list[float]:
        """When each run so far had its first line, oldest first."""
        return sorted(float(file.read_text()) for file in self.lines.iterdir() if not file.name.startswith("."))

    def began_within(self, count: int, seconds: float = DONE_WITHIN) -> list[float]:
        """Waits until `count` runs have begun. Raises TimeoutError."""
        wait_until(lambda: len(os.listdir(self.lines)) >= count, seconds, self)  # noqa: PTH208  cheaper
        time.sleep(0.02)  # the last file is being written
        return self.begun()

    def until_answers(self, path: str) -> None:
        def answers() -> bool:
            try:
                return self.client.get(path).status_code < httpx.codes.INTERNAL_SERVER_ERROR
            except httpx.TransportError:
                return False

        wait_until(answers, UP_WITHIN, self)

    def post(self, path: str, document: Any, **more: Any) -> Any:
        answer = self.client.post(path, json=document, **more)
        while answer.status_code == httpx.codes.SERVICE_UNAVAILABLE:  # Prefect, on SQLite, when it is asked for much
            time.sleep(0.2)
            answer = self.client.post(path, json=document, **more)
        answer.raise_for_status()
        return answer.json() if answer.content else None


def wait_until(there: Callable[[], bool], seconds: float, peer: Peer) -> None:
    """Raises TimeoutError with the end of what its processes said."""
    deadline = time.monotonic() + seconds
    while not there():
        if time.monotonic() > deadline:
            said = "\n".join(f"{child.name}: {child.last_words(5)}" for child in peer.children)
            raise TimeoutError(f"{peer.name}: {CANNOT_WAIT}\n{said}")
        time.sleep(LOOK_EVERY)


@contextmanager
def running(kind: type[Peer], *, tuned: bool) -> Iterator[Peer]:
    """The orchestrator, up; it and all that it wrote are gone afterwards."""
    with TemporaryDirectory() as folder:
        peer = kind(Path(folder), tuned=tuned)
        try:
            peer.start()
            yield peer
        finally:
            peer.stop()
