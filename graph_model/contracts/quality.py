"""Quality rules of the Open Data Contract Standard, as checks."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from open_data_contract_standard.model import DataQuality

from graph_model.contracts.entities import Check, Severity
from graph_model.contracts.own_rules import ENGINE, OwnRule
from graph_model.contracts.source import Path, Source, texts
from graph_model.errors import InvalidContract, nearest

_OPERATORS = {
    "mustBe": "equal",
    "mustNotBe": "not_equal",
    "mustBeGreaterThan": "above",
    "mustBeGreaterOrEqualTo": "at_least",
    "mustBeLessThan": "below",
    "mustBeLessOrEqualTo": "at_most",
    "mustBeBetween": "between",
    "mustNotBeBetween": "not_between",
}
_METRICS = ("nullValues", "missingValues", "invalidValues", "duplicateValues", "rowCount")
_FORMER_METRICS = {"duplicateCount": "duplicateValues"}
_WARNINGS = ("warning", "warn", "info", "low", "minor")


def checks_of_rule(
    source: Source, rule: DataQuality, path: Path, *, column: str | None, columns: Mapping[str, str]
) -> Iterator[Check]:
    """The checks that one rule asks for; none for a rule of type text.

    `column` is None for a rule about the whole object; `columns` maps the names of properties to their columns. Raises
    InvalidContract for a rule that nobody here can run.
    """
    if rule.type == "text":
        return
    asked = _Asked(source, rule, path, column, columns)
    if rule.type == "sql":
        yield Check(_name(rule, "sql", column), "sql", _sql(asked), _severity(rule))
        return
    if rule.type == "custom":
        yield _own_check(asked)
        return
    if rule.type not in (None, "library"):
        raise source.refusal(
            path,
            f"a quality rule of type {rule.type} cannot be run here: use a metric of the library, a query, or text",
        )
    metric = _metric(source, rule, path)
    for kind, params in _PARAMS[metric](asked):
        yield Check(_name(rule, metric, column), kind, params, _severity(rule))


def _own_check(asked: _Asked) -> Check:
    """A check that the standard leaves to the engine; ours are the only ones that run here."""
    rule = asked.rule
    if rule.engine != ENGINE:
        near = f"; did you mean {ENGINE}?" if nearest(rule.engine or "", [ENGINE]) else ""
        raise asked.source.refusal(
            (*asked.path, "engine" if rule.engine else "type"),
            f"a custom rule of engine {rule.engine or 'unknown'} cannot be run here: only engine {ENGINE} can{near}",
        )
    own = OwnRule(asked.source, asked.path, column=asked.column, columns=asked.columns)
    kind, params = own.kind()
    return Check(_name(rule, own.check, asked.column), kind, params | _must_of(asked, kind), _severity(rule))


def _must_of(asked: _Asked, kind: str) -> dict[str, Any]:
    """What a number must be, of the kinds that have one to compare; the others know themselves what is good."""
    if kind == "foreign_key":
        return asked.tolerance() if asked.says_must() else {}
    if kind == "python" and asked.says_must():
        return {"must": asked.must()}
    if asked.says_must() or asked.rule.unit is not None:
        raise asked.refusal(f"{kind} has no number to compare: leave the must… and the unit out")
    return {}


def _metric(source: Source, rule: DataQuality, path: Path) -> str:
    named = rule.metric or rule.rule
    metric = _FORMER_METRICS.get(named or "", named)
    if metric in _METRICS:
        return str(metric)
    if not metric:
        raise source.refusal(path, f"a quality rule without a metric: write one of {texts(_METRICS)}, or `type: text`")
    near = nearest(metric, _METRICS)
    raise source.refusal(
        (*path, "metric"),
        f"{metric} is not a metric of the library" + (f"; did you mean {near}?" if near else f": {texts(_METRICS)}"),
    )


def _name(rule: DataQuality, what: str, column: str | None) -> str:
    return rule.name or rule.id or f"{what} {column or ''}".strip()


def _severity(rule: DataQuality) -> Severity:
    return "warning" if (rule.severity or "").lower() in _WARNINGS else "blocking"


class _Asked:
    """One rule and what is around it, with the questions that several metrics ask."""

    def __init__(
        self, source: Source, rule: DataQuality, path: Path, column: str | None, columns: Mapping[str, str]
    ) -> None:
        self.source, self.rule, self.path, self.column, self.columns = source, rule, path, column, columns
        self.arguments = rule.arguments or {}

    def refusal(self, message: str) -> InvalidContract:
        return self.source.refusal(self.path, message)

    def says_must(self) -> bool:
        return any(getattr(self.rule, theirs) is not None for theirs in _OPERATORS)

    def must(self) -> dict[str, Any]:
        """What the number must be, by our operators. Raises InvalidContract when the rule does not say."""
        found = {
            ours: getattr(self.rule, theirs)
            for theirs, ours in _OPERATORS.items()
            if getattr(self.rule, theirs) is not None
        }
        if not found:
            raise self.refusal(
                "the rule does not say what its number must be: add mustBe: 0, or another of the standard's operators"
            )
        for bound in found.values():
            numbers = bound if isinstance(bound, list) else [bound]
            if any(isinstance(number, bool) or not isinstance(number, (int, float)) for number in numbers):
                raise self.refusal(f"{bound!r} is not a number to compare with")
        return found

    def tolerance(self) -> dict[str, Any]:
        """Params for how many rows may fail; empty when none may."""
        if self.rule.unit not in (None, "rows", "percent"):
            raise self.refusal(f"the unit {self.rule.unit} means nothing here: write rows or percent")
        must = self.must()
        if must == {"equal": 0}:
            return {}
        return {"must": must} | ({"unit": "percent"} if self.rule.unit == "percent" else {})

    def own_column(self) -> str:
        if self.column is None:
            raise self.refusal(f"{self.rule.metric} is about one column: move the rule to a property")
        return self.column

    def take(self, *names: str) -> None:
        """Refuses arguments other than these."""
        unknown = self.arguments.keys() - set(names)
        if unknown:
            raise self.refusal(
                f"the argument {texts(sorted(unknown))} means nothing to {self.rule.metric or self.rule.rule}"
            )

    def listed(self, name: str) -> list[Any]:
        values = self.arguments.get(name)
        if not isinstance(values, list) or not values:
            raise self.refusal(f"the argument {name} must be a list with something in it")
        return values


Params = Sequence[tuple[str, dict[str, Any]]]


def _null_values(asked: _Asked) -> Params:
    asked.take()
    return [("not_null", {"columns": [asked.own_column()], **asked.tolerance()})]


def _missing_values(asked: _Asked) -> Params:
    asked.take("missingValues")
    missing = asked.listed("missingValues")
    return [("not_null", {"columns": [asked.own_column()], "missing": missing, **asked.tolerance()})]


def _invalid_values(asked: _Asked) -> Params:
    asked.take("validValues", "pattern")
    column, tolerance, found = asked.own_column(), asked.tolerance(), []
    if "validValues" in asked.arguments:
        found.append(("allowed_values", {"column": column, "values": asked.listed("validValues"), **tolerance}))
    if "pattern" in asked.arguments:
        found.append(("matches", {"column": column, "pattern": str(asked.arguments["pattern"]), **tolerance}))
    if not found:
        raise asked.refusal("invalidValues needs the argument validValues or pattern")
    if len(found) > 1 and tolerance:
        raise asked.refusal("validValues and pattern together only go with mustBe: 0; write two rules")
    return found


def _duplicate_values(asked: _Asked) -> Params:
    asked.take("properties")
    names = asked.listed("properties") if "properties" in asked.arguments else []
    for name in names:
        if name not in asked.columns:
            near = nearest(str(name), asked.columns)
            raise asked.refusal(f"there is no property {name}" + (f"; did you mean {near}?" if near else ""))
    columns = [asked.columns[name] for name in names] or ([asked.column] if asked.column else [])
    if not columns:
        raise asked.refusal("duplicateValues of a whole object needs the argument properties")
    return [("unique", {"columns": columns, **asked.tolerance()})]


def _row_count(asked: _Asked) -> Params:
    asked.take()
    if asked.rule.unit not in (None, "rows"):
        raise asked.refusal("rowCount counts rows: the unit must be rows")
    bounds: dict[str, int] = {}
    for operator, value in asked.must().items():
        if operator not in _ROW_COUNT_BOUNDS and (operator, value) != ("not_equal", 0):
            raise asked.refusal(f"rowCount cannot be {operator.replace('_', ' ')} {value}: only bounds can be checked")
        bounds |= _ROW_COUNT_BOUNDS[operator](value) if operator in _ROW_COUNT_BOUNDS else {"min": 1}
    return [("row_count", bounds)]


def _sql(asked: _Asked) -> dict[str, Any]:
    query = (asked.rule.query or "").strip()
    if not query:
        raise asked.refusal("a rule of type sql needs its query: one SELECT of one number")
    if asked.rule.unit is not None:
        raise asked.refusal("a query gives a plain number: leave the unit out")
    if asked.rule.engine not in (None, "duckdb"):
        raise asked.source.refusal(
            (*asked.path, "engine"), f"a query runs where its rows lie, or in duckdb: not in {asked.rule.engine}"
        )
    about = {} if asked.column is None else {"column": asked.column}
    engine = {} if asked.rule.engine is None else {"engine": asked.rule.engine}
    return {"query": query, "must": asked.must(), **about, **engine}


_ROW_COUNT_BOUNDS: dict[str, Callable[[Any], dict[str, int]]] = {
    "equal": lambda value: {"min": math.ceil(value), "max": math.floor(value)},
    "above": lambda value: {"min": math.floor(value) + 1},
    "at_least": lambda value: {"min": math.ceil(value)},
    "below": lambda value: {"max": math.ceil(value) - 1},
    "at_most": lambda value: {"max": math.floor(value)},
    "between": lambda value: {"min": math.ceil(value[0]), "max": math.floor(value[1])},
}

_PARAMS: dict[str, Callable[[_Asked], Params]] = {
    "nullValues": _null_values,
    "missingValues": _missing_values,
    "invalidValues": _invalid_values,
    "duplicateValues": _duplicate_values,
    "rowCount": _row_count,
}
