"""`headwater sweep`: deletes the data of versions that have expired. Nothing else in Headwater deletes data."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.connect import actor, open_graph, read_settings, require_migrated
from app.cli.errors import finish
from app.cli.lookup import find_dataset
from app.cli.options import AsJson, By
from app.cli.output import print_json, print_table, say

if TYPE_CHECKING:
    from connectors.sweep import Swept


def sweep(
    dataset: Annotated[
        str | None, typer.Argument(metavar="[DATASET]", help="Only versions of this dataset; all, if left out.")
    ] = None,
    *,
    yes: Annotated[
        bool, typer.Option("--yes", help="Delete. Without it, only what would be deleted is shown.")
    ] = False,
    also_reported: Annotated[
        bool,
        typer.Option("--also-reported", help="Also delete what others wrote and reported, not only what runs wrote."),
    ] = False,
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """Delete the data of expired versions: show what would go and what stays, and why; with --yes, do it."""
    from connectors import sweep as sweeping
    from graph_model.datasets.repository import dataset as get_dataset
    from graph_model.settings import StorageSettings

    root = read_settings(StorageSettings).root.absolute()
    with open_graph() as graph:
        require_migrated(graph)
        id = get_dataset(graph, find_dataset(graph, dataset).name).id if dataset else None
        wanted = sweeping.Sweep(root, id, also_reported=also_reported)
        found = list(sweeping.sweep(graph, wanted, by=by or actor()) if yes else sweeping.look(graph, wanted))
    failed = any(each.fate is sweeping.Fate.FAILED for each in found)
    if as_json:
        print_json(deleted=yes, swept=found)
    else:
        _print(found, yes=yes)
    finish(findings=failed)


def _print(found: Iterable[Swept], *, yes: bool) -> None:
    from connectors.sweep import Fate

    swept = list(found)
    rows = [
        (
            each.fate, each.version.dataset, each.version.partition, each.version.id, each.version.size_bytes,
            each.version.content.location, each.why,
        )
        for each in sorted(swept, key=lambda each: (each.fate, each.version.dataset, each.version.partition))
    ]  # fmt: skip
    columns = ("FATE", "DATASET", "PARTITION", "VERSION", "BYTES", "LOCATION", "WHY")
    print_table(columns, rows, empty="nothing has expired")
    going = [each for each in swept if each.fate in (Fate.GOES, Fate.DELETED)]
    size = sum(each.version.size_bytes for each in going)
    if yes:
        say(f"deleted {len(going)} versions, {size} bytes")
    elif going:
        say(f"{len(going)} versions, {size} bytes would be deleted: add --yes to do it")
