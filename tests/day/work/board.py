"""Which reports of a day the board of the operations room rests on."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

READ = ("raw_flights", "tower", "apron", "notices")


def build(inputs: Mapping[str, Any], outputs: Mapping[str, Any], partition: str) -> None:
    """One row for each input, with its rows; an input that was not there has none."""
    lines = ["date,source,rows"]
    for name in READ:
        paths = inputs[name].paths if name in inputs else ()
        rows = sum(len(Path(path).read_text().splitlines()) - 1 for path in paths)
        lines.append(f"{partition},{name},{rows}")
    Path(outputs["board"].path).write_text("\n".join(lines) + "\n")
