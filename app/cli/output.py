"""How results are printed: data to stdout, as a table or as JSON; everything else to stderr."""

from __future__ import annotations

import dataclasses
import json
import math
import sys
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date, datetime, time, timedelta
from enum import Enum
from typing import TYPE_CHECKING, Any

from graph_model.names import Name

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

SCHEMA_VERSION = 1
"""Of everything printed under --json. It changes when a field goes away or changes its meaning, not when one is new."""

# A file or pipe has no width: nothing may be cut or wrapped for it.
_UNLIMITED = 10_000

_STYLES = {
    **dict.fromkeys(("OK", "PUBLISHED", "SUCCEEDED", "SAFE", "READY", "create", "KEPT", "ON_TIME"), "green"),
    **dict.fromkeys(("RISKY", "UNKNOWN", "VALIDATING", "REPORTED", "update", "AT_RISK"), "yellow"),
    **dict.fromkeys(
        ("FAIL", "QUARANTINED", "FAILED", "BREAKS", "MISSING", "retire", "MISSED", "LATE", "BLOCKED"), "bold red"
    ),
    **dict.fromkeys(("SKIP", "SUPERSEDED", "CANCELLED", "LAPSED"), "dim"),
    "RUNNING": "cyan",
}


def jsonable(value: Any) -> Any:
    """`value` as JSON holds it: dataclasses as objects, names as `namespace/name`, times in ISO 8601, enums by value.

    Numbers that JSON does not know (NaN, infinity) become their names; anything foreign becomes its text. Secrets hide
    themselves in their text.
    """
    if value is None or (isinstance(value, bool | int) and not isinstance(value, Enum)):
        return value
    if isinstance(value, Enum):
        return jsonable(value.value)
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    return _jsonable_composite(value)


def _jsonable_composite(value: Any) -> Any:
    if isinstance(value, Name):
        return str(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: jsonable(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): jsonable(item) for key, item in value.items()}
    if isinstance(value, AbstractSet):
        return sorted((jsonable(item) for item in value), key=str)
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [jsonable(item) for item in value]
    return str(value)


def print_json(**payload: Any) -> None:
    """One JSON object on stdout, `schema_version` first."""
    print_text(json_text(**payload))


def json_text(**payload: Any) -> str:
    return json.dumps({"schema_version": SCHEMA_VERSION, **jsonable(payload)}, indent=2)


def print_text(text: str) -> None:
    """A line (or several) of data on stdout."""
    sys.stdout.write(f"{text}\n")


def print_table(columns: Sequence[str], rows: Iterable[Sequence[Any]], *, empty: str) -> None:
    """A table on stdout; without rows, the sentence `empty` on stderr: no data is no data."""
    rows = list(rows)
    if not rows:
        say(empty)
        return
    from rich import box
    from rich.table import Table

    table = Table(*columns, box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for column in table.columns:
        column.overflow = "fold"
    for row in rows:
        table.add_row(*(styled(cell) for cell in row))
    print_rich(table)


def print_fields(**fields: Any) -> None:
    """One thing, a line per field; fields without a value are left out."""
    shown = {name.replace("_", " "): cell_text(value) for name, value in fields.items() if value not in (None, "", ())}
    width = max(map(len, shown), default=0)
    for name, text in shown.items():
        print_text(f"{name:<{width}}  {text}")


def print_rich(renderable: RenderableType) -> None:
    """Anything of Rich on stdout; plain and uncut when that is not a terminal."""
    console = _console()
    with console.capture() as captured:
        console.print(renderable)
    # Padding is for eyes only: trailing blanks would be data to a program that reads lines.
    print_text("\n".join(line.rstrip() for line in captured.get().splitlines()))


def say(text: str) -> None:
    """Progress and remarks: on stderr, so that stdout stays data."""
    sys.stderr.write(f"{printable(text)}\n")
    sys.stderr.flush()


def styled(value: Any) -> RenderableType:
    from rich.text import Text

    text = cell_text(value)
    return Text(text, style=_STYLES.get(text, ""))


def cell_text(value: Any) -> str:
    """One value in a table: times to the second in UTC, lists joined, nothing for None."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, list | tuple):
        return ", ".join(cell_text(item) for item in value)
    return printable(str(value.value if isinstance(value, Enum) else value))


def printable(text: str) -> str:
    """`text` without control characters: names and rows come from outside and must not steer the terminal."""
    return "".join(char if char.isprintable() or char in "\n\t" else "\N{REPLACEMENT CHARACTER}" for char in text)


def _console() -> Console:
    from rich.console import Console

    terminal = sys.stdout.isatty()
    return Console(
        file=sys.stdout,
        force_terminal=terminal,
        width=None if terminal else _UNLIMITED,
        highlight=False,
        markup=False,
        emoji=False,
    )
