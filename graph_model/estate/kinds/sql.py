"""`sql: SELECT …` or the path of a `.sql` file beside the estate."""

from __future__ import annotations

from typing import Any

from graph_model.estate.drafts import Source
from graph_model.estate.files import read_beside
from graph_model.estate.kinds.base import Kind
from graph_model.estate.sections import Section


def _read(section: Section, source: Source) -> dict[str, Any]:
    """One line that ends in `.sql` is a file beside the estate; anything else is the statement itself."""
    said = section.text("sql")
    if said is None:
        return {}
    is_file = said.value.endswith(".sql") and len(said.value.split()) == 1
    text = read_beside(source, said, what=f"{section.what}: sql") if is_file else said.value
    return {"text": text or "", "file": said.value if is_file else "", "engine": "duckdb"}


KIND = Kind("sql", _read)
