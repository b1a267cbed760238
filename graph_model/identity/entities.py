"""What is said about datasets being one, and what comes of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from graph_model.names import Name


class Kind(StrEnum):
    """How it is known that two datasets are one, the strongest first."""

    DECLARED = "declared"
    RENAME = "rename"
    SYMLINK = "symlink"


class Held(StrEnum):
    """Why evidence does not make two datasets one, though it says so."""

    APART = "apart"
    BOTH_DECLARED = "both declared"


@dataclass(frozen=True, slots=True)
class SameName:
    """Somebody says that two names are names of one thing.

    Of a RENAME, `source` is the old name and `target` the new one. Of a SYMLINK, `form` is what `target` is said to be:
    `TABLE`, `LOCATION` or nothing.
    """

    kind: Kind
    source: Name
    target: Name
    form: str = ""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A `SameName` between two datasets (by id) as the graph keeps it. `at`: when it was last said.

    `partition`: `source` declares a pattern of names, and this is the partition that `target` is. `held`: what the
    graph says of it now.
    """

    id: str
    kind: Kind
    source: str
    target: str
    form: str = ""
    at: datetime | None = None
    said_by: str = ""
    partition: str | None = None
    held: Held | None = None


@dataclass(frozen=True, slots=True)
class Member:
    """A dataset as far as it matters which of several stands for all. `scope` empty: nobody ever declared it.

    `entity`: the id of the dataset that stands for it in the graph now; None: it stands for itself alone.
    """

    id: str
    name: Name
    scope: str = ""
    retired: bool = False
    entity: str | None = None


@dataclass(frozen=True, slots=True)
class Decided:
    """By id of a dataset, the id of the one that stands for it (itself for that one); one that is alone is left out.

    `held`: by id, the evidence that does not count, and why.
    """

    entities: dict[str, str]
    held: dict[str, Held]
