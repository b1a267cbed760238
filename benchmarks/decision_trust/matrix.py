"""The tables: verdict against truth, by rule and by kind of change, and one line that sums it up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from benchmarks.decision_trust.judging import UNTOLD, Judged
from benchmarks.decision_trust.truth import Truth

_VERDICTS = ("BREAKS", "UNKNOWN", "RISKY", "SAFE", UNTOLD)


@dataclass(slots=True)
class Matrix:
    """Counts of judged readers. `shown`: what to look at, not more than a few of a kind."""

    cells: Counter[tuple[str, str, Truth]] = field(default_factory=Counter)
    by_kind: Counter[tuple[str, str, Truth]] = field(default_factory=Counter)
    missed: list[Judged] = field(default_factory=list)
    understated: list[Judged] = field(default_factory=list)
    overstated: list[Judged] = field(default_factory=list)
    vague: list[Judged] = field(default_factory=list)
    pairs: int = 0
    grew: int = 0

    def add(self, judged: Iterable[Judged]) -> None:
        self.pairs += 1
        for one in judged:
            self.cells[one.verdict, one.rule, one.truth] += 1
            for kind in one.kinds if len(one.kinds) == 1 else ("several",):
                self.by_kind[kind, one.verdict, one.truth] += 1
            self.grew += one.verdict == "SAFE" and one.truth is Truth.SAME and one.grew
            if one.missed:
                self.missed.append(one)
            elif one.verdict == "RISKY" and one.truth is Truth.FAILS:
                self.understated.append(one)
            elif one.verdict == "BREAKS" and one.truth is Truth.SAME:
                self.overstated.append(one)
            elif one.verdict in ("RISKY", "UNKNOWN") and one.truth is Truth.SAME:
                self.vague.append(one)

    def join(self, other: Matrix) -> None:
        self.cells += other.cells
        self.by_kind += other.by_kind
        self.missed += other.missed
        self.understated += other.understated
        self.overstated += other.overstated
        self.vague += other.vague
        self.pairs += other.pairs
        self.grew += other.grew

    def count(self, verdicts: Sequence[str] = _VERDICTS, truths: Sequence[Truth] = tuple(Truth)) -> int:
        return sum(
            count for (verdict, _, truth), count in self.cells.items() if verdict in verdicts and truth in truths
        )

    def lines(self) -> list[str]:
        return [*self._by_rule(), "", *self._by_kind(), ""]

    def _by_rule(self) -> list[str]:
        rules = sorted(
            {(verdict, rule) for verdict, rule, _ in self.cells}, key=lambda one: (_VERDICTS.index(one[0]), one[1])
        )
        rows = [[verdict, rule, *(str(self.cells[verdict, rule, truth]) for truth in Truth)] for verdict, rule in rules]
        totals = [
            [verdict, "all", *(str(self.count([verdict], [truth])) for truth in Truth)]
            for verdict in _VERDICTS
            if self.count([verdict])
        ]
        return table(["verdict", "rule", "fails", "changes", "same"], [*rows, *totals])

    def _by_kind(self) -> list[str]:
        kinds = sorted({kind for kind, _, _ in self.by_kind})
        head = [
            "change",
            "BREAKS right",
            "BREAKS wrong",
            "RISKY",
            "UNKNOWN",
            "SAFE right",
            "SAFE wrong",
            "same, not SAFE",
        ]
        return table(head, [[kind, *map(str, self._kind_row(kind))] for kind in kinds])

    def _kind_row(self, kind: str) -> list[int]:
        def count(verdicts: Sequence[str], truths: Sequence[Truth]) -> int:
            return sum(self.by_kind[kind, verdict, truth] for verdict in verdicts for truth in truths)

        other = (Truth.FAILS, Truth.CHANGES)
        return [
            count(["BREAKS"], other),
            count(["BREAKS"], [Truth.SAME]),
            count(["RISKY"], tuple(Truth)),
            count(["UNKNOWN"], tuple(Truth)),
            count(["SAFE", UNTOLD], [Truth.SAME]),
            count(["SAFE", UNTOLD], other),
            count(["BREAKS", "RISKY", "UNKNOWN"], [Truth.SAME]),
        ]

    def _recall_alone(self) -> str:
        same = {(kind, verdict): count for (kind, verdict, truth), count in self.by_kind.items() if truth is Truth.SAME}
        alone = {key: count for key, count in same.items() if key[0] != "several" and key[1] != UNTOLD}
        return _share(sum(count for (_, verdict), count in alone.items() if verdict == "SAFE"), sum(alone.values()))

    def summary(self) -> str:
        """The last line of a run."""
        other = (Truth.FAILS, Truth.CHANGES)
        told = ("BREAKS", "UNKNOWN", "RISKY", "SAFE")
        breaks = self.count(["BREAKS"])
        parts = [
            f"{self.pairs} pairs, {self.count()} readers judged",
            f"missed breaks {len(self.missed)}",
            f"BREAKS precision {_share(self.count(['BREAKS'], other), breaks)}",
            f"(strictly FAILS {_share(self.count(['BREAKS'], [Truth.FAILS]), breaks)})",
            f"SAFE recall {_share(self.count(['SAFE'], [Truth.SAME]), self.count(told, [Truth.SAME]))}",
            f"(of one change alone {self._recall_alone()})",
            f"UNKNOWN {_share(self.count(['UNKNOWN']), self.count(told))}",
            f"understated {len(self.understated)}",
            f"SAFE with more columns or wider types {self.grew}",
        ]
        return "; ".join(parts).replace("; (", " (")


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """A Markdown table, its columns aligned."""
    widths = [max(len(row[place]) for row in (head, *rows)) for place in range(len(head))]
    drawn = [[cell.ljust(width) for cell, width in zip(row, widths, strict=True)] for row in (head, *rows)]
    drawn.insert(1, ["-" * width for width in widths])
    return [f"| {' | '.join(row)} |" for row in drawn]


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "none"
