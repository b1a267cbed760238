"""Lists of a record, as the graph gives them, into what they mean."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from graph_model.listing.entities import ColumnFacts, DatasetFacts, JobFacts, Moment, RunFacts
from graph_model.names import Name
from graph_model.observed.record import facets_of

NOTHING: Mapping[str, Any] = {}
Written = tuple[str, Moment]
"""The observed run that wrote a dataset last, by id, and when it was complete."""
NO_ENDS: tuple[tuple[()], tuple[()]] = ((), ())


def facets(text: str | None) -> Mapping[str, Any]:
    """Facets as they were said, without those that were taken back."""
    if not text:
        return NOTHING
    return {name: facet for name, (_, facet) in facets_of(text).items() if not _is_deleted(facet)}


def _is_deleted(facet: Any) -> bool:
    return isinstance(facet, dict) and facet.get("_deleted") is True


def columns(found: Sequence[list[Any]]) -> tuple[ColumnFacts, ...]:
    ordered = sorted(found, key=lambda column: (column[4] or 0, column[0]))
    return tuple(ColumnFacts(path, type_ or "", said or "", tuple(tags)) for path, type_, said, tags, _ in ordered)


def chosen_schema(row: list[Any]) -> str | None:
    """The schema that says the columns of a dataset: the declared one, else that of what readers get, else the one
    that was seen last."""
    schemas, version = row[12], row[13]
    if not schemas and not version:
        return None
    declared = next((id_ for id_, is_declared, _ in schemas if is_declared), None)
    if declared or (version and version[2]):
        return declared or version[2]
    seen = [(last or 0, id_) for id_, _, last in schemas if id_]
    return max(seen)[1] if seen else None


def dataset(row: list[Any], schemas: Mapping[str, tuple[ColumnFacts, ...]], written: Written | None) -> DatasetFacts:
    id_, namespace, name, format_, location, description, tags, retired, said, since, made, complete, _, version, _ = (
        row
    )
    return DatasetFacts(
        id_,
        Name(namespace, name),
        since or made or 0,
        format_,
        location,
        description or "",
        tuple(tags),
        retired,
        facets(said),
        made,
        complete,
        schemas.get(chosen_schema(row) or "", ()),
        _newest(version, written),
    )


def _newest(version: list[Any] | None, written: Written | None) -> str | None:
    """What readers get now: the version of ours, or what a run of others wrote after it."""
    if version and (written is None or (version[1] or 0) >= written[1]):
        return version[0]
    return written[0] if written else None


def job(row: list[Any], edges: Mapping[str, Any], *, most: int) -> JobFacts:
    id_, namespace, name, kind, description, definition, retired, said, first, seen, runs = row
    inputs, outputs = edges.get(id_, NO_ENDS)
    called = Name(namespace, name)
    return JobFacts(
        id_,
        called,
        kind,
        description or "",
        definition,
        retired,
        facets(said),
        first,
        seen,
        inputs,
        outputs,
        newest(runs, most=most, job=id_, name=called) if runs else (),
    )


def newest(found: Sequence[list[Any]], *, most: int, job: str, name: Name) -> tuple[RunFacts, ...]:
    """The newest `most` runs of a job; the graph gives as many of ours and as many of others."""
    ordered = sorted(found, key=lambda run: (-(run[4] or 0), run[0]))[:most] if len(found) > 1 else found
    return tuple(
        RunFacts(id_, called, state, created or 0, started, ended, facets(said), job, name)
        for id_, called, state, said, created, started, ended in ordered
    )


def run(row: list[Any]) -> RunFacts:
    id_, called, state, said, created, started, ended, job, namespace, name, of_job, definition = row
    whose = Name(namespace or "", name or "")
    moments: tuple[Moment, Moment | None, Moment | None] = (created or 0, started, ended)
    return RunFacts(id_, called, state, *moments, facets(said), job, whose, facets(of_job), definition)


def said(text: str) -> Mapping[str, Any]:
    return json.loads(text)
