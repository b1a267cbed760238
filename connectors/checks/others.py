# ruff: noqa: S608  (names go through identifier())
"""Checks against the current version of another dataset, which was chosen when the validation was started."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

import pyarrow as pa

from connectors.checks.rules import CheckError, Columns, Probe, Question
from connectors.checks.run import MASK, ask_one
from connectors.storage.formats import format_named
from connectors.storage.scan import Field, Scan
from connectors.storage.session import identifier, one_row
from graph_model.checks.rules import Number, agree, exact
from graph_model.contracts.entities import Check, CheckResult
from graph_model.errors import ContentError
from graph_model.versions.entities import Content

_NUMBERS = ("integer", "number", "decimal")
_KEYS = "referenced"


def foreign_key(scan: Scan, _: Content, check: Check) -> CheckResult:
    """Counts the rows whose key no row of the other version has. A key with a null in it is left alone, as in SQL."""
    columns, references = check.params["columns"], check.params["references"]
    label = f"{check.kind} ({', '.join(columns)})"
    if "other" not in check.params or "absent" in check.params:
        return _without_other(check, label)
    own = [Columns(scan.relation).find(name) for name in columns]
    _load_keys(scan, _content_of(check), references)
    where = f"{check.params['other']['name']} ({', '.join(references)})"
    says = (f"row refers to nothing in {where}", f"rows refer to nothing in {where}")
    probe = Probe(_refers_to_nothing(scan, own), says, dict(zip(columns, (found.raw for found in own), strict=True)))
    result = ask_one(scan, Question(check, label, (probe,)))
    return replace(result, message=f"{result.message}{_against(check)}", compared_with=_compared_with(check))


def _load_keys(scan: Scan, other: Content, names: Sequence[str]) -> None:
    """The keys of the other version, as a table beside ours."""
    columns = ", ".join(f"{identifier(name)} AS k{position}" for position, name in enumerate(names))
    connection = scan.connection
    connection.execute(f"DROP TABLE IF EXISTS {_KEYS}")
    for position, batch in enumerate(_batches(other, names)):
        connection.register("batch", batch)
        select = f"SELECT DISTINCT {columns} FROM batch"
        connection.execute(f"INSERT INTO {_KEYS} {select}" if position else f"CREATE TEMP TABLE {_KEYS} AS {select}")
        connection.unregister("batch")


def _refers_to_nothing(scan: Scan, own: Sequence[Field]) -> str:
    kinds = [str(kind) for kind in scan.connection.sql(f"SELECT * FROM {_KEYS}").types]
    equal = " AND ".join(
        f"{_comparable(found, kind)[0]} = {_comparable(found, kind, f'k{position}')[1]}"
        for position, (found, kind) in enumerate(zip(own, kinds, strict=True))
    )
    there = " AND ".join(f"{found.raw} IS NOT NULL" for found in own)
    return f"({there} AND NOT EXISTS (SELECT 1 FROM {_KEYS} WHERE {equal}))"


def _comparable(found: Field, kind: str, key: str = "") -> tuple[str, str]:
    """Numbers are compared as numbers, equal types as they are, all others as their texts."""
    if found.type in _NUMBERS and _is_number(kind):
        return f"TRY_CAST({found.raw} AS DECIMAL(38, 9))", f"TRY_CAST({key} AS DECIMAL(38, 9))"
    return f"{found.expression}::VARCHAR", f"{key}::VARCHAR"


def _is_number(kind: str) -> bool:
    return "INT" in kind or kind.startswith(("DECIMAL", "DOUBLE", "FLOAT"))


def reconciliation(scan: Scan, _: Content, check: Check) -> CheckResult:
    """Whether row counts and sums of columns agree with those of the other version, within the tolerance."""
    names, label = check.params["columns"], f"{check.kind} ({check.params['dataset']})"
    if "other" not in check.params or "absent" in check.params:
        return _without_other(check, label)
    own = Totals()
    own.add(_own_totals(scan, names))
    other = _other_totals(scan, _content_of(check), check.params["references"])
    pairs = [("rows", own.rows, other.rows)] if check.params["rows"] else []
    pairs += list(zip((f"sum of {name}" for name in names), own.sums, other.sums, strict=True))
    tolerance = {key: check.params[key] for key in ("absolute", "percent") if key in check.params}
    odd = [what for what, one, two in pairs if not agree(one, two, **tolerance)]
    shown = "; ".join(_pair_in_words(check, pair, odd=pair[0] in odd) for pair in pairs)
    return CheckResult(
        check.name,
        check.kind,
        not odd,
        check.severity,
        message=f"{label}: {shown}{_tolerance_in_words(tolerance)}{_against(check)}",
        value=_largest_difference(check, pairs),
        compared_with=_compared_with(check),
    )


@dataclass(slots=True)
class Totals:
    """Rows and sums, batch by batch; exact for all that is no float."""

    rows: int = 0
    sums: list[Number] = field(default_factory=list)

    def add(self, found: Sequence[Any]) -> None:
        rows, *sums = found
        self.rows += rows
        before = self.sums or [0] * len(sums)
        self.sums = [_plus(one, two) for one, two in zip(before, sums, strict=True)]


def _plus(one: Number, two: Number | None) -> Number:
    if two is None:
        return one
    if isinstance(one, float) or isinstance(two, float):
        return float(one) + float(two)
    return exact(one) + exact(two)


def _own_totals(scan: Scan, names: Sequence[str]) -> Sequence[Any]:
    columns = Columns(scan.relation)
    sums = [_sum(columns.find(name)) for name in names]
    return one_row(scan.connection, f"SELECT {', '.join(['count(*)', *sums])} FROM ({scan.relation.sql})")


def _sum(found: Field) -> str:
    """What is no number is left out: that is for other checks."""
    if found.type == "number" or found.type not in _NUMBERS:
        return f"fsum(TRY_CAST({found.raw} AS DOUBLE))"
    return f"sum({found.expression})"


def _other_totals(scan: Scan, other: Content, names: Sequence[str]) -> Totals:
    totals = Totals(sums=[0] * len(names))
    for batch in _batches(other, names or None):
        sums = [_sum_of_batch(name, batch.schema.field(name).type) for name in names]
        scan.connection.register("batch", batch)
        totals.add(one_row(scan.connection, f"SELECT {', '.join(['count(*)', *sums])} FROM batch"))
        scan.connection.unregister("batch")
    return totals


def _sum_of_batch(name: str, kind: pa.DataType) -> str:
    column = identifier(name)
    is_exact = pa.types.is_integer(kind) or pa.types.is_decimal(kind)
    return f"sum({column})" if is_exact else f"fsum(TRY_CAST({column} AS DOUBLE))"


def _batches(other: Content, names: Sequence[str] | None) -> Iterator[pa.Table]:
    """The other version's rows, and an empty table first. Raises CheckError where it cannot be read."""
    try:
        reader = format_named(other.format).read(other, list(dict.fromkeys(names)) if names is not None else None)
        yield reader.schema.empty_table()
        for batch in reader:
            yield pa.Table.from_batches([batch])
    except ContentError as error:
        raise CheckError(f"what it is compared with cannot be read: {error.reason}") from None


