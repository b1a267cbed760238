"""What goes wrong, when: armed beforehand at a step of the protocol, and at random in between."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from random import Random

from tests.simulation.steps import STEPS

# The process dies; sleeps past its lease; loses its connection, or only the reply; the commit arrives after the reply
# was given up; the graph refuses everybody for a while; the clock on the wall jumps by an hour.
KINDS = ("crash", "pause", "cut", "late", "outage", "skew")
WHENS = ("before", "after")
# Steps that many histories come to once at most.
RARE = {"fail", "expire", "release", "retire", "notify", "ask"}
Cell = tuple[str, str, str]
"""Step, before or after its commit, kind of fault."""
# A commit that has taken effect cannot arrive late.
CELLS: tuple[Cell, ...] = tuple(
    (step, when, kind) for step in STEPS for when in WHENS for kind in KINDS if (when, kind) != ("after", "late")
)


@dataclass
class Armed:
    """Strikes at the first commit of its step after `skip` others."""

    cell: Cell
    skip: int


class Faults:
    """The faults of one history. `hits` counts what struck at a commit, by cell."""

    def __init__(self, seed: int, chance: Random) -> None:
        self._chance = chance
        # The first goes round all cells, so that some hundred histories leave none out; the rest is chance.
        cells = [CELLS[seed % len(CELLS)], *(chance.choice(CELLS) for _ in range(chance.choice((0, 1, 3, 6))))]
        self.armed = [Armed(cell, 0 if cell[0] in RARE else chance.randrange(4)) for cell in cells]
        self.wanted = {cell[0] for cell in cells}
        self.pauses = cells[0][2] == "pause"
        # How likely a fault is at each query, and what may happen to a message.
        self.rate = chance.choice((0.0, 0.0, 0.002, 0.008))
        self.broker_rate = chance.choice((0.0, 0.1, 0.5, 1.0))
        self.active = True
        self.hits: Counter[Cell] = Counter()
        self.others: Counter[str] = Counter()

    def at_commit(self, step: str | None, when: str) -> str | None:
        """The fault that strikes at this commit, if any. One armed for `ask` strikes a reply first, so that there is a
        question.
        """
        if step is None or not self.active:
            return None
        for armed in self.armed:
            if armed.cell[0] == step and armed.cell[1] == when:
                if armed.skip:
                    armed.skip -= 1
                    continue
                self.armed.remove(armed)
                return self._hit(armed.cell)
        if "ask" in self.wanted and when == "after" and step != "ask" and self._chance.random() < 0.1:
            return self._hit((step, when, "cut"))
        if self.rate and self._chance.random() < self.rate:
            kinds = [kind for kind in KINDS if (step, when, kind) in CELLS and kind != "outage"]
            return self._hit((step, when, self._chance.choice(kinds)))
        return None

    def at_query(self) -> str | None:
        if not self.active or not self.rate or self._chance.random() >= self.rate:
            return None
        return self.count(self._chance.choice(("crash", "pause", "cut", "cut")))

    def of_message(self) -> str | None:
        if not self.active or self._chance.random() >= self.broker_rate:
            return None
        return self.count(self._chance.choice(("message lost", "message twice", "message late", "broker gone")))

    def count(self, what: str) -> str:
        self.others[what] += 1
        return what

    def stop(self) -> None:
        self.active = False

    def _hit(self, cell: Cell) -> str:
        self.hits[cell] += 1
        return cell[2]
