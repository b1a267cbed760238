"""`headwater up` on one machine: what it starts, what survives it, and that nothing else does."""

from __future__ import annotations

import signal
import socket
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from pydantic import SecretStr

from app.local.children import LOOPBACK
from graph_model.settings import GraphSettings
from tests.support.servers import driver_for
from tests.support.stacks import RunningStack, clean_environment, get, gone, headwater, running_stack, until

# Each of these starts whole stacks: one after the other in one process, so that two cores suffice.
pytestmark = pytest.mark.xdist_group("stack")

READABLE_BY_OTHERS = stat.S_IRGRP | stat.S_IROTH


def graph_settings(stack: RunningStack) -> GraphSettings:
    connection = stack.connection
    return GraphSettings(
        uri=connection["HEADWATER_GRAPH_URI"],
        user=connection["HEADWATER_GRAPH_USER"],
        password=SecretStr(connection["HEADWATER_GRAPH_PASSWORD"]),
        database=connection["HEADWATER_GRAPH_DATABASE"],
    )


def sockets_of(stack: RunningStack) -> list[Any]:
    return [each for process in stack.family for each in process.net_connections("inet")]


def kept_marks(stack: RunningStack, *, add: str | None = None) -> list[str]:
    """The ids of nodes that only these tests know, after writing one if asked."""
    settings = graph_settings(stack)
    with driver_for(settings) as driver:
        if add:
            driver.execute_query("CREATE (:Mark {id: $id})", id=add, database_=settings.database)
        found = driver.execute_query("MATCH (m:Mark) RETURN m.id AS id", database_=settings.database)
    return [row["id"] for row in found.records]


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStack]:
    """One stack for the tests that only look at it, or harm a part that comes back."""
    with running_stack(tmp_path_factory.mktemp("shared") / "home") as stack:
        yield stack


def test_a_stack_goes_with_sigterm_and_leaves_its_data(tmp_path: Path) -> None:
    home = tmp_path / "home"

    with running_stack(home) as stack:
        assert kept_marks(stack, add="kept") == ["kept"]
        family = stack.family
        stack.process.send_signal(signal.SIGTERM)
        assert stack.process.wait(60) == 0
        until(lambda: gone(family), "every process ends with the supervisor")
        assert not (home / "connection.json").exists()

    with running_stack(home, "--workers", "0") as again:
        assert kept_marks(again) == ["kept"]
        family = again.family
        again.process.send_signal(signal.SIGINT)
        assert again.process.wait(60) == 0, "Ctrl-C ends it as cleanly"
        until(lambda: gone(family), "every process ends with the supervisor")


def test_a_killed_supervisor_takes_everything_with_it_and_the_data_stays(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with running_stack(home) as stack:
        kept_marks(stack, add="kept")
        family = stack.family

        stack.process.kill()

        until(lambda: gone(family), "every process ends with the supervisor")

    with running_stack(home, "--workers", "0") as again:
        assert kept_marks(again) == ["kept"]


def test_a_graph_and_a_broker_that_are_killed_come_back_under_their_addresses(tmp_path: Path) -> None:
    with running_stack(tmp_path / "home", "--workers", "0") as stack:
        kept_marks(stack, add="kept")
        (graph,) = stack.processes("app.local.embedded_graph")
        brokers = [each for each in stack.family if each.name() == "redis-server"]

        for process in (graph, *brokers):
            process.kill()

        until(
            lambda: any(each.pid != graph.pid for each in stack.processes("app.local.embedded_graph")),
            "another graph is started",
        )
        until(lambda: _answers(f"{stack.api_url}/readyz"), "the API finds the graph again", within=60)
        assert kept_marks(stack) == ["kept"]


def test_api_and_workers_are_there(stack: RunningStack) -> None:
    assert get(f"{stack.api_url}/readyz") == 200
    until(lambda: len(stack.processes("workers")) == 2, "two workers run")


def test_everything_listens_on_loopback_only(stack: RunningStack) -> None:
    listening = {each.laddr.ip for each in sockets_of(stack) if each.status == psutil.CONN_LISTEN}

    assert listening
    assert listening <= {LOOPBACK, f"::ffff:{LOOPBACK}", "::1"}


def test_no_password_stands_in_an_argument_list_or_in_a_readable_file(stack: RunningStack) -> None:
    secrets = {stack.connection["HEADWATER_GRAPH_PASSWORD"]}
    if url := stack.connection.get("HEADWATER_BROKER_URL"):
        secrets.add(url.split("@")[0].rpartition(":")[2])

    arguments = " ".join(argument for process in stack.family for argument in process.cmdline())
    readable = [
        path.read_bytes()
        for path in stack.home.rglob("*")
        if path.is_file() and path.stat().st_mode & READABLE_BY_OTHERS
    ]

    assert not [secret for secret in secrets if secret in arguments]
    assert not [secret for secret in secrets if any(secret.encode() in content for content in readable)]


def test_a_worker_that_is_killed_is_replaced(stack: RunningStack) -> None:
    before = {worker.pid for worker in stack.processes("workers")}

    psutil.Process(min(before)).kill()

    until(lambda: len({worker.pid for worker in stack.processes("workers")} - before) == 1, "another worker is started")


def test_a_second_stack_on_the_same_folder_is_refused_and_harms_nothing(stack: RunningStack) -> None:
    second = _up(stack.home)

    assert second.returncode == 2, second.stderr
    assert f"in use by process {stack.process.pid}" in second.stderr
    assert "HEADWATER_HOME" in second.stderr
    assert get(f"{stack.api_url}/readyz") == 200
    assert stack.connection


def test_a_port_that_is_taken_is_told_before_anything_starts(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with socket.create_server((LOOPBACK, 0)) as taken:
        port = taken.getsockname()[1]

        refused = _up(home, "--port", str(port))

    assert refused.returncode == 2, refused.stderr
    assert f"port {port} on {LOOPBACK} is taken" in refused.stderr
    assert "HEADWATER_API_PORT" in refused.stderr
    assert not (home / "graph").exists()


def test_without_a_broker_the_workers_poll(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with running_stack(home, "--workers", "1", environment=clean_environment(home, HEADWATER_BROKER_URL="")) as stack:
        assert not [each for each in stack.family if each.name() == "redis-server"]
        assert get(f"{stack.api_url}/readyz") == 200


def test_a_graph_that_is_set_is_used_instead_of_an_embedded_one(tmp_path: Path, arcadedb_server: object) -> None:
    settings: GraphSettings = arcadedb_server.settings  # pyright: ignore[reportAttributeAccessIssue]
    home = tmp_path / "home"
    environment = clean_environment(
        home,
        HEADWATER_GRAPH_URI=settings.uri,
        HEADWATER_GRAPH_USER=settings.user,
        HEADWATER_GRAPH_PASSWORD=settings.password.get_secret_value(),
        HEADWATER_GRAPH_DATABASE=settings.database,
    )

    with running_stack(home, "--workers", "0", environment=environment) as stack:
        assert stack.processes("app.local.embedded_graph") == []
        assert stack.connection["HEADWATER_GRAPH_URI"] == settings.uri

    assert not (home / "graph").exists()


def _up(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """`headwater up` that is expected to refuse."""
    return subprocess.run(
        headwater("up", *arguments),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env=clean_environment(home),
    )


def _answers(url: str) -> bool:
    try:
        return get(url) == 200
    except OSError:
        return False
