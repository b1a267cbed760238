"""When those who are affected last read anything, as far as it is known."""

from __future__ import annotations

from dataclasses import replace

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
    found = {id_: LastUse(at, run) for row in rows for id_, at, run in row["uses"]}
    return replace(report, affected=tuple(_with(one, found.get(one.node.id)) for one in report.affected))


def _with(one: Affected, use: LastUse | None) -> Affected:
    return replace(one, last_use=use) if use and one.last_use is None else one
