"""`headwater report`, `resolve`, `wait`, `versions`: what exists, where the last good data is, and who reads it."""

from __future__ import annotations

import time
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from app.cli.connect import actor, broker_url, open_graph, read_settings, require_migrated
from app.cli.errors import finish
from app.cli.lookup import find_dataset, find_partition
from app.cli.options import AsJson, AsOf, DatasetArgument, DatasetPartition, moment, seconds
from app.cli.output import print_fields, print_json, print_table, say
from app.cli.wait_for_run import wait_for_run
from graph_model.errors import VersionNotFound
from graph_model.partitions.rules import WHOLE

if TYPE_CHECKING:
    from graph_model.names import Name
    from graph_model.store.graph import Graph
    from graph_model.versions.entities import Version
    from graph_model.versions.readable import Readable

WAIT_SECONDS = 300.0


class ListByDefault(TyperGroup):
    """`headwater versions DATASET` is `headwater versions list DATASET`, which also takes a dataset called like one of
    the commands.
    """

    default = "list"

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args and args[0] not in {*self.commands, "-h", "--help"}:
            args = [self.default, *args]
        return super().parse_args(ctx, args)


app = typer.Typer(
    cls=ListByDefault, no_args_is_help=True, help="List the versions of a dataset; or who read them, and more."
)


