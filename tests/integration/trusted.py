"""An estate that trusts others with one dataset, and what tests tell of their runs."""

from __future__ import annotations

from typing import Any

from connectors.openlineage.events import read_event
from connectors.sql.columns import read_columns
from graph_model.estate.apply import apply
from graph_model.names import Name
from graph_model.observed.publish import publish_runs
from graph_model.observed.record import record_observations
from graph_model.observed.trust import Trust
from graph_model.partitions.rules import PartitionScheme
from graph_model.runs.entities import ClaimedRun, OutputVersion, RunKind
from graph_model.runs.finish import Ending
from graph_model.store.graph import Graph
from graph_model.versions.repository import versions
from tests.support.estates import a_dataset, a_job, an_estate
from tests.support.events import dataset, facet, run_event
from tests.support.protocol import Fleet, good

DAILY = PartitionScheme("day", "2013-01-01")
RAW, CLEAN = Name("shop", "raw"), Name("shop", "clean")
TRUST = Trust()
FIFTH, SIXTH = "2013-01-05", "2013-01-06"


class OwnContents(Fleet):
    """As a fleet, but every version has a content of its own."""

    def ending(self, run: ClaimedRun) -> Ending:
        if run.kind == RunKind.VALIDATION and run.outputs[0].content.location not in self.contents | {"": None}:
            return Ending(run, (OutputVersion(run.outputs[0], good(run.inputs[0].version)),))
        return super().ending(run)


def declare(graph: Graph, *, trust: Trust | None = TRUST, **fields: Any) -> None:
    """raw, which others are trusted with, and a job that makes clean from it."""
    fields = {"partitions": DAILY, "location": "raw/{date}.parquet", "owners": ("raw@example.org",)} | fields
    raw = a_dataset("raw", observed=trust, **fields)
    tidy = a_job("tidy", {"raw": "same" if raw.partitions.every else "whole"}, "clean", partitions=raw.partitions)
    apply(
        graph,
        an_estate(raw, a_dataset("clean", partitions=raw.partitions), tidy),
        read_columns=read_columns,
        actor="tester",
    )


def raw(*days: str, **facets: Any) -> dict[str, Any]:
    """The output raw, with a subset of these days."""
    subset = {"subset": written(*days)} if days else {}
    return {**dataset("raw", namespace="shop", **facets), "outputFacets": subset}


def written(*days: str) -> dict[str, Any]:
    partitions = [{"dimensions": {"dt": day}} for day in days]
    return facet(outputCondition={"type": "partition", "partitions": partitions})


def complete(at: str = "01:05:00", *days: str, **more: Any) -> dict[str, Any]:
    return run_event("COMPLETE", at, outputs=[raw(*days)], **more)


def tell(graph: Graph, *events: dict[str, Any]) -> tuple[str, ...]:
    """As the API does it: records, then publishes."""
    return publish_runs(graph, record_observations(graph, [read_event(event) for event in events]))


def current(graph: Graph, of: Name = RAW) -> dict[str, str]:
    """The current version of each partition, by key."""
    return {version.partition: version.id for version in versions(graph, of) if version.current}


def states(graph: Graph, of: Name = RAW) -> list[tuple[str, str]]:
    return sorted((version.partition, version.state) for version in versions(graph, of))
