"""The page about the life of a version shows what is really decided and said."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from connectors.sweep import MANIFEST, NOT_OURS
from graph_model.errors import InvalidEstate
from graph_model.estate.parse import load_estate
from graph_model.retention.rules import Aging, Kept, judge
from graph_model.retention.sweep import needed_by, shares_place
from graph_model.versions.entities import VersionState
from graph_model.versions.readable import condition

PAGE = (Path(__file__).parents[2] / "docs" / "lifecycle.md").read_text()
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
EXAMPLES = [(example.strip(), said.strip()) for (kind, example), (_, said) in pairwise(BLOCKS) if kind == "yaml"]
NOW = datetime(2013, 2, 1, tzinfo=UTC)
DAY = timedelta(days=1)
FIVE = Kept("v5", tuple(Aging(f"v{5 - ago}", NOW - ago * DAY) for ago in range(1, 5)), end=NOW - 10 * DAY)


@pytest.mark.parametrize(("example", "said"), EXAMPLES, ids=[example for example, _ in EXAMPLES])
def test_an_example_says_what_the_page_shows(example: str, said: str, tmp_path: Path):
    assert _told(example, tmp_path) == said


def test_the_page_has_examples():
    assert len(EXAMPLES) == 6


def test_the_reasons_to_stay_are_those_of_the_page():
    nothing = {"held": False, "readers": [], "questions": [], "is_fresh": False}
    reasons = {
        needed_by({**nothing, "held": True}),
        needed_by({**nothing, "readers": [{"id": "…"}]}),
        needed_by({**nothing, "questions": ["…"]}),
        needed_by({**nothing, "is_fresh": True}),
        shares_place("…"),
        NOT_OURS,
        MANIFEST,
    }

    assert set(re.findall(r"^\| `(.*?)` \|", _section("Deleting"), re.MULTILINE)) == reasons


def test_the_warnings_are_those_of_the_page():
    state = VersionState
    warnings = {
        condition(state.QUARANTINED, "…", deleted=False, taken_by=[]),
        condition(state.EXPIRED, "…", deleted=False, taken_by=[]),
        condition(state.RETIRED, "…", deleted=True, taken_by=[]),
        condition(state.SUPERSEDED, "", deleted=False, taken_by=["…"]),
    }
    shown = re.findall(r"^\| .*? \| (yes|no) \| `(.*?)` \|$", _section("What was current then"), re.MULTILINE)

    assert {(available == "yes", warning) for available, warning in shown} == warnings


def test_every_state_is_explained():
    told = re.findall(r"`([A-Z]+)`", _section("The life of a version"))

    assert set(told) == {state.value for state in VersionState}


def _section(title: str) -> str:
    found = re.search(rf"^#+ {title}\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert found
    return found[1]


def _told(example: str, folder: Path) -> str:
    (folder / "estate.yaml").write_text(
        f"scope: shop\ndatasets:\n  raw: {{format: csv, partition: {{every: day}}, {example}}}\nnamespace: store\n"
    )
    try:
        retention = load_estate(folder).datasets[0].retention
    except InvalidEstate as error:
        return str(error).replace(f"{folder}/", "")
    assert retention
    gone = judge(retention, FIVE, NOW).expired
    return f"{', '.join(gone) or 'nothing'} {'expire' if len(gone) > 1 else 'expires'}"
