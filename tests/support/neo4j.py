"""A real Neo4j 5.26 for tests: the one that is named, else docker, else the jars from Maven Central and a JDK 17."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from neo4j import GraphDatabase
from pydantic import SecretStr

from app.local.children import LOOPBACK, Child, free_port
from app.local.graph import remembered_password
from graph_model.settings import GraphSettings
from tests.support.jars import NoJars, jars
from tests.support.servers import Server, wait_for_bolt

SUPPORT = Path(__file__).parent
IMAGE = "neo4j:5.26"
JARS = "neo4j-5.26.29"
# Little memory and a quick start; a benchmark wants it otherwise. Its time goes into plans, which the second compiler
# of the JVM makes no faster within the life of a test run. Young objects have room, and so have plans that stay.
FRUGAL = ("-Xmx768m", "-Xmn192m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
FEW_PAGES_MB = 64
HOW_TO_GET_ONE = "set NEO4J_URI, start docker, or install a JDK 17 and Maven"


class NoNeo4j(Exception):
    """None of the three ways to a Neo4j is open on this machine."""


def start_neo4j(folder: Path) -> Server:
    """The first way that is open. Raises NoNeo4j."""
    if uri := os.environ.get("NEO4J_URI"):
        return _named(uri)
    if _docker_answers():
        return _in_docker(folder)
    return _from_jars(folder)


def _named(uri: str) -> Server:
    user, password = os.environ.get("NEO4J_USER", "neo4j"), os.environ.get("NEO4J_PASSWORD", "")
    database = os.environ.get("NEO4J_DATABASE", "neo4j")
    return Server(GraphSettings(uri=uri, user=user, password=SecretStr(password), database=database), lambda: None)


def _docker_answers() -> bool:
    if shutil.which("docker") is None:
        return False
    answer = subprocess.run(["docker", "version", "--format", "{{.Server.Version}}"], capture_output=True, check=False)
    return answer.returncode == 0


def _in_docker(folder: Path) -> Server:
    port, password = free_port(), secrets.token_urlsafe(24)
    # The password travels as an environment variable of the client, not in its arguments; its signals reach Neo4j.
    child = Child.start(
        "neo4j",
        ["docker", "run", "--rm", "--publish", f"{LOOPBACK}:{port}:7687", "--env", "NEO4J_AUTH", IMAGE],
        log=folder / "neo4j.log",
        environment={**os.environ, "NEO4J_AUTH": f"neo4j/{password}"},
    )
    return _ready(child, port, password)


def _from_jars(folder: Path) -> Server:
    server = JarNeo4j(folder)
    server.start()
    return Server(server.settings, server.stop)


class JarNeo4j:
    """A Neo4j of the jars, which can be killed and started again: same files, same port, same password. A folder that
    another one was stopped in goes on with its files and its password.

    Its log of transactions is on disk before a commit is answered, so `kill` loses nothing that was answered.
    `pages_mb` is how much of its files it holds in memory: a large graph that does not fit is read from disk each time.
    `search_seconds`: how long a search may not find what was just written.
    """

    def __init__(
        self, folder: Path, *, jvm: Sequence[str] = FRUGAL, pages_mb: int = FEW_PAGES_MB, search_seconds: int = 0
    ) -> None:
        self._folder, self._port, self._password = folder, free_port(), remembered_password(folder / "password")
        self._jvm, self._pages_mb, self._search_seconds = jvm, pages_mb, search_seconds
        self._is_new = not self._home.exists()
        self._child: Child | None = None

    @property
    def pid(self) -> int:
        assert self._child is not None, "never started"
        return self._child.pid

    @property
    def settings(self) -> GraphSettings:
        password = SecretStr(self._password)
        return GraphSettings(uri=self._uri, user="neo4j", password=password, database="neo4j")

    @property
    def _home(self) -> Path:
        return self._folder / "home"

    @property
    def _uri(self) -> str:
        return f"bolt://{LOOPBACK}:{self._port}"

    def start(self) -> None:
        """Returns once it answers. Raises NoNeo4j."""
        log = self._folder / "neo4j.log"
        command = ["java", *self._jvm, "-cp", f"{_jars()}/*"]
        numbers = (self._port, self._pages_mb, self._search_seconds)
        command += [str(SUPPORT / "Neo4jLauncher.java"), str(self._home), *map(str, numbers)]
        self._child = child = Child.start("neo4j", command, log=log, pipes=True)
        if child.stdout.readline() != b"ready\n":
            self.stop()
            raise NoNeo4j(f"it did not start: {child.last_words(3)}; {HOW_TO_GET_ONE}")
        try:
            self._log_in()
        except BaseException:
            self.stop()
            raise

    def kill(self) -> None:
        """`kill -9`, and nothing before it."""
        assert self._child is not None, "never started"
        self._child.process.kill()
        self._child.process.wait()
        self._child.stop()

    def stop(self) -> None:
        if self._child is not None:
            self._child.stop()

    def _log_in(self) -> None:
        if self._is_new:
            wait_for_bolt(self._uri, ("neo4j", "neo4j"))
            statement = "ALTER CURRENT USER SET PASSWORD FROM 'neo4j' TO $new"
            with GraphDatabase.driver(self._uri, auth=("neo4j", "neo4j")) as driver:
                driver.execute_query(statement, new=self._password, database_="system")
            self._is_new = False
        wait_for_bolt(self._uri, ("neo4j", self._password))


def _ready(child: Child, port: int, password: str) -> Server:
    uri = f"bolt://{LOOPBACK}:{port}"
    try:
        wait_for_bolt(uri, ("neo4j", password))
    except BaseException:
        child.stop()
        raise
    return Server(GraphSettings(uri=uri, user="neo4j", password=SecretStr(password), database="neo4j"), child.stop)


def _jars() -> Path:
    try:
        return jars(JARS, SUPPORT / "neo4j-pom.xml", what="Neo4j's jars (118 MB)")
    except NoJars as error:
        raise NoNeo4j(f"{error}; {HOW_TO_GET_ONE}") from None
