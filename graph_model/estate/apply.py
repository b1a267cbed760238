"""Carries out exactly the plan of an estate, in one transaction."""

from __future__ import annotations

from collections.abc import Collection

from graph_model.errors import PlanChanged
from graph_model.estate.acceptance import accepted_breaks, tell_of_breaks
from graph_model.estate.entities import Estate
from graph_model.estate.plan import Plan, assess_inside, planned, survey
from graph_model.estate.times import changed_schedules
from graph_model.estate.writing import Writing, lock, mark, record_changes, write_flows, write_promises
from graph_model.impact.binding import Rebind
from graph_model.lineage.entities import ReadColumns
from graph_model.policies.declaring import refresh_takes
from graph_model.schedules.declare import declare_schedules
from graph_model.store.graph import Graph, Transaction


def apply(
    graph: Graph,
    estate: Estate,
    *,
    read_columns: ReadColumns,
    rebind: Rebind | None = None,
    expected_hash: str | None = None,
    accept: Collection[str] = (),
    actor: str,
) -> Plan:
    """Declares `estate` and returns what that changed; applying it again changes nothing. `rebind` as in `plan`.

    `expected_hash` is the hash of the plan that was shown: PlanChanged when it is no longer the plan. A job or consumer
    that would break must be in `accept`, as NAMESPACE/NAME or bare in the estate's namespace: BreaksRefused. That it
    was accepted, and by whom, is audited, and its owners are told. Raises InvalidEstate. Nothing is written when
    anything is raised.
    """

    def work(tx: Transaction) -> Plan:
        now = lock(tx, estate.scope)
        surveyed = survey(tx, estate, read_columns=read_columns)
        digest = surveyed.difference.hash(estate.scope)
        if expected_hash not in (None, digest):
            raise PlanChanged(str(expected_hash), digest)
        writing = Writing(tx, estate.scope, now, surveyed.difference, surveyed.wanted)
        write_flows(writing, surveyed.standing)
        plan = planned(estate.scope, surveyed, assess_inside(graph, tx, surveyed.proposed, rebind=rebind))
        broken = accepted_breaks(plan, estate.namespace, accept)
        write_promises(writing, surveyed.standing)
        declare_schedules(tx, changed_schedules(surveyed.difference, surveyed.standing), now=now)
        refresh_takes(tx)
        record_changes(writing, actor=actor, plan=plan.hash)
        tell_of_breaks(tx, broken, plan, actor=actor)
        mark(writing)
        return plan

    return graph.write(work)
