"""Templates that tests fork from, started once per process of the tests, and an empty folder for the code of jobs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from workers.template.keeper import Templates

PATIENCE_SECONDS = 120.0


@pytest.fixture(scope="session")
def templates() -> Iterator[Templates]:
    """Warm and willing. Whoever kills one waits until its successor is ready."""
    templates = Templates()
    templates.start()
    assert templates.ready_within(PATIENCE_SECONDS)
    yield templates
    templates.stop()
    for template in templates:
        template.join(PATIENCE_SECONDS)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    return folder
