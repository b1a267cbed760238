"""When those who are affected last read anything, as far as it is known."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from graph_model.impact.entities import Affected, ImpactReport, LastUse, Verdict
from graph_model.lineage.merging import Rows

MOST_ASKED = 100
"""For so many of the affected at most, the worst first; who is safe is not asked about."""
MOST_RUNS = 5


def with_last_use(graph: Rows, report: ImpactReport) -> ImpactReport:
    """The report with the last use of those who are affected. The one of a job is a run of it that started."""
    asked = [one.node.id for one in report.affected if one.verdict is not Verdict.SAFE][:MOST_ASKED]
    if not asked:
        return report
    rows = graph.rows("impact.last_use", ids=asked, most=MOST_RUNS)
    found = {row["id"]: _newest(row["reads"]) for row in rows}
    return replace(report, affected=tuple(_with(one, found.get(one.node.id)) for one in report.affected))


def _with(one: Affected, use: LastUse | None) -> Affected:
    return replace(one, last_use=use) if use and one.last_use is None else one


def _newest(reads: Iterable[list[Any]]) -> LastUse | None:
    uses = [LastUse(at, run) for at, run in reads if isinstance(at, datetime)]
    return max(uses, key=lambda use: use.at, default=None)
