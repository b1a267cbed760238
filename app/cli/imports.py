"""`headwater import`: what other systems say of themselves, from files, by source."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.connect import actor, open_graph, require_migrated
from app.cli.import_events import openlineage
from app.cli.options import AsJson, DbtNamespace, DbtRelations
from app.cli.output import print_json, print_table, print_text, say

if TYPE_CHECKING:
    from graph_model.imports.entities import Declarations, ImportPlan

PATIENCE = 900.0
"""Seconds that one import may take: it is one transaction, however much a source says."""

app = typer.Typer(
    invoke_without_command=True,
    no_args_is_help=True,
    help="Bring in what others declare. A source replaces only what it said before.",
)

Source = Annotated[
    str, typer.Option("--source", metavar="NAME", help="Who says so. Importing the same source again replaces it.")
]
Namespace = Annotated[
    str | None, typer.Option("--namespace", metavar="NAMESPACE", help="The namespace of names that say none.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would change; change nothing.")]


@app.callback()
def imports(
    ctx: typer.Context,
    *,
    remove: Annotated[
        str | None, typer.Option("--remove", metavar="SOURCE", help="Close everything that this source said.")
    ] = None,
    list_sources: Annotated[bool, typer.Option("--list", help="List the sources and how much they speak of.")] = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    if ctx.invoked_subcommand is not None:
        return
    if list_sources:
        _list(as_json=as_json)
    elif remove is not None:
        _remove(remove, dry_run=dry_run, as_json=as_json)
    else:
        raise typer.BadParameter("say what to import, --remove SOURCE or --list")


@app.command("edges")
def edges(
    path: Annotated[
        Path,
        typer.Argument(metavar="FILE", help="CSV: from,to[,from_column,to_column][,job].", exists=True, dir_okay=False),
    ],
    *,
    source: Source,
    namespace: Namespace = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Edges between datasets, or between their columns, from a CSV file."""
    from connectors.imports.edges import read_edges

    bring(read_edges(path, source=source, namespace=namespace), dry_run=dry_run, as_json=as_json)


@app.command("dbt")
def dbt(
    target: Annotated[
        Path,
        typer.Argument(metavar="TARGET", help="dbt's target folder, with manifest.json.", exists=True, file_okay=False),
    ],
    *,
    source: Annotated[
        str | None, typer.Option("--source", metavar="NAME", help="Who says so; the name of the project, if left out.")
    ] = None,
    datasets: DbtRelations = None,
    namespace: DbtNamespace = "dbt",
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """A dbt project: its relations with columns and owners, its models by column, its exposures as consumers."""
    from connectors.dbt.read import read_dbt

    found = read_dbt(target, source=source, datasets=datasets, jobs=namespace)
    bring(found, dry_run=dry_run, as_json=as_json)


@app.command("views")
def views(
    url: Annotated[
        str,
        typer.Argument(metavar="URL", help="The database, as SQLAlchemy writes it; env:NAME for one in a variable."),
    ],
    *,
    source: Source,
    namespace: Annotated[
        str, typer.Option("--namespace", metavar="NAMESPACE", help="Where its relations are, as postgres://HOST:PORT.")
    ],
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """The views of a database, by column: whoever reads one reads its base tables."""
    from connectors.imports.views import read_views

    bring(read_views(url, source=source, namespace=namespace), dry_run=dry_run, as_json=as_json)


app.command("openlineage")(openlineage)


def bring(declarations: Declarations, *, dry_run: bool, as_json: bool) -> None:
    """Brings declarations into the graph and says what that changed."""
    from graph_model.imports.bring_in import bring_in

    with open_graph(patience=PATIENCE) as graph:
        require_migrated(graph)
        plan = bring_in(graph, declarations, actor=actor(), dry_run=dry_run)
    for note in declarations.notes:
        say(note)
    _show(plan, dry_run=dry_run, as_json=as_json)


def _remove(source: str, *, dry_run: bool, as_json: bool) -> None:
    from graph_model.errors import InvalidInput, nearest
    from graph_model.imports.bring_in import remove
    from graph_model.imports.repository import imported_sources

    with open_graph(patience=PATIENCE) as graph:
        require_migrated(graph)
        known = [found.name for found in imported_sources(graph)]
        if source not in known:
            near = nearest(source, known)
            raise InvalidInput("--remove", f"no source {source}" + (f"; did you mean {near}?" if near else ""))
        plan = remove(graph, source, actor=actor(), dry_run=dry_run)
    _show(plan, dry_run=dry_run, as_json=as_json)


def _list(*, as_json: bool) -> None:
    from graph_model.imports.repository import imported_sources

    with open_graph() as graph:
        found = imported_sources(graph)
    if as_json:
        print_json(sources=found)
        return
    rows = [(one.name, one.datasets, one.jobs, one.consumers) for one in found]
    print_table(("SOURCE", "DATASETS", "JOBS", "CONSUMERS"), rows, empty="nothing is imported")


def _show(plan: ImportPlan, *, dry_run: bool, as_json: bool) -> None:
    if as_json:
        print_json(dry_run=dry_run, plan=plan)
        return
    rows = [(change.action, change.kind, change.name, change.detail) for change in plan.changes]
    print_table(("ACTION", "KIND", "NAME", "DETAIL"), rows, empty="nothing is declared anew")
    print_text(f"edges opened: {_counts(plan.opened)}; closed: {_counts(plan.closed)}")
    if plan.kept:
        say(f"declared by others, left as they are: {', '.join(map(str, plan.kept))}")
    if plan.released:
        say(f"stay, because others speak of them: {', '.join(map(str, plan.released))}")
    print_text(f"plan {plan.hash}")
    say(f"nothing was written; source {plan.source}" if dry_run else f"imported as source {plan.source}")


def _counts(edges: dict[str, int]) -> str:
    return ", ".join(f"{count} {kind}" for kind, count in edges.items()) or "none"
