"""Which faults struck where: steps of the protocol, on both sides of the commit, by kind of fault."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from tests.simulation.faults import CELLS, KINDS, WHENS, Cell
from tests.simulation.steps import STEPS

# From so many histories on, a cell that was never hit is a hole in the proof.
ENOUGH = 500


def table(hits: Counter[Cell], others: Counter[str]) -> Iterator[str]:
    """Lines to print: a row for each step and side of its commit, then what struck between commits."""
    yield f"{'step':<10} {'commit':<7}" + "".join(f"{kind:>8}" for kind in KINDS)
    for step in STEPS:
        for when in WHENS:
            cells = [(step, when, kind) for kind in KINDS]
            yield f"{step:<10} {when:<7}" + "".join(f"{hits[cell] if cell in CELLS else '-':>8}" for cell in cells)
    yield "elsewhere: " + ", ".join(f"{what} {count}" for what, count in sorted(others.items()))


def holes(hits: Counter[Cell]) -> list[Cell]:
    return [cell for cell in CELLS if not hits[cell]]
