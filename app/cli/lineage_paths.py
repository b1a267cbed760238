"""`headwater paths`: the ways from one thing downstream to another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from app.cli import lineage_options as ask
from app.cli.connect import open_graph
from app.cli.drawing import label, remark
from app.cli.errors import finish
from app.cli.options import AsJson, AsOf
from app.cli.output import print_json, print_text, say

if TYPE_CHECKING:
    from graph_model.lineage.entities import Paths


def show_paths(
    source: Annotated[str, typer.Argument(metavar="FROM", help="DATASET[.COLUMN], a job or a consumer.")],
    target: Annotated[str, typer.Argument(metavar="TO", help="The same, downstream of it.")],
    *,
    depth: ask.Depth = 20,
    as_of: AsOf = None,
    known_at: ask.KnownAt = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000, help="How many ways at most.")] = 10,
    as_json: AsJson = False,
) -> None:
    """Show how one thing comes to another, the shortest ways first. Exit 1 when it does not."""
    from graph_model.lineage.paths import paths

    with open_graph() as graph:
        found = paths(
            graph,
            ask.find_asked(graph, source),
            ask.find_asked(graph, target),
            first=limit,
            depth=depth,
            as_of=as_of,
            known_at=known_at,
        )
    if as_json:
        print_json(paths={**_as_object(found)})
    else:
        _print(found, target)
    finish(findings=not found.paths)


def _as_object(found: Paths) -> dict[str, object]:
    return {
        "source": found.source,
        "target": found.target,
        "as_of": found.as_of,
        "known_at": found.known_at,
        "is_complete": found.is_complete,
        "incomplete_reasons": found.incomplete_reasons,
        "nodes": found.nodes,
        "paths": found.paths,
    }


def _print(found: Paths, target: str) -> None:
    nodes = {node.id: node for node in found.nodes}
    for path in found.paths:
        print_text(label(nodes[path[0].source]))
        for edge in path:
            print_text(f"  → {label(nodes[edge.target])}{remark(edge)}")
    if not found.paths:
        say(f"nothing leads to {target}" if found.is_complete else f"no way to {target} was found")
    if not found.is_complete:
        say(f"incomplete: {', '.join(found.incomplete_reasons)}")
