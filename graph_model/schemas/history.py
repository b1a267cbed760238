"""The history of a dataset's schemas: what was declared, what published versions showed, and each step in between."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from graph_model.errors import InvalidInput
from graph_model.schemas import repository
from graph_model.schemas.difference import difference
from graph_model.schemas.entities import Difference, History, SchemaVersion, Sighting, Step
from graph_model.schemas.renames import Renames, follow, origins
from graph_model.store.graph import Graph

MOST_VERSIONS = 10_000
"""So many of the newest versions are looked at; the history says so where there are more."""


def history(graph: Graph, dataset: str, *, most_versions: int = MOST_VERSIONS) -> History:
    """`dataset` is an id. What is declared and what is observed are compared each with its own past: a contract speaks
    of kinds of values where a file has exact types."""
    seen, is_complete = repository.observed(graph, dataset, limit=most_versions)
    declared, observed = in_runs(repository.declared(graph, dataset)), in_runs(seen)
    schemas = repository.schemas(graph, [sighting.schema for sighting in (*declared, *observed)])
    renames = renames_in(schemas.values())
    steps = [*steps_of(declared, schemas, renames), *steps_of(observed, schemas, renames)]
    steps.sort(key=lambda step: (step.sighting.since, step.sighting.source, step.schema.id))
    return History(tuple(steps), is_complete)


def compare(graph: Graph, dataset: str, before: str, after: str) -> tuple[SchemaVersion, SchemaVersion, Difference]:
    """Two schemas of a dataset, each named by its own id, by the id of a version, or as `declared` or `observed`: what
    is declared now, what the newest published version showed. Raises InvalidInput for one that is not there.
    """
    declared = repository.declared(graph, dataset)
    ids = [_schema_named(graph, dataset, text, declared) for text in (before, after)]
    found = repository.schemas(graph, [*ids, *(sighting.schema for sighting in declared)])
    one, two = (found[id] for id in ids)
    return one, two, difference(one.columns, two.columns, renames_in(found.values()))


def _schema_named(graph: Graph, dataset: str, text: str, declared: Sequence[Sighting]) -> str:
    if text == "declared":
        id = next((sighting.schema for sighting in declared if sighting.until is None), None)
    elif text == "observed":
        newest, _ = repository.observed(graph, dataset, limit=1)
        id = newest[0].schema if newest else None
    else:
        id = repository.schema_of_version(graph, dataset, text) or _own(graph, dataset, text)
    if id is None:
        raise InvalidInput(text, "names no schema of this dataset: write declared, observed, or an id from its history")
    return id


def _own(graph: Graph, dataset: str, text: str) -> str | None:
    found = repository.schemas(graph, [text]).get(text)
    return found.id if found and found.dataset == dataset else None


def in_runs(sightings: Iterable[Sighting]) -> list[Sighting]:
    """Equal schemas one after the other as one: since the first, until the last."""
    runs: list[Sighting] = []
    for sighting in sightings:
        if runs and runs[-1].schema == sighting.schema:
            runs[-1] = replace(runs[-1], until=sighting.until, versions=runs[-1].versions + sighting.versions)
        else:
            runs.append(sighting)
    return runs


def renames_in(schemas: Iterable[SchemaVersion]) -> Renames:
    """Every rename that a schema ever declared."""
    return frozenset(
        (column.renamed_from, column.path) for schema in schemas for column in schema.columns if column.renamed_from
    )


def steps_of(runs: Sequence[Sighting], schemas: Mapping[str, SchemaVersion], renames: Renames) -> list[Step]:
    """The steps of one source, oldest first."""
    steps: list[Step] = []
    for number, sighting in enumerate(runs, start=1):
        now = schemas[sighting.schema]
        paths = [column.path for column in now.columns]
        if not steps:
            steps.append(Step(now, sighting, None, Difference(()), {path: path for path in paths}))
            continue
        last = steps[-1]
        before = last.schema.columns
        came_from = origins([column.path for column in before], paths, renames)
        known = follow(last.identities, came_from, paths, number)
        steps.append(Step(now, sighting, last.schema.id, difference(before, now.columns, renames), known))
    return steps
