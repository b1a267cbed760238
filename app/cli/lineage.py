"""`headwater lineage`: what depends on a dataset or column, or what it depends on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli.connect import open_graph
from app.cli.lookup import find_column
from app.cli.options import AsJson, AsOf
from app.cli.output import print_json, print_text, say

if TYPE_CHECKING:
    from graph_model.lineage.entities import Lineage


def show_lineage(
    target: Annotated[
        str,
        typer.Argument(
            metavar="DATASET[.COLUMN]",
            help="The dataset, and behind a dot the column. The longest dataset name that exists wins.",
        ),
    ],
    *,
    up: Annotated[bool, typer.Option("--up/--down", help="What it comes from, or what comes from it.")] = False,
    depth: Annotated[int, typer.Option("--depth", min=1, max=1000, help="How many hops at most.")] = 10,
    as_of: AsOf = None,
    dot: Annotated[bool, typer.Option("--dot", help="Print Graphviz.")] = False,
    mermaid: Annotated[bool, typer.Option("--mermaid", help="Print Mermaid.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show lineage as a tree. What it could not follow is said on stderr."""
    from app.cli import drawing
    from graph_model.lineage.walk import lineage

    if dot + mermaid + as_json > 1:
        raise typer.BadParameter("choose one of them", param_hint="--dot / --mermaid / --json")
    with open_graph() as graph:
        dataset, column = find_column(graph, target)
        level = "COLUMN" if column else "DATASET"
        found = lineage(
            graph, dataset, column=column, direction="UP" if up else "DOWN", depth=depth, level=level, as_of=as_of
        )
    if as_json:
        print_json(lineage=as_object(found, up=up))
        return
    if dot or mermaid:
        print_text(drawing.dot(found) if dot else drawing.mermaid(found))
    else:
        drawing.print_tree(found, up=up)
    if not found.is_complete:
        say(f"incomplete: {', '.join(found.incomplete_reasons)}")


def as_object(found: Lineage, *, up: bool) -> dict[str, Any]:
    """Lineage with what its properties say spelled out."""
    return {
        "root": found.root,
        "direction": "UP" if up else "DOWN",
        "as_of": found.as_of,
        "is_complete": found.is_complete,
        "incomplete_reasons": found.incomplete_reasons,
        "nodes": found.nodes,
        "edges": found.edges,
    }
