"""The application behind a real socket, for clients that bring their own HTTP."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI

from app.local.children import LOOPBACK, free_port

PATIENCE = 60.0


@contextmanager
def served(app: FastAPI) -> Iterator[str]:
    """The address at which `app` answers until the block ends."""
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(app, host=LOOPBACK, port=port, log_config=None, ws="none", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        deadline = time.monotonic() + PATIENCE
        while not server.started:
            assert thread.is_alive(), "the server ended before it answered"
            assert time.monotonic() < deadline, "the server does not answer"
            time.sleep(0.01)
        yield f"http://{LOOPBACK}:{port}"
    finally:
        server.should_exit = True
        thread.join(PATIENCE)
