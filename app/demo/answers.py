"""The questions a person would ask after the run, asked of the graph."""

from __future__ import annotations

from dataclasses import dataclass

from app.demo.data import BAD_DAY, DAYS
from connectors.sql.binding import rebind
from graph_model.errors import VersionNotFound
from graph_model.estate.entities import Estate
from graph_model.impact.assess import assess
from graph_model.impact.entities import AddColumn, Change, DropColumn, ImpactReport, RetypeColumn
from graph_model.lineage.ask import lineage
from graph_model.lineage.entities import Lineage
from graph_model.names import Name
from graph_model.readiness.entities import Readiness
from graph_model.readiness.explain import readiness
from graph_model.runs.entities import Run
from graph_model.runs.repository import runs
from graph_model.store.graph import Graph
from graph_model.verify.check import Violation, verify
from graph_model.versions.entities import Version
from graph_model.versions.repository import versions
from graph_model.versions.resolve import resolve

MOST_RUNS = 500


@dataclass(frozen=True, slots=True)
class Waiting:
    """A job partition that has not run, and what it waits for."""

    job: Name
    partition: str
    reason: str


@dataclass(frozen=True, slots=True)
class LastGood:
    """The newest partition of a dataset with a good version; `missing` are those up to it that have none."""

    version: Version
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answers:
    """Everything the demo shows. `why` is about the job partition that reads the bad day; runs come oldest first.

    `impacts` are the verdicts on three changes of different kinds, each asked for by itself.
    """

    versions: tuple[Version, ...]
    runs: tuple[Run, ...]
    why: Readiness
    waiting: tuple[Waiting, ...]
    lineage: Lineage
    impacts: tuple[ImpactReport, ...]
    last_good: LastGood | None
    violations: tuple[Violation, ...]


def ask(graph: Graph, estate: Estate) -> Answers:
    raw, clean = (Name(estate.namespace, "raw_flights"), Name(estate.namespace, "clean_flights"))
    found = (version for dataset in estate.datasets for version in versions(graph, dataset.name))
    return Answers(
        versions=tuple(sorted(found, key=lambda version: (version.dataset, version.partition, version.reported_at))),
        runs=tuple(
            reversed([run for run in runs(graph, limit=MOST_RUNS) if run.subject.namespace == estate.namespace])
        ),
        why=readiness(graph, Name(estate.namespace, "clean"), BAD_DAY),
        waiting=waiting(graph, estate),
        lineage=lineage(graph, raw, column="dep_delay", level="COLUMN", direction="DOWN"),
        impacts=tuple(assess(graph, [change], rebind=rebind) for change in supposed(clean)),
        last_good=last_good(graph, clean),
        violations=verify(graph),
    )


def supposed(clean: Name) -> tuple[Change, ...]:
    """Changes that somebody might propose: one that takes away, one that alters, one that adds."""
    return (
        DropColumn(clean, "dep_delay"),
        RetypeColumn(clean, "distance", "string"),
        AddColumn(clean, "cancelled", "boolean"),
    )


def waiting(graph: Graph, estate: Estate) -> tuple[Waiting, ...]:
    """The job partitions of the demo's days that never became ready, by job and day."""
    asked = (readiness(graph, job.name, day) for job in estate.jobs for day in DAYS)
    return tuple(Waiting(found.job, found.partition, found.reason) for found in asked if found.run is None)


def last_good(graph: Graph, dataset: Name) -> LastGood | None:
    """None when no day has a good version."""
    good = {day: version for day in DAYS if (version := _good(graph, dataset, day))}
    if not good:
        return None
    newest = max(good)
    return LastGood(good[newest], tuple(day for day in DAYS if day < newest and day not in good))


def _good(graph: Graph, dataset: Name, day: str) -> Version | None:
    try:
        return resolve(graph, dataset, day)
    except VersionNotFound:
        return None
