"""What the facets of a run say."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from connectors.openlineage.facets.everywhere import TAGS
from connectors.openlineage.facets.reading import (
    Facet,
    Reader,
    Terms,
    count_in,
    list_in,
    name_in,
    read_terms,
    text_in,
    words_in,
)
from connectors.openlineage.schema import Warn

_LONGEST_NAME = 2000
_STATUSES = ("pass", "fail", "skip")


def terms_of_run(facets: Mapping[str, Any], at: str, warn: Warn) -> Terms:
    return read_terms(facets, _READERS, at, warn)


def _parent(facet: Facet) -> Terms:
    root = facet.get("root")
    return {"parent": _run_of(facet), "root": _run_of(root) if root else None}


def _run_of(said: Facet) -> dict[str, Any]:
    return {"job": _job(said["job"]), "run": _name(said["run"], "runId")}


def _job(said: Facet) -> list[str]:
    return [_name(said, "namespace"), _name(said, "name")]


def _name(said: Facet, key: str) -> str:
    """Names of jobs and runs are what they are looked up by, so they are not tidied."""
    value = said[key]
    if not isinstance(value, str) or not 0 < len(value) <= _LONGEST_NAME:
        raise ValueError(key)
    return value


def _nominal(facet: Facet) -> Terms:
    end = facet.get("nominalEndTime")
    start = _moment(facet["nominalStartTime"])
    return {"nominal": [start, _moment(end) if end else None]}


def _moment(value: Any) -> str:
    found = datetime.fromisoformat(value)
    return (found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)).isoformat()


def _error(facet: Facet) -> Terms:
    return {"error": text_in(facet, "message")}


def _exception(facet: Facet) -> Terms:
    """Spark's client sends its trace without an `errorMessage`: what went wrong stands in the first line."""
    text = facet.get("message") or facet["stackTrace"]
    return {"error": text_in({"text": text}, "text").partition("\n")[0]}


def _engine(facet: Facet) -> Terms:
    found = words_in(facet, "name", "version", "openlineageAdapterVersion")
    words = {"name": "name", "version": "version", "openlineageAdapterVersion": "client"}
    return {"engine": {ours: found[theirs] for theirs, ours in words.items() if theirs in found}}


def _dependencies(facet: Facet) -> Terms:
    """Jobs that come before and after, each with the rule by which it does."""
    before, after = ([_dependency(one) for one in list_in(facet, side)] for side in ("upstream", "downstream"))
    return {"order": {"before": before, "after": after}}


def _dependency(one: Facet) -> dict[str, Any]:
    rules = words_in(one, "dependency_type", "sequence_trigger_rule", "status_trigger_rule")
    return {"job": _job(one["job"]), "rule": " ".join(rules.values())}


def _gaps(facet: Facet) -> Terms:
    """What could not be read of the run by the client: falsy when there is nothing."""
    errors = [text_in(error, "errorMessage") for error in list_in(facet, "errors")]
    failed = count_in(facet, "failedTasks") or len(errors)
    if not failed:
        return {"gaps": None}
    return {"gaps": {"failed": failed, "total": count_in(facet, "totalTasks") or failed, "errors": errors[:20]}}


def _tests(facet: Facet) -> Terms:
    return {"tests": [_test(test) for test in list_in(facet, "tests")]}


def _test(test: Facet) -> dict[str, str]:
    status = name_in(test, "status").lower()
    if status not in _STATUSES:
        raise ValueError(status)
    said = words_in(test, "severity", "type", "description", "expected", "actual")
    return {"name": name_in(test, "name"), "status": status, **said}


def _query(facet: Facet) -> Terms:
    return {"query": words_in(facet, "externalQueryId", "source")}


_READERS = {
    "parent": Reader(("parent", "root"), _parent),
    "nominalTime": Reader(("nominal",), _nominal),
    # The facet of the standard, where it is there too, counts more: it comes later.
    "spark.exception": Reader(("error",), _exception),
    "errorMessage": Reader(("error",), _error),
    "processing_engine": Reader(("engine",), _engine),
    "jobDependencies": Reader(("order",), _dependencies),
    "extractionError": Reader(("gaps",), _gaps),
    "test": Reader(("tests",), _tests),
    "externalQuery": Reader(("query",), _query),
    "tags": TAGS,
}
