"""What becomes of a query when the tables it reads change: the question, in words that whoever answers it can read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from graph_model.contracts.entities import Column

Tables = Mapping[str, Sequence[Column]]
"""The columns of each table, by the name that the query calls it, in their order."""


Values = tuple["tuple[str, ...] | None", "tuple[str, ...] | None"]
"""The values that may occur before and after, as text; None: any."""


@dataclass(frozen=True, slots=True)
class Beside:
    """What changes of a table that its columns do not show. `lost_key`: these were unique together, and no longer are.
    `values`: by column, where other values may occur than before. `fitting`: columns of another type, which holds all
    values that are there, as the same numbers."""

    lost_key: tuple[str, ...] = ()
    values: Mapping[str, Values] = field(default_factory=dict)
    fitting: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Bound:
    """The query fits its tables, and comes to these columns, in this order; `unknown` is a type nobody can say."""

    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True)
class Refused:
    """The query does not fit its tables: its engine says `reason`."""

    reason: str


class TurnKind(StrEnum):
    """Ways in which a query goes on and comes to something else."""

    STAR = "star"  # `SELECT *` passes on columns that are new, gone or moved
    JOIN_KEY = "join_key"  # NATURAL JOIN or USING joins by other columns
    CAPTURED = "captured"  # a name without a table now means another table's column
    POSITION = "position"  # UNION, INSERT or ORDER BY 1 takes columns by their place
    NULLS = "nulls"  # a join, a filter, NOT IN or a count meets values that may be missing now
    DUPLICATES = "duplicates"  # a join by what is no key any more may double rows
    ARITHMETIC = "arithmetic"  # the values of an expression depend on a type that changes
    COMPARISON = "comparison"  # a filter, join, grouping or order compares by a type that changes
    VALUES = "values"  # a literal in the query is no longer, or not the only, value that occurs


@dataclass(frozen=True, slots=True)
class Turn:
    """One place where the query comes to something else. `columns` are the output columns whose values may differ;
    `rows`: there may be more, fewer or other rows, so that all of them do. `about` is the table's column behind it."""

    kind: TurnKind
    text: str
    table: str
    about: str
    columns: frozenset[str] = frozenset()
    rows: bool = False


@dataclass(frozen=True, slots=True)
class Rebinding:
    before: Bound | Refused
    after: Bound | Refused
    turns: tuple[Turn, ...] = ()


class Rebind(Protocol):
    """Holds a query against its tables before and after a change, without running it.

    None: nobody can say (another dialect, a table whose columns are not known, SQL that cannot be read). A column that
    a reader's view has besides those of the dataset (`_partition` of a windowed input) is one of the table. `beside`
    is by table.
    """

    def __call__(
        self,
        text: str,
        *,
        dialect: str,
        before: Tables,
        after: Tables,
        beside: Mapping[str, Beside] | None = None,
    ) -> Rebinding | None: ...
