# ruff: noqa: S608  (names and texts go through identifier(), values are parameters)
"""Which rows fail: one pass counts them for all questions together, a second look shows the first of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from connectors.checks.rules import Probe, Question
from connectors.storage.scan import ROW, Scan
from connectors.storage.session import one_row

SAMPLES = 5


@dataclass(frozen=True, slots=True)
class Failing:
    """What a pass over all rows found for one question. `counts` has a number for each of its probes.

    `rows` numbers the first failing rows; None where the format would have to count through for it.
    """

    asked: Question
    failed: int = 0
    counts: tuple[int, ...] = ()
    rows: tuple[int, ...] | None = ()

    @property
    def probes(self) -> list[Probe]:
        """Those that hold for some row."""
        return [probe for probe, count in zip(self.asked.probes, self.counts, strict=False) if count]

    @property
    def shows(self) -> Mapping[str, str]:
        return {name: sql for probe in self.probes for name, sql in probe.shows.items()}


def find_failing(scan: Scan, asked: Sequence[Question]) -> list[Failing]:
    """Inside, each probe is one boolean per row; outside, they are counted."""
    probes = [probe for each in asked for probe in each.probes]
    if not probes:
        return [Failing(each) for each in asked]
    number = f"{ROW}, " if scan.relation.knows_rows else ""
    inner = ", ".join(f"({probe.fails}) AS p{position}" for position, probe in enumerate(probes))
    starts = accumulate((len(each.probes) for each in asked), initial=0)
    outer = ", ".join(_counts(scan, start, len(each.probes)) for start, each in zip(starts, asked, strict=False))
    sql = f"SELECT {outer} FROM (SELECT {number}{inner} FROM ({scan.relation.sql}))"
    found = one_row(scan.connection, sql, _parameters(probes))
    triples = zip(asked, found[::3], found[1::3], found[2::3], strict=True)
    return [
        Failing(each, failed, tuple(counts), tuple(rows or ()) if scan.relation.knows_rows else None)
        for each, failed, counts, rows in triples
    ]


def _counts(scan: Scan, start: int, probes: int) -> str:
    """Three values: how many rows fail, how many by each probe, and the first of them."""
    names = [f"p{start + offset}" for offset in range(probes)]
    fails = " OR ".join(names) or "false"
    first = f"min({ROW}, {SAMPLES}) FILTER (WHERE {fails})" if scan.relation.knows_rows else "NULL"
    return f"{_count(fails)}, [{', '.join(map(_count, names))}], {first}"


def _count(condition: str) -> str:
    """How many rows: not `count_if`, which says null where there are no rows at all."""
    return f"count(*) FILTER (WHERE {condition})"


def first_rows(scan: Scan, failing: Sequence[Failing]) -> list[list[tuple[Any, ...]]]:
    """For each, its first failing rows: the number of the row, then what the question shows of it."""
    wanted = [position for position, each in enumerate(failing) if each.probes]
    shown: list[list[tuple[Any, ...]]] = [[] for _ in failing]
    if not wanted:
        return shown
    inner = ", ".join(
        f"{_fails(failing[position])} AS f{position}, {_shown(failing[position])} AS s{position}" for position in wanted
    )
    outer = ", ".join(f"min_by(s{position}, {ROW}, {SAMPLES}) FILTER (WHERE f{position})" for position in wanted)
    sql = f"SELECT {outer} FROM (SELECT {ROW}, {inner} FROM ({scan.relation.sql}){_among(failing)})"
    found = one_row(
        scan.connection, sql, _parameters(probe for position in wanted for probe in failing[position].probes)
    )
    for position, rows in zip(wanted, found, strict=True):
        shown[position] = [tuple(row.values()) for row in rows or ()]
    return shown


def _fails(failing: Failing) -> str:
    return " OR ".join(f"({probe.fails})" for probe in failing.probes)


def _shown(failing: Failing) -> str:
    values = "".join(f", 'v{position}': {sql}" for position, sql in enumerate(failing.shows.values()))
    return f"{{'row': {ROW}{values}}}"


def _among(failing: Sequence[Failing]) -> str:
    """Only the rows that are known already, where all of them are."""
    if any(each.rows is None for each in failing):
        return ""
    rows = sorted({row for each in failing for row in each.rows or ()})
    return f" WHERE {ROW} IN ({', '.join(str(int(row)) for row in rows)})"


def _parameters(probes: Iterable[Probe]) -> list[Any]:
    return [value for probe in probes for value in probe.parameters]
