# ruff: noqa: S608  (names and texts go through identifier() and literal(), values are parameters)
"""Asks an opened content the questions of its checks: row-wise ones together in one pass, keys one by one."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, time
from typing import Any, TypeVar

import duckdb

from connectors.checks.failing import SAMPLES, Failing, find_failing, first_rows
from connectors.checks.keys import suspicious
from connectors.checks.queries import sql
from connectors.checks.rules import (
    ROW_WISE,
    CheckError,
    Columns,
    Question,
    first_line,
    in_words,
    label,
    listed,
    question,
    tolerated,
)
from connectors.storage.scan import ROW, Scan
from connectors.storage.session import one_row
from graph_model.contracts.entities import Check, CheckResult, lies_in

LONGEST_TEXT = 200
MASK = "•••"
Found = TypeVar("Found")


def run_checks(scan: Scan, checks: Sequence[Check]) -> tuple[CheckResult, ...]:
    """One result per check, in their order. A check that cannot be run fails and says why."""
    row_wise = [check for check in checks if check.kind not in _OTHERS]
    results = {id(check): result for check, result in zip(row_wise, _ask_together(scan, row_wise), strict=True)}
    for check in checks:
        if check.kind in _OTHERS:
            results[id(check)] = guarded(check, lambda check=check: _OTHERS[check.kind](scan, check))
    return tuple(results[id(check)] for check in checks)


# What DuckDB says to a question that does not fit the types of the columns; anything else is about the content.
_ODD_QUESTION = (
    duckdb.BinderException,
    duckdb.ConversionException,
    duckdb.OutOfRangeException,
    duckdb.NotImplementedException,
)
_ODD_PARAMETERS = (TypeError, ValueError, KeyError, AttributeError)


def guarded(check: Check, answer: Callable[[], Found]) -> Found | CheckResult:
    """The answer, or a failed result that says why there is none."""
    try:
        return answer()
    except CheckError as error:
        reason = str(error)
    except _ODD_QUESTION as error:
        reason = first_line(error)
    except _ODD_PARAMETERS as error:
        reason = f"its parameters make no sense ({error})"
    return _failed(check, 0, f"{check.name} cannot be checked: {reason}")


def _ask_together(scan: Scan, checks: Sequence[Check]) -> list[CheckResult]:
    """All in one pass; where DuckDB refuses it, one by one, so that one odd check does not spoil the others."""
    questions = {id(check): guarded(check, lambda check=check: question(scan, check)) for check in checks}
    askable = [found for found in questions.values() if isinstance(found, Question)]
    try:
        answers = dict(zip(map(id, askable), _ask(scan, askable), strict=True))
    except _ODD_QUESTION:
        answers = {id(asked): guarded(asked.check, lambda asked=asked: _ask(scan, [asked])[0]) for asked in askable}
    found = (questions[id(check)] for check in checks)
    return [answers[id(each)] if isinstance(each, Question) else each for each in found]


def _ask(scan: Scan, asked: Sequence[Question]) -> list[CheckResult]:
    failing = find_failing(scan, asked)
    samples = first_rows(scan, failing)
    return [_result(scan, each, rows) for each, rows in zip(failing, samples, strict=True)]


def _result(scan: Scan, failing: Failing, rows: Sequence[Sequence[Any]]) -> CheckResult:
    asked, failed = failing.asked, failing.failed
    check, total = asked.check, scan.inspection.row_count
    try:
        passed = not asked.broken and tolerated(check, failed, total)
    except (CheckError, TypeError, IndexError) as error:
        return _failed(check, failed, f"{asked.label}: {error}")
    if not failed and not asked.broken:
        return CheckResult(
            check.name, check.kind, passed, check.severity, 0, f"{asked.label}: {_all_good(total, passed)}"
        )
    sample = tuple(_shown(scan, check, row, failing.shows) for row in rows)
    said = [
        *asked.broken,
        *(in_words(count, probe.says) for probe, count in zip(asked.probes, failing.counts, strict=False) if count),
    ]
    example = _example(sample, values=check.kind != "not_null")
    message = f"{asked.label}: {'; '.join(said)}{example}{_as_tolerated(passed)}"
    return CheckResult(
        check.name, check.kind, passed, check.severity, total if asked.broken else failed, message, sample
    )


def _all_good(total: int, passed: bool) -> str:
    return f"holds for all {total} rows" if passed else f"no row of {total} fails, but some should"


def _as_tolerated(passed: bool) -> str:
    return "; within what the contract allows" if passed else ""


def _shown(scan: Scan, check: Check, row: Sequence[Any], names: Iterable[str]) -> dict[str, Any]:
    """One failing row: its values, but for those that must not be shown, and where it stands."""
    values = {name: _masked(check, name, value) for name, value in zip(names, row[1:], strict=False)}
    return {**values, **scan.place(row[0])}


def _masked(check: Check, name: str, value: Any) -> Any:
    """Whether a value is there at all may be seen."""
    hidden = any(lies_in(name, path) for path in check.params.get("masked", ()))
    return MASK if hidden and value is not None else plain(value)


def plain(value: Any) -> Any:
    """A value that JSON can carry; long texts are cut."""
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    text = f"<{len(value)} bytes>" if isinstance(value, (bytes, bytearray)) else str(value)
    return text if len(text) <= LONGEST_TEXT else f"{text[:LONGEST_TEXT]}…"


def _example(sample: Sequence[dict[str, Any]], *, values: bool = True) -> str:
    """`, e.g. 'XXX' in row 17`; only the row without `values`, or where it holds none; else nothing."""
    if not sample:
        return ""
    held = {name: repr(value) for name, value in sample[0].items() if name not in ("row", "file") and value is not None}
    words = (
        [*held.values()]
        if len(sample[0].keys() - {"row", "file"}) == 1
        else [f"{name} {value}" for name, value in held.items()]
    )
    where = _where(sample[0])
    if not words or not values:
        return f", e.g. {where}" if where else ""
    return f", e.g. {', '.join(words)}{f' in {where}' if where else ''}"


def _where(shown: dict[str, Any]) -> str:
    if "row" not in shown:
        return ""
    return f"row {shown['row']} of {shown['file']}" if "file" in shown else f"row {shown['row']}"


def row_count(scan: Scan, check: Check) -> CheckResult:
    least, most, rows = check.params.get("min"), check.params.get("max"), scan.inspection.row_count
    if least is None and most is None:
        raise CheckError("it gives no bound")
    passed = (least is None or rows >= least) and (most is None or rows <= most)
    expected = " and ".join(
        words
        for words in (f"at least {least}" if least is not None else "", f"at most {most}" if most is not None else "")
        if words
    )
    message = f"row_count: {rows} rows, expected {expected}"
    return CheckResult(check.name, check.kind, passed, check.severity, 0, message, value=rows)


def unique(scan: Scan, check: Check) -> CheckResult:
    """Counts the rows that repeat the key of an earlier one. A key with a null in it repeats nothing, as in SQL."""
    names = listed(check)
    columns = [Columns(scan.relation).find(name) for name in names]
    keys = [column.expression for column in columns]
    keyed = f"({scan.relation.sql}) WHERE {_all_there(keys)} AND {suspicious(scan, columns)}"
    grouped = f"SELECT count(*) AS rows FROM {keyed} GROUP BY {', '.join(keys)} HAVING count(*) > 1"
    (failed,) = one_row(scan.connection, f"SELECT coalesce(sum(rows - 1), 0)::BIGINT FROM ({grouped})")
    passed = tolerated(check, failed, scan.inspection.row_count)
    if not failed:
        message = f"{label(check, names)}: {_all_good(scan.inspection.row_count, passed)}"
        return CheckResult(check.name, check.kind, passed, check.severity, 0, message)
    repeats = _repeats(scan, keys, keyed)
    sample = tuple(_shown(scan, check, row, names) for row in repeats)
    said = in_words(failed, ("row repeats a key", "rows repeat a key"))
    message = f"{label(check, names)}: {said}{_repeat_in_words(scan, repeats[0], sample[0])}{_as_tolerated(passed)}"
    return CheckResult(check.name, check.kind, passed, check.severity, failed, message, sample)


def _repeats(scan: Scan, keys: list[str], keyed: str) -> list[tuple[Any, ...]]:
    """The first rows that repeat an earlier key: row number, key values, number of the row they repeat."""
    selected = ", ".join(f"{key} AS k{position}" for position, key in enumerate(keys))
    names = ", ".join(f"k{position}" for position in range(len(keys)))
    rows = f"SELECT {ROW} AS row, {selected} FROM {keyed}"
    firsts = f"SELECT {names}, min(row) AS first FROM ({rows}) GROUP BY {names} HAVING count(*) > 1"
    joined = f"({rows}) JOIN ({firsts}) USING ({names})"
    asked = f"SELECT row, {names}, first FROM {joined} WHERE row > first ORDER BY row LIMIT {SAMPLES}"
    return scan.connection.execute(asked).fetchall()


def _repeat_in_words(scan: Scan, repeat: tuple[Any, ...], shown: dict[str, Any]) -> str:
    if not scan.members:
        return _example([shown])
    return f", e.g. {_where(shown)} repeats {_where(scan.place(repeat[-1]))}"


def _all_there(keys: list[str]) -> str:
    return " AND ".join(f"{key} IS NOT NULL" for key in keys)


def _failed(check: Check, failed: int, message: str) -> CheckResult:
    return CheckResult(
        check.name, check.kind, passed=False, severity=check.severity, failed_rows=failed, message=message
    )


def ask_one(scan: Scan, asked: Question) -> CheckResult:
    """What one question about rows finds."""
    return _ask(scan, [asked])[0]


_OTHERS: dict[str, Callable[[Scan, Check], CheckResult]] = {"row_count": row_count, "unique": unique, "sql": sql}
KINDS = (*ROW_WISE, *_OTHERS)
