"""The API as a process of its own: what it says, where it listens, how it ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from graph_model.settings import GraphSettings
from graph_model.store.graph import Graph

PROGRAM = """
from app.main import serve
from graph_model.settings import ApiSettings, BrokerSettings, GraphSettings, StorageSettings
serve(api=ApiSettings(), graph=GraphSettings(), broker=BrokerSettings(), storage=StorageSettings())
"""


@pytest.fixture
def process(migrated_graph: Graph, graph_settings: GraphSettings, tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HEADWATER_")} | {
        "HEADWATER_HOME": str(tmp_path),
        "HEADWATER_GRAPH_URI": graph_settings.uri,
        "HEADWATER_GRAPH_USER": graph_settings.user,
        "HEADWATER_GRAPH_PASSWORD": graph_settings.password.get_secret_value(),
        "HEADWATER_GRAPH_DATABASE": graph_settings.database,
        "HEADWATER_API_PORT": "0",
        "HEADWATER_STORAGE_ROOT": str(tmp_path),
    }
    started = subprocess.Popen(
        [sys.executable, "-c", PROGRAM], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    yield started
    started.kill()
    started.communicate()


def test_it_serves_on_loopback_logs_in_json_and_ends_when_told(process: subprocess.Popen[str]) -> None:
    assert process.stderr is not None
    lines = []
    for line in process.stderr:
        lines.append(json.loads(line))
        if lines[-1]["event"] == "listening":
            break
    address = lines[-1]["address"]

    ready = httpx.get(f"{address}/readyz", timeout=30)
    answer = httpx.post(f"{address}/graphql", json={"query": "{ __typename }"}, timeout=30)
    process.send_signal(signal.SIGTERM)
    said, logged = process.communicate(timeout=30)

    assert address.startswith("http://127.0.0.1:")
    assert (ready.status_code, answer.json()) == (200, {"data": {"__typename": "Query"}})
    assert said == ""
    assert all("event" in json.loads(line) for line in logged.splitlines())
