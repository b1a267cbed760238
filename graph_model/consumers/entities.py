"""Consumers as the graph knows them: whatever is downstream and is not a job."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from graph_model.estate.entities import Deadline, ReadSpec
from graph_model.names import Name


@dataclass(frozen=True, slots=True)
class Consumer:
    """`retired_at` is None while the consumer is declared."""

    id: str
    name: Name
    kind: str
    reads: tuple[ReadSpec, ...] = ()
    owners: tuple[str, ...] = ()
    deadline: Deadline | None = None
    description: str = ""
    scope: str = ""
    retired_at: datetime | None = None
