"""Files and rows that appear where a dataset is watched."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from graph_model.arrivals.watch import AnyWatch
from graph_model.names import Name
from graph_model.partitions.rules import PartitionScheme


class Mark(NamedTuple):
    """What changes when a file does. `time` is in nanoseconds; of some stores it is only seconds."""

    size: int
    time: int

    @property
    def order(self) -> int:
        """What was written first is reported first."""
        return self.time


class RowsMark(NamedTuple):
    """What changes when the rows of a partition do: their number, and the highest value of the column that rises."""

    number: int
    high: str

    @property
    def order(self) -> int:
        return 0


AnyMark = Mark | RowsMark


@dataclass(frozen=True, slots=True)
class Watched:
    """A dataset that is watched, with what its owners were told last: what keeps us from looking, and names or
    values that are no partition."""

    dataset: str
    name: Name
    format: str
    options: Mapping[str, Any]
    partitions: PartitionScheme
    watch: AnyWatch
    trouble: str = ""
    strange: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Arrived:
    """A whole file, or the whole rows of a partition: the location to report, the partition, and the mark."""

    location: str
    key: str
    mark: AnyMark
