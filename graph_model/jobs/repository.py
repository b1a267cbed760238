"""Reads jobs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict

from graph_model.errors import JobNotFound
from graph_model.estate.entities import InputSpec
from graph_model.jobs.entities import Job, JobFilters
from graph_model.names import Name, job_id
from graph_model.observed.known import told_of_job
from graph_model.pages import Page, cut
from graph_model.partitions.rules import parse_mapping
from graph_model.partitions.stored import scheme_of
from graph_model.readiness.terms import loads
from graph_model.store.graph import Graph, Row

KNOWN_NAMES = 2000
EVERY = JobFilters()


def job(graph: Graph, name: Name) -> Job:
    """The job called `name`, retired or not. Raises JobNotFound, with the nearest name."""
    found = jobs_by_id(graph, [job_id(name)])
    if not found:
        raise JobNotFound(name, known_jobs(graph, name.namespace))
    return found[job_id(name)]


def jobs(graph: Graph, filters: JobFilters = EVERY, *, first: int = 50, after: Name | None = None) -> Page[Job]:
    """One page of the jobs declared now, by namespace and name."""
    start = after or Name("", "")
    rows = graph.rows(
        "jobs.list_jobs",
        **_given(filters),
        after_namespace=start.namespace,
        after_name=start.name,
        limit=first + 1,
    )
    page = cut([row["id"] for row in rows], first)
    found = jobs_by_id(graph, page.items)
    return Page(tuple(found[key] for key in page.items if key in found), page.has_next)


def count_jobs(graph: Graph, filters: JobFilters = EVERY) -> int:
    return graph.rows("jobs.count_jobs", **_given(filters))[0]["total"]


def _given(filters: JobFilters) -> dict[str, str]:
    return {
        **asdict(filters),
        "search": filters.search.lower(),
        "integration": filters.integration.upper(),
        "processing": filters.processing.upper(),
    }


def jobs_by_id(graph: Graph, ids: Sequence[str]) -> Mapping[str, Job]:
    """Those of `ids` that exist."""
    return {row["id"]: _job(row) for row in graph.rows("jobs.get_jobs", ids=list(ids))} if ids else {}


def known_jobs(graph: Graph, namespace: str) -> tuple[str, ...]:
    """Names to find a nearest one among; those of `namespace` first."""
    rows = graph.rows("jobs.known_names", namespace=namespace, limit=KNOWN_NAMES)
    return tuple(str(Name(row["namespace"], row["name"])) for row in rows)


def _job(row: Row) -> Job:
    told = told_of_job(row["terms"], row["gap"])
    return Job(
        id=row["id"],
        name=Name(row["namespace"], row["name"]),
        kind=row["kind"] or "observed",
        inputs=_inputs(row["inputs"]),
        outputs=tuple(sorted({Name(output["namespace"], output["name"]) for output in row["outputs"]})),
        partitions=scheme_of(row),
        retries=row["retries"] or 0,
        timeout_seconds=row["timeout_seconds"] or 0.0,
        priority=row["priority"] or 0,
        owners=tuple(sorted(row["owners"])),
        description=row["description"] or (told.description if told else ""),
        tags=told.tags if told else (),
        told=told,
        facets=row["facets"] or "",
        parents=tuple(sorted(Name(**one) for one in row["parents"])),
        parts=tuple(sorted(Name(**one) for one in row["parts"])),
        columns_known=bool(row["columns_known"]),
        unresolved=(*(row["unresolved"] or ()), *([row["gap"]] if row["gap"] else ())),
        definition_hash=row["definition_hash"] or "",
        scope=row["scope"] or "",
        retired_at=row["retired_at"],
    )


def _inputs(rows: Sequence[Row]) -> tuple[InputSpec, ...]:
    """One for each dataset, whoever else says so: the one whose partitions are declared."""
    ordered = sorted(rows, key=lambda row: row["mapping"] is not None)
    found = {item.dataset: item for item in map(_input, ordered)}
    return tuple(sorted(found.values(), key=lambda item: item.dataset))


def _input(row: Row) -> InputSpec:
    return InputSpec(
        dataset=Name(row["namespace"], row["name"]),
        # Without a mapping, the input was only seen to be read: nothing waits for it.
        mapping=parse_mapping(row["mapping"] or "whole"),
        required=row["required"] is not False,
        correction=row["correction"] or ("rerun" if row["mapping"] else "ignore"),
        by=row.get("by") or "name",
        terms=loads(row.get("terms")),
    )
