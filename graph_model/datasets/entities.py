"""Datasets as the graph knows them: what was declared, and what is there now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from graph_model.contracts.entities import Column, Contract
from graph_model.names import Name
from graph_model.observed.known import ToldOfDataset
from graph_model.observed.trust import Trust
from graph_model.partitions.rules import PartitionScheme
from graph_model.retention.entities import Retention
from graph_model.versions.entities import VersionState


@dataclass(frozen=True, slots=True)
class Dataset:
    """`columns` are those of the current schema, in order, with what the contract says about each; before any schema is
    known, those that the contract declares, and where nothing is declared, those that others saw last. `properties`
    are what its people noted: plain values by name.

    `told` is what others tell of it (None: nothing). It stands beside what is declared: owners and tags are those of
    both, a description is the declared one, if there is any.

    `retired_at` is None while the dataset is declared.
    """

    id: str
    name: Name
    format: str
    location: str | None = None
    partitions: PartitionScheme = field(default_factory=PartitionScheme)
    columns: tuple[Column, ...] = ()
    contract: Contract = field(default_factory=Contract)
    owners: tuple[str, ...] = ()
    description: str = ""
    tags: tuple[str, ...] = ()
    classification: str = ""
    domain: str = ""
    tier: str = ""
    properties: Mapping[str, Any] = field(default_factory=dict)
    expose: str | None = None
    retention: Retention | None = None
    observed: Trust | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    told: ToldOfDataset | None = None
    facets: str = ""
    scope: str = ""
    retired_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Filters:
    """Which datasets are meant; what is empty does not matter. `search` is a part of a name in any case. `kind`
    (TABLE, VIEW, TOPIC …) and `within` (the name of a database, a schema …) are as others tell them."""

    search: str = ""
    namespace: str = ""
    format: str = ""
    owner: str = ""
    tag: str = ""
    domain: str = ""
    tier: str = ""
    kind: str = ""
    within: str = ""


@dataclass(frozen=True, slots=True)
class PartitionOverview:
    """One partition at a glance: the version that readers get, and the state of the newest one. They differ when the
    newest one is quarantined or still being validated.

    `published_at` and `row_count` are those of the current version; `first_published` is when readers first got any.
    """

    key: str
    versions: int
    current: str | None = None
    newest: str | None = None
    newest_state: VersionState | None = None
    reason: str = ""
    published_at: datetime | None = None
    row_count: int | None = None
    first_published: datetime | None = None
