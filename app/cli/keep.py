"""`headwater backup` and `headwater restore`: a copy of the graph in one file, and a graph made of it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.cli.connect import open_graph, require_migrated
from app.cli.options import AsJson
from app.cli.output import print_fields, print_json, say

BackupFile = Annotated[Path, typer.Argument(metavar="FILE", help="The file of the backup.", dir_okay=False)]


def backup(
    file: BackupFile,
    *,
    force: Annotated[bool, typer.Option("--force", help="Overwrite FILE if it exists.")] = False,
    as_json: AsJson = False,
) -> None:
    """Copy the whole graph into FILE while everything runs. Writes pause meanwhile; readers notice nothing."""
    from graph_model.backup.take import take_backup

    with open_graph() as graph:
        require_migrated(graph)
        taken = take_backup(graph, file, force=force)
    if as_json:
        print_json(backup=taken)
        return
    print_fields(
        file=taken.path,
        nodes=taken.nodes,
        edges=taken.edges,
        bytes=taken.size_bytes,
        content_hash=taken.content_hash,
        paused=f"{taken.pause_seconds:.1f} s",
        attempts=taken.attempts,
    )


def restore(file: BackupFile, *, as_json: AsJson = False) -> None:
    """Make an empty graph what FILE says, on either engine. One that broke off goes on when it is repeated.

    The graph is migrated first. Nothing else can write to it until the restore is complete.
    """
    from graph_model.backup.restore import restore as restore_graph
    from graph_model.store.migrations import migrate

    with open_graph() as graph:
        migrate(graph)
        made = restore_graph(graph, file)
    if as_json:
        print_json(restored=made)
        return
    print_fields(nodes=made.nodes, edges=made.edges, content_hash=made.content_hash)
    if made.resumed_at:
        say(f"went on at line {made.resumed_at}, where an earlier restore had broken off")
    say("the content hash is that of the backup")