def _content_of(check: Check) -> Content:
    return Content(**check.params["other"]["content"])


def _compared_with(check: Check) -> tuple[str, ...]:
    return (check.params["other"]["version"],)


def _against(check: Check) -> str:
    key = check.params["other"]["key"]
    return f", against {'partition ' + key if key else 'version'} ({check.params['other']['version']})"


def _without_other(check: Check, label: str) -> CheckResult:
    """As the rule wants it: by default a promise that cannot be checked is not kept."""
    passed = check.params.get("if_missing") == "pass"
    reason = check.params.get("absent") or "nothing was chosen to compare with"
    end = ", which the rule lets pass" if passed else ""
    return CheckResult(check.name, check.kind, passed, check.severity, 0, f"{label}: {reason}{end}")


Pair = tuple[str, Number, Number]


def _pair_in_words(check: Check, pair: Pair, *, odd: bool) -> str:
    what, own, other = pair
    values = f"{_plain(own)} here and {_plain(other)} there"
    if _is_secret(check, what):
        values = f"{MASK} here and {MASK} there"
    return f"{what}: {values}{' do not agree' if odd else ' agree'}"


def _is_secret(check: Check, what: str) -> bool:
    return what.removeprefix("sum of ") in check.params.get("masked", ()) and what != "rows"


def _largest_difference(check: Check, pairs: Sequence[Pair]) -> float | None:
    if any(_is_secret(check, what) for what, _, _ in pairs):
        return None
    return max((abs(float(own) - float(other)) for _, own, other in pairs), default=None)


def _plain(number: Number) -> str:
    if isinstance(number, Decimal):
        text = f"{number:f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    return f"{number:g}" if isinstance(number, float) else str(number)


def _tolerance_in_words(tolerance: dict[str, float]) -> str:
    if tolerance.get("percent"):
        return f"; up to {tolerance['percent']:g} % may differ"
    return f"; up to {tolerance['absolute']:g} may differ" if tolerance.get("absolute") else ""
