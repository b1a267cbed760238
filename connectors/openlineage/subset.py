"""Partitions in the facet `subset`: one form, for what is told and for what is read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from graph_model.partitions.scheme import LIST, PartitionScheme

CONDITIONS = {"INPUT": "inputCondition", "OUTPUT": "outputCondition"}


def partition_condition(keys: Sequence[str], scheme: PartitionScheme) -> dict[str, Any]:
    """These partitions of a dataset: the key is the identifier, and the one dimension is what the dataset is sliced by
    (`day`, `month` …; `partition` where that is a list)."""
    every = scheme.every or LIST
    dimension = "partition" if every == LIST else every
    return {"type": "partition", "partitions": [{"identifier": key, "dimensions": {dimension: key}} for key in keys]}
