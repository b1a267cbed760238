"""Which columns are made from which, as the facets `columnLineage` and `lineage` say it.

Where there is a `lineage` facet, it says all there is about its target: `columnLineage` beside it is not looked at. A
column that acts on every column of an output without being in its values (a filter, a key of a join) is one shape of
the output, whether a client wrote it once (`dataset`) or into every field.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeGuard

from connectors.openlineage.schema import Warn
from graph_model.lineage.entities import ColumnFlow, FlowKind, Shape
from graph_model.names import Name
from graph_model.observed.entities import Role, SeenDataset

Flows = tuple[tuple[ColumnFlow, ...], tuple[Shape, ...], tuple[SeenDataset, ...]]


@dataclass(frozen=True, slots=True)
class _Source:
    """A dataset, or a column of one, that something is made from."""

    name: Name
    column: str | None
    kind: FlowKind


@dataclass(frozen=True, slots=True)
class _Target:
    """What is said about one output: what made each column, and what acted on all of it. `name` None: about the job
    itself, whatever its outputs."""

    name: Name | None
    columns: Mapping[str, Sequence[_Source]]
    whole: Sequence[_Source]


def flows_of(job: Name, job_facets: Mapping[str, Any], datasets: Sequence[SeenDataset], warn: Warn) -> Flows:
    """Flows and shapes of an event, and the datasets that only these facets name. A facet that is not of its form is
    left out, with a warning."""
    explicit = list(_entries(job, job_facets.get("lineage"), warn))
    told = {target.name for target in explicit}
    targets = list(explicit)
    for place, seen in enumerate(seen for seen in datasets if seen.role is Role.OUTPUT):
        if seen.name not in told:
            targets += _of_output(seen, f"/outputs/{place}/facets", warn)
    return _joined(targets, datasets, warn)


def _of_output(seen: SeenDataset, at: str, warn: Warn) -> Iterator[_Target]:
    lineage, columns = seen.facets.get("lineage"), seen.facets.get("columnLineage")
    try:
        if _is_there(lineage):
            yield _Target(seen.name, _fields(lineage, "inputs"), _sources(lineage.get("inputs")))
        elif _is_there(columns):
            yield _Target(seen.name, _fields(columns, "inputFields"), _sources(columns.get("dataset"), "INDIRECT"))
    except _ODD:
        warn(f"{at}/{'lineage' if _is_there(lineage) else 'columnLineage'}: not of its form; left out")


def _entries(job: Name, facet: Any, warn: Warn) -> Iterator[_Target]:
    """The targets of a `lineage` facet of a job. What it says of other jobs is theirs to say."""
    if not _is_there(facet):
        return
    try:
        for entry in facet["entries"]:
            if entry.get("type") == "DATASET":
                yield _Target(_name(entry), _fields(entry, "inputs"), _sources(entry.get("inputs")))
            elif _name_or(entry, job) == job:
                yield _Target(None, {}, _sources(entry.get("inputs")))
    except _ODD:
        warn("/job/facets/lineage: not of its form; left out from there on")


_ODD = (TypeError, KeyError, ValueError, AttributeError)


def _is_there(facet: Any) -> TypeGuard[dict[str, Any]]:
    return isinstance(facet, dict) and facet.get("_deleted") is not True


def _fields(facet: Mapping[str, Any], key: str) -> dict[str, list[_Source]]:
    fields = facet.get("fields") or {}
    return {column: _sources(said.get(key)) for column, said in fields.items()}


def _sources(said: Any, without_words: FlowKind = "DIRECT") -> list[_Source]:
    """Only datasets: what a column owes to a job without a dataset cannot be walked."""
    return [
        _Source(_name(source), _column(source), _kind(source.get("transformations"), without_words))
        for source in said or ()
        if source.get("type", "DATASET") == "DATASET"
    ]


def _name(said: Mapping[str, Any]) -> Name:
    namespace, name = said["namespace"], said["name"]
    if not (isinstance(namespace, str) and isinstance(name, str) and namespace and name):
        raise ValueError
    return Name(namespace, name)


def _name_or(said: Mapping[str, Any], otherwise: Name) -> Name:
    return _name(said) if said.get("namespace") or said.get("name") else otherwise


def _column(source: Mapping[str, Any]) -> str | None:
    column = source.get("field")
    if column is not None and not isinstance(column, str):
        raise ValueError
    return column or None


def _kind(transformations: Any, without_words: FlowKind) -> FlowKind:
    """DIRECT where any of them is: the value matters more than the rows. An empty list is no statement."""
    kinds = {transformation.get("type") for transformation in transformations or ()}
    if not kinds:
        return without_words
    return "INDIRECT" if kinds == {"INDIRECT"} else "DIRECT"


def _joined(targets: Iterable[_Target], datasets: Sequence[SeenDataset], warn: Warn) -> Flows:
    inputs = {seen.name for seen in datasets if seen.role is Role.INPUT}
    known = {(seen.name, seen.role) for seen in datasets}
    flows: dict[ColumnFlow, None] = {}
    shapes: dict[Shape, None] = {}
    implied: dict[tuple[Name, Role], None] = {}
    for target in targets:
        if target.name:
            implied[target.name, Role.OUTPUT] = None
        everywhere = _everywhere(target)
        for source in (*target.whole, *everywhere):
            name = _spelled(source.name, inputs, warn)
            implied[name, Role.INPUT] = None
            if source.column and target.name:
                shapes[Shape(name, source.column, target.name)] = None
        for column, sources in target.columns.items():
            for source in sources:
                name = _spelled(source.name, inputs, warn)
                implied[name, Role.INPUT] = None
                if source.column and target.name and source not in everywhere:
                    flows[ColumnFlow(name, source.column, target.name, column, source.kind)] = None
    new = [SeenDataset(name, role) for name, role in implied if (name, role) not in known]
    return tuple(flows), tuple(shapes), tuple(new)


def _everywhere(target: _Target) -> set[_Source]:
    """INDIRECT columns that were written into every field of an output with several."""
    if len(target.columns) < 2:
        return set()
    counts = Counter(source for sources in target.columns.values() for source in set(sources))
    return {source for source, count in counts.items() if source.kind == "INDIRECT" and count == len(target.columns)}


def _spelled(name: Name, inputs: set[Name], warn: Warn) -> Name:
    """Some clients name an input `t` and write `/t` among its columns."""
    if name in inputs:
        return name
    other = Name(name.namespace, name.name[1:] if name.name.startswith("/") else f"/{name.name}")
    if other not in inputs:
        return name
    warn(f"column lineage speaks of {name.name}, the inputs of {other.name}; taken as one")
    return other
