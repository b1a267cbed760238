# ruff: noqa: S608  (paths go through literal())
"""Types of Parquet files that DuckDB does not tell of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from connectors.storage.scan import Field
from connectors.storage.session import Session


def exact(opened: Session, fields: Mapping[str, Field], path: str) -> dict[str, Field]:
    """The columns of a file (`path`: as a literal) with their units and widths: DuckDB reads milliseconds as
    microseconds, and 16 bits as 32.

    Its own view of the footer says them. Importing pyarrow for it would give a template that is copied a second thread.
    """
    asked = f"SELECT name, coalesce(num_children, 0), logical_type FROM parquet_schema({path})"
    nodes = iter(opened.connection.execute(asked).fetchall()[1:])  # the first one is the root
    finer = {name: _finer(fields[name], logical) for name, logical in _top_level(nodes) if name in fields}
    return {**fields, **finer}


def _top_level(nodes: Iterator[tuple[str, int, str | None]]) -> Iterator[tuple[str, str]]:
    """Name and logical type of the columns that hold no others."""
    for name, children, logical in nodes:
        inside = children
        while inside:
            inside += next(nodes)[1] - 1
        if not children and logical:
            yield name, logical


def _finer(field: Field, logical: str) -> Field:
    if logical.startswith("Float16Type"):
        return replace(field, exact="float16")
    millis = "MILLIS=MilliSeconds" in logical and field.exact.startswith(("time(us", "timestamp(us"))
    return replace(field, exact=field.exact.replace("(us", "(ms", 1)) if millis else field
