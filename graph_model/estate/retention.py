"""Reads what an estate file says about keeping versions."""

from __future__ import annotations

from graph_model.estate.sections import Section
from graph_model.estate.vocabulary import RETENTION_KEYS
from graph_model.estate.yaml_lines import Scalar
from graph_model.partitions.rules import PartitionScheme
from graph_model.retention.entities import Retention

KEY = "retention"


def read_retention(section: Section, partitions: PartitionScheme | None) -> Retention | None:
    """`retention: 90d`, the age of what was replaced, or a mapping of rules. None: nothing is said.

    `partitions` None: how the dataset is sliced is a mistake of its own, and nothing is held against it.
    """
    if isinstance(section.tree(KEY), Scalar):
        age = section.seconds(KEY)
        return Retention(age=age) if age else None
    inner = section.section(KEY, RETENTION_KEYS)
    if inner is None:
        return None
    if not section.entries(KEY):
        inner.wrong(inner.start, "says nothing", f"known are {', '.join(RETENTION_KEYS)}")
        return None
    retention = Retention(
        versions=_count(inner, "versions"),
        partitions=_count(inner, "partitions"),
        age=inner.seconds("age"),
        partition_age=inner.seconds("partition_age"),
    )
    _check_times(inner, retention, partitions)
    return retention


def _check_times(inner: Section, retention: Retention, partitions: PartitionScheme | None) -> None:
    for key in ("partitions", "partition_age"):
        if key in inner and partitions is not None and partitions.unit is None:
            inner.wrong(inner.line(key), f"{key} needs partitions of time", "add partition: {every: day}")
    if retention.age and retention.partition_age and retention.partition_age < retention.age:
        inner.wrong(inner.line("partition_age"), "partition_age is shorter than age, which could keep nothing then")


def _count(inner: Section, key: str) -> int | None:
    tree = inner.tree(key)
    return None if tree is None else inner.as_number(tree, key, least=1)
