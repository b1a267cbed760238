"""Schemas over time: what one is, how two differ, and the steps that led to the one of today."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

from graph_model.contracts.entities import Column

Source = Literal["declared", "observed"]


class ChangeClass(StrEnum):
    """How much a change means to readers, as the parts of a version number do.

    MAJOR: who read the old schema may fail. MINOR: there is more than before, or values may be larger than before.
    PATCH: readers of the old schema notice nothing.
    """

    NONE = "none"
    PATCH = "patch"
    MINOR = "minor"
    MAJOR = "major"


_ORDER = tuple(ChangeClass)


def worst(classes: list[ChangeClass]) -> ChangeClass:
    return max(classes, key=_ORDER.index, default=ChangeClass.NONE)


@dataclass(frozen=True, slots=True)
class ColumnChange:
    """What happens to one column; `path` is its new name, or the old one of a column that is gone. `text` is a whole
    sentence."""

    path: str
    change: ChangeClass
    text: str


@dataclass(frozen=True, slots=True)
class Difference:
    """`change` is the worst of the changes."""

    changes: tuple[ColumnChange, ...]

    @property
    def change(self) -> ChangeClass:
        return worst([change.change for change in self.changes])


@dataclass(frozen=True, slots=True)
class SchemaVersion:
    """The columns of a dataset (by id), in order."""

    id: str
    dataset: str
    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True)
class Sighting:
    """That a schema was there: from `since` on, as an estate declared it or as published versions showed it.

    `until`: since when a declaration no longer holds. `versions`: how many showed it one after the other, the first of
    them being `version`.
    """

    schema: str
    source: Source
    since: datetime
    until: datetime | None = None
    versions: int = 0
    version: str | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One schema in the history, and how it differs from the one before it of the same source. `before` None: it is the
    first that is known.

    `identities` has, for each path, the name that the column had when it was first seen; declared renames keep it.
    """

    schema: SchemaVersion
    sighting: Sighting
    before: str | None
    difference: Difference
    identities: dict[str, str]


@dataclass(frozen=True, slots=True)
class History:
    """Oldest first. Not complete: there are older published versions than were looked at."""

    steps: tuple[Step, ...]
    is_complete: bool = True
