"""What the demo prints: tables for a person, one document for a program."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from app.cli.impact import as_object as impact_as_object
from app.cli.output import print_json, print_table, printable
from app.demo.answers import Answers, LastGood
from app.demo.checks import Comparison
from graph_model.impact.entities import Affected, Change, DropColumn, ImpactReport, RetypeColumn
from graph_model.impact.sentences import in_words
from graph_model.lineage.entities import Lineage
from graph_model.readiness.entities import Readiness
from graph_model.runs.entities import Run
from graph_model.versions.entities import Version

if TYPE_CHECKING:
    from app.demo.played import Played

MIB = 1 << 20
WORST_FIRST = ("BREAKS", "RISKY", "UNKNOWN", "SAFE")


def show(played: Played, *, elapsed_seconds: float, peak_memory_bytes: int, as_json: bool) -> None:
    if as_json:
        print_json(
            **as_document(played), elapsed_seconds=round(elapsed_seconds, 1), peak_memory_bytes=peak_memory_bytes
        )
        return
    answers = played.answers
    show_versions(answers.versions)
    show_runs(answers.runs)
    show_waiting(answers)
    show_lineage(answers.lineage)
    for report in answers.impacts:
        show_impact(report)
    if answers.last_good:
        show_last_good(answers.last_good)
    show_comparisons(played.comparisons)
    show_end(played, elapsed_seconds, peak_memory_bytes)


def as_document(played: Played) -> dict[str, Any]:
    answers = played.answers
    return {
        "good": played.good,
        "deliveries": played.deliveries,
        "versions": answers.versions,
        "runs": answers.runs,
        "why": answers.why,
        "waiting": answers.waiting,
        "lineage": answers.lineage,
        "impact": impact_as_object(answers.impacts[0]),
        "impacts": [impact_as_object(report) for report in answers.impacts],
        "last_good": answers.last_good,
        "violations": answers.violations,
        "comparisons": [
            {"what": each.what, "expected": each.expected, "found": each.found, "same": each.same}
            for each in played.comparisons
        ],
        "killed": played.killed,
    }


def show_versions(versions: Sequence[Version]) -> None:
    heading(f"{len(versions)} versions, one line per dataset and state")
    groups: dict[tuple[str, str], list[Version]] = {}
    for version in versions:
        groups.setdefault((version.dataset.name, version.state), []).append(version)
    rows = [
        (
            dataset,
            each[0].format,
            state,
            len(each),
            span([version.partition for version in each]),
            sum(version.row_count or 0 for version in each),
        )
        for (dataset, state), each in groups.items()
    ]
    print_table(("DATASET", "FORMAT", "STATE", "VERSIONS", "PARTITIONS", "ROWS"), rows, empty="no versions")


def show_runs(runs: Sequence[Run]) -> None:
    heading(f"{len(runs)} runs")
    groups: dict[tuple[str, str, str], list[Run]] = {}
    for run in runs:
        groups.setdefault((run.kind, run.subject.name, run.state), []).append(run)
    rows = [
        (kind, subject, state, len(each), sum(len(run.attempts) for run in each), *fastest_and_slowest(each))
        for (kind, subject, state), each in sorted(groups.items())
    ]
    print_table(("KIND", "OF", "STATE", "RUNS", "ATTEMPTS", "FASTEST", "SLOWEST"), rows, empty="no runs")
    for run in runs:
        if run.reason:
            line(f"{run.state}  {run.subject}@{run.partition}: {run.reason}")


def show_waiting(answers: Answers) -> None:
    why = answers.why
    heading(f"Why {why.job}@{why.partition} waits")
    line(why.reason)
    show_failed_checks(why)
    heading(f"{len(answers.waiting)} job partitions wait because of it; the rest went on")
    print_table(
        ("JOB", "PARTITION", "REASON"),
        [(each.job.name, each.partition, each.reason) for each in answers.waiting],
        empty="nothing waits",
    )


def show_failed_checks(why: Readiness) -> None:
    for found in why.inputs:
        for result in found.results:
            line(f"{found.dataset}@{found.partition}, check {result.check!r}: {result.message}")
            columns = tuple(dict.fromkeys(column for row in result.sample for column in row))
            print_table(
                [column.upper() for column in columns],
                [[row.get(column) for column in columns] for row in result.sample],
                empty="no rows",
            )


def show_lineage(found: Lineage) -> None:
    root = next(node for node in found.nodes if node.id == found.root)
    incompleteness = f" (incomplete: {', '.join(found.incomplete_reasons)})" if found.incomplete_reasons else ""
    heading(f"Downstream of the column {root.name}.{root.column}{incompleteness}")
    nodes = {node.id: node for node in found.nodes}
    rows = []
    for edge in sorted(found.edges, key=lambda edge: (nodes[edge.source].hops, edge.source, edge.target)):
        source, target = nodes[edge.source], nodes[edge.target]
        rows.append((spelled(source), edge.kind, spelled(target), edge.provenance))
    print_table(("FROM", "EDGE", "TO", "KNOWN BY"), rows, empty="nothing is made of it")


def show_impact(report: ImpactReport) -> None:
    heading(f"If {', '.join(map(supposition, report.changes))}, what becomes of each consumer")
    consumers = sorted(
        consumers_of(report.affected), key=lambda each: (WORST_FIRST.index(each.verdict), each.node.name)
    )
    rows = [(each.node.name.name, each.verdict, each.reason, each.owners, each.deadline) for each in consumers]
    print_table(("CONSUMER", "VERDICT", "WHY", "OWNERS", "DEADLINE"), rows, empty="nobody reads it")


def supposition(change: Change) -> str:
    """A change as something that may be, in the words of the demo."""
    if isinstance(change, DropColumn):
        return f"{change.dataset.name}.{change.column} were dropped"
    if isinstance(change, RetypeColumn):
        return f"{change.dataset.name}.{change.column} were of type {change.type}"
    return in_words(change)


def show_last_good(found: LastGood) -> None:
    version = found.version
    heading(f"The last good {version.dataset.name}")
    line(f"{version.dataset}@{version.partition}: {version.row_count} rows at {version.location}")
    line(f"without a good version: {', '.join(found.missing) or 'no earlier day'}")


def show_comparisons(comparisons: Sequence[Comparison]) -> None:
    different = [each for each in comparisons if not each.same]
    heading(f"{len(comparisons)} numbers counted again from the source, {len(different)} differ")
    for each in different:
        line(f"DIFFERS  {each.what}: expected {each.expected!r}, found {each.found!r}")


def show_end(played: Played, elapsed_seconds: float, peak_memory_bytes: int) -> None:
    for violation in played.answers.violations:
        line(f"VIOLATION  {violation.rule}: {violation.subject}: {violation.message}")
    if not played.answers.violations:
        line("verify: clean")
    if played.killed is not None:
        line(f"worker process {played.killed} was killed in the middle of it")
    line(f"{elapsed_seconds:.1f} s from start to end, {peak_memory_bytes / MIB:.0f} MiB at most for the whole stack")


def line(text: str) -> None:
    print(printable(text))  # noqa: T201  what the demo found is its data, and belongs to stdout


def heading(text: str) -> None:
    line(f"\n{text}\n{'─' * len(text)}")


def consumers_of(affected: Iterable[Affected]) -> list[Affected]:
    return [each for each in affected if each.node.kind == "CONSUMER"]


def spelled(node: Any) -> str:
    """A node of a lineage in one word."""
    return f"{node.name.name}.{node.column}" if node.column else f"{node.kind.lower()} {node.name.name}"


def span(partitions: Sequence[str]) -> str:
    """The first and the last partition, or the only one."""
    first, last = min(partitions), max(partitions)
    return (first or "whole") if first == last else f"{first} … {last}"


def fastest_and_slowest(runs: Sequence[Run]) -> tuple[str, str]:
    taken = [duration for run in runs if (duration := seconds_between(run.started_at, run.ended_at)) is not None]
    return (f"{min(taken):.2f} s", f"{max(taken):.2f} s") if taken else ("", "")


def seconds_between(start: datetime | None, end: datetime | None) -> float | None:
    return (end - start).total_seconds() if start and end else None
