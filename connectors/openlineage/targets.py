"""What the facets `columnLineage` and `lineage` say of each output, as it stands there.

Where there is a `lineage` facet, it says all there is about its target: `columnLineage` beside it is not looked at.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeGuard

from connectors.openlineage.schema import Warn
from graph_model.lineage.entities import FlowKind
from graph_model.names import Name
from graph_model.observed.entities import Role, SeenDataset


@dataclass(frozen=True, slots=True)
class Source:
    """A dataset, or a column of one, that something is made from. `typed`: the client says what becomes of it."""

    name: Name
    column: str | None
    kind: FlowKind
    typed: bool = False


@dataclass(frozen=True, slots=True)
class Target:
    """What is said about one output: what made each column, and what acted on all of it. `name` None: about the job
    itself, whatever its outputs.

    `explicit`: it is all that goes into the output. `tells_rows`: its client says which columns decide rows, where any
    do. `from_job`: it is made from the job, so from all that is said to go into that.
    """

    name: Name | None
    columns: Mapping[str, Sequence[Source]]
    whole: Sequence[Source]
    explicit: bool = False
    tells_rows: bool = False
    from_job: bool = False

    @property
    def sources(self) -> tuple[Source, ...]:
        return (*self.whole, *(source for sources in self.columns.values() for source in sources))


def tell_of_columns(facets: Mapping[str, Any], datasets: Iterable[SeenDataset]) -> bool:
    """Whether there is a facet to read, of the job with these `facets` or of a dataset. Most events have none."""
    return "lineage" in facets or any(not _FACETS.isdisjoint(seen.facets) for seen in datasets)


_FACETS = frozenset(("lineage", "columnLineage"))


def targets_of(
    job: Name, facets: Mapping[str, Any], datasets: Sequence[SeenDataset], warn: Warn, at: str | None = None
) -> list[Target]:
    """One of each output that any facet speaks of. A facet that is not of its form is left out, with a warning. `at`:
    JSON pointer to the one output, where it does not stand among outputs."""
    found = list(_entries(job, facets.get("lineage"), warn))
    told = {target.name for target in found}
    for place, seen in enumerate(seen for seen in datasets if seen.role is Role.OUTPUT):
        if seen.name not in told:
            found += _of_output(seen, at or f"/outputs/{place}", warn)
    return found


def is_there(facet: Any) -> TypeGuard[dict[str, Any]]:
    return isinstance(facet, dict) and facet.get("_deleted") is not True


def _of_output(seen: SeenDataset, at: str, warn: Warn) -> Iterator[Target]:
    lineage, columns = seen.facets.get("lineage"), seen.facets.get("columnLineage")
    try:
        if is_there(lineage):
            yield _explicit(seen.name, lineage)
        elif is_there(columns):
            fields, whole = _fields(columns, "inputFields"), _sources(columns.get("dataset"), "INDIRECT")
            said = any(source.typed for sources in fields.values() for source in sources)
            yield Target(seen.name, fields, whole, tells_rows=said or bool(whole))
    except _ODD:
        warn(f"{at}/facets/{'lineage' if is_there(lineage) else 'columnLineage'}: not of its form; left out")


def _entries(job: Name, facet: Any, warn: Warn) -> Iterator[Target]:
    """The targets of a `lineage` facet of a job. What it says of other jobs is theirs to say."""
    if not is_there(facet):
        return
    try:
        for entry in facet["entries"]:
            if entry.get("type") == "DATASET":
                yield _explicit(_name(entry), entry, job)
            elif _name_or(entry, job) == job:
                yield Target(None, {}, _sources(entry.get("inputs")), explicit=True)
    except _ODD:
        warn("/job/facets/lineage: not of its form; left out from there on")


def _explicit(name: Name, said: Mapping[str, Any], job: Name | None = None) -> Target:
    inputs = said.get("inputs") or ()
    from_job = any(source.get("type") == "JOB" and job in (None, _name_or(source, job)) for source in inputs)
    return Target(name, _fields(said, "inputs"), _sources(inputs), True, True, from_job)


_ODD = (TypeError, KeyError, ValueError, AttributeError)


def _fields(facet: Mapping[str, Any], key: str) -> dict[str, list[Source]]:
    fields = facet.get("fields") or {}
    return {column: _sources(said.get(key)) for column, said in fields.items()}


def _sources(said: Any, without_words: FlowKind = "DIRECT") -> list[Source]:
    """Only datasets: what a column owes to a job without a dataset cannot be walked."""
    return [
        Source(_name(source), _column(source), *_kind(source.get("transformations"), without_words))
        for source in said or ()
        if source.get("type", "DATASET") == "DATASET"
    ]


def _name(said: Mapping[str, Any]) -> Name:
    namespace, name = said["namespace"], said["name"]
    if not (isinstance(namespace, str) and isinstance(name, str) and namespace and name):
        raise ValueError
    return Name(namespace, name)


def _name_or(said: Mapping[str, Any], otherwise: Name | None) -> Name | None:
    return _name(said) if said.get("namespace") or said.get("name") else otherwise


def _column(source: Mapping[str, Any]) -> str | None:
    column = source.get("field")
    if column is not None and not isinstance(column, str):
        raise ValueError
    return column or None


def _kind(transformations: Any, without_words: FlowKind) -> tuple[FlowKind, bool]:
    """DIRECT where any of them is: the value matters more than the rows. An empty list is no statement."""
    kinds = {kind for transformation in transformations or () if (kind := transformation.get("type"))}
    if not kinds:
        return without_words, False
    return ("INDIRECT" if kinds == {"INDIRECT"} else "DIRECT"), True
