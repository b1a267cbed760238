"""The page about contracts shows what is really said."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest

from graph_model.contracts.difference import difference, side_of
from graph_model.contracts.document import read_document
from graph_model.contracts.service import deadline_of, levels_of
from graph_model.contracts.team import owners_of
from graph_model.contracts.version import remark
from graph_model.errors import InvalidContract
from graph_model.partitions.scheme import PartitionScheme

PAGE = (Path(__file__).parents[2] / "docs" / "contracts.md").read_text()
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
CONTRACT = BLOCKS[0][1]
HEAD = "apiVersion: v3.1.0\nkind: DataContract\n"
PAIRS = [(kind, example, said) for (kind, example), (answer, said) in pairwise(BLOCKS) if answer == "text"]
REFUSED = [(example, said) for kind, example, said in PAIRS if kind == "yaml"]
CHANGED = [(example, said) for kind, example, said in PAIRS if kind == "diff"]
LEVELS = re.findall(r"^\| `(\{.*?\})` \| `(.*?)` \| (?:`(.*?)` )?\|$", PAGE, re.MULTILINE)


def edited(patch: str) -> str:
    """The contract of the page after a patch. A new line comes where the last one was taken away; where none was, it is
    one more column."""
    lines = CONTRACT.splitlines(keepends=True)
    place = lines.index("    quality:\n")
    for line in patch.splitlines(keepends=True):
        if line.startswith("-"):
            place = lines.index(line[1:])
            del lines[place]
        else:
            lines.insert(place, line[1:])
            place += 1
    return "".join(lines)


@pytest.mark.parametrize(("example", "said"), REFUSED, ids=[said for _, said in REFUSED])
def test_what_the_page_says_is_refused_is_refused_in_these_words(example: str, said: str) -> None:
    with pytest.raises(InvalidContract) as refused:
        read_document(HEAD + example, file="page")

    assert refused.value.message == said.strip()


@pytest.mark.parametrize(("patch", "said"), CHANGED, ids=[said.partition("\n")[0] for _, said in CHANGED])
def test_a_change_is_told_as_the_page_shows(patch: str, said: str) -> None:
    before, after = (side_of(text, file="page") for text in (CONTRACT, edited(patch)))
    found = difference(before, after)

    told = [f"{change.change} {change.part}: {change.text}" for change in found.changes]
    remarked = remark(before.document.version, after.document.version, found.change, found.why)
    if "remark: " in said:
        told.append(f"remark: {remarked}")
    assert told == said.splitlines()


@pytest.mark.parametrize(("level", "promise", "deadline"), LEVELS, ids=[level for level, _, _ in LEVELS])
def test_a_service_level_is_understood_as_the_page_shows(level: str, promise: str, deadline: str) -> None:
    levels = levels_of(read_document(f"{HEAD}slaProperties: [{level}]\n", file="page"))

    found = deadline_of(levels, PartitionScheme("day"), "2013-01-05")

    assert (levels[0].text, f"{found:%Y-%m-%d %H:%M}" if found else "") == (promise, deadline)


def test_the_contract_of_the_page_names_its_owner() -> None:
    assert owners_of(read_document(CONTRACT, file="page")) == ("sales@example.org",)


def test_the_page_has_examples() -> None:
    assert (len(REFUSED), len(CHANGED), len(LEVELS)) == (4, 6, 9)
