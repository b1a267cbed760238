"""The page about checks shows what is really said."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path
from textwrap import indent

import pytest

from connectors.checks import validate
from connectors.checks.run import KINDS
from graph_model.contracts.odcs import read_contract
from graph_model.versions.entities import Content

PAGE = (Path(__file__).parents[2] / "docs" / "checks.md").read_text()
HEAD = """\
apiVersion: v3.1.0
kind: DataContract
id: flights
version: 1.0.0
status: active
schema:
  - name: flights
"""
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
EXAMPLES = [(rule, said) for (kind, rule), (_, said) in pairwise(BLOCKS) if kind == "yaml"]


@pytest.mark.parametrize(("rule", "said"), EXAMPLES, ids=[said.partition("\n")[0] for _, said in EXAMPLES])
def test_an_example_says_what_the_page_shows(rule: str, said: str, tmp_path: Path) -> None:
    contract = read_contract(HEAD + indent(rule, "    "), file="page", dataset="flights")
    file = tmp_path / "flights.csv"
    file.write_text(next(text for kind, text in BLOCKS if kind == "csv"))

    results = validate(Content("csv", str(file)), contract.checks).results

    assert [result.message for result in results if not result.passed] == said.splitlines()


def test_every_kind_of_check_has_an_example() -> None:
    shown = {line.partition(":")[0].partition(" ")[0] for _, said in EXAMPLES for line in said.splitlines()}

    assert shown == set(KINDS)
