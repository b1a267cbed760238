"""What the facets of an event say of the quality of its datasets: as results of others, like those in files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from connectors.openlineage.facets.reading import Terms
from connectors.openlineage.schema import Warn
from connectors.results.openlineage import facet_results
from graph_model.checks.others import ForeignResult
from graph_model.errors import InvalidResults
from graph_model.names import Name

MOST_RESULTS = 10_000
_TERMS = {"dataQualityAssertions": "assertions", "dataQualityMetrics": "metrics"}
_ODD = (InvalidResults, TypeError, ValueError, AttributeError)


class Quality(NamedTuple):
    """`terms`: which checks there are, by the facet that told of them."""

    results: tuple[ForeignResult, ...]
    terms: Terms


def quality_of(name: Name, facets: Mapping[str, Any], at: str, warn: Warn) -> Quality:
    """Assertions and metrics of one dataset, each check once: the last one of a name stands."""
    results: dict[str, ForeignResult] = {}
    terms: Terms = {}
    for facet, term in _TERMS.items():
        if facet not in facets:
            continue
        if facets[facet].get("_deleted") is True:
            terms[term] = None
            continue
        try:
            found = {result.check: result for result in facet_results({facet: facets[facet]}, (name,))}
        except _ODD as error:
            warn(f"{at}/{facet}: not of its form ({error}); kept, but nothing is read from it")
            continue
        kept = dict(list(found.items())[:MOST_RESULTS])
        terms[term] = [[check, result.kind] for check, result in kept.items()]
        results |= kept
    return Quality(tuple(results.values()), terms)


def results_of_tests(tests: Any, name: Name) -> Iterator[ForeignResult]:
    """Tests of a run, where they can only be about one dataset. One that was skipped found nothing."""
    for test in tests or ():
        if test["status"] == "skip":
            continue
        passed, check = test["status"] == "pass", _plain(test["name"])
        message = "" if passed else test.get("description") or f"{check} does not hold"
        severity = "warning" if test.get("severity", "").lower().startswith("warn") else "blocking"
        yield ForeignResult((name,), check, test.get("type") or "test", passed, severity, 0, message)


def _plain(name: str) -> str:
    """dbt says `test.PROJECT.NAME` here, and only the name where it tells of the same test as an assertion."""
    kind, _, rest = name.partition(".")
    return rest.partition(".")[2] or name if kind == "test" else name
