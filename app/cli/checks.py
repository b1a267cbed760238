"""`headwater checks …`: what checks found, over time, and what others found."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from app.cli.connect import actor, open_graph, require_migrated
from app.cli.errors import finish
from app.cli.lookup import find_dataset, find_partition, split_partition
from app.cli.options import AsJson, DatasetPartition
from app.cli.output import print_fields, print_json, print_table, say
from graph_model.errors import InvalidInput, InvalidResults, VersionNotFound

if TYPE_CHECKING:
    from graph_model.checks.entities import Finding
    from graph_model.checks.others import Accepted
    from graph_model.contracts.entities import CheckResult
    from graph_model.names import Name
    from graph_model.store.graph import Graph
    from graph_model.versions.entities import Version

MOST_BYTES = 64 * 1024 * 1024
_SHOW = "show"


class ShowsByDefault(TyperGroup):
    """`headwater checks D` is `headwater checks show D`: what stands first is a dataset where it is no command."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args and args[0] not in (*self.commands, *ctx.help_option_names):
            args = [_SHOW, *args]
        return super().parse_args(ctx, args)


app = typer.Typer(cls=ShowsByDefault, no_args_is_help=True, help="What checks found, and what others found.")


@app.command(_SHOW)
def show_checks(
    target: DatasetPartition,
    *,
    check: Annotated[str | None, typer.Option("--check", metavar="NAME", help="Only this check.")] = None,
    trend: Annotated[
        bool, typer.Option("--trend", help="What the check found over time, newest first; needs --check.")
    ] = False,
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="How many findings at most.")] = 50,
    as_json: AsJson = False,
) -> None:
    """Show what checks found in the newest version of a dataset or partition. Exit 1 if any failed.

    Of a dataset without versions, what others told that their checks found last.

    The command may be left out: `headwater checks DATASET`.
    """
    if trend:
        _show_trend(target, check, limit=limit, as_json=as_json)
        return
    with open_graph() as graph:
        told = _told(graph, target)
        if told:
            _print_told(told, check, as_json=as_json)
            return
        version = _newest(graph, target)
    results = [result for result in version.results if check in (None, result.check)]
    if check and not results:
        raise _no_check(check, version.results)
    if as_json:
        print_json(version=version.id, partition=version.partition, state=version.state, results=results)
    else:
        print_fields(version=version.id, partition=version.partition, state=version.state)
        print_table(_COLUMNS, map(_row, results), empty="no checks: nothing is promised about it")
    finish(findings=any(not result.passed for result in results))


