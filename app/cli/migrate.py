"""`headwater migrate`: brings the graph's schema up to date."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.connect import open_graph
from app.cli.options import AsJson
from app.cli.output import print_json, say

if TYPE_CHECKING:
    from graph_model.store.graph import Graph


def migrate_graph(
    *,
    repair: Annotated[
        bool,
        typer.Option("--repair", help="Also run applied migrations again: puts back constraints that someone dropped."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Apply the migrations that the graph still lacks. Safe to run by many processes at once."""
    from graph_model.store.migrations import migrate

    with open_graph() as graph:
        applied = migrate(graph)
        if repair:
            _run_again(graph)
    if as_json:
        print_json(applied=applied, repaired=repair)
        return
    say(f"applied {', '.join(applied)}" if applied else "nothing to apply: the graph is up to date")
    if repair:
        say("ran every migration again")


def _run_again(graph: Graph) -> None:
    """Every statement of a migration is idempotent, so running it again only adds what is missing."""
    from graph_model.store.migrations import migrations

    for migration in migrations(graph.engine):
        for statement in migration.statements:
            graph.run_schema(statement)
