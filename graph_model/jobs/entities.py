"""Jobs as the graph knows them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from graph_model.estate.entities import InputSpec
from graph_model.names import Name
from graph_model.observed.known import ToldOfJob
from graph_model.partitions.rules import PartitionScheme


@dataclass(frozen=True, slots=True)
class Job:
    """`columns_known` False: nobody could read which columns it uses; `unresolved` says what could not be followed.
    `retired_at` is None while the job is declared. `kind` is one of estates, what an import calls it (`dbt`), or
    `observed`: nobody declared it, others told of its runs.

    `told` is what others tell of it (None: nothing), beside what is declared: owners are those of both, a description
    is the declared one, if there is any. `parents` and `parts` are jobs of whose runs its own were seen to be part, and
    the other way round.
    """

    id: str
    name: Name
    kind: str
    inputs: tuple[InputSpec, ...] = ()
    outputs: tuple[Name, ...] = ()
    partitions: PartitionScheme = field(default_factory=PartitionScheme)
    retries: int = 0
    timeout_seconds: float = 0.0
    priority: int = 0
    owners: tuple[str, ...] = ()
    description: str = ""
    tags: tuple[str, ...] = ()
    told: ToldOfJob | None = None
    facets: str = ""
    parents: tuple[Name, ...] = ()
    parts: tuple[Name, ...] = ()
    columns_known: bool = False
    unresolved: tuple[str, ...] = ()
    definition_hash: str = ""
    scope: str = ""
    retired_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class JobFilters:
    """Which jobs are meant; what is empty does not matter. `search` is a part of a name in any case. `integration`
    (SPARK, DBT, AIRFLOW …) and `processing` (BATCH, STREAMING, SERVICE) are as others tell them."""

    search: str = ""
    integration: str = ""
    processing: str = ""
    tag: str = ""
    owner: str = ""
