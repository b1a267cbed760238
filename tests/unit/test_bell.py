"""The doorbell never harms those who ring it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from connectors.bell import ring


@contextmanager
def a_broker_that_hangs_up() -> Iterator[tuple[str, list[object]]]:
    """An address where every connection is closed at once, and who came."""
    callers: list[object] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    connection, caller = server.accept()
                except OSError:
                    return
                callers.append(caller)
                connection.close()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"redis://127.0.0.1:{server.getsockname()[1]}/0", callers
        server.shutdown(socket.SHUT_RDWR)
    thread.join(10)


def test_without_a_broker_nothing_is_rung() -> None:
    assert ring(None, ["rn_1"]) is False


def test_ringing_for_nothing_needs_no_broker() -> None:
    assert ring("redis://127.0.0.1:1/0", []) is True


def test_a_broker_that_fails_is_left_alone_for_a_while() -> None:
    with a_broker_that_hangs_up() as (address, callers):
        assert ring(address, ["rn_1"]) is False
        asked = len(callers)

        assert [ring(address, ["rn_2"]) for _ in range(20)] == [False] * 20

        assert asked >= 1
        assert len(callers) == asked


def test_an_address_that_makes_no_sense_is_a_broker_that_fails() -> None:
    assert ring("nonsense://", ["rn_1"]) is False
