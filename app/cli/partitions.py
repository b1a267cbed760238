"""`headwater partitions`: what is there, what came late, and what should be there and is not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli.connect import open_graph
from app.cli.errors import finish
from app.cli.lookup import find_dataset
from app.cli.options import AsJson, DatasetArgument
from app.cli.output import print_json, print_table, say

if TYPE_CHECKING:
    from graph_model.partitions.status import PartitionStatus

_COLUMNS = ("PARTITION", "STATE", "NOTE", "DUE", "PUBLISHED", "ROWS", "VERSION", "REASON")


def list_partitions(
    dataset: DatasetArgument,
    *,
    gaps: Annotated[
        bool, typer.Option("--gaps", help="Only those that should be there by now and have no good version.")
    ] = False,
    start: Annotated[str | None, typer.Option("--from", metavar="KEY", help="The first partition to list.")] = None,
    end: Annotated[str | None, typer.Option("--to", metavar="KEY", help="The last partition to list.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="How many at most.")] = 200,
    as_json: AsJson = False,
) -> None:
    """List the partitions of a dataset, newest first, also those that are missing. With --gaps, exit 1 if any is."""
    from graph_model.datasets.repository import dataset as read_dataset
    from graph_model.partitions.status import partition_statuses

    with open_graph() as graph:
        subject = read_dataset(graph, find_dataset(graph, dataset).name)
        page = partition_statuses(graph, subject.id, subject.partitions, gaps=gaps, start=start, end=end, first=limit)
    if as_json:
        print_json(partitions=[_fields(status) for status in page.items], has_next=page.has_next)
    else:
        print_table(_COLUMNS, [_row(status) for status in page.items], empty="no gaps" if gaps else "no partitions")
    if page.has_next:
        say(f"there are more than {limit}: raise --limit, or ask for a shorter time")
    finish(findings=gaps and bool(page.items))


def _fields(status: PartitionStatus) -> dict[str, Any]:
    seen = status.overview
    return {
        "partition": status.key,
        "state": status.state,
        "gap": status.is_gap,
        "late": status.is_late,
        "due": status.due,
        "version": seen.current,
        "published_at": seen.published_at,
        "first_published_at": seen.first_published,
        "rows": seen.row_count,
        "versions": seen.versions,
        "newest_version": seen.newest,
        "reason": seen.reason,
    }


def _row(status: PartitionStatus) -> tuple[Any, ...]:
    seen = status.overview
    note = "gap" if status.is_gap else "late" if status.is_late else ""
    return (
        status.key or "whole",
        status.state,
        note,
        status.due,
        seen.published_at,
        seen.row_count,
        seen.current or seen.newest,
        seen.reason,
    )
