"""PIVOT and UNPIVOT whose columns stand in the text."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from sqlglot import exp

from connectors.sql.origins import Origins, Relation, Way, add, merged

Read = Callable[[exp.Expr], Origins]


def pivoted(base: Relation, pivot: exp.Pivot, read: Read) -> Relation | None:
    """What `pivot` makes of a relation; None: its columns depend on the data, or those of `base` are not known."""
    if not base.listed or base.stars or not pivot.args.get("fields"):
        return None
    return _unpivoted(base, pivot, read) if pivot.args.get("unpivot") else _pivoted(base, pivot, read)


def _pivoted(base: Relation, pivot: exp.Pivot, read: Read) -> Relation | None:
    made = [column.name for column in pivot.args.get("columns") or () if isinstance(column, exp.Identifier)]
    if not made or any(isinstance(one.args.get("field"), exp.Expr) for one in pivot.args["fields"]):
        return None
    values = merged(read(one) for one in pivot.expressions)
    keys = merged(read(one.this) for one in pivot.args["fields"])
    origins: Origins = {}
    add(origins, values, Way.AGGREGATION)
    add(origins, keys, Way.INDIRECT)
    taken = {*_names(pivot.expressions), *_names(one.this for one in pivot.args["fields"])}
    result = _kept(base, taken)
    result.shapes |= result.everything().keys()  # what is left is what it groups by
    for name in made:
        result.add(name, origins)
    return result


def _unpivoted(base: Relation, pivot: exp.Pivot, read: Read) -> Relation | None:
    """One column with the name of the old column, one for each value; the rows stay together by the others."""
    field = pivot.args["fields"][0]
    if not isinstance(field, exp.In) or not all(isinstance(one, exp.Column) for one in field.expressions):
        return None
    values = [one.name for one in pivot.expressions if isinstance(one, exp.Column | exp.Identifier)]
    if len(values) != 1:
        return None
    result = _kept(base, set(_names(field.expressions)))
    result.add(field.this.name, {})
    result.add(values[0], merged(read(one) for one in field.expressions))
    if not pivot.args.get("include_nulls"):
        result.shapes |= result.columns[values[0]].keys()  # rows without a value are left out
    return result


def _kept(base: Relation, taken: set[str]) -> Relation:
    result = Relation(shapes=set(base.shapes))
    for name, origins in base.listed:
        if name not in taken:
            result.add(name, origins)
    return result


def _names(expressions: Iterable[exp.Expr]) -> Iterable[str]:
    return [column.name for one in expressions for column in one.find_all(exp.Column)]
