"""What a crawl finds: proposals, and what it could not look at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from graph_model.contracts.entities import Column


@dataclass(frozen=True, slots=True)
class Guess:
    """Something that was not said anywhere, only looks so; `why` tells from what."""

    value: str
    why: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """A dataset as an estate file would declare it.

    `location` is a template below the storage root, or absolute; None where no template can say where a partition lies.
    A table has `url` and `table` instead. `partition` are the words of an estate. `key` and the `unique` columns are
    promised by the database, `keys` are only guessed. `notes` are for whoever reads it. `place` is where it was found,
    for comparing.
    """

    name: str
    format: str
    place: str
    location: str | None = None
    url: str = ""
    table: str = ""
    partition: Mapping[str, Any] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    columns: tuple[Column, ...] = ()
    key: tuple[str, ...] = ()
    unique: tuple[str, ...] = ()
    keys: tuple[Guess, ...] = ()
    owners: tuple[Guess, ...] = ()
    description: str = ""
    summary: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Skipped:
    """Something that was found and is no part of a proposal."""

    place: str
    reason: str


@dataclass(frozen=True, slots=True)
class Crawled:
    """`within` is the folder or database that was walked, as `place` of the proposals spells it."""

    within: str
    proposals: tuple[Proposal, ...] = ()
    skipped: tuple[Skipped, ...] = ()
