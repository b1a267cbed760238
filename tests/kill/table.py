"""The results of the kill matrix as Markdown: victims across, steps down, and one last line with the totals."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median
from typing import Any

from tests.kill.cells import STEPS, VICTIMS

LEGEND = (
    "Each cell: kills / lost / doubled, and the median of the seconds from the kill until everything was settled and "
    "right. `!` marks an invariant that was broken or something that was left behind, `?` a step that was not reached."
)


def table(rows: Sequence[dict[str, Any]]) -> str:
    lines = ["| step | " + " | ".join(VICTIMS) + " |", "|---|" + "---|" * len(VICTIMS)]
    for step in STEPS:
        cells = [_cell([row for row in rows if row["cell"] == f"{victim}:{step}"]) for victim in VICTIMS]
        lines.append(f"| `{step}` | " + " | ".join(cells) + " |")
    return "\n".join([*lines, "", LEGEND, "", totals(rows), ""])


def totals(rows: Sequence[dict[str, Any]]) -> str:
    """The one line that says whether all went well."""
    reached = [row for row in rows if row["reached"]]
    seconds = sorted(row["seconds"] for row in reached)
    slowest = f", median recovery {median(seconds):.1f} s, slowest {seconds[-1]:.1f} s" if seconds else ""
    return (
        f"{len(reached)} kills: {_sum(rows, 'lost')} lost, {_sum(rows, 'doubled')} doubled, "
        f"{_sum(rows, 'broken')} broken or left behind, {len(rows) - len(reached)} not reached{slowest}"
    )


def _cell(rows: Sequence[dict[str, Any]]) -> str:
    if not rows:
        return "-"
    marks = "!" * bool(_sum(rows, "broken")) + "?" * (not all(row["reached"] for row in rows))
    kills = sum(row["reached"] for row in rows)
    seconds = median(row["seconds"] for row in rows)
    return f"{kills} / {_sum(rows, 'lost')} / {_sum(rows, 'doubled')} {marks} {seconds:.1f} s".replace("  ", " ")


def _sum(rows: Sequence[dict[str, Any]], what: str) -> int:
    return sum(len(row[what]) for row in rows)
