"""`headwater runs --stuck`: what does not get on, and what each of it waits for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.cli.connect import open_graph
from app.cli.errors import finish
from app.cli.output import print_json, print_table

if TYPE_CHECKING:
    from graph_model.runs.stuck import Stuck


def show_stuck(*, limit: int, as_json: bool) -> None:
    """Exit 1 when there is anything."""
    from graph_model.runs.stuck import stuck

    with open_graph() as graph:
        found = stuck(graph, limit=limit)
    if as_json:
        print_json(stuck=found)
    else:
        columns = ("RUN", "SUBJECT", "PARTITION", "STATE", "SINCE", "NEED IT", "WHY")
        print_table(columns, [_row(each) for each in found], empty="everything gets on")
    finish(findings=bool(found))


def _row(each: Stuck) -> tuple[object, ...]:
    run = each.run
    since = run.ended_at or run.started_at or run.created_at
    return (run.id, run.subject, run.partition, run.state, since, each.behind or None, each.why)
