"""The facets of our own events: each of the newest version of the standard, and said by us."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

HEADWATER_VERSION = version("headwater")
PRODUCER = f"urn:headwater:{HEADWATER_VERSION}"
SCHEMA_URL = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent"
OWN_SCHEMA_URL = "urn:headwater:facets:run:1-0-0"

Facet = dict[str, Any]

# What each facet is called in the standard, and its version.
SCHEMAS: Mapping[str, tuple[str, str, str]] = {
    "nominalTime": ("1-0-1", "NominalTimeRunFacet", "NominalTimeRunFacet"),
    "errorMessage": ("1-0-1", "ErrorMessageRunFacet", "ErrorMessageRunFacet"),
    "processing_engine": ("1-1-1", "ProcessingEngineRunFacet", "ProcessingEngineRunFacet"),
    "jobType": ("2-0-4", "JobTypeJobFacet", "JobTypeJobFacet"),
    "sql": ("1-1-0", "SQLJobFacet", "SQLJobFacet"),
    "lineage": ("1-0-0", "LineageFacet", "LineageJobFacet"),
    "schema": ("1-2-0", "SchemaDatasetFacet", "SchemaDatasetFacet"),
    "version": ("1-0-1", "DatasetVersionDatasetFacet", "DatasetVersionDatasetFacet"),
    "datasetType": ("1-0-1", "DatasetTypeDatasetFacet", "DatasetTypeDatasetFacet"),
    "storage": ("1-0-1", "StorageDatasetFacet", "StorageDatasetFacet"),
    "symlinks": ("1-0-1", "SymlinksDatasetFacet", "SymlinksDatasetFacet"),
    "tags": ("1-0-0", "TagsDatasetFacet", "TagsDatasetFacet"),
    "columnLineage": ("1-2-0", "ColumnLineageDatasetFacet", "ColumnLineageDatasetFacet"),
    "dataQualityAssertions": (
        "1-1-0",
        "DataQualityAssertionsDatasetFacet",
        "DataQualityAssertionsDatasetFacet",
    ),
    "inputStatistics": ("1-0-0", "InputStatisticsInputDatasetFacet", "InputStatisticsInputDatasetFacet"),
    "outputStatistics": ("1-0-2", "OutputStatisticsOutputDatasetFacet", "OutputStatisticsOutputDatasetFacet"),
    "ownership of job": ("1-0-1", "OwnershipJobFacet", "OwnershipJobFacet"),
    "ownership of dataset": ("1-0-1", "OwnershipDatasetFacet", "OwnershipDatasetFacet"),
    "documentation of job": ("1-1-0", "DocumentationJobFacet", "DocumentationJobFacet"),
    "documentation of dataset": ("1-1-0", "DocumentationDatasetFacet", "DocumentationDatasetFacet"),
    "subset of input": ("1-0-0", "BaseSubsetDatasetFacet", "InputSubsetInputDatasetFacet"),
    "subset of output": ("1-0-0", "BaseSubsetDatasetFacet", "OutputSubsetOutputDatasetFacet"),
}


def facet(kind: str, **members: Any) -> Facet:
    """A facet of the standard, by its name; `… of …` where the standard has several of one name."""
    number, file, definition = SCHEMAS[kind]
    url = f"https://openlineage.io/spec/facets/{number}/{file}.json#/$defs/{definition}"
    return {"_producer": PRODUCER, "_schemaURL": url, **members}


def own_facet(**members: Any) -> Facet:
    return {"_producer": PRODUCER, "_schemaURL": OWN_SCHEMA_URL, **members}


def there(**facets: Facet | None) -> dict[str, Facet]:
    """Those that say something."""
    return {name: said for name, said in facets.items() if said is not None}
