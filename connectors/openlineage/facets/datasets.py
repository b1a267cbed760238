"""What the facets of a dataset say, of its inputs and outputs too."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from connectors.openlineage.facets.everywhere import DOCUMENTATION, OWNERSHIP, tag_text
from connectors.openlineage.facets.reading import (
    Facet,
    Reader,
    Terms,
    count_in,
    list_in,
    name_in,
    read_terms,
    words_in,
)
from connectors.openlineage.schema import Warn
from graph_model.contracts.entities import Column

_COUNTS = {"rowCount": "rows", "size": "bytes", "bytes": "bytes", "fileCount": "files"}


def terms_of_dataset(facets: Mapping[str, Any], columns: tuple[Column, ...], at: str, warn: Warn) -> Terms:
    """`columns`: what the `schema` facet was read as."""
    told = read_terms(facets, _READERS, at, warn)
    if "schema" in facets:
        told["column_descriptions"] = {
            column.path: column.description.strip() for column in columns if column.description.strip()
        }
    return told


def statistics_of(facet: Facet) -> dict[str, int]:
    """Rows, bytes and files, as far as they were counted."""
    counts = ((ours, count_in(facet, theirs)) for theirs, ours in _COUNTS.items())
    return {name: count for name, count in counts if count is not None}


def _tags(facet: Facet) -> Terms:
    """Tags of the dataset, and of its columns where they name one."""
    own: set[str] = set()
    columns: dict[str, set[str]] = defaultdict(set)
    for tag in list_in(facet, "tags"):
        (columns[name_in(tag, "field")] if tag.get("field") else own).add(tag_text(tag))
    return {"tags": sorted(own), "column_tags": {path: sorted(found) for path, found in sorted(columns.items())}}


def _kind(facet: Facet) -> Terms:
    sub = words_in(facet, "subType").get("subType", "")
    return {"kind": name_in(facet, "datasetType").upper(), "sub_kind": sub.upper()}


def _levels(facet: Facet) -> Terms:
    return {
        "levels": [[name_in(level, "type").upper(), name_in(level, "name")] for level in list_in(facet, "hierarchy")]
    }


def _catalog(facet: Facet) -> Terms:
    name_in(facet, "name")
    return {"catalog": words_in(facet, "framework", "type", "name", "metadataUri", "warehouseUri", "source")}


def _storage(facet: Facet) -> Terms:
    name_in(facet, "storageLayer")
    return {"storage": words_in(facet, "storageLayer", "fileFormat")}


def _data_source(facet: Facet) -> Terms:
    return {"data_source": words_in(facet, "name", "uri")}


def _read(facet: Facet) -> Terms:
    return {"read": statistics_of(facet)}


def _written(facet: Facet) -> Terms:
    return {"written": statistics_of(facet)}


def _measured(facet: Facet) -> Terms:
    return {"measured": statistics_of(facet) | words_in(facet, "lastUpdated")}


_READERS = {
    "ownership": OWNERSHIP,
    "tags": Reader(("tags", "column_tags"), _tags),
    "documentation": DOCUMENTATION,
    "datasetType": Reader(("kind", "sub_kind"), _kind),
    "hierarchy": Reader(("levels",), _levels),
    "catalog": Reader(("catalog",), _catalog),
    "storage": Reader(("storage",), _storage),
    "dataSource": Reader(("data_source",), _data_source),
    "inputStatistics": Reader(("read",), _read),
    "outputStatistics": Reader(("written",), _written),
    "dataQualityMetrics": Reader(("measured",), _measured),
}
