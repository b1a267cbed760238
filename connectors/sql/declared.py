"""The column flows that an estate declares for a job whose code is not read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from graph_model.contracts.entities import Column
from graph_model.estate.entities import JobSpec
from graph_model.lineage.entities import ColumnFlow, ColumnFlows, Shape
from graph_model.names import Name

Schemas = Mapping[Name, Sequence[Column]]
Place = tuple[Name, str]

ALL = "*"
"""As an output column: what only decides the rows. As an input column: every column that is known."""


def declared_flows(job: JobSpec, schemas: Schemas) -> ColumnFlows:
    """The flows of `job.columns` (`output column -> dataset.column …`); not known when nothing is declared.

    With several outputs, `dataset.column` names one of them and a bare column means each output that can have it.
    """
    if not job.columns:
        return ColumnFlows(provenance="declared", unresolved=("the job declares no columns",), known=False)
    flows: dict[ColumnFlow, None] = {}
    shapes: dict[Shape, None] = {}
    for (source, source_column), (target, target_column) in _pairs(job, schemas):
        if target_column == ALL:
            shapes[Shape(source, source_column, target)] = None
        else:
            flows[ColumnFlow(source, source_column, target, target_column)] = None
    return ColumnFlows(tuple(flows), tuple(shapes), "declared", _unresolved(job, schemas))


def _pairs(job: JobSpec, schemas: Schemas) -> list[tuple[Place, Place]]:
    """Each declared input column with the output column that it goes into."""
    return [
        (source, target)
        for key, texts in job.columns.items()
        for text in texts
        for source in _sources(text, job, schemas)
        for target in _targets(key, job, schemas)
    ]


def _unresolved(job: JobSpec, schemas: Schemas) -> tuple[str, ...]:
    texts = dict.fromkeys(text for texts in job.columns.values() for text in texts)
    lost = [f"{key} is no column of an output" for key in job.columns if not _targets(key, job, schemas)]
    return (*lost, *(f"{text} is no known column of an input" for text in texts if not _sources(text, job, schemas)))


def _targets(key: str, job: JobSpec, schemas: Schemas) -> list[Place]:
    """The outputs, each with its column, that a key of the declaration means."""
    named = _split(key, job.outputs)
    if named is not None:
        return [named]
    able = [output for output in job.outputs if key == ALL or len(job.outputs) == 1 or _can_have(output, key, schemas)]
    return [(output, _spelled(output, key, schemas)) for output in able]


def _sources(text: str, job: JobSpec, schemas: Schemas) -> list[Place]:
    """The input columns that a text means: one, or all known ones for `dataset.*`; empty when it means none."""
    found = _split(text, [spec.dataset for spec in job.inputs])
    if found is None:
        return []
    dataset, column = found
    if column == ALL:
        return [(dataset, known.path) for known in schemas.get(dataset, ())]
    return [(dataset, _spelled(dataset, column, schemas))]


def _split(text: str, datasets: Iterable[Name]) -> Place | None:
    """`dataset.column` by the longest dataset name (alone or with namespace) it starts with; names may hold dots."""
    spelled = [(spelling, name) for name in datasets for spelling in (str(name), name.name)]
    fitting = [(spelling, name) for spelling, name in spelled if text.lower().startswith(f"{spelling.lower()}.")]
    if not fitting:
        return None
    spelling, name = max(fitting, key=lambda pair: len(pair[0]))
    column = text[len(spelling) + 1 :]
    return (name, column) if column else None


def _can_have(dataset: Name, column: str, schemas: Schemas) -> bool:
    known = schemas.get(dataset, ())
    return not known or any(one.path.lower() == column.lower() for one in known)


def _spelled(dataset: Name, column: str, schemas: Schemas) -> str:
    return next((known.path for known in schemas.get(dataset, ()) if known.path.lower() == column.lower()), column)
