"""`headwater impact check`: what merging one git ref into another would do, before it is merged."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli.connect import open_graph
from app.cli.errors import ExitCode, exit_code_of, message_of
from app.cli.impact import print_verdicts
from app.cli.options import AsJson
from app.cli.output import json_text, print_table, print_text, say
from connectors.review.fail_on import FailOn
from graph_model.errors import DomainError, SettingsError, Unavailable

if TYPE_CHECKING:
    from connectors.review.report import Report

PATIENCE_SECONDS = 60.0
_STICKY = re.compile(r"[A-Za-z0-9._-]{1,64}")


class Format(StrEnum):
    """How it is told."""

    MARKDOWN = "markdown"
    JSON = "json"
    JUNIT = "junit"
    SARIF = "sarif"
    ANNOTATIONS = "annotations"


@dataclass(frozen=True, slots=True)
class Output:
    """One way to tell it, and into which file; None: to stdout."""

    format: Format
    file: Path | None


@dataclass(frozen=True, slots=True)
class Asked:
    """What is compared, and how it is told."""

    repository: Path
    base: str
    head: str
    estates: tuple[str, ...]
    direct: bool
    fail_on: FailOn
    sticky: str
    link_base: str


def check(
    *,
    base: Annotated[
        str, typer.Option("--base", metavar="REF", help="Where it is to be merged: a branch, tag or hash.")
    ],
    head: Annotated[str, typer.Option("--head", metavar="REF", help="What is to be merged.")] = "HEAD",
    estate: Annotated[
        list[str] | None,
        typer.Option("--estate", metavar="PATH", help="An estate file, a folder or a glob; all of them, if left out."),
    ] = None,
    form: Annotated[
        list[str] | None,
        typer.Option(
            "--format",
            metavar="FORMAT[=FILE]",
            help="markdown, json, junit, sarif or annotations, to stdout or into a file; as often as you like.",
        ),
    ] = None,
    fail_on: Annotated[FailOn, typer.Option(help="Exit 1 from which verdict on.")] = FailOn.BREAKS,
    sticky: Annotated[
        str, typer.Option(metavar="ID", help="Tells this check from others of the same pull request.")
    ] = "estate",
    direct: Annotated[
        bool, typer.Option("--direct", help="Compare with the base as it is, not as it was where head left it.")
    ] = False,
    link_base: Annotated[
        str, typer.Option(metavar="URL", help="Names in Markdown lead to URL/KIND/NAMESPACE/NAME.")
    ] = "",
    repository: Annotated[
        Path, typer.Option("--repository", metavar="PATH", help="A folder of the git repository.")
    ] = Path(),
    as_json: AsJson = False,
) -> None:
    """Say what merging one git ref into another would do to everybody downstream. Exit 1 when it breaks someone.

    Estate files are read from both commits; the work tree is not touched. Nothing is written to the graph.
    """
    outputs = _outputs(form or (), as_json=as_json)
    if not _STICKY.fullmatch(sticky):
        raise typer.BadParameter("letters, digits, dots, dashes and underscores only", param_hint="--sticky")
    asked = Asked(repository, base, head, tuple(estate or ()), direct, fail_on, sticky, _checked_link(link_base))
    report, code = _made(asked)
    for output in outputs:
        _write(output, report, asked)
    if not any(output.file is None for output in outputs):
        _print_report(report)
    raise typer.Exit(code)


def _outputs(forms: Sequence[str], *, as_json: bool) -> list[Output]:
    found = [Output(Format.JSON, None)] if as_json else []
    for said in forms:
        name, equals, file = said.partition("=")
        if name not in list(Format) or (equals and not file):
            raise typer.BadParameter(
                f"{said!r}: write one of {', '.join(Format)}, or FORMAT=FILE", param_hint="--format"
            )
        found.append(Output(Format(name), Path(file) if file else None))
    if sum(output.file is None for output in found) > 1:
        raise typer.BadParameter("only one can go to stdout: give the others a file", param_hint="--format")
    return found


def _checked_link(link_base: str) -> str:
    """It ends up in a link, between quotes."""
    if link_base and not re.fullmatch(r"https?://[^\s\"'<>|\\]+", link_base):
        raise typer.BadParameter("write an address that starts with http:// or https://", param_hint="--link-base")
    return link_base


def _made(asked: Asked) -> tuple[Report, ExitCode]:
    """The report, and how the command ends. What could not be checked is a report too: it is told in every format."""
    from connectors.review.report import failed

    try:
        report = _compared(asked)
    except (DomainError, SettingsError, Unavailable, OSError) as error:
        said = message_of(error)
        say(said)
        return failed(asked.base, asked.head, said.removeprefix("error: ")), exit_code_of(error)
    return report, ExitCode.FINDINGS if report.fails(asked.fail_on) else ExitCode.FINE


def _compared(asked: Asked) -> Report:
    from connectors.git.history import compare, top_of
    from connectors.review.estates import read_sides
    from connectors.review.report import report_of
    from connectors.sql.binding import rebind, warm_up
    from connectors.sql.columns import read_columns
    from connectors.sql.reader import reader
    from graph_model.estate.repository import known_datasets
    from graph_model.estate.review import review

    top = top_of(asked.repository)
    comparison = compare(top, asked.base, asked.head, direct=asked.direct)
    reader().warm_up()  # while it starts, so do we
    warm_up()
    with (
        open_graph(patience=PATIENCE_SECONDS) as graph,
        read_sides(top, comparison, patterns=asked.estates, known=known_datasets(graph)) as sides,
    ):
        found = review(graph, sides.compared, sides.after.estates, read_columns=read_columns, rebind=rebind)
        return report_of(comparison, sides, found)


def _write(output: Output, report: Report, asked: Asked) -> None:
    text = _texts(report, asked)[output.format]()
    if output.file is None:
        print_text(text.rstrip("\n"))
    else:
        output.file.write_text(text, encoding="utf-8", errors="replace")


def _texts(report: Report, asked: Asked) -> Mapping[Format, Callable[[], str]]:
    from connectors.review.annotations import annotate
    from connectors.review.junit import junit
    from connectors.review.markdown import markdown
    from connectors.review.sarif import sarif

    return {
        Format.MARKDOWN: lambda: markdown(report, sticky=asked.sticky, link_base=asked.link_base),
        Format.JSON: lambda: f"{json_text(check=as_object(report, asked))}\n",
        Format.JUNIT: lambda: junit(report, fail_on=asked.fail_on),
        Format.SARIF: lambda: sarif(report, sticky=asked.sticky),
        Format.ANNOTATIONS: lambda: annotate(report),
    }


def as_object(report: Report, asked: Asked) -> dict[str, Any]:
    """A check with what its properties say spelled out."""
    from connectors.review.telling import headline
    from graph_model.impact.written import as_written

    return {
        "headline": headline(report),
        "failure": report.failure or None,
        "fails": report.fails(asked.fail_on),
        "fail_on": asked.fail_on,
        "comparison": report.comparison,
        "is_complete": report.is_complete,
        "incomplete_reasons": report.impact.incomplete_reasons,
        "counts": {verdict.value: count for verdict, count in report.counts.items()},
        "coverage": report.impact.coverage,
        "estates": report.files,
        "changes": [
            {**as_written(change), "place": place}
            for change, place in zip(report.impact.changes, report.places, strict=True)
        ],
        "affected": report.impact.affected,
        "nodes": report.impact.nodes,
        "mistakes": report.mistakes,
        "notes": report.notes,
    }


def _print_report(report: Report) -> None:
    from connectors.review.telling import headline
    from graph_model.impact.sentences import in_words
    from graph_model.impact.written import kind_of

    if report.failure:
        return
    for mistake in report.mistakes:
        say(str(mistake))
    if report.impact.changes:
        rows = [
            (kind_of(change), in_words(change), f"{place.file}:{place.line}" if place else "")
            for change, place in zip(report.impact.changes, report.places, strict=True)
        ]
        print_table(("CHANGE", "WHAT", "WHERE"), rows, empty="")
        print_text("")
        print_verdicts(report.impact.affected)
    for note in report.notes:
        say(f"remark: {note}")
    say(headline(report))
