"""Whether a content keeps the promises of its contract."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from graph_model.contracts.entities import Check, CheckResult
from graph_model.errors import ContentError
from graph_model.schemas.promises import KIND as COMPATIBILITY
from graph_model.schemas.promises import judge
from graph_model.versions.entities import Content, Inspection, Validated

LONGEST_REASON = 1000


def validate(content: Content, checks: Sequence[Check]) -> Validated:
    """Inspects a content and runs its checks while it is open: what was hashed is what was checked.

    A content that cannot be read comes back with the reason in place of an inspection. Raises StorageUnavailable when
    its place does not answer, which says nothing about the content.
    """
    # Imported here: whoever only names this function need not wait for DuckDB.
    from connectors.checks.wider import check_all
    from connectors.storage.formats import format_named

    try:
        with format_named(content.format).scan(content) as scan:
            results = check_all(scan, content, [check for check in checks if check.kind != COMPATIBILITY])
            texts = scan.relation.values != "typed"
            inspection = as_promised(scan.inspection, checks, results) if texts else scan.inspection
    except ContentError as error:
        return Validated(None, (), _short(error.reason))
    guards = [judge(check, inspection.columns) for check in checks if check.kind == COMPATIBILITY]
    results = (*results, *guards)
    return Validated(inspection, results, _reason(results))


def as_promised(inspection: Inspection, checks: Sequence[Check], results: Sequence[CheckResult]) -> Inspection:
    """Texts show what their values happen to look like, another thing every day (`7`, then `7.5`). Where all of them
    were found to be of the promised type, that is the type of the column."""
    kept = {result.check for result in results if result.kind == "schema" and result.passed and not result.failed_rows}
    promised = {
        path: type
        for check in checks
        if check.kind == "schema" and check.name in kept
        for path, type in check.params.get("columns", {}).items()
        if type != "unknown"
    }
    columns = tuple(replace(column, type=promised.get(column.path, column.type)) for column in inspection.columns)
    return replace(inspection, columns=columns)


def _short(reason: str) -> str:
    """What is wrong may be quoted from the content itself, at any length."""
    return reason if len(reason) <= LONGEST_REASON else f"{reason[:LONGEST_REASON]}…"


def _reason(results: Sequence[CheckResult]) -> str:
    """Why the content is not good, out of its blocking failures; empty when it is."""
    return "; ".join(result.message for result in results if result.blocks)
