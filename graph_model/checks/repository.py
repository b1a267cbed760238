"""Reads what checks found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from graph_model.checks.entities import CheckKey, Finding
from graph_model.datasets.entities import Dataset
from graph_model.observed.tell import SOURCE
from graph_model.pages import Page, cut
from graph_model.store.graph import Graph, Row
from graph_model.versions.entities import VersionState
from graph_model.versions.repository import check_result


def trend(graph: Graph, dataset_id: str, check: str, *, first: int = 50, after: str | None = None) -> Page[Finding]:
    """What a check found, newest first; empty for a check that nobody ever ran. `after`: the id of the last finding of
    the page before."""
    key = CheckKey(dataset_id, check)
    return trends(graph, [key], first=first, after=after)[key]


def trends(
    graph: Graph, keys: Sequence[CheckKey], *, first: int = 50, after: str | None = None
) -> Mapping[CheckKey, Page[Finding]]:
    """As `trend`, for many checks in one question."""
    found: dict[CheckKey, list[Finding]] = {key: [] for key in keys}
    asked = [{"dataset": key.dataset, "check": key.check} for key in found]
    for row in graph.rows("checks.trend", checks=asked, after=after, limit=first + 1):
        found[CheckKey(row["dataset"], row["check"])].append(_finding(row))
    return {key: cut(_newest_first(findings), first) for key, findings in found.items()}


def last_told(graph: Graph, dataset: Dataset) -> list[Finding]:
    """What each check that others told of last found last, by name."""
    names = [f"{SOURCE}/{name}" for name, _ in dataset.told.checks] if dataset.told else []
    found = trends(graph, [CheckKey(dataset.id, name) for name in names], first=1)
    return [page.items[0] for page in found.values() if page.items]


def _newest_first(findings: Sequence[Finding]) -> list[Finding]:
    return sorted(findings, key=lambda finding: (finding.checked_at, finding.id), reverse=True)


def _finding(row: Row) -> Finding:
    return Finding(
        id=row["id"],
        version=row["version"],
        partition=row["key"],
        state=VersionState(row["state"]) if row["state"] else None,
        result=check_result(row),
        checked_at=row["checked_at"],
    )
