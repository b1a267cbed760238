"""`headwater versions check`: whether the contents of versions are still what they were when they were published."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.connect import actor, broker_url, data_roots, open_graph, require_migrated
from app.cli.errors import finish
from app.cli.interventions import ring_for
from app.cli.lookup import find_dataset, split_partition
from app.cli.options import AsJson, By, moment
from app.cli.output import print_json, print_table, say

if TYPE_CHECKING:
    from connectors.checks.reread import Reread
    from graph_model.store.graph import Graph
    from graph_model.versions.altered import Kept

MOST_VERSIONS = 100_000
# States of which a person should hear.
_TROUBLE = ("ALTERED", "UNAVAILABLE")


def check_versions(
    targets: Annotated[
        list[str],
        typer.Argument(metavar="DATASET[@PARTITION]...", help="Datasets, or one partition of each behind the last @."),
    ],
    *,
    sample: Annotated[
        int | None,
        typer.Option(
            "--sample", min=1, max=MOST_VERSIONS, help="Only so many of each, those not read again for longest."
        ),
    ] = None,
    since: Annotated[
        datetime | None,
        typer.Option("--since", parser=moment, metavar="TIME", help="Only versions reported then or later (ISO 8601)."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what is altered; leave it to its readers.")
    ] = False,
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """Read the contents of good versions again. What was altered is taken from its readers, and they are told.

    Exit 1 when a content was altered or its place does not answer.
    """
    from connectors.checks.reread import reread

    broker, roots = broker_url(), data_roots()
    with open_graph() as graph:
        require_migrated(graph)
        kept = _kept(graph, targets, since=since, limit=sample or MOST_VERSIONS)
        found = [reread(graph, each, roots, by=by or actor(), mark=not dry_run) for each in kept]
    rung = ring_for(broker, *(run for each in found if each.done for run in each.done.runs))
    _print(found, rung=rung, as_json=as_json)
    finish(findings=any(each.state in _TROUBLE for each in found))


def _kept(graph: Graph, targets: list[str], *, since: datetime | None, limit: int) -> list[Kept]:
    """Of all targets, so that a wrong name is told before anything is read."""
    from graph_model.datasets.repository import dataset
    from graph_model.versions.altered import kept_versions

    found: list[Kept] = []
    for target in targets:
        name, key = split_partition(target)
        subject = find_dataset(graph, name)
        partition = subject.partitions.check(key) if key else None
        found += kept_versions(graph, dataset(graph, subject.name).id, partition=partition, since=since, limit=limit)
    return found


def _print(found: list[Reread], *, rung: bool, as_json: bool) -> None:
    if as_json:
        print_json(versions=[_as_object(each) for each in found], rung=rung)
        return
    rows = [
        (each.kept.dataset, each.kept.partition, each.kept.id, each.state, each.done is not None, each.reason)
        for each in found
        if each.state != "UNCHANGED"
    ]
    print_table(("DATASET", "PARTITION", "VERSION", "FOUND", "SET ASIDE", "REASON"), rows, empty="nothing was altered")
    say(f"{sum(each.state == 'UNCHANGED' for each in found)} of {len(found)} versions are unchanged")


def _as_object(each: Reread) -> dict[str, object]:
    return {
        "version": each.kept.id,
        "dataset": each.kept.dataset,
        "partition": each.kept.partition,
        "state": each.state,
        "reason": each.reason,
        "location": each.kept.content.location,
        "content_hash": each.kept.content_hash,
        "found_hash": each.found,
        "set_aside": each.done.versions if each.done else (),
        "current": each.done.current if each.done else None,
    }
