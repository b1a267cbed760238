"""As many requests wait for the graph at the same time as can be committed together."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

from app.main import create_app
from graph_model.settings import GraphSettings
from graph_model.store.graph import Graph

MANY = 40


def test_requests_do_not_wait_for_a_thread_while_others_wait_for_the_graph(tmp_path: Path) -> None:
    async def scenario() -> list[int]:
        async with app.router.lifespan_context(app):
            together = threading.Barrier(MANY)
            return await asyncio.gather(*(asyncio.to_thread(together.wait, 60) for _ in range(MANY)))

    with Graph(GraphSettings(uri="bolt://127.0.0.1:1")) as graph:
        app = create_app(graph=graph, broker_url=None, storage_root=tmp_path)

        assert sorted(asyncio.run(scenario())) == list(range(MANY))
