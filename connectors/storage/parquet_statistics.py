# ruff: noqa: S608  (names and texts go through identifier() and literal())
"""What the footers of Parquet files say about their values, and when that stands for reading them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from connectors.storage.narrowest import asked, told
from connectors.storage.scan import Bounds, Counts, Relation, Statistics, counted_with, top_level
from connectors.storage.session import Session, identifier, literal, one_row
from graph_model.errors import ContentError

_TRUSTED = "trusted"
# Types whose order is that of the footer and whose bounds leave no value out. Floats leave out NaN; texts may be cut.
_NUMBERS = ("integer", "decimal")
_TIMES = ("date", "timestamp(ms)", "timestamp(us)", "timestamp(ms,UTC)", "timestamp(us,UTC)")


def counts(opened: Session, relation: Relation, paths: Sequence[Path], options: Mapping[str, Any]) -> Counts:
    """Row count, nulls and narrowest types per top-level column: by reading every value. Where the dataset says that
    whoever wrote the footers is trusted, the counts come out of these, what they do not say is read even then, and
    nobody looks for narrowest types."""
    said = options.get("statistics")
    if said is None:
        rows, nulls, answers = counted_with(opened.connection, relation, asked)
        fields = {name: relation.fields[name] for name in top_level(relation)}
        return Counts(rows, nulls, narrowest=told(fields, answers))
    if said != _TRUSTED:
        raise ContentError(f"the option statistics can only be {_TRUSTED}, not {said!r}")
    found = read_statistics(opened, relation, [opened.path(path) for path in paths])
    unsaid = [name for name in top_level(relation) if name not in found.nulls]
    read = _count(opened, relation, unsaid) if unsaid else {}
    nulls = {name: found.nulls.get(name, read.get(name, 0)) for name in top_level(relation)}
    return Counts(found.rows, nulls, found)


def _count(opened: Session, relation: Relation, names: Sequence[str]) -> dict[str, int]:
    asked = ", ".join(f"count(*) - count({identifier(name)})" for name in names)
    return dict(zip(names, one_row(opened.connection, f"SELECT {asked} FROM ({relation.sql})"), strict=True))


def read_statistics(opened: Session, relation: Relation, paths: Sequence[str]) -> Statistics:
    """Over all row groups of all files; a column is left out where one row group does not say."""
    listed = f"[{', '.join(paths)}]"
    (rows,) = one_row(opened.connection, f"SELECT sum(num_rows)::BIGINT FROM parquet_file_metadata({listed})")
    # A comma in a path may stand for a level; only columns without levels and commas are taken.
    names = [name for name in top_level(relation) if ", " not in name and relation.fields[name].type != "object"]
    wanted = ", ".join(map(literal, names)) or "NULL"
    asked = (
        "SELECT path_in_schema, sum(stats_null_count)::BIGINT, bool_and(stats_null_count IS NOT NULL), "
        "bool_and(stats_null_count >= num_values OR (stats_min_value IS NOT NULL AND stats_max_value IS NOT NULL)), "
        f"{_bounds('DOUBLE')}, {_bounds('TIMESTAMP')} "
        f"FROM parquet_metadata({listed}) WHERE path_in_schema IN ({wanted}) GROUP BY path_in_schema"
    )
    found = [row for row in opened.connection.execute(asked).fetchall() if row[2]]
    nulls = {name: count for name, count, *_ in found}
    bounds = {
        name: bound
        for name, _, _, whole, *ends in found
        if whole and (bound := _bound_of(relation.fields[name].exact, relation.fields[name].type, ends))
    }
    return Statistics(int(rows or 0), nulls, bounds)


def _bounds(type: str) -> str:
    return f"min(TRY_CAST(stats_min_value AS {type})), max(TRY_CAST(stats_max_value AS {type}))"


def _bound_of(exact: str, type: str, ends: Sequence[Any]) -> Bounds | None:
    if type in _NUMBERS:
        return Bounds(ends[0], ends[1]) if ends[0] is not None else None
    return Bounds(ends[2], ends[3]) if exact in _TIMES and ends[2] is not None else None
