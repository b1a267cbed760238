"""Reads a dataset of an event. An event of a run tells of the same datasets as the ones before it, so each content is
read once."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

import orjson

from connectors.openlineage.documents import DatasetDocument
from connectors.openlineage.facets import quality_of, terms_of_dataset
from connectors.openlineage.identity import is_drop, same_names
from connectors.openlineage.schema import columns_of
from graph_model.names import Name
from graph_model.observed.entities import Role, SeenDataset

KEPT = 4096
"""Contents that were read last, each of so many bytes at most; larger ones are read each time."""
LARGEST_KEPT = 4096


class ReadDataset(NamedTuple):
    """`warnings`: each begins with a JSON pointer from the dataset on."""

    seen: SeenDataset
    warnings: tuple[str, ...]


def read_dataset(document: Any, role: Role) -> ReadDataset:
    """Raises pydantic's ValidationError. What comes out is shared by all who read the same: nobody may change it."""
    try:
        content = orjson.dumps(document)
    except TypeError:  # an integer that is too large, a text that is none
        return _read(document, role)
    # What is no number is null to orjson, so that two contents might look like one.
    if len(content) > LARGEST_KEPT or b"null" in content:
        return _read(document, role)
    return _read_content(content, role)


@lru_cache(maxsize=KEPT)
def _read_content(content: bytes, role: Role) -> ReadDataset:
    return _read(orjson.loads(content), role)


def _read(document: Any, role: Role) -> ReadDataset:
    checked = DatasetDocument.model_validate(document)
    warnings: list[str] = []
    warn = warnings.append
    facets = checked.told
    name = Name(checked.namespace, checked.name)
    columns = columns_of(facets.get("schema"), "/facets/schema", warn, namespace=name.namespace)
    terms = terms_of_dataset(facets, columns, "/facets", warn)
    quality = quality_of(name, facets, "/facets", warn)
    terms |= quality.terms
    same = same_names(name, facets, "/facets", warn)
    seen = SeenDataset(name, role, facets, columns, same, is_drop(facets), terms, quality.results)
    return ReadDataset(seen, tuple(warnings))
