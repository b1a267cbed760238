"""How a text file is written, from its first lines: encoding and delimiter of CSV."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

LOOKED_AT = 64 * 1024
_DELIMITERS = (",", ";", "\t", "|")
_LINES = 20


def csv_options(path: Path) -> dict[str, Any]:
    """The options that differ from the usual ones. What fits every line best is a guess, and the reader will tell."""
    with path.open("rb") as file:
        start = file.read(LOOKED_AT)
    encoding = _encoding(start)
    lines = start.decode(encoding, errors="ignore").splitlines()[:_LINES]
    delimiter = max(_DELIMITERS, key=lambda sign: _fit(lines, sign))
    options: dict[str, Any] = {} if delimiter == "," else {"delimiter": delimiter}
    return options if encoding == "utf-8" else {**options, "encoding": encoding}


def _encoding(start: bytes) -> str:
    """Whatever is no UTF-8 is read as Latin-1, which every byte is. A character cut at the end counts as none."""
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    try:
        start.decode("utf-8")
    except UnicodeDecodeError as error:
        return "utf-8" if error.start >= len(start) - 3 and len(start) == LOOKED_AT else "latin-1"
    return "utf-8"


def _fit(lines: Sequence[str], delimiter: str) -> tuple[bool, int]:
    """Whether all lines have as many fields as the header, and how many."""
    rows = [row for row in csv.reader(lines, delimiter=delimiter) if row]
    counts = {len(row) for row in rows[:-1] or rows}
    return len(counts) == 1 and max(counts) > 1, len(rows[0]) if rows else 0
