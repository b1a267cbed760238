"""`headwater plan` and `apply`: from an estate file to the graph."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli.connect import actor, open_graph, require_migrated
from app.cli.errors import finish
from app.cli.impact import breaks, print_changes, print_verdicts
from app.cli.options import AsJson
from app.cli.output import jsonable, print_json, print_table, print_text, say

if TYPE_CHECKING:
    from graph_model.estate.plan import Plan

EstatePath = Annotated[Path, typer.Argument(metavar="PATH", help="The estate file.", exists=True, readable=True)]


def plan(path: EstatePath, *, as_json: AsJson = False) -> None:
    """Show what applying an estate file would change, and whom that would break. Exit 1 when it breaks someone."""
    from connectors.sql.binding import rebind
    from connectors.sql.columns import read_columns
    from graph_model.estate.parse import load_estate
    from graph_model.estate.plan import plan as plan_estate
    from graph_model.estate.repository import known_datasets

    with open_graph() as graph:
        estate = load_estate(path, known=known_datasets(graph))
        planned = plan_estate(graph, estate, read_columns=read_columns, rebind=rebind)
    if as_json:
        print_json(scope=estate.scope, plan=_as_object(planned))
    else:
        _print_plan(planned)
    finish(findings=breaks(planned.impact))


def apply(
    path: EstatePath,
    *,
    plan_hash: Annotated[
        str | None, typer.Option("--plan-hash", metavar="HASH", help="Apply only if this is still the plan.")
    ] = None,
    accept: Annotated[
        list[str] | None,
        typer.Option("--accept", metavar="NAME", help="Break this job or consumer on purpose; once for each."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Apply an estate file in one transaction. Refused (exit 2) if it breaks someone who was not accepted by name."""
    from connectors.sql.binding import rebind
    from connectors.sql.columns import read_columns
    from graph_model.estate.apply import apply as apply_estate
    from graph_model.estate.parse import load_estate
    from graph_model.estate.repository import known_datasets

    with open_graph() as graph:
        require_migrated(graph)
        estate = load_estate(path, known=known_datasets(graph))
        applied = apply_estate(
            graph,
            estate,
            read_columns=read_columns,
            rebind=rebind,
            expected_hash=plan_hash,
            accept=accept or (),
            actor=actor(),
        )
    if as_json:
        print_json(scope=estate.scope, applied=True, plan=_as_object(applied))
        return
    _print_plan(applied)
    say(f"applied to scope {estate.scope}")


def _as_object(planned: Plan) -> dict[str, Any]:
    """A plan, with the changes that impact was asked about in the words that they are written in."""
    from graph_model.impact.written import as_written

    return {**jsonable(planned), "proposed": [as_written(change) for change in planned.proposed]}


def _print_plan(planned: Plan) -> None:
    rows = [(change.action, change.kind, change.name, change.detail) for change in planned.changes]
    print_table(("ACTION", "KIND", "NAME", "DETAIL"), rows, empty="nothing changes")
    for remark in planned.remarks:
        say(f"remark: {remark.name}: {remark.text}")
    if planned.proposed:
        print_changes(planned.proposed)
        print_verdicts(planned.impact)
    if planned.incomplete_reasons:
        say(f"incomplete: {', '.join(planned.incomplete_reasons)}; there may be more")
    print_text(f"plan {planned.hash}")
