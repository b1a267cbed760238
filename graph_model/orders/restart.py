"""Starting again from what failed, with what is already good: the failed job partition, and what waits for it."""

from __future__ import annotations

from graph_model.errors import InvalidInput
from graph_model.names import Name, job_id
from graph_model.orders.choose import Choice, Wanted, below
from graph_model.orders.entities import OrderPlan, Origin, Request, Terms
from graph_model.orders.jobs import read_jobs
from graph_model.orders.plan import plan_choice
from graph_model.orders.start import Ordered, asked_of, begin
from graph_model.runs.entities import RunKind
from graph_model.runs.replay import replay_target
from graph_model.runs.repository import run as get_run
from graph_model.store.graph import Graph


def plan_restart(graph: Graph, job: Name, partition: str, terms: Terms) -> OrderPlan:
    """What would run: that one in any case, and of all behind it what does not come out as it was.

    Raises JobNotFound, InvalidPartition.
    """
    _, target = replay_target(graph, job, partition)
    jobs = read_jobs(graph)
    start = Wanted(job_id(job), target.key)
    wanted = below(jobs, start) | {start}
    return plan_choice(graph, jobs, Choice(wanted, frozenset({start})), request_of(job, target.key, terms))


def restart(
    graph: Graph,
    job: Name,
    partition: str,
    terms: Terms,
    *,
    by: str,
    reason: str,
    key: str | None = None,
    expected: str | None = None,
) -> Ordered:
    """Orders that. Raises as `plan_restart` and `order`."""
    plan = plan_restart(graph, job, partition, terms)
    asked = asked_of(request_of(job, partition, terms))
    return begin(graph, plan, asked, by=by, reason=reason, key=key, expected=expected)


def of_run(graph: Graph, run: str) -> tuple[Name, str]:
    """The job partition that a run was of. Raises RunNotFound, and InvalidInput for a run that only validated."""
    found = get_run(graph, run)
    if found.kind is RunKind.VALIDATION:
        raise InvalidInput(run, f"only validated {found.subject}@{found.partition}: `headwater revalidate` the version")
    return found.subject, found.partition


def request_of(job: Name, partition: str, terms: Terms) -> Request:
    selection = f"{job.at(partition)}+"
    return Request(Origin.RESTART, (selection,), terms=terms)