@app.command("import")
def import_results(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file of results; - is standard input.")],
    *,
    dataset: Annotated[
        str | None,
        typer.Option("--dataset", metavar="DATASET[@PARTITION]", help="What it is about; else what the file says."),
    ] = None,
    version: Annotated[
        str | None, typer.Option("--version", metavar="VERSION", help="Id of the version; else the one readers get.")
    ] = None,
    manifest: Annotated[
        Path | None, typer.Option("--manifest", metavar="FILE", help="dbt's manifest.json, which says what tests test.")
    ] = None,
    source: Annotated[
        str | None, typer.Option("--source", metavar="TOOL", help="Who wrote the file; else it is seen from it.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Take over results of other tools: dbt, Great Expectations, OpenLineage facets.

    They are recorded beside our own, and owners are told of what failed; nothing is taken from readers.
    """
    from connectors.results import parse_results, read_results
    from graph_model.checks.others import accept

    tests = parse_results(_read(manifest), what="the manifest") if manifest else None
    delivery = read_results(parse_results(_read(file)), source=source, manifest=tests)
    with open_graph() as graph:
        require_migrated(graph)
        name, partition = _place(graph, dataset) if dataset else (None, None)
        found = accept(graph, delivery, by=actor(), dataset=name, partition=partition, version=version)
    _print_accepted(found, as_json=as_json)


def _show_trend(target: str, check: str | None, *, limit: int, as_json: bool) -> None:
    from graph_model.checks.repository import trend
    from graph_model.datasets.repository import dataset as read_dataset

    if check is None:
        raise typer.BadParameter("name the check with --check", param_hint="--trend")
    dataset, _ = split_partition(target)
    if dataset != target:
        raise typer.BadParameter("a trend goes over all partitions: leave @PARTITION out", param_hint="DATASET")
    with open_graph() as graph:
        subject = read_dataset(graph, find_dataset(graph, dataset).name)
        page = trend(graph, subject.id, check, first=limit)
        if not page.items:
            told = tuple(finding.result for finding in _told(graph, target))
            raise _no_check(check, told or _newest(graph, target).results)
    if as_json:
        print_json(check=check, findings=page.items, has_next=page.has_next)
        return
    print_table(_TREND, map(_finding_row, page.items), empty="nothing")
    if page.has_next:
        say(f"there are more than {limit}: raise --limit")


def _newest(graph: Graph, target: str) -> Version:
    from graph_model.versions.repository import versions

    name, key = _place(graph, target)
    found = versions(graph, name, partition=key, limit=1)
    if not found:
        raise VersionNotFound(f"{target}: nothing was reported there yet")
    return found[0]


def _told(graph: Graph, target: str) -> list[Finding]:
    """What the checks of others found last in a dataset of which no version was ever reported; else nothing."""
    from graph_model.checks.repository import last_told
    from graph_model.datasets.repository import dataset as read_dataset
    from graph_model.versions.repository import versions

    name, _ = _place(graph, target)
    return [] if versions(graph, name, limit=1) else last_told(graph, read_dataset(graph, name))


def _print_told(told: list[Finding], check: str | None, *, as_json: bool) -> None:
    shown = [finding for finding in told if check in (None, finding.result.check)]
    if not shown and check:
        raise _no_check(check, tuple(finding.result for finding in told))
    if as_json:
        print_json(findings=shown)
    else:
        print_table(_TREND, map(_finding_row, shown), empty="nothing")
    finish(findings=any(not finding.result.passed for finding in shown))


def _no_check(check: str, results: tuple[CheckResult, ...]) -> InvalidInput:
    known = ", ".join(result.check for result in results) or "none"
    return InvalidInput("--check", f"there is no result of a check {check}; the newest version has {known}")


def _place(graph: Graph, text: str) -> tuple[Name, str | None]:
    """Dataset and partition; None for a partition that is not said."""
    dataset, _ = split_partition(text)
    return find_partition(graph, text) if dataset != text else (find_dataset(graph, text).name, None)


def _read(path: Path) -> bytes:
    """Raises InvalidResults for what cannot be read, or is larger than any such file is."""
    try:
        if str(path) == "-":
            found = sys.stdin.buffer.read(MOST_BYTES + 1)
        elif not path.is_file():
            raise InvalidResults("", f"there is no file {path}")
        else:
            with path.open("rb") as file:
                found = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise InvalidResults("", f"{path} cannot be read ({error.strerror})") from error
    if len(found) > MOST_BYTES:
        raise InvalidResults("", f"{path} is larger than {MOST_BYTES // 1024**2} MB")
    return found


def _print_accepted(found: Accepted, *, as_json: bool) -> None:
    if as_json:
        print_json(source=found.source, taken=found.taken, left_out=found.left_out)
        return
    rows = [(t.dataset, t.partition, t.version, t.results, t.failed, t.created) for t in found.taken]
    print_table(("DATASET", "PARTITION", "VERSION", "RESULTS", "FAILED", "NEW"), rows, empty="nothing")
    for reason in found.left_out:
        say(f"left out: {reason}")


_TREND = ("CHECK", "CHECKED", "PARTITION", "VERSION", "STATE", "PASSED", "FAILED ROWS", "VALUE", "MESSAGE")
_COLUMNS = ("CHECK", "KIND", "PASSED", "SEVERITY", "FAILED ROWS", "VALUE", "MESSAGE")


def _row(result: CheckResult) -> tuple[Any, ...]:
    value = None if result.value is None else f"{result.value:g}"
    return (result.check, result.kind, result.passed, result.severity, result.failed_rows, value, result.message)


def _finding_row(finding: Finding) -> tuple[Any, ...]:
    result = finding.result
    value = None if result.value is None else f"{result.value:g}"
    place = (result.check, finding.checked_at, finding.partition, finding.version, finding.state)
    return (*place, result.passed, result.failed_rows, value, result.message)
