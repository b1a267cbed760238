"""The pages about changed tables and about how readers take columns show what is really told."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from connectors.sql.binding import rebind
from graph_model.contracts.entities import Column
from graph_model.estate.parse import load_estate

DOCS = Path(__file__).parents[2] / "docs"
ROWS = re.findall(r"^\| (\w[^|]*) \| `([^`]+)` \| ([^|]+) \|$", (DOCS / "sql-lineage.md").read_text(), re.MULTILINE)
ORDERS = [
    Column("id", "int32", nullable=False),
    Column("customer", "int32", nullable=False),
    Column("amount", "decimal(10,2)", nullable=False),
    Column("state", "string"),
    Column("day", "date"),
]
CUSTOMERS = [Column("id", "int32"), Column("name", "string")]


def changed(words: str) -> list[Column]:
    if new := re.fullmatch(r"a column `(\w+)` is new", words):
        return [*ORDERS, Column(new[1], "int32" if new[1] == "total" else "string")]
    if missing := re.fullmatch(r"(\w+) may be missing", words):
        return [replace(one, nullable=True) if one.path == missing[1] else one for one in ORDERS]
    if turned := re.fullmatch(r"(\w+) turns to `(.+)`", words):
        return [replace(one, type=turned[2]) if one.path == turned[1] else one for one in ORDERS]
    one, other = words.removesuffix(" change places").split(" and ")
    by_path = {column.path: column for column in ORDERS}
    return [by_path[{one: other, other: one}.get(column.path, column.path)] for column in ORDERS]


@pytest.mark.parametrize(("what", "query", "said"), ROWS)
def test_the_page_tells_what_is_told_of_a_query(what: str, query: str, said: str) -> None:
    before = {"orders": ORDERS, "customers": CUSTOMERS, "archive": ORDERS}

    found = rebind(query, dialect="duckdb", before=before, after={**before, "orders": changed(what.strip())})

    assert found is not None
    told = {
        f"`{turn.kind}`: {'all rows' if turn.rows else ', '.join(sorted(turn.columns))}" for turn in found.turns
    } or {"nothing"}
    assert told == {said.strip()}


def test_the_page_has_such_examples() -> None:
    assert len(ROWS) == 10


def test_the_page_shows_how_a_reader_says_how_it_takes_columns(tmp_path: Path) -> None:
    page = (DOCS / "impact-rules.md").read_text()
    block = re.search(r"^```yaml\n(.*?by: position.*?)^```$", page, re.MULTILINE | re.DOTALL)
    assert block is not None
    (tmp_path / "estate.yaml").write_text(block[1])

    estate = load_estate(tmp_path / "estate.yaml")

    assert [item.by for job in estate.jobs for item in job.inputs] == ["position"]
    assert [read.by for consumer in estate.consumers for read in consumer.reads] == ["exact"]
