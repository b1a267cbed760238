"""The embedded graph for tests: the very process that `headwater up` starts, in a folder that is thrown away."""

from __future__ import annotations

from pathlib import Path

from app.local.graph import start_embedded_graph
from graph_model.settings import GraphSettings
from tests.support.servers import Server


def start_arcadedb(folder: Path) -> Server:
    graph = start_embedded_graph(folder)
    environment = graph.environment
    settings = GraphSettings(
        uri=graph.uri,
        user=environment["HEADWATER_GRAPH_USER"],
        password=environment["HEADWATER_GRAPH_PASSWORD"],  # pyright: ignore[reportArgumentType]  pydantic makes it a secret
        database=environment["HEADWATER_GRAPH_DATABASE"],
    )
    return Server(settings, graph.stop)
