"""A real PostgreSQL for tests, from the programs that Debian and others install; it lives for a session."""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from app.local.children import LOOPBACK, Child, free_port

STARTED_WITHIN = 90.0
HOW_TO_GET_ONE = "install PostgreSQL (Debian: apt-get install postgresql)"
# Quick to start, and it need not outlive a crash of the machine.
FRUGAL = {
    "fsync": "off",
    "shared_buffers": "16MB",
    "max_connections": "20",
    "unix_socket_directories": "",
    "listen_addresses": LOOPBACK,
    "timezone": "America/New_York",  # what a value means must not depend on it
}


class NoPostgreSQL(Exception):
    """Its programs are not on this machine, or do not start."""


@dataclass
class PostgreSQL:
    """A server that can be stopped and started again: same files, same port, same password."""

    folder: Path
    port: int = field(default_factory=free_port)
    password: str = field(default_factory=lambda: secrets.token_hex(12))
    child: Child | None = None

    @property
    def url(self) -> str:
        return self.address_of("headwater", self.password)

    def address_of(self, user: str, password: str) -> str:
        return f"postgresql+psycopg://{user}:{password}@{LOOPBACK}:{self.port}/postgres"

    def run(self, *statements: str) -> None:
        with self.connect() as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def asked(self, query: str) -> list[Any]:
        with self.connect() as connection:
            return list(connection.execute(query.encode()).fetchall())

    def tables(self) -> set[str]:
        """Those of the schema that short names mean."""
        return {name for (name,) in self.asked("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")}

    def connect(self) -> psycopg.Connection:
        return psycopg.connect(
            host=LOOPBACK, port=self.port, user="headwater", password=self.password, dbname="postgres", autocommit=True
        )

    def start(self) -> None:
        """Returns once it answers. Raises NoPostgreSQL."""
        options = [f"--{name}={value}" for name, value in (FRUGAL | {"port": str(self.port)}).items()]
        command = _as_somebody([_program("postgres"), "-D", str(self.folder / "data"), *options])
        self.child = Child.start("postgresql", command, log=self.folder / "log")
        deadline = time.monotonic() + STARTED_WITHIN
        while True:
            try:
                self.connect().close()
            except psycopg.OperationalError:
                if time.monotonic() > deadline or not self.child.alive():
                    raise NoPostgreSQL(f"it did not start: {self.child.last_words(3)}") from None
                time.sleep(0.1)
            else:
                return

    def stop(self) -> None:
        """Whoever is still connected is sent away."""
        if self.child is not None:
            if self.child.alive():
                self.child.process.send_signal(signal.SIGINT)
            self.child.await_end(within=30)

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


def start_postgresql() -> PostgreSQL:
    """Raises NoPostgreSQL."""
    folder = Path(tempfile.mkdtemp(prefix="headwater-postgresql-"))
    server = PostgreSQL(folder)
    try:
        _make_cluster(server)
        server.start()
    except BaseException:
        server.remove()
        raise
    return server


def _make_cluster(server: PostgreSQL) -> None:
    password = server.folder / "password"
    password.write_text(server.password)
    if os.geteuid() == 0:
        user = _somebody()
        for path in (server.folder, password):
            os.chown(path, user.pw_uid, user.pw_gid)
    command = [_program("initdb"), "-D", str(server.folder / "data"), "--username=headwater", "--encoding=UTF8"]
    command += ["--no-locale", "--auth=scram-sha-256", f"--pwfile={password}", "--no-sync", "--no-instructions"]
    done = subprocess.run(
        _as_somebody(command), capture_output=True, text=True, check=False, timeout=120, cwd=server.folder
    )
    if done.returncode != 0:
        raise NoPostgreSQL(f"initdb failed: {done.stderr[-500:]}")


def _program(name: str) -> str:
    """From the newest version that is installed; Debian keeps these programs off the path."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name), reverse=True)
    found = next((str(folder / name) for folder in folders if (folder / name).exists()), None) or shutil.which(name)
    if found is None:
        raise NoPostgreSQL(HOW_TO_GET_ONE)
    return found


def _as_somebody(command: Sequence[str]) -> list[str]:
    """PostgreSQL does not run as root. The signal is for the case that we die; a change of user takes ours away."""
    if os.geteuid() != 0:
        return list(command)
    user = _somebody()
    ids = [f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]
    return ["setpriv", *ids, "--pdeathsig", "QUIT", "--", *command]


def _somebody() -> pwd.struct_passwd:
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise NoPostgreSQL("there is no user that it could run as")
