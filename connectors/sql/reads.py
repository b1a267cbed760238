"""What an SQL text reads and writes, as plain values that travel between processes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from connectors.sql.origins import Leaf, Origins, Way

LONGEST_SQL = 100_000
"""Characters. Parsing time grows faster than the text, and nobody waits for a lineage."""
RESULT = ""
"""As a table: what the text gives back to whoever runs it."""


class UnreadableSqlError(Exception):
    """The text cannot be followed. The message says why, for people."""


@dataclass(frozen=True, slots=True)
class TableReads:
    """One table that is written: where its columns come from, which columns shape it, whether the text creates it."""

    table: str
    columns: Mapping[str, Origins]
    shapes: frozenset[Leaf]
    created: bool = False


@dataclass(frozen=True, slots=True)
class ScriptReads:
    """Everything that a text does. Tables are dotted names in lower case; columns are spelled as their tables or the
    author spell them.

    `reads` are the tables that are read. `mentioned` are columns that are spoken of, whether or not they go anywhere.
    `unresolved` is empty when everything was followed.
    """

    written: tuple[TableReads, ...] = ()
    reads: frozenset[str] = frozenset()
    mentioned: frozenset[Leaf] = frozenset()
    unresolved: tuple[str, ...] = ()


def dumps(reads: ScriptReads) -> str:
    written = [
        {
            "table": one.table,
            "columns": [
                [name, [[*leaf, int(way)] for leaf, way in found.items()]] for name, found in one.columns.items()
            ],
            "shapes": sorted(one.shapes),
            "created": one.created,
        }
        for one in reads.written
    ]
    rest = {"reads": sorted(reads.reads), "mentioned": sorted(reads.mentioned), "unresolved": reads.unresolved}
    return json.dumps({"written": written, **rest})


def loads(text: str) -> ScriptReads:
    document = json.loads(text)
    return ScriptReads(
        tuple(map(_table, document["written"])),
        frozenset(document["reads"]),
        frozenset((table, column) for table, column in document["mentioned"]),
        tuple(document["unresolved"]),
    )


def _table(document: Mapping[str, Any]) -> TableReads:
    columns = {name: {(table, column): Way(way) for table, column, way in found} for name, found in document["columns"]}
    shapes = frozenset((table, column) for table, column in document["shapes"])
    return TableReads(document["table"], columns, shapes, document["created"])
