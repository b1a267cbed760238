"""`headwater lineage-diff`: what became of a lineage between two moments."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli import lineage_options as ask
from app.cli.connect import open_graph
from app.cli.drawing import label, remark
from app.cli.options import AsJson, moment
from app.cli.output import cell_text, print_json, print_table, say

if TYPE_CHECKING:
    from graph_model.lineage.entities import LineageDiff

Before = Annotated[datetime, typer.Argument(parser=moment, metavar="BEFORE", help="The earlier moment (ISO 8601).")]
After = Annotated[
    datetime | None, typer.Argument(parser=moment, metavar="[AFTER]", help="The later moment; now, if left out.")
]


def show_diff(
    target: ask.RootArgument,
    before: Before,
    after: After = None,
    *,
    up: ask.Up = False,
    down: ask.Down = False,
    both: ask.Both = False,
    depth: ask.Depth = 10,
    level: ask.LevelOption = "dataset",
    known_at: ask.KnownAt = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=50_000, help="How many nodes at most, a side.")] = 2000,
    as_json: AsJson = False,
) -> None:
    """Show which edges of a lineage came and which went between two moments; without a direction, of both."""
    from graph_model.lineage.compare import compare

    direction = ask.direction_of(up=up, down=down, both=both or not (up or down))
    wanted_level = ask.level_of(level)
    with open_graph() as graph:
        found = compare(
            graph,
            ask.find_asked(graph, target, level=wanted_level),
            before=before,
            after=after,
            known_at=known_at,
            direction=direction,
            depth=depth,
            level=wanted_level,
            limit=limit,
        )
    if as_json:
        print_json(diff=found, is_complete=found.is_complete)
        return
    _print(found)
    if not found.is_complete:
        say(f"incomplete, so an edge may only seem to come or go: {', '.join(found.incomplete_reasons)}")


def _print(found: LineageDiff) -> None:
    nodes = {node.id: label(node) for node in found.nodes}
    rows = [
        (
            what,
            nodes.get(edge.source, edge.source),
            nodes.get(edge.target, edge.target),
            edge.kind,
            remark(edge).strip(),
        )
        for what, edges in (("went", found.went), ("came", found.came))
        for edge in edges
    ]
    nothing = f"nothing changed between {cell_text(found.before)} and {cell_text(found.after)}"
    print_table(("CHANGE", "FROM", "TO", "EDGE", "KNOWN BY"), rows, empty=nothing)
