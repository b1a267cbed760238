"""Which columns are made from which, and what else an event says about what goes into its outputs.

A column that acts on every column of an output without being in its values (a filter, a key of a join) is one shape of
the output, whether a client wrote it once (`dataset`) or into every field.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from connectors.openlineage.schema import Warn
from connectors.openlineage.targets import Source, Target, targets_of, tell_of_columns
from graph_model.lineage.entities import ColumnFlow, Shape
from graph_model.names import Name
from graph_model.observed.entities import Role, SeenDataset, Word, WordKind


@dataclass(frozen=True, slots=True)
class Flows:
    """`implied` are the datasets that only the facets name."""

    flows: tuple[ColumnFlow, ...] = ()
    shapes: tuple[Shape, ...] = ()
    implied: tuple[SeenDataset, ...] = ()
    words: tuple[Word, ...] = ()


NOTHING = Flows()


def flows_of(
    job: Name, job_facets: Mapping[str, Any], datasets: Sequence[SeenDataset], warn: Warn, at: str | None = None
) -> Flows:
    """What an event says. A facet that is not of its form is left out, with a warning. `at`: JSON pointer to the one
    output, where it does not stand among outputs."""
    if not tell_of_columns(job_facets, datasets):
        return NOTHING
    targets = targets_of(job, job_facets, datasets, warn, at)
    if not targets:
        return NOTHING
    inputs = {seen.name for seen in datasets if seen.role is Role.INPUT}
    targets = [_with_names(target, inputs, warn) for target in targets]
    flows, shapes, implied = _joined(targets, datasets)
    outputs = [seen.name for seen in datasets if seen.role is Role.OUTPUT]
    return Flows(flows, shapes, implied, tuple(dict.fromkeys(_words(targets, outputs))))


def _with_names(target: Target, inputs: set[Name], warn: Warn) -> Target:
    columns = {column: [_spelled(one, inputs, warn) for one in sources] for column, sources in target.columns.items()}
    return replace(target, columns=columns, whole=[_spelled(one, inputs, warn) for one in target.whole])


def _spelled(source: Source, inputs: set[Name], warn: Warn) -> Source:
    """Some clients name an input `t` and write `/t` among its columns."""
    name = source.name
    if name in inputs:
        return source
    other = Name(name.namespace, name.name[1:] if name.name.startswith("/") else f"/{name.name}")
    if other not in inputs:
        return source
    warn(f"column lineage speaks of {name.name}, the inputs of {other.name}; taken as one")
    return replace(source, name=other)


def _joined(
    targets: Iterable[Target], datasets: Sequence[SeenDataset]
) -> tuple[tuple[ColumnFlow, ...], tuple[Shape, ...], tuple[SeenDataset, ...]]:
    known = {(seen.name, seen.role) for seen in datasets}
    flows: dict[ColumnFlow, None] = {}
    shapes: dict[Shape, None] = {}
    implied: dict[tuple[Name, Role], None] = {}
    for target in targets:
        everywhere = _everywhere(target)
        implied |= dict.fromkeys((source.name, Role.INPUT) for source in target.sources)
        if target.name is None:
            continue
        implied[target.name, Role.OUTPUT] = None
        for source in (*target.whole, *everywhere):
            if source.column:
                shapes[Shape(source.name, source.column, target.name)] = None
        for column, sources in target.columns.items():
            for source in sources:
                if source.column and source not in everywhere:
                    flows[ColumnFlow(source.name, source.column, target.name, column, source.kind)] = None
    new = [SeenDataset(name, role) for name, role in implied if (name, role) not in known]
    return tuple(flows), tuple(shapes), tuple(new)


def _everywhere(target: Target) -> set[Source]:
    """INDIRECT columns that were written into every field of an output with several."""
    if len(target.columns) < 2:
        return set()
    counts = Counter(source for sources in target.columns.values() for source in set(sources))
    return {source for source, count in counts.items() if source.kind == "INDIRECT" and count == len(target.columns)}


def _words(targets: Sequence[Target], outputs: Sequence[Name]) -> Iterator[Word]:
    """What is said about outputs as a whole. Where a `lineage` facet speaks of the job, outputs that it does not
    describe are made from what goes into the job, and from what their own columns name: from nothing else."""
    into_job = {source.name for target in targets if target.name is None for source in target.sources}
    is_explicit = any(target.explicit for target in targets)
    told = {target.name: target for target in targets if target.name}
    for name in dict.fromkeys((*told, *outputs)):
        target = told.get(name, Target(name, {}, ()))
        if target.columns or target.whole or target.explicit:
            yield from _about_columns(target, name)
        if target.explicit or is_explicit:
            yield Word(name, WordKind.EXPLICIT)
            sources = {source.name for source in target.sources}
            more = into_job if target.from_job or not target.explicit else set[Name]()
            yield from (Word(name, WordKind.FROM, source) for source in sorted(sources | more))


def _about_columns(target: Target, name: Name) -> Iterator[Word]:
    """Not from how many columns, only whether all is said: a dataset named without a column is not known by column."""
    by_column = {source.name for source in target.sources if source.column}
    if any(source.name not in by_column for source in target.sources) or target.from_job:
        return
    yield Word(name, WordKind.WHOLE if target.tells_rows else WordKind.VALUES)
