"""Which columns were made from which: as `columnLineage` of an output, and as `lineage` of the job."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from connectors.openlineage.own.facets import Facet, facet
from graph_model.emitting.entities import Attempt
from graph_model.lineage.entities import ColumnFlow
from graph_model.names import Name

_INDIRECT = {"type": "INDIRECT"}


def column_lineage(attempt: Attempt, target: Name) -> Facet | None:
    """None where nothing is known about the columns of this output."""
    flows = [flow for flow in attempt.flows if flow.target == target]
    shapes = [shape for shape in attempt.shapes if shape.target == target]
    if not flows and not shapes:
        return None
    fields = {
        column: {"inputFields": [_column(flow.source, flow.source_column, _transformation(flow)) for flow in made]}
        for column, made in _by_column(flows)
    }
    whole = [_column(shape.source, shape.source_column, _INDIRECT) for shape in shapes]
    return facet("columnLineage", fields=fields, **({"dataset": whole} if whole else {}))


def job_lineage(attempt: Attempt) -> Facet:
    """What each output came from, so that nobody has to guess it from all inputs and all outputs."""
    return facet("lineage", entries=[_entry(attempt, output.dataset.name) for output in attempt.outputs])


def _entry(attempt: Attempt, target: Name) -> dict[str, Any]:
    flows = [flow for flow in attempt.flows if flow.target == target]
    whole = [_dataset(read.dataset.name) for read in attempt.inputs]
    whole += [
        _dataset(shape.source, field=shape.source_column, transformations=[_INDIRECT])
        for shape in attempt.shapes
        if shape.target == target
    ]
    fields = {
        column: {
            "inputs": [
                _dataset(flow.source, field=flow.source_column, transformations=[_transformation(flow)])
                for flow in made
            ]
        }
        for column, made in _by_column(flows)
    }
    return {**_dataset(target), "inputs": whole, **({"fields": fields} if fields else {})}


def _by_column(flows: Iterable[ColumnFlow]) -> list[tuple[str, list[ColumnFlow]]]:
    found: dict[str, list[ColumnFlow]] = {}
    for flow in flows:
        found.setdefault(flow.target_column, []).append(flow)
    return sorted(found.items())


def _column(source: Name, column: str, transformation: dict[str, str]) -> dict[str, Any]:
    return {"namespace": source.namespace, "name": source.name, "field": column, "transformations": [transformation]}


def _dataset(name: Name, **more: Any) -> dict[str, Any]:
    return {"namespace": name.namespace, "name": name.name, "type": "DATASET", **more}


def _transformation(flow: ColumnFlow) -> dict[str, str]:
    return {"type": flow.kind, **({"subtype": flow.transformation} if flow.transformation else {})}
