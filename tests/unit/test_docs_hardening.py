"""The page about bad input shows what is really said, and the limits that there really are."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from connectors.checks import validate
from graph_model.settings import ValidationSettings
from graph_model.versions.entities import Content
from tests.unit.test_docs_formats import content_of

PAGE = (Path(__file__).parents[2] / "docs" / "hardening.md").read_text()
BLOCKS = re.findall(r"^```(?:yaml|python|text)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
EXAMPLES = [
    (yaml.safe_load(estate)["flights"], code, said) for estate, code, said in zip(*[iter(BLOCKS)] * 3, strict=True)
]


@pytest.mark.parametrize(("dataset", "code", "said"), EXAMPLES)
def test_an_example_is_refused_as_the_page_shows(dataset: dict[str, Any], code: str, said: str, tmp_path: Path) -> None:
    content, path = content_of(dataset, tmp_path)

    exec(code, {"os": os, "path": path})  # noqa: S102  the page is our own

    found = validate(Content(content.format, content.location, content.options), ())
    assert (found.inspection, f"{found.reason}\n") == (None, said)


def test_the_table_of_limits_is_the_settings() -> None:
    told = dict(re.findall(r"^\| `(HEADWATER_VALIDATION_\w+)` \| (\d+) \|", PAGE, re.MULTILINE))

    defaults = {f"HEADWATER_VALIDATION_{name.upper()}": f"{each:g}" for name, each in ValidationSettings()}
    assert told == defaults
