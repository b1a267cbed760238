"""The page about SQL shows what is really found."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.sql.origins import Way
from connectors.sql.reads import RESULT, ScriptReads
from connectors.sql.script import read_script

PAGE = (Path(__file__).parents[2] / "docs" / "sql-lineage.md").read_text()
EXAMPLES = re.findall(r"^```sql\n(.*?)^```\n\n```text\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
TABLES = {
    "orders": ("id", "customer", "amount", "day", "state"),
    "customers": ("id", "name"),
    "totals": ("customer", "amount"),
    "rates": ("id", "rate"),
}


def in_words(reads: ScriptReads) -> Iterator[str]:
    for written in reads.written:
        yield from sorted(_flows(written.table, written.columns))
        table = "the result" if written.table == RESULT else written.table
        yield from (f"{source}.{column} shapes {table}" for source, column in sorted(written.shapes))
    yield from (f"not followed: {text}" for text in reads.unresolved)


def _flows(table: str, columns: object) -> Iterator[str]:
    assert isinstance(columns, dict)
    for name, origins in columns.items():
        target = f"{table}.{name}" if table else name
        for (source, column), way in origins.items():
            arrow = f"⇢ {target}" if way is Way.INDIRECT else f"→ {target} ({way.name.lower()})"
            yield f"{source}.{column} {arrow}"


@pytest.mark.parametrize(("sql", "said"), EXAMPLES)
def test_an_example_is_followed_as_the_page_shows(sql: str, said: str) -> None:
    assert list(in_words(read_script(sql, dialect="postgres" if "$$" in sql else "duckdb", tables=TABLES))) == [
        *said.splitlines()
    ]


def test_there_are_examples() -> None:
    assert len(EXAMPLES) == 4
