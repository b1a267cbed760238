"""What the edges of the API share: the objects that `create_app` joined."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from connectors.bell import ring
from graph_model.errors import InvalidInput
from graph_model.store.graph import Graph
from graph_model.store.grouping import Group
from graph_model.versions.entities import Receipt, Report
from graph_model.versions.report import report_versions
from graph_model.versions.roots import Roots, as_roots

# So many reports are committed together at most.
MOST_REPORTS = 100


class Services:
    """`broker_url` None: nobody is rung, workers find their runs by looking. `reports` commits in groups what comes in
    at the same time.
    """

    def __init__(self, graph: Graph, broker_url: str | None, roots: Roots | Path) -> None:
        self.graph, self.broker_url, self.roots = graph, broker_url, as_roots(roots)
        self.reports: Group[Report, Receipt] = Group(
            lambda reports: report_versions(graph, reports, self.roots), most=MOST_REPORTS
        )

    @property
    def storage_root(self) -> Path:
        return self.roots.folder


def report_and_ring(services: Services, report: Report) -> Receipt:
    """Reports a version; once that is durable, rings for the runs that it made ready."""
    receipt = services.reports.submit(report)
    ring(services.broker_url, receipt.runs)
    return receipt


def moment(value: datetime | None, *, field: str) -> datetime | None:
    """`value` in UTC. A time without an offset could mean anything, so it raises InvalidInput."""
    if value is None:
        return None
    if value.tzinfo is None:
        raise InvalidInput(field, "a time needs its offset from UTC, like 2013-01-05T06:00:00Z")
    return value.astimezone(UTC)


def readable_location(location: str, root: Path) -> str:
    """Where a reader finds a content: a relative path is one below the storage root. Addresses of tables stay as
    declared, so that what an `env:` in them stands for never leaves the process."""
    if "#" in location or "://" in location or location.startswith(("env:", "/", "{root}")):
        return location.replace("{root}", str(root))
    return str(root / location)
