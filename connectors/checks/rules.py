"""What each kind of check asks, in SQL of DuckDB: conditions that hold for a row that fails.

A check is one question about rows (`Probe`s: a row fails the check when any of its probes holds), or about the whole.
Every row-wise check passes when no row fails, unless `must` allows some: {"must": {"at_most": 5}, "unit": "percent"}.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from connectors.checks.settled import holds_already
from connectors.storage.scan import Field, Relation, Scan
from connectors.storage.session import identifier, one_row
from connectors.storage.text_types import cast, is_of
from graph_model.contracts.entities import Check

Says = tuple[str, str]


class CheckError(Exception):
    """A check that makes no sense for this content, or at all. The text says why."""


def first_line(error: Exception) -> str:
    """What an error of DuckDB says, without its kind."""
    return str(error).splitlines()[0].partition(": ")[2]


@dataclass(frozen=True, slots=True)
class Probe:
    """`fails` holds for a failing row, `says` completes "1 …" and "3 …", `shows` has the expressions to show of one."""

    fails: str
    says: Says
    shows: Mapping[str, str]
    parameters: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """What is to be asked for one check. `broken`: what fails already without looking at rows."""

    check: Check
    label: str
    probes: tuple[Probe, ...] = ()
    broken: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a scan, as checks look for them."""

    relation: Relation

    def find(self, path: str) -> Field:
        """A column; of JSON lines, one that no line has is a column of nulls. Raises CheckError for any other."""
        found = self.relation.fields.get(path)
        if found is None and self.relation.values == "json":
            return Field("unknown", "NULL::VARCHAR", "NULL::VARCHAR")
        if found is None:
            raise CheckError(f"there is no column {path}")
        return found


def question(scan: Scan, check: Check) -> Question:
    """What to ask for a row-wise check. Raises CheckError."""
    if check.kind not in ROW_WISE:
        raise CheckError(f"there is no check of the kind {check.kind}")
    asked = ROW_WISE[check.kind](scan, Columns(scan.relation), check)
    return replace(asked, probes=()) if holds_already(scan, check) else asked


def listed(check: Check) -> list[str]:
    """The columns a check is about: `columns`, or the one `column`. Raises CheckError where it names none."""
    columns = check.params.get("columns", check.params.get("column"))
    names = [columns] if isinstance(columns, str) else list(columns or [])
    if not names:
        raise CheckError("it names no column")
    return names


def label(check: Check, names: list[str]) -> str:
    return f"{check.kind} ({', '.join(names)})"


def not_null(_: Scan, columns: Columns, check: Check) -> Question:
    names = listed(check)
    missing = [str(value) for value in check.params.get("missing", ()) if value is not None]
    probes = [_lacks(columns, name, missing) for name in names]
    return Question(check, label(check, names), tuple(probes))


def _lacks(columns: Columns, name: str, missing: list[str]) -> Probe:
    found = columns.find(name)
    fails = f"{found.raw} IS NULL"
    parent = columns.relation.fields.get(name.rpartition(".")[0])
    if parent and found.raw != identifier(name):  # a field of an object that is not there at all is not missing
        fails = f"({fails} AND {parent.expression} IS NOT NULL)"
    if missing:
        fails = f"({fails} OR {found.raw}::VARCHAR IN ({_marks(missing)}))"
    return Probe(fails, (f"row lacks {name}", f"rows lack {name}"), {name: found.raw}, tuple(missing))


def allowed_values(_: Scan, columns: Columns, check: Check) -> Question:
    (name,) = listed(check)
    values = [value for value in check.params.get("values", ()) if value is not None]
    if not values:
        raise CheckError("it allows no value")
    found = columns.find(name)
    comparable, parameters = _comparable(found, values)
    fails = _present_and_not(found, f"{comparable} IN ({_marks(values)})")
    return Question(
        check,
        label(check, [name]),
        (
            Probe(
                fails,
                ("row holds a value that is not allowed", "rows hold values that are not allowed"),
                {name: found.raw},
                parameters,
            ),
        ),
    )


def _comparable(found: Field, values: list[Any]) -> tuple[str, tuple[Any, ...]]:
    """Numbers are compared as numbers (1 and 1.0 are equal), everything else as its text."""
    if all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in values):
        return cast("number", found.raw), tuple(float(value) for value in values)
    if all(isinstance(value, bool) for value in values):
        return cast("boolean", found.raw), tuple(values)
    return f"{found.raw}::VARCHAR", tuple(str(value) for value in values)


