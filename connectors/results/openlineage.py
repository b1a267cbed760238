"""Facets of OpenLineage about quality: `dataQualityAssertions` and `dataQualityMetrics`, alone, on a dataset, or in the
datasets of a run event."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from connectors.foreign import part
from connectors.results.documents import listed, moment, number, text
from graph_model.checks.others import Delivery, ForeignResult, digest_of
from graph_model.checks.subjects import Subject
from graph_model.contracts.entities import Severity
from graph_model.errors import InvalidResults
from graph_model.names import Name

SOURCE = "openlineage"
FACETS = ("dataQualityAssertions", "dataQualityMetrics")
_HOLDERS = ("facets", "inputFacets", "outputFacets")
_METRICS = ("rowCount", "bytes", "fileCount")
_COLUMN_METRICS = ("nullCount", "distinctCount", "sum", "count")
"""Least and largest values are values of rows, and stay where they are."""


def looks_like_openlineage(document: dict[str, Any]) -> bool:
    return any(key in document for key in (*FACETS, *_HOLDERS, "inputs", "outputs", "eventTime"))


def read_openlineage(document: dict[str, Any]) -> Delivery:
    """Assertions as they were judged, and metrics, which nobody judges, as numbers. Raises InvalidResults."""
    results = tuple(result for subject, facets in _holders(document) for result in facet_results(facets, subject))
    return Delivery(SOURCE, digest_of(document), moment(document.get("eventTime")), results)


def facet_results(facets: dict[str, Any], subject: Subject = ()) -> Iterator[ForeignResult]:
    """The results in the facets of one dataset. Raises InvalidResults."""
    if "dataQualityAssertions" in facets:
        found = part(facets, "dataQualityAssertions").get("assertions")
        for one in listed(found, SOURCE, "dataQualityAssertions has a list of assertions"):
            yield _assertion(one, subject)
    yield from _metrics(part(facets, "dataQualityMetrics"), subject)


def _holders(document: dict[str, Any]) -> Iterator[tuple[Subject, dict[str, Any]]]:
    """Facets with the names of their dataset."""
    if any(facet in document for facet in FACETS):
        yield (), document
    if any(holder in document for holder in _HOLDERS):
        yield _subject(document), _facets(document)
    for side in ("inputs", "outputs"):
        for dataset in listed(document.get(side) or [], SOURCE, f"{side} is a list of datasets"):
            yield _subject(dataset), _facets(dataset)


def _facets(dataset: dict[str, Any]) -> dict[str, Any]:
    return {name: facet for holder in _HOLDERS for name, facet in part(dataset, holder).items()}


def _subject(dataset: dict[str, Any]) -> Subject:
    namespace, name = dataset.get("namespace"), dataset.get("name")
    if isinstance(namespace, str) and isinstance(name, str) and namespace and name:
        return (Name(namespace, name),)
    return (name,) if isinstance(name, str) and name else ()


def _assertion(one: dict[str, Any], subject: Subject) -> ForeignResult:
    if not isinstance(one.get("success"), bool):
        raise InvalidResults(SOURCE, "each assertion says whether it was a success")
    kind, column = text(one.get("assertion")) or "assertion", text(one.get("column"))
    severity: Severity = "warning" if str(one.get("severity") or "").lower() in ("warn", "warning") else "blocking"
    name = text(one.get("name")) or (f"{kind} ({column})" if column else kind)
    said = text(one.get("description")) or f"{kind} does not hold"
    message = "" if one["success"] else said
    return ForeignResult(subject, name, kind, one["success"], severity, 0, message, number(one.get("actual")))


def _metrics(facet: dict[str, Any], subject: Subject) -> Iterator[ForeignResult]:
    for name in _METRICS:
        yield from _metric(name, name, facet.get(name), subject)
    for column, found in part(facet, "columnMetrics").items():
        for name in _COLUMN_METRICS:
            yield from _metric(f"{name} ({column})", name, part(found).get(name), subject)


def _metric(check: str, kind: str, value: Any, subject: Subject) -> Iterator[ForeignResult]:
    """A number that somebody measured and nobody judged."""
    found = number(value)
    if found is not None:
        yield ForeignResult(subject, check, kind, passed=True, severity="warning", value=found)
