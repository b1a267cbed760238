"""`sql: SELECT …` or the path of a `.sql` file beside the estate.

By DuckDB over the inputs, or with `engine: database` by the database that the tables of its inputs and output lie in.
"""

from __future__ import annotations

from typing import Any

from graph_model.estate.drafts import Source
from graph_model.estate.files import read_beside
from graph_model.estate.kinds.base import Kind
from graph_model.estate.sections import Section
from graph_model.estate.vocabulary import SQL_DIALECTS, SQL_ENGINES


def _read(section: Section, source: Source) -> dict[str, Any]:
    """One line that ends in `.sql` is a file beside the estate; anything else is the statement itself."""
    engine = section.word("engine", SQL_ENGINES) or "duckdb"
    dialect = section.word("dialect", tuple(SQL_DIALECTS))
    if dialect and engine == "duckdb":
        section.wrong(section.line("dialect"), "dialect is for engine: database", "leave it out")
    said = section.text("sql")
    if said is None:
        return {}
    is_file = said.value.endswith(".sql") and len(said.value.split()) == 1
    text = read_beside(source, said, what=f"{section.what}: sql") if is_file else said.value
    spoken = {"dialect": SQL_DIALECTS[dialect]} if dialect and engine == "database" else {}
    return {"text": text or "", "file": said.value if is_file else "", "engine": engine, **spoken}


KIND = Kind("sql", _read, keys=("engine", "dialect"))