def report(
    dataset: DatasetArgument,
    *,
    partition: Annotated[
        str, typer.Option("--partition", "-p", help="The partition; leave it out for a dataset without partitions.")
    ] = WHOLE,
    location: Annotated[
        str | None,
        typer.Option(
            "--location",
            "-l",
            help="Where the content lies: absolute, or below the storage root. Without it: where the estate says.",
        ),
    ] = None,
    key: Annotated[
        str | None, typer.Option("--key", help="Makes repeating harmless: the same key is the same report.")
    ] = None,
    source_time: Annotated[
        datetime | None,
        typer.Option(
            "--source-time",
            parser=moment,
            metavar="TIME",
            help="Orders versions of one partition (ISO 8601); now, if left out.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Report that a version of a partition exists. It is validated, and published if it is good."""
    from connectors.bell import ring
    from graph_model.versions.entities import Report
    from graph_model.versions.report import report_version

    broker = broker_url()
    with open_graph() as graph:
        require_migrated(graph)
        name = find_dataset(graph, dataset).name
        receipt = report_version(graph, Report(name, partition, location, key, source_time, reported_by=actor()))
    rung = ring(broker, receipt.runs)
    if as_json:
        print_json(dataset=name, partition=partition, receipt=receipt, rung=rung)
        return
    print_fields(
        version=receipt.version, dataset=name, partition=partition, state=receipt.state, runs_made_ready=receipt.runs
    )
    if not receipt.created:
        say("this was reported before: nothing changed")


def resolve(
    target: DatasetPartition,
    *,
    as_of: AsOf = None,
    reader: Annotated[
        str | None,
        typer.Option("--reader", metavar="WHO", help="Who reads: a consumer, or any text; it is remembered."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say where the last good data of a partition is, or was. Exit 2 when there is none."""
    from graph_model.reads.entities import Read
    from graph_model.reads.record import checked, record_reads
    from graph_model.versions.readable import readables
    from graph_model.versions.resolve import resolve as last_good

    with open_graph() as graph:
        version = last_good(graph, *find_partition(graph, target), as_of=as_of)
        readable = readables(graph, [version.id])[version.id]
        if reader is not None:
            record_reads(graph, [checked(Read(version.id, reader, actor()))])
    _print_version(version, readable, as_json=as_json)


def wait(
    target: Annotated[
        str | None,
        typer.Argument(metavar="[DATASET[@PARTITION]]", help="The dataset, and behind the last @ the partition."),
    ] = None,
    *,
    job: Annotated[
        str | None,
        typer.Option("--job", metavar="JOB[@PARTITION]", help="Instead of a dataset: a successful run of this job."),
    ] = None,
    timeout: Annotated[
        float | None,
        typer.Option(
            "--timeout", parser=seconds, metavar="DURATION", help="How long at most: 90s, 10m, 2h. Without it: 5m."
        ),
    ] = None,
    newer_than: Annotated[
        datetime | None,
        typer.Option(
            "--version-newer-than",
            parser=moment,
            metavar="TIME",
            help="Only a version that was published after this (ISO 8601).",
        ),
    ] = None,
    ended_after: Annotated[
        datetime | None,
        typer.Option(
            "--ended-after", parser=moment, metavar="TIME", help="With --job: only a run that ended after this."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Wait until a partition has a good version, and say where it is; or until a job has run well on it.

    Exit 1 when the time is over first.
    """
    most = WAIT_SECONDS if timeout is None else timeout
    if (target is None) == (job is None):
        raise typer.BadParameter("write DATASET[@PARTITION], or --job JOB[@PARTITION]", param_hint="DATASET, --job")
    if job is not None:
        if newer_than:
            raise typer.BadParameter("a run has no version: write --ended-after", param_hint="--version-newer-than")
        wait_for_run(job, timeout=most, ended_after=ended_after, as_json=as_json)
        return
    if ended_after:
        raise typer.BadParameter("versions do not end: write --version-newer-than", param_hint="--ended-after")
    _wait_for_version(target or "", most, newer_than, as_json=as_json)


def _wait_for_version(target: str, most: float, newer_than: datetime | None, *, as_json: bool) -> None:
    with open_graph() as graph:
        dataset, partition = find_partition(graph, target)
        wanted = dataset.at(partition)
        say(f"waiting for {wanted}, {most:g} s at most")
        version = _published(graph, dataset, partition, timeout=most, newer_than=newer_than)
        newest = None if version else _newest(graph, dataset, partition)
    if version:
        _print_version(version, as_json=as_json)
        return
    if as_json:
        print_json(version=None, timed_out=True, newest=newest)
    state = (
        f"; the newest version is {newest.state}: {newest.reason}" if newest else "; no version of it was ever reported"
    )
    since = f" newer than {newer_than.isoformat()}" if newer_than else ""
    say(f"timed out: {wanted} has no good version{since}{state}")
    finish(findings=True)


@app.command("list")
def list_versions(
    dataset: DatasetArgument,
    *,
    partition: Annotated[str | None, typer.Option("--partition", "-p", help="Only versions of this partition.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="How many at most.")] = 200,
    as_json: AsJson = False,
) -> None:
    """List the versions of a dataset."""
    from graph_model.versions.repository import versions

    with open_graph() as graph:
        subject = find_dataset(graph, dataset)
        key = None if partition is None else subject.partitions.check(partition)
        found = versions(graph, subject.name, partition=key, limit=limit)
    if as_json:
        print_json(versions=found)
        return
    columns = ("VERSION", "PARTITION", "STATE", "CURRENT", "ROWS", "BYTES", "REPORTED", "LOCATION", "REASON")
    rows = [
        (v.id, v.partition, v.state, v.current, v.row_count, v.size_bytes, v.reported_at, v.location, v.reason)
        for v in found
    ]
    print_table(columns, rows, empty="no versions")


@app.command("readers")
def list_readers(
    target: DatasetPartition,
    *,
    version: Annotated[
        str | None,
        typer.Option("--version", metavar="VERSION", help="Only of this one; else of the newest 50."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List who read a partition, newest first: runs, consumers, and programs that said who they are."""
    from graph_model.reads.repository import readers_of_partition

    with open_graph() as graph:
        found = readers_of_partition(graph, *find_partition(graph, target), version=version)
    if as_json:
        print_json(readers=found)
        return
    columns = ("KIND", "READER", "PARTITION", "RUN", "VERSION", "TIMES", "FIRST", "LAST", "AGENT")
    rows = [(r.kind, r.name, r.partition, r.run, r.version, r.count, r.first_at, r.last_at, r.agent) for r in found]
    print_table(columns, rows, empty="nobody is known to have read it")


def _published(
    graph: Graph, dataset: Name, partition: str, *, timeout: float, newer_than: datetime | None = None
) -> Version | None:
    """The last good version as soon as there is one, looked for at growing intervals; None when the time is over."""
    from graph_model.versions.resolve import resolve as last_good

    deadline = time.monotonic() + timeout
    pause = 0.05
    while True:
        with suppress(VersionNotFound):
            found = last_good(graph, dataset, partition)
            if newer_than is None or (found.published_at and found.published_at > newer_than):
                return found
        left = deadline - time.monotonic()
        if left <= 0:
            return None
        time.sleep(min(pause, left))
        pause = min(pause * 1.5, 2.0)


def _newest(graph: Graph, dataset: Name, partition: str) -> Version | None:
    from graph_model.versions.repository import versions

    found = versions(graph, dataset, partition=partition)
    return max(found, key=lambda version: version.reported_at, default=None)


def _print_version(version: Version, readable: Readable | None = None, *, as_json: bool) -> None:
    from app.services import readable_location
    from graph_model.settings import StorageSettings

    location = readable_location(version.location, read_settings(StorageSettings).root.absolute())
    if as_json:
        print_json(location=location, version=version, readable=readable)
        return
    if readable and readable.warning:
        say(f"beware: {readable.warning}")
    print_fields(
        location=location,
        format=version.format,
        version=version.id,
        dataset=version.dataset,
        partition=version.partition,
        state=version.state,
        source_time=readable and readable.source_time,
        published=version.published_at,
        rows=version.row_count,
        bytes=version.size_bytes,
        content_hash=version.content_hash,
        run=version.run,
        metrics=readable and tuple(f"{name}={value}" for name, value in readable.metrics.items()),
        columns=readable and tuple(f"{column.path} {column.type}" for column in readable.columns),
        statistics=readable and tuple(map(str, readable.statistics)),
    )
