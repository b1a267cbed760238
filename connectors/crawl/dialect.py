"""How a csv file is written, from its beginning, as the options that an estate would declare."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from connectors.storage.csv_files import Dialect
from connectors.storage.csv_sniffing import sniff

_USUAL = Dialect()


def csv_options(path: Path) -> dict[str, Any]:
    """The options that differ from the usual ones. What fits best is a guess, and the reader will tell."""
    usual = {"delimiter": _USUAL.delimiter, "quote": _USUAL.quote, "header": _USUAL.header, "encoding": _USUAL.encoding}
    usual |= {"nulls": list(_USUAL.nulls)}
    return {name: value for name, value in sniff(path, {}, whole=False).items() if value != usual[name]}