BOUNDS = {"min": ">=", "max": "<=", "above": ">", "below": "<"}


def in_range(_: Scan, columns: Columns, check: Check) -> Question:
    (name,) = listed(check)
    bounds = {key: check.params[key] for key in BOUNDS if check.params.get(key) is not None}
    if not bounds:
        raise CheckError("it gives no bound")
    found = columns.find(name)
    value, bound_type = _ordered(found, list(bounds.values()))
    inside = " AND ".join(f"{value} {BOUNDS[key]} ?::{bound_type}" for key in bounds)
    words = _bounds_in_words(bounds)
    says = (f"row is not {words}", f"rows are not {words}")
    return Question(
        check,
        label(check, [name]),
        (Probe(_present_and_not(found, inside), says, {name: found.raw}, tuple(bounds.values())),),
    )


def _ordered(found: Field, bounds: list[Any]) -> tuple[str, str]:
    """Numbers by size, texts by what the column holds: times by time, else by the alphabet."""
    if not any(isinstance(bound, str) for bound in bounds):
        return cast("number", found.raw), "DOUBLE"
    if found.type in ("date", "timestamp"):
        return f"TRY_CAST({found.raw} AS TIMESTAMP)", "TIMESTAMP"
    if found.type == "time":
        return f"TRY_CAST({found.raw} AS TIME)", "TIME"
    return f"{found.raw}::VARCHAR", "VARCHAR"


def _bounds_in_words(bounds: Mapping[str, Any]) -> str:
    if bounds.keys() == {"min", "max"}:
        return f"between {bounds['min']} and {bounds['max']}"
    words = {"min": "{} or more", "max": "{} or less", "above": "more than {}", "below": "less than {}"}
    return " and ".join(words[key].format(bound) for key, bound in bounds.items())


def matches(scan: Scan, columns: Columns, check: Check) -> Question:
    (name,) = listed(check)
    pattern = str(check.params.get("pattern", ""))
    _check_pattern(scan, pattern)
    found = columns.find(name)
    fails = _present_and_not(found, f"regexp_full_match({found.raw}::VARCHAR, ?)")
    return Question(
        check,
        label(check, [name]),
        (
            Probe(
                fails, (f"row does not match {pattern}", f"rows do not match {pattern}"), {name: found.raw}, (pattern,)
            ),
        ),
    )


def _check_pattern(scan: Scan, pattern: str) -> None:
    import duckdb

    try:
        one_row(scan.connection, "SELECT regexp_full_match('', ?)", [pattern])
    except duckdb.Error as error:
        raise CheckError(f"{pattern} is not a pattern that can be matched: {str(error).partition(': ')[2]}") from None


def length(_: Scan, columns: Columns, check: Check) -> Question:
    (name,) = listed(check)
    bounds = {key: check.params[key] for key in ("min", "max") if check.params.get(key) is not None}
    if not bounds:
        raise CheckError("it gives no bound")
    found = columns.find(name)
    inside = " AND ".join(f"length({found.raw}::VARCHAR) {BOUNDS[key]} ?::BIGINT" for key in bounds)
    words = f"have {_bounds_in_words(bounds)} characters"
    says = (f"row does not {words}", f"rows do not {words}")
    return Question(
        check,
        label(check, [name]),
        (Probe(_present_and_not(found, inside), says, {name: found.raw}, tuple(bounds.values())),),
    )


def schema(_: Scan, columns: Columns, check: Check) -> Question:
    declared: Mapping[str, str] = check.params.get("columns") or {}
    probes: list[Probe] = []
    broken: list[str] = []
    for path, type_name in declared.items():
        found = columns.relation.fields.get(path)
        if found:
            probes += _probe_of_type(columns.relation, path, found, type_name)
        elif columns.relation.values != "json":
            broken.append(f"the column {path} is missing")
    return Question(check, check.kind, tuple(probes), tuple(broken))


# What a typed column may be, where the contract says something else and nothing is lost.
_ALSO_FINE = {"number": {"integer", "decimal"}, "decimal": {"integer"}, "timestamp": {"date"}}


