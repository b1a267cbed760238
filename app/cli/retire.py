"""`headwater retire`: may it be retired, who used it last, and what would be left behind. Deletes nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.connect import open_graph
from app.cli.errors import finish
from app.cli.lookup import find_column, find_job
from app.cli.options import AsJson
from app.cli.output import print_fields, print_json, print_table, say
from graph_model.errors import DatasetNotFound, JobNotFound

if TYPE_CHECKING:
    from graph_model.retirement.entities import Retirement
    from graph_model.store.graph import Graph

What = Annotated[str, typer.Argument(metavar="DATASET[.COLUMN]|JOB", help="A dataset, one of its columns, or a job.")]


def retire(
    what: What,
    *,
    job: Annotated[bool, typer.Option("--job", help="It is a job, though a dataset is called so too.")] = False,
    as_json: AsJson = False,
) -> None:
    """Say whether something may be retired: who uses it, who used it last, what would be orphaned. Deletes nothing.

    Exit 1 unless it may be retired.
    """
    with open_graph() as graph:
        found = _job(graph, what) if job else _dataset_or_job(graph, what)
    if as_json:
        print_json(retirement=found)
    else:
        _print(found)
    finish(findings=found.standing != "may be retired")


def _dataset_or_job(graph: Graph, what: str) -> Retirement:
    from graph_model.retirement.examine import retire_column, retire_dataset

    try:
        dataset, column = find_column(graph, what)
    except DatasetNotFound:
        try:
            return _job(graph, what)
        except JobNotFound:
            pass
        raise
    now = datetime.now(UTC)
    return retire_column(graph, dataset, column, now=now) if column else retire_dataset(graph, dataset, now=now)


def _job(graph: Graph, what: str) -> Retirement:
    from graph_model.retirement.examine import retire_job

    return retire_job(graph, find_job(graph, what), now=datetime.now(UTC))


def _print(found: Retirement) -> None:
    print_fields(
        **{found.kind.lower(): found.name},
        verdict=found.standing,
        why=found.why,
        settle=found.settle,
        last_use=found.last_use,
        last_published=found.last_published,
    )
    rows = [
        (use.kind.lower(), use.name, "retired" if use.gone else "declared" if use.declared else "seen", use.last_read,
         use.reads, "" if use.certain else "columns unknown")
        for use in found.uses
    ]  # fmt: skip
    print_table(("READER", "NAME", "IS", "LAST READ", "READS", ""), rows, empty="nobody is known to read it")
    if found.orphans:
        orphans = [(one.kind.lower(), one.label, one.why) for one in found.orphans]
        print_table(("ORPHANED", "NAME", "WHY"), orphans, empty="")
    for remark in found.remarks:
        say(remark)
    if not found.is_complete:
        say("there is more that would be orphaned")
