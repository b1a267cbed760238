"""Files that appear where a dataset is watched."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from graph_model.arrivals.watch import Watch
from graph_model.names import Name
from graph_model.partitions.rules import PartitionScheme


class Mark(NamedTuple):
    """What changes when a file does. `time` is in nanoseconds; of some stores it is only seconds."""

    size: int
    time: int


@dataclass(frozen=True, slots=True)
class Watched:
    """A dataset that is watched, with what its owners were told last: what keeps us from looking, and names that are no
    partition."""

    dataset: str
    name: Name
    format: str
    options: Mapping[str, Any]
    partitions: PartitionScheme
    watch: Watch
    trouble: str = ""
    strange: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Arrived:
    """A whole file: the location to report, the partition that its name spells, and its mark."""

    location: str
    key: str
    mark: Mark