def _probe_of_type(relation: Relation, path: str, found: Field, declared: str) -> list[Probe]:
    fits = declared in ("unknown", found.type) or found.type in _ALSO_FINE.get(declared, ())
    if fits:
        return []
    says = (f"value of {path} is not {_a(declared)}", f"values of {path} are not {declared}s")
    if relation.values == "text":
        return [Probe(_present_and_not(found, is_of(declared, found.raw)), says, {path: found.raw})]
    if relation.values == "json":
        return [Probe(_present_and_not(found, _json_is_of(declared, found)), says, {path: found.raw})]
    if found.type == "unknown":
        return []
    says = (
        f"value of {path} is {_a(found.type)}, not {_a(declared)}",
        f"values of {path} are {found.type}s, not {declared}s",
    )
    return [Probe(f"{found.raw} IS NOT NULL", says, {path: found.raw})]


def _a(type_name: str) -> str:
    return f"an {type_name}" if type_name[0] in "aeiou" else f"a {type_name}"


_JSON_TYPES = {
    "boolean": ("BOOLEAN",),
    "integer": ("BIGINT", "UBIGINT", "HUGEINT"),
    "number": ("BIGINT", "UBIGINT", "HUGEINT", "DOUBLE"),
    "decimal": ("BIGINT", "UBIGINT", "HUGEINT", "DOUBLE"),
    "object": ("OBJECT",),
    "array": ("ARRAY",),
}
_WRITTEN_AS_TEXT = ("string", "date", "time", "timestamp", "binary")


def _json_is_of(declared: str, found: Field) -> str:
    """JSON has no dates: texts that look like one are read as one, and are still texts."""
    if declared in _WRITTEN_AS_TEXT:
        if found.type not in ("unknown", *_WRITTEN_AS_TEXT):
            return "false"
        text = f"json_extract_string({found.raw}, '$')" if found.type == "unknown" else f"{found.raw}::VARCHAR"
        is_text = f"json_type({found.raw}) = 'VARCHAR'" if found.type == "unknown" else "true"
        return f"({is_text} AND {is_of(declared, text)})"
    if found.type != "unknown":
        return "false"
    return f"(json_type({found.raw}) IN ({', '.join(repr(name) for name in _JSON_TYPES[declared])}))"


def _present_and_not(found: Field, condition: str) -> str:
    """Nulls are the business of `not_null` alone. A condition that is null (the value is no number) does not hold."""
    return f"({found.raw} IS NOT NULL AND NOT coalesce({condition}, false))"


def _marks(values: list[Any]) -> str:
    return ", ".join("?" for _ in values)


ROW_WISE: dict[str, Callable[[Scan, Columns, Check], Question]] = {
    "schema": schema,
    "not_null": not_null,
    "allowed_values": allowed_values,
    "range": in_range,
    "matches": matches,
    "length": length,
}

_OPERATORS: dict[str, Callable[[float, Any], bool]] = {
    "equal": lambda value, bound: value == bound,
    "not_equal": lambda value, bound: value != bound,
    "above": lambda value, bound: value > bound,
    "at_least": lambda value, bound: value >= bound,
    "below": lambda value, bound: value < bound,
    "at_most": lambda value, bound: value <= bound,
    "between": lambda value, bound: bound[0] <= value <= bound[1],
    "not_between": lambda value, bound: not bound[0] <= value <= bound[1],
}


def holds(check: Check, value: Any) -> bool:
    """Whether a number is what the check's `must` asks for; zero, when it has no `must`. Raises CheckError."""
    must = _must(check)
    unknown = must.keys() - _OPERATORS.keys()
    if unknown:
        raise CheckError(f"it must be {', '.join(sorted(unknown))}, which means nothing")
    return all(_OPERATORS[name](value, bound) for name, bound in must.items())


def must_in_words(check: Check) -> str:
    """`at least 3 and below 9`."""
    return " and ".join(_operator_in_words(name, bound) for name, bound in _must(check).items())


def _must(check: Check) -> Mapping[str, Any]:
    return check.params.get("must") or {"equal": 0}


def _operator_in_words(name: str, bound: Any) -> str:
    if name.endswith("between"):
        return f"{name.replace('_', ' ')} {bound[0]} and {bound[1]}"
    return str(bound) if name == "equal" else f"{name.replace('_', ' ')} {bound}"


def tolerated(check: Check, failed: int, rows: int) -> bool:
    """Whether so many failing rows are what the check's `must` asks for; none, when it has no `must`."""
    return holds(check, 100 * failed / rows if check.params.get("unit") == "percent" and rows else failed)


def in_words(count: int, says: Says) -> str:
    """`3 rows lack carrier`, `1 row lacks carrier`."""
    return f"{count} {says[0] if count == 1 else says[1]}"
