"""`headwater lineage`: what a thing comes from, and what comes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli import lineage_options as ask
from app.cli.connect import open_graph
from app.cli.options import AsJson, AsOf
from app.cli.output import print_json, print_text, say

if TYPE_CHECKING:
    from graph_model.lineage.entities import Direction, Lineage


def show_lineage(
    target: ask.RootArgument,
    *,
    up: ask.Up = False,
    down: ask.Down = False,
    both: ask.Both = False,
    depth: ask.Depth = 10,
    level: ask.LevelOption = "dataset",
    as_of: AsOf = None,
    known_at: ask.KnownAt = None,
    kind: ask.Kinds = None,
    namespace: ask.Namespaces = None,
    owner: ask.Owners = None,
    domain: ask.Domains = None,
    tag: ask.Tags = None,
    tier: ask.Tiers = None,
    technical: ask.Technical = False,
    control: ask.Control = False,
    limit: Annotated[int, typer.Option("--limit", min=1, max=50_000, help="How many nodes at most.")] = 2000,
    dot: Annotated[bool, typer.Option("--dot", help="Print Graphviz.")] = False,
    mermaid: Annotated[bool, typer.Option("--mermaid", help="Print Mermaid.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show lineage as a tree. What it could not follow is said on stderr."""
    from app.cli import drawing
    from graph_model.lineage.ask import lineage

    if dot + mermaid + as_json > 1:
        raise typer.BadParameter("choose one of them", param_hint="--dot / --mermaid / --json")
    direction, wanted_level = ask.direction_of(up=up, down=down, both=both), ask.level_of(level)
    wanted = ask.filter_of(
        kinds=kind, technical=technical, control=control, namespaces=namespace, owners=owner, domains=domain, tags=tag,
        tiers=tier,
    )  # fmt: skip
    with open_graph() as graph:
        asked = ask.find_asked(graph, target, level=wanted_level)
        found = lineage(
            graph,
            asked.root,
            kind=asked.kind,
            column=asked.column,
            partition=asked.partition,
            direction=direction,
            depth=depth,
            level=wanted_level,
            as_of=as_of,
            known_at=known_at,
            wanted=wanted,
            limit=limit,
        )
    if as_json:
        print_json(lineage=as_object(found, direction))
        return
    if dot or mermaid:
        print_text(drawing.dot(found) if dot else drawing.mermaid(found))
    else:
        drawing.print_tree(found, direction)
    if not found.is_complete:
        say(f"incomplete: {', '.join(found.incomplete_reasons)}")


def as_object(found: Lineage, direction: Direction) -> dict[str, Any]:
    """Lineage with what its properties say spelled out."""
    return {
        "root": found.root,
        "direction": direction,
        "as_of": found.as_of,
        "known_at": found.known_at,
        "is_complete": found.is_complete,
        "incomplete_reasons": found.incomplete_reasons,
        "nodes": found.nodes,
        "edges": found.edges,
    }
