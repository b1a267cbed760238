"""`headwater export`: what the graph knows, in the words of others."""

from __future__ import annotations

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from app.cli.connect import open_graph, read_settings, require_migrated
from app.cli.options import AsJson
from app.cli.output import print_json, say

if TYPE_CHECKING:
    from graph_model.store.graph import Graph

app = typer.Typer(no_args_is_help=True, help="Hand out what the graph knows, in the words of others.")


@app.callback()
def export() -> None:
    """A group with one command stays a group."""


@app.command("openlineage")
def openlineage(
    *,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Where the events go; to standard output, if left out.")
    ] = None,
    since: Annotated[
        datetime | None, typer.Option("--since", help="Only runs that were made then or later (UTC).")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """The events of all runs of jobs there ever were, as they would be sent now, one JSON object on each line."""
    if as_json and out is None:
        raise typer.BadParameter("--json tells what was written: it needs --out FILE")
    with open_graph() as graph:
        require_migrated(graph)
        count = _to_file(graph, out, since) if out else _write(graph, sys.stdout, since)
    if as_json:
        print_json(events=count, file=str(out))
    else:
        say(f"{count} events" + (f" in {out}" if out else ""))


def _to_file(graph: Graph, out: Path, since: datetime | None) -> int:
    """Whole or not at all."""
    draft = out.with_name(f"{out.name}.part")
    with draft.open("w", encoding="utf-8") as file:
        count = _write(graph, file, since)
    draft.replace(out)
    return count


def _write(graph: Graph, file: TextIO, since: datetime | None) -> int:
    from datetime import UTC

    from connectors.openlineage.own.deliver import told
    from graph_model.emitting.repository import identity, past
    from graph_model.settings import OpenLineageSettings

    settings, instance, count = read_settings(OpenLineageSettings), identity(graph), 0
    for page in past(graph, since=since.replace(tzinfo=UTC) if since else None):
        for _, event in told(graph, page, instance=instance, namespace=settings.namespace or None):
            file.write(json.dumps(event, ensure_ascii=False) + "\n")
            count += 1
    return count
