"""The page about checks shows what is really said."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from textwrap import indent
from typing import Any

import pytest

from connectors.checks import validate
from connectors.checks.run import KINDS
from connectors.checks.wider import KINDS as WIDER_KINDS
from connectors.results import SOURCES, read_results
from graph_model.checks.others import ForeignResult
from graph_model.contracts.entities import Check
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
EXAMPLES = [
    (BLOCKS[position - 1], rule, said)
    for position, ((kind, rule), (_, said)) in enumerate(pairwise(BLOCKS))
    if kind == "yaml"
]
FOREIGN = [(text, said) for (kind, text), (_, said) in pairwise(BLOCKS) if kind == "json"]
FLIGHTS, CARRIERS = (text for kind, text in BLOCKS if kind == "csv")
HISTORY = [[f"vs_{day}", f"2013-01-0{day}", rows] for day, rows in zip((4, 3, 2, 1), (9, 8, 9, 10), strict=True)]
HISTORY += [["vs_y", "2012-12-31", 9], ["vs_x", "2012-12-30", 400]]


@pytest.mark.parametrize(
    ("before", "rule", "said"), EXAMPLES, ids=[said.partition("\n")[0][:60] for _, _, said in EXAMPLES]
)
def test_an_example_says_what_the_page_shows(before: tuple[str, str], rule: str, said: str, tmp_path: Path) -> None:
    contract = read_contract(HEAD + indent(rule, "    "), file="page", dataset="flights")
    content = a_table(tmp_path, before[1]) if before[0] == "sql" else a_csv(tmp_path, "flights", FLIGHTS)

    results = validate(content, [told(check, tmp_path) for check in contract.checks]).results

    assert [result.message for result in results if not result.passed] == said.splitlines()


def a_csv(folder: Path, name: str, text: str) -> Content:
    (folder / f"{name}.csv").write_text(text)
    return Content("csv", str(folder / f"{name}.csv"))


def a_table(folder: Path, script: str) -> Content:
    connection = sqlite3.connect(folder / "flights.db")
    connection.executescript(script)
    connection.close()
    return Content("table", f"sqlite:///{folder}/flights.db#flights")


def told(check: Check, folder: Path) -> Check:
    """What the page says in words of the world around the file, as the graph and the estate would tell it."""
    carriers = a_csv(folder, "carriers", CARRIERS)
    content = {"format": "csv", "location": carriers.location, "options": {}}
    (folder / "rules.py").write_text(next(text for kind, text in BLOCKS if kind == "python"))
    around: dict[str, dict[str, Any]] = {
        "row_count_history": {"history": HISTORY},
        "freshness": {
            "reference": "2013-01-06T00:00:00+00:00",
            "reference_is": "the end of 2013-01-05",
            "source_time": "2013-01-04T06:00:00+00:00",
        },
        "python": {"project": str(folder)},
    }
    other = {"other": {"name": "shop/carriers", "version": "vs_1", "key": "", "content": content}}
    around |= {"foreign_key": other, "reconciliation": other}
    return replace(check, params={**check.params, **around.get(check.kind, {})})


def test_every_kind_of_check_has_an_example() -> None:
    shown = {line.partition(":")[0].partition(" ")[0] for _, _, said in EXAMPLES for line in said.splitlines()}

    assert shown - {"odd"} == {*KINDS, *WIDER_KINDS}


@pytest.mark.parametrize(("document", "said"), FOREIGN)
def test_results_of_others_are_read_as_the_page_shows(document: str, said: str) -> None:
    assert [in_words(result) for result in read_results(json.loads(document)).results] == said.splitlines()


def in_words(result: ForeignResult) -> str:
    value = "None" if result.value is None else f"{result.value:g}"
    message = f": {result.message}" if result.message else ""
    return f"{result.check}: {'passed' if result.passed else 'failed'} ({value}){message}"


def test_every_source_has_an_example() -> None:
    shown: Sequence[str] = [read_results(json.loads(document)).source for document, _ in FOREIGN]

    assert sorted(shown) == sorted(SOURCES)
