"""What a search speaks of: what is said of things, and what was found."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Literal

from graph_model.names import Name

Kind = Literal["dataset", "job", "consumer"]
KINDS: tuple[Kind, ...] = ("dataset", "job", "consumer")
Field = Literal["name", "column", "tag", "domain", "owner", "namespace", "description"]


class Rank(IntEnum):
    """How well a text answers a word, the best first. What is said so comes before what is almost said."""

    EXACT_NAME = 0
    START_OF_NAME = 1
    WORD_OF_NAME = 2
    PART_OF_NAME = 3
    COLUMN = 4
    PART_OF_COLUMN = 5
    LABEL = 6
    OWNER = 7
    NAMESPACE = 8
    DESCRIPTION = 9
    ALMOST_NAME = 10


@dataclass(frozen=True, slots=True, order=True)
class Thing:
    kind: Kind
    id: str
    name: Name


@dataclass(frozen=True, slots=True)
class Said:
    """A text that stands in one field of a thing. A column's description has its `column`."""

    field: Field
    text: str
    column: str = ""


@dataclass(frozen=True, slots=True)
class Why:
    """Where words of the search stand: a field, and the text there, shortened around the word. `almost`: the word is
    not quite the one that stands there."""

    field: Field
    snippet: str
    rank: Rank
    almost: bool = False


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing that answers every word. `why` has the best place for each word, the best first."""

    thing: Thing
    rank: Rank
    why: tuple[Why, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """`is_complete` False: there is more than was looked at, or than was asked for; other words find less."""

    hits: tuple[Hit, ...] = ()
    is_complete: bool = True
