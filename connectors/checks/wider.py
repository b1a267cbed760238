"""Checks that need more than the rows of one content: history, time, another dataset, a database, a function."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from importlib import import_module
from typing import Any

from connectors.checks.rules import CheckError
from connectors.checks.run import guarded, run_checks
from connectors.storage.scan import Scan
from graph_model.checks.rules import band
from graph_model.contracts.entities import Check, CheckResult
from graph_model.versions.entities import Content


def check_all(scan: Scan, content: Content, checks: Sequence[Check]) -> tuple[CheckResult, ...]:
    """One result per check, in their order. A check that cannot be run fails and says why."""
    answers = {id(check): _answer_of(check, content) for check in checks}
    plain = [check for check in checks if answers[id(check)] is None]
    results = {id(check): result for check, result in zip(plain, run_checks(scan, plain), strict=True)}
    for check in checks:
        answer = answers[id(check)]
        if answer is not None:
            results[id(check)] = guarded(check, lambda check=check, answer=answer: answer(scan, content, check))
    return tuple(results[id(check)] for check in checks)


def row_count_history(scan: Scan, _: Content, check: Check) -> CheckResult:
    """Whether there are as many rows as is usual: within a band around the median of earlier versions."""
    rows, history = scan.inspection.row_count, check.params.get("history", ())
    if check.params.get("odd"):
        raise CheckError(check.params["odd"])
    result = CheckResult(check.name, check.kind, passed=True, severity=check.severity, value=rows)
    versions = tuple(version for version, _, _ in history)
    if len(history) < check.params["at_least"]:
        said = f"{check.kind}: {rows} rows; {len(history)} earlier versions are too few to compare with, at least "
        return replace(result, message=f"{said}{check.params['at_least']} are needed", compared_with=versions)
    usual = band(
        [count for _, _, count in history],
        deviations=check.params["deviations"],
        slack_percent=check.params.get("slack", 0),
    )
    expected = f"expected {usual.low:g} to {usual.high:g}"
    said = f"{check.kind}: {rows} rows, {expected}: the median of {_in_words(check, history)} is {usual.middle:g}"
    return replace(result, passed=usual.holds(rows), message=said, compared_with=versions)


def _in_words(check: Check, history: Sequence[Sequence[Any]]) -> str:
    """`8 versions, 2013-01-01 to 2013-01-08`."""
    keys = sorted(key for _, key, _ in history if key)
    when = f", {keys[0]} to {keys[-1]}" if len(set(keys)) > 1 else ""
    return f"{len(history)} versions{' of the same weekday' if check.params.get('same_weekday') else ''}{when}"


Answer = Callable[[Scan, Content, Check], CheckResult]
# Imported when the first check asks for it: most validations need nothing of it.
_WHERE = {
    "freshness": "connectors.checks.time:freshness",
    "foreign_key": "connectors.checks.others:foreign_key",
    "reconciliation": "connectors.checks.others:reconciliation",
    "python": "connectors.checks.functions:python",
    "row_count_history": "connectors.checks.wider:row_count_history",
}
_IN_DATABASE = "connectors.checks.in_database:sql_in_database"
KINDS = tuple(_WHERE)


def _answer_of(check: Check, content: Content) -> Answer | None:
    """Who answers a check; None for those about the rows alone."""
    asks_database = check.kind == "sql" and content.format == "table" and check.params.get("engine") != "duckdb"
    where = _IN_DATABASE if asks_database else _WHERE.get(check.kind)
    if where is None:
        return None
    module, _, name = where.partition(":")
    return getattr(import_module(module), name)
