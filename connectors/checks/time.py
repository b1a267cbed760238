# ruff: noqa: S608  (names and texts go through identifier() and literal())
"""How old a content is: its newest value, or its source time, against an instant."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from connectors.checks.rules import CheckError, Columns
from connectors.checks.run import MASK
from connectors.storage.scan import Field, Scan
from connectors.storage.session import one_row
from graph_model.checks.rules import age_in_words, in_utc
from graph_model.contracts.entities import Check, CheckResult
from graph_model.moments import moment_at
from graph_model.partitions.zones import first_instant, zone
from graph_model.versions.entities import Content

_DATE = r"\s*[0-9]{4}-[0-9]{2}-[0-9]{2}\s*"
_WITH_OFFSET = r"\s*[0-9]{4}-.*[0-9:.]\s*(?:[zZ]|[+-][0-9]{2}(?::?[0-9]{2})?)\s*"
_TIME = r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]"


def freshness(scan: Scan, _: Content, check: Check) -> CheckResult:
    """Whether the newest time is no older than `max_age` at the instant of reference.

    Times without an offset are local to the check's time zone; a date lasts until its end. Without a column it is the
    source time of the version. What lies after the instant is fresh.
    """
    column = check.params.get("column")
    label = f"{check.kind} ({column})" if column else check.kind
    if "reference" not in check.params:
        raise CheckError("its dataset has no partitions of time to measure from: say `until: now`")
    reference = datetime.fromisoformat(check.params["reference"])
    newest = _newest(scan, check, column) if column else datetime.fromisoformat(check.params["source_time"])
    result = CheckResult(check.name, check.kind, passed=False, severity=check.severity)
    if newest is None:
        return replace(result, message=f"{label}: no row says a time")
    age, most = reference - newest, timedelta(seconds=check.params["max_age"])
    shown = MASK if column in check.params.get("masked", ()) else in_utc(newest)
    direction = "before" if age >= timedelta(0) else "after"
    distance = f"{age_in_words(age)} {direction} {check.params['reference_is']} ({in_utc(reference)})"
    message = f"{label}: the newest is {shown}, {distance}; at most {age_in_words(most)} before is fresh"
    return replace(result, passed=age <= most, message=message, value=age.total_seconds())


def _newest(scan: Scan, check: Check, column: str) -> datetime | None:
    field = Columns(scan.relation).find(column)
    clocks = zone(check.params.get("timezone", "UTC"))
    asked = _questions(scan, field)
    row = one_row(scan.connection, f"SELECT {', '.join(asked.values())} FROM ({scan.relation.sql})")
    found = dict(zip(asked, row, strict=True))
    return max(_instants(found, clocks), default=None)


def _questions(scan: Scan, field: Field) -> dict[str, str]:
    """Aggregates for the newest date, the newest local time and the newest instant (microseconds since 1970)."""
    if scan.relation.values != "typed":
        text = f"{field.raw}::VARCHAR"
        is_local = f"regexp_matches({text}, '{_TIME}') AND NOT regexp_full_match({text}, '{_WITH_OFFSET}')"
        return {
            "date": f"max(CASE WHEN regexp_full_match({text}, '{_DATE}') THEN TRY_CAST({text} AS DATE) END)",
            "local": f"max(CASE WHEN {is_local} THEN TRY_CAST({text} AS TIMESTAMP) END)",
            "instant": f"epoch_us(max(CASE WHEN regexp_full_match({text}, '{_WITH_OFFSET}') "
            f"THEN TRY_CAST({text} AS TIMESTAMPTZ) END))",
        }
    kind = str(scan.connection.sql(f"SELECT {field.expression} FROM ({scan.relation.sql})").types[0])
    if kind == "DATE":
        return {"date": f"max({field.expression})"}
    if kind == "TIMESTAMP WITH TIME ZONE":
        return {"instant": f"epoch_us(max({field.expression}))"}
    if kind.startswith("TIMESTAMP"):
        return {"local": f"max({field.expression})::TIMESTAMP"}
    if kind == "VARCHAR":
        return _questions(replace(scan, relation=replace(scan.relation, values="text")), field)
    raise CheckError(f"it holds {kind}, which is no time")


def _instants(found: dict[str, Any], clocks: Any) -> Iterator[datetime]:
    """Each in UTC, as far as the calendar of Python reaches."""
    if isinstance(found.get("date"), date):
        following = datetime.combine(found["date"], datetime.min.time()) + timedelta(days=1)
        yield first_instant(following, clocks)
    if isinstance(found.get("local"), datetime):
        yield first_instant(found["local"], clocks)
    if found.get("instant") is not None:
        yield moment_at(found["instant"])
