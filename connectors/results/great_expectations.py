"""Validation results of Great Expectations, as its versions 0.18 and 1 write them, alone or in a checkpoint."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from connectors.foreign import part
from connectors.results.documents import count, listed, mapping, moment, number, text
from graph_model.checks.others import Delivery, ForeignResult, digest_of
from graph_model.contracts.entities import Severity
from graph_model.errors import InvalidResults

SOURCE = "great_expectations"


def looks_like_great_expectations(document: dict[str, Any]) -> bool:
    if "validation_results" in document or "run_results" in document:
        return True
    results = document.get("results", document.get("expectations"))
    return "success" in document and isinstance(results, list)


def read_great_expectations(document: dict[str, Any]) -> Delivery:
    """Every expectation that was validated. Raises InvalidResults."""
    suites = list(_suites(document))
    results = tuple(result for suite in suites for result in _results(suite))
    made_at = next((found for suite in suites if (found := _made_at(suite))), None)
    return Delivery(SOURCE, digest_of(document), made_at or moment(_run_time(document.get("run_id"))), results)


def _suites(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """One validation result; or those of a checkpoint: by identifier in 0.18, in a list in 1."""
    if isinstance(document.get("run_results"), dict):
        for found in document["run_results"].values():
            run = mapping(found, SOURCE, "each of run_results is an object")
            yield mapping(run.get("validation_result", run), SOURCE, "each validation_result is an object")
    elif "validation_results" in document:
        yield from listed(document["validation_results"], SOURCE, "validation_results is a list of objects")
    else:
        yield document


def _results(suite: dict[str, Any]) -> Iterator[ForeignResult]:
    found = suite.get("results", suite.get("expectations"))
    for one in listed(found, SOURCE, "a validation result has a list of results"):
        if not isinstance(one.get("success"), bool):
            raise InvalidResults(SOURCE, "each result says whether it was a success")
        yield _result(one, _subject(suite))


def _result(one: dict[str, Any], subject: tuple[str, ...]) -> ForeignResult:
    config = part(one, "expectation_config") or one
    kind = str(config.get("type") or config.get("expectation_type") or "expectation")
    about, found = _about(part(config, "kwargs")), part(one, "result")
    failed = 0 if one["success"] else count(found.get("unexpected_count"))
    observed = found.get("observed_value")
    return ForeignResult(
        subject=subject,
        check=f"{kind} ({about})" if about else kind,
        kind=kind,
        passed=one["success"],
        severity=_severity(config),
        failed_rows=failed,
        message="" if one["success"] else _message(one, found),
        value=number(observed) if observed is not None else number(found.get("unexpected_count")),
    )


def _about(kwargs: dict[str, Any]) -> str:
    """The columns that an expectation is about."""
    pair = [kwargs.get("column_A"), kwargs.get("column_B")]
    named = (
        kwargs.get("column_list")
        or kwargs.get("column_set")
        or ([kwargs.get("column")] if kwargs.get("column") else pair)
    )
    return ", ".join(str(name) for name in named if name) if isinstance(named, list) else ""


def _severity(config: dict[str, Any]) -> Severity:
    said = config.get("severity") or part(config, "meta").get("severity") or "critical"
    return "warning" if str(said).lower() in ("warning", "info", "low", "minor") else "blocking"


def _message(one: dict[str, Any], found: dict[str, Any]) -> str:
    """Counts, never values: what is unexpected may be secret."""
    raised = part(one, "exception_info")
    if raised.get("raised_exception"):
        return f"it could not be evaluated: {text(raised.get('exception_message'))}"
    unexpected, of = found.get("unexpected_count"), found.get("element_count")
    if unexpected is not None:
        return (
            f"{count(unexpected)} of {count(of)} values are unexpected"
            if of is not None
            else f"{count(unexpected)} unexpected"
        )
    observed = number(found.get("observed_value"))
    return f"observed {observed:g}" if observed is not None else "not as expected"


def _subject(suite: dict[str, Any]) -> tuple[str, ...]:
    """The data asset, and what else its batch is called."""
    meta = part(suite, "meta")
    batches = [
        part(meta, name) for name in ("active_batch_definition", "batch_definition", "batch_spec", "batch_kwargs")
    ]
    names = [batch.get(key) for batch in batches for key in ("data_asset_name", "table_name", "table")]
    names += [suite.get("asset_name"), meta.get("data_asset_name"), meta.get("asset_name")]
    return tuple(dict.fromkeys(name for name in names if isinstance(name, str) and name))


def _made_at(suite: dict[str, Any]) -> Any:
    meta = part(suite, "meta")
    return moment(_run_time(meta.get("run_id"))) or moment(meta.get("validation_time")) or moment(suite.get("run_time"))


def _run_time(run: Any) -> Any:
    return run.get("run_time") if isinstance(run, dict) else None
