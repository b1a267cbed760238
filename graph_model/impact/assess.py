"""Who a set of changes breaks, before it is made.

First everything downstream is read, then the whole set is applied, then every reader is judged; what a verdict does to
the outputs of a job is passed on, until nothing gets worse any more. That ends: harm only grows, paths get shorter.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from graph_model.impact.binding import Rebind
from graph_model.impact.changed import find_changes
from graph_model.impact.entities import Change, ImpactReport
from graph_model.impact.examiners import along_lineage, examine
from graph_model.impact.facts import Facts, follow_also, gather
from graph_model.impact.flow import Flowed, let_flow, look_up_nameless
from graph_model.impact.last_use import with_last_use
from graph_model.impact.report import report_of, with_examined
from graph_model.impact.spread import Spread
from graph_model.impact.walking import Asking
from graph_model.lineage.walk import BUDGET_SECONDS, Ceilings
from graph_model.store.graph import Graph


def assess(
    graph: Graph,
    changes: Sequence[Change],
    *,
    rebind: Rebind | None = None,
    as_of: datetime | None = None,
    depth: int = 100,
    limit: int = 50_000,
    budget_seconds: float = BUDGET_SECONDS,
) -> ImpactReport:
    """The verdict on every job and consumer downstream of `changes`, as of `as_of` (None: now); the worst first.

    `rebind` holds queries against their tables as they become; without it, or where it cannot say, columns are followed
    by what is known of them, and what only the query itself could tell is UNKNOWN.

    Raises DatasetNotFound, ColumnNotFound, JobNotFound, ConsumerNotFound, InvalidInput. No changes: nobody is affected.
    """
    walked = along_lineage(changes)
    report = ImpactReport(tuple(changes), (), as_of or datetime.now(UTC))
    if walked:
        ceilings = Ceilings(depth, limit, budget_seconds)

        def work(tx: Asking) -> tuple[Facts, Flowed]:
            facts = gather(tx, find_changes(tx, walked, as_of=as_of), ceilings=ceilings)
            flowed = let_flow(tx, facts, rebind)
            follow_also(tx, facts, [node for node, _ in flowed.outcomes.values()], ceilings=ceilings)
            follow_also(tx, facts, look_up_nameless(tx, facts, flowed), ceilings=ceilings)
            return facts, flowed

        facts, flowed = graph.read(work)
        report = report_of(tuple(changes), facts, Spread(facts, flowed).findings())
    return with_last_use(graph, with_examined(report, examine(graph, changes, as_of)))
