"""`headwater schema …`: which schemas a dataset had, and how two of them differ."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli.connect import open_graph
from app.cli.errors import finish
from app.cli.lookup import find_dataset
from app.cli.options import AsJson, DatasetArgument
from app.cli.output import print_fields, print_json, print_table, say

if TYPE_CHECKING:
    from graph_model.schemas.entities import Difference, History, Step
    from graph_model.store.graph import Graph

app = typer.Typer(no_args_is_help=True, help="Which schemas a dataset had, and how they differ.")
_WHICH = "declared, observed, the id of a schema, or the id of a version"


@app.command("history")
def show_history(
    dataset: DatasetArgument,
    *,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000, help="How many of the newest steps at most.")] = 50,
    as_json: AsJson = False,
) -> None:
    """Show the schemas that a dataset was declared to have and those that its published versions showed, oldest first.

    Each is compared with the one before it of the same source.
    """
    with open_graph() as graph:
        found = _history(graph, dataset)
    steps = found.steps[-limit:]
    if as_json:
        complete = found.is_complete and len(steps) == len(found.steps)
        print_json(is_complete=complete, steps=[_as_object(step) for step in steps])
        return
    columns = ("SINCE", "SOURCE", "SCHEMA", "COLUMNS", "VERSIONS", "CHANGE", "WHY")
    print_table(columns, [_row(step) for step in steps], empty="no schema of it is known")
    if len(steps) < len(found.steps):
        say(f"there are {len(found.steps) - len(steps)} older steps")
    if not found.is_complete:
        say("there are older versions than were looked at")


@app.command("diff")
def show_difference(
    dataset: DatasetArgument,
    before: Annotated[str | None, typer.Argument(metavar="[A", help=f"The older one: {_WHICH}.")] = None,
    after: Annotated[str | None, typer.Argument(metavar="B]", help="The newer one, named alike.")] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Show how two schemas of a dataset differ; without A and B, the newest step. Exit 1 for a major one."""
    from graph_model.schemas.history import compare

    if before and not after:
        raise typer.BadParameter("name two schemas, or none", param_hint="A B")
    with open_graph() as graph:
        if before and after:
            one, two, difference = compare(graph, _id(graph, dataset), before, after)
            ids = (one.id, two.id)
        else:
            step = next((step for step in reversed(_history(graph, dataset).steps) if step.before), None)
            ids, difference = ((step.before, step.schema.id), step.difference) if step else (None, None)
    if ids is None or difference is None:
        if as_json:
            print_json(before=None, after=None, change="none", changes=[])
        say("nothing to compare: fewer than two schemas of it are known")
        return
    _print_difference(ids, difference, as_json=as_json)
    finish(findings=difference.change == "major")


def _print_difference(ids: tuple[str | None, str], difference: Difference, *, as_json: bool) -> None:
    if as_json:
        print_json(before=ids[0], after=ids[1], change=difference.change, changes=difference.changes)
        return
    print_fields(before=ids[0], after=ids[1], change=difference.change)
    rows = [(change.change, change.path, change.text) for change in difference.changes]
    print_table(("CHANGE", "COLUMN", "WHAT"), rows, empty="no difference")


def _history(graph: Graph, dataset: str) -> History:
    from graph_model.schemas.history import history

    return history(graph, _id(graph, dataset))


def _id(graph: Graph, dataset: str) -> str:
    from graph_model.datasets.repository import dataset as dataset_called

    return dataset_called(graph, find_dataset(graph, dataset).name).id


def _row(step: Step) -> tuple[Any, ...]:
    why = "; ".join(change.text for change in step.difference.changes) if step.before else "the first that is known"
    sighting = step.sighting
    columns, versions = len(step.schema.columns), sighting.versions or None
    change = step.difference.change if step.before else None
    return (sighting.since, sighting.source, step.schema.id, columns, versions, change, why)


def _as_object(step: Step) -> dict[str, Any]:
    """A step with what its properties say spelled out."""
    columns = [
        {
            "path": column.path,
            "type": column.type,
            "nullable": column.nullable,
            "first_called": step.identities[column.path],
        }
        for column in step.schema.columns
    ]
    return {
        "schema": step.schema.id,
        "source": step.sighting.source,
        "since": step.sighting.since,
        "until": step.sighting.until,
        "versions": step.sighting.versions,
        "version": step.sighting.version,
        "before": step.before,
        "change": step.difference.change if step.before else None,
        "changes": step.difference.changes,
        "columns": columns,
    }
