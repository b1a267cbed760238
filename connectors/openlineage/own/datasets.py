"""The datasets of our own events: what they are, which part of them a run touched, and what was found in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from connectors.openlineage.own.columns import column_lineage
from connectors.openlineage.own.facets import Facet, facet, there
from connectors.openlineage.subset import partition_condition
from graph_model.contracts.entities import CheckResult, Column, lies_in
from graph_model.datasets.entities import Dataset
from graph_model.emitting.entities import Attempt, Told, ToldDataset
from graph_model.schemas.documents import to_openlineage
from graph_model.schemas.types import StructOf, read

_SEVERITY = {"blocking": "error", "warning": "warn"}


def input_of(told: ToldDataset) -> dict[str, Any]:
    of_input = there(
        subset=_subset("input", "inputCondition", told, [one.version.partition for one in told.versions]),
        inputStatistics=_statistics("inputStatistics", told.versions),
        dataQualityAssertions=_assertions(told.versions),
    )
    return {**_named(told), "facets": _facets(told), "inputFacets": of_input}


def output_of(told: ToldDataset, attempt: Attempt, *, made: bool) -> dict[str, Any]:
    """`made`: the run is complete, so that it is known what the output was made from."""
    of_output = there(
        subset=_subset("output", "outputCondition", told, [told.key]),
        outputStatistics=_statistics("outputStatistics", told.versions),
        dataQualityAssertions=_assertions(told.versions),
    )
    columns = there(columnLineage=column_lineage(attempt, told.dataset.name) if made else None)
    return {**_named(told), "facets": _facets(told) | columns, "outputFacets": of_output}


def _named(told: ToldDataset) -> dict[str, Any]:
    return {"namespace": told.dataset.name.namespace, "name": told.dataset.name.name}


def _facets(told: ToldDataset) -> dict[str, Facet]:
    dataset = told.dataset
    return there(
        schema=_schema(next((one.columns for one in reversed(told.versions) if one.columns), dataset.columns)),
        # Of several partitions no single version was read: the run tells them all.
        version=facet("version", datasetVersion=told.versions[0].version.id) if len(told.versions) == 1 else None,
        ownership=owners("ownership of dataset", dataset.owners),
        documentation=documentation("documentation of dataset", dataset.description),
        datasetType=facet("datasetType", datasetType="TABLE" if dataset.format == "table" else "FILE"),
        storage=_storage(dataset, told.versions),
        symlinks=_symlinks(told),
        tags=_tags(dataset),
    )


def owners(kind: str, names: Iterable[str]) -> Facet | None:
    said = [{"name": name, "type": "OWNER"} for name in sorted(names)]
    return facet(kind, owners=said) if said else None


def documentation(kind: str, text: str) -> Facet | None:
    return facet(kind, description=text) if text else None


def _schema(columns: Sequence[Column]) -> Facet | None:
    """What lies in a struct is said with it; a field of something else keeps its whole path."""
    structs = [column.path for column in columns if isinstance(read(column.type), StructOf)]
    whole = [c for c in columns if not any(c.path != outer and lies_in(c.path, outer) for outer in structs)]
    return facet("schema", fields=[_field(column, place) for place, column in enumerate(whole, 1)]) if whole else None


def _field(column: Column, place: int) -> dict[str, Any]:
    described = {"description": column.description} if column.description else {}
    return {**to_openlineage(column.path, read(column.type)), **described, "ordinal_position": place}


def _storage(dataset: Dataset, versions: Sequence[Told]) -> Facet:
    location = versions[-1].version.location if versions else dataset.location or ""
    scheme, found, _ = location.partition("://")
    if dataset.format == "table":
        return facet("storage", storageLayer="database")
    return facet("storage", storageLayer=scheme if found else "file", fileFormat=dataset.format)


def _symlinks(told: ToldDataset) -> Facet | None:
    said = [{"namespace": name.namespace, "name": name.name, "type": "TABLE"} for name in told.names]
    return facet("symlinks", identifiers=said) if said else None


def _tags(dataset: Dataset) -> Facet | None:
    said = [{"key": tag, "value": "true", "source": "HEADWATER"} for tag in sorted(dataset.tags)]
    if dataset.classification:
        said.append({"key": "classification", "value": dataset.classification, "source": "HEADWATER"})
    return facet("tags", tags=said) if said else None


def _subset(side: str, condition: str, told: ToldDataset, keys: Sequence[str]) -> Facet | None:
    scheme = told.dataset.partitions
    known = sorted(filter(None, set(keys)))
    if scheme.every is None or not known:
        return None
    return facet(f"subset of {side}", **{condition: partition_condition(known, scheme)})


def _statistics(kind: str, versions: Sequence[Told]) -> Facet | None:
    """All versions together; a number that one of them lacks is not known of all."""
    told = {
        "rowCount": _sum(one.version.row_count for one in versions),
        "size": _sum(one.version.size_bytes for one in versions),
        "fileCount": _sum(one.metrics.get("files") for one in versions),
    }
    known = {name: number for name, number in told.items() if number is not None}
    return facet(kind, **known) if known else None


def _sum(numbers: Iterable[Any]) -> int | None:
    found = list(numbers)
    return sum(found) if found and all(isinstance(number, int) for number in found) else None


def _assertions(versions: Sequence[Told]) -> Facet | None:
    said = [_assertion(result, one.version.partition) for one in versions for result in one.version.results]
    return facet("dataQualityAssertions", assertions=said) if said else None


def _assertion(result: CheckResult, partition: str) -> dict[str, Any]:
    """Never rows, only what was found about them."""
    said: dict[str, Any] = {
        "assertion": result.kind,
        "success": result.passed,
        "severity": _SEVERITY[result.severity],
        "name": result.check,
    }
    if result.message:
        said["description"] = result.message
    if result.value is not None:
        said["actual"] = f"{result.value:g}"
    params = {"partition": partition} if partition else {}
    return {**said, "params": {**params, "failedRows": result.failed_rows}}
