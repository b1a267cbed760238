"""Results that others found: told to the graph, on the version that they are about.

They are kept beside our own and marked with their source. They come after the fact, so nothing is taken from readers:
owners are told of what failed, and may quarantine the version.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from graph_model.audit.record import Notice, Trail, Transition
from graph_model.checks.subjects import Place, Subject, place_of, place_of_version, place_subjects
from graph_model.contracts.entities import Severity
from graph_model.errors import InvalidInput, InvalidResults
from graph_model.names import Name
from graph_model.store.graph import Graph, Transaction

MOST_TOLD = 10
RECORDED = "RESULTS_RECORDED"


@dataclass(frozen=True, slots=True)
class ForeignResult:
    """What somebody else's check found. `subject`: names that its dataset may be known by, the surest first; empty:
    the file does not say what it is about. Values of rows are never taken over."""

    subject: Subject
    check: str
    kind: str
    passed: bool
    severity: Severity = "blocking"
    failed_rows: int = 0
    message: str = ""
    value: float | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """One file of results. `made_at` None: it does not say when its checks ran."""

    source: str
    digest: str
    made_at: datetime | None
    results: tuple[ForeignResult, ...]


@dataclass(frozen=True, slots=True)
class Taken:
    """What was recorded on one version. `created` False: it was known already, or something newer is."""

    version: str
    dataset: Name
    partition: str
    results: int
    failed: int
    created: bool


@dataclass(frozen=True, slots=True)
class Accepted:
    """What became of a delivery. `left_out` says, for each result that found no version, why."""

    source: str
    taken: tuple[Taken, ...]
    left_out: tuple[str, ...] = ()


def accept(
    graph: Graph,
    delivery: Delivery,
    *,
    by: str,
    dataset: Name | None = None,
    partition: str | None = None,
    version: str | None = None,
) -> Accepted:
    """Records results on the version that readers get now, or on the one that is named.

    With a `dataset` only results about it are taken, and those that do not say what they are about. `partition` None:
    the newest with a good version. The newest result of a source and check stands for a version; telling the same again
    changes nothing. Raises InvalidResults when nothing of the delivery has a place, and DatasetNotFound,
    InvalidPartition, VersionNotFound for what is named.
    """
    if version is not None and (dataset is not None or partition is not None):
        raise InvalidInput("version", "a version says already which dataset and partition it is of")
    if partition is not None and dataset is None:
        raise InvalidInput("partition", "a partition is one of a dataset: name it too")
    own = place_of_version(graph, version) if version is not None else None
    if dataset is not None:
        own = place_of(graph, dataset, partition)
    placed, left_out = _placed(graph, delivery, own)
    if not placed:
        raise InvalidResults(delivery.source, _nowhere(delivery, left_out))
    taken = [_take(graph, delivery, place, results, by=by) for place, results in sorted(placed.items())]
    return Accepted(delivery.source, tuple(taken), tuple(left_out))


def _placed(
    graph: Graph, delivery: Delivery, own: Place | None
) -> tuple[Mapping[Place, Sequence[ForeignResult]], list[str]]:
    subjects = {result.subject for result in delivery.results if result.subject}
    places = place_subjects(graph, subjects, only=own)
    placed: dict[Place, list[ForeignResult]] = {}
    left_out: list[str] = []
    for result in delivery.results:
        found = places[result.subject] if result.subject else own or "it does not say which dataset it is about"
        if isinstance(found, str):
            left_out.append(f"{result.check}: {found}")
        else:
            placed.setdefault(found, []).append(result)
    return placed, left_out


def _nowhere(delivery: Delivery, left_out: Sequence[str]) -> str:
    if not delivery.results:
        return "it holds no results of checks"
    more = f" (and {len(left_out) - 1} more)" if len(left_out) > 1 else ""
    return f"no result of it has a place: {left_out[0]}{more}"


def _take(graph: Graph, delivery: Delivery, place: Place, results: Sequence[ForeignResult], *, by: str) -> Taken:
    created = graph.write(lambda tx: _record(tx, delivery, place, results, by=by))
    failed = sum(not result.passed for result in results)
    return Taken(place.version, place.dataset, place.key, len(results), failed, created)


def _record(tx: Transaction, delivery: Delivery, place: Place, results: Sequence[ForeignResult], *, by: str) -> bool:
    """Lock, look, write; whether there was anything to write."""
    tx.rows("versions.lock_partition", partition=place.partition, token=tx.token)
    known = {row["id"]: row for row in tx.rows("checks.of_others", version=place.version, source=delivery.source)}
    fresh = [row for row in _rows(delivery, place, results) if _is_news(row, known.get(row["id"]))]
    if not fresh:
        return False
    tx.rows("checks.record_of_others", results=fresh)
    trail = Trail()
    bad = [row for row in fresh if not row["passed"]]
    detail = {"source": delivery.source, "digest": delivery.digest, "results": len(fresh), "failed": len(bad)}
    trail.add(Transition(place.version, RECORDED, by, detail))
    trail.tell(_notices(delivery, place, [row for row in bad if row["severity"] == "blocking"]))
    trail.write(tx)
    return True


def _is_news(row: Mapping[str, Any], known: Mapping[str, Any] | None) -> bool:
    """A delivery that comes late does not hide what was found after it."""
    if known is None:
        return True
    if known["digest"] == row["digest"]:
        return False
    return row["made_at"] is None or known["checked_at"] <= row["made_at"]


def _rows(delivery: Delivery, place: Place, results: Sequence[ForeignResult]) -> list[dict[str, Any]]:
    named = {name: result for result, name in _named_apart(delivery.source, results)}
    return [
        {
            "id": f"{place.version}/{delivery.source}/{hashlib.sha256(name.encode()).hexdigest()[:16]}",
            "version": place.version,
            "dataset": place.dataset_id,
            "key": place.key,
            "position": position,
            "source": delivery.source,
            "digest": delivery.digest,
            "made_at": delivery.made_at,
            "check": name,
            "kind": result.kind,
            "passed": result.passed,
            "severity": result.severity,
            "failed_rows": result.failed_rows,
            "message": result.message,
            "value": result.value,
        }
        for position, (name, result) in enumerate(named.items())
    ]


def _named_apart(source: str, results: Iterable[ForeignResult]) -> Iterable[tuple[ForeignResult, str]]:
    """Each with a name of its own, in which the source is told: nobody's check is called like ours."""
    seen: dict[str, int] = {}
    for result in results:
        seen[result.check] = count = seen.get(result.check, 0) + 1
        yield result, f"{source}/{result.check}" + (f" ({count})" if count > 1 else "")


def _notices(delivery: Delivery, place: Place, bad: Sequence[Mapping[str, Any]]) -> list[Notice]:
    if not bad:
        return []
    told = [f"{row['check']}: {row['message']}" if row["message"] else row["check"] for row in bad[:MOST_TOLD]]
    more = [f"and {len(bad) - MOST_TOLD} more"] if len(bad) > MOST_TOLD else []
    id = f"results/{place.version}/{delivery.source}/{delivery.digest[:16]}"
    title = f"{delivery.source} found {len(bad)} failing checks: partition {place.key or 'whole'}"
    return [Notice(id, "checks_failed", place.version, place.dataset_id, title, "; ".join([*told, *more]))]


def digest_of(document: Any) -> str:
    """The same for the same JSON, however it is written down."""
    return hashlib.sha256(json.dumps(document, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
