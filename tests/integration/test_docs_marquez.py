"""The page about Marquez' API shows what is really answered, on each engine."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from graph_model.store.graph import Graph
from tests.integration.api import app_on, call

# What the page asks of the graph has tests of its own on each engine.
pytestmark = pytest.mark.one_engine_will_do

PAGE = (Path(__file__).parents[2] / "docs" / "marquez.md").read_text()
BLOCKS = re.findall(r"^```(http|json)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def differences(shown: Any, said: Any, at: str = "") -> list[str]:
    """Where an answer is not what is shown of it; members that are not shown may be anything."""
    if isinstance(shown, dict) and isinstance(said, dict):
        return [one for key in shown for one in differences(shown[key], said.get(key, "missing"), f"{at}/{key}")]
    if isinstance(shown, list) and isinstance(said, list) and len(shown) == len(said):
        return [one for place, part in enumerate(shown) for one in differences(part, said[place], f"{at}/{place}")]
    return [] if shown == said else [f"{at}: {said!r} and not {shown!r}"]


def test_requests_are_answered_as_the_page_shows(graph: Graph) -> None:
    app, said = app_on(graph), None
    for kind, block in BLOCKS:
        if kind == "json":
            assert differences(json.loads(block), said) == []
            continue
        line, _, body = block.strip().partition("\n")
        method, path = line.split(" ")
        answer = call(app, method, path, content=body, headers={"Content-Type": "application/json"})
        assert answer.status_code in (200, 201), answer.text
        said = answer.json()


def test_the_page_has_requests_with_answers() -> None:
    kinds = [kind for kind, _ in BLOCKS]

    assert kinds == ["http", "json"] * 8
