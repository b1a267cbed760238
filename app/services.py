"""What the edges of the API share: the objects that `create_app` joined."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import structlog

from connectors.bell import ring
from graph_model.errors import InvalidInput, Unavailable
from graph_model.failpoints import failpoint
from graph_model.names import Name
from graph_model.observed.entities import Observation
from graph_model.observed.publish import publish_runs
from graph_model.observed.record import record_observations
from graph_model.reads.entities import Counted, Read, ReadReport
from graph_model.reads.record import checked, read_of, record_reads
from graph_model.store.graph import Graph
from graph_model.store.grouping import Group
from graph_model.versions.entities import Receipt, Report, Version
from graph_model.versions.readable import Readable, readables
from graph_model.versions.report import report_versions
from graph_model.versions.resolve import resolve
from graph_model.versions.roots import Roots, as_roots

# So many reports, and so many reads, are committed together at most.
MOST_REPORTS = 100
MOST_OBSERVATIONS = 200

log = structlog.get_logger(__name__)


class Services:
    """`broker_url` None: nobody is rung, workers find their runs by looking. `reports`, `reads` and `observations`
    commit in groups what comes in at the same time.
    """

    def __init__(self, graph: Graph, broker_url: str | None, roots: Roots | Path) -> None:
        self.graph, self.broker_url, self.roots = graph, broker_url, as_roots(roots)
        self.reports: Group[Report, Receipt] = Group(
            lambda reports: report_versions(graph, reports, self.roots), most=MOST_REPORTS
        )
        self.reads: Group[Read, Counted] = Group(lambda reads: record_reads(graph, reads), most=MOST_REPORTS)
        self.observations: Group[Observation, str | None] = Group(self.observe, most=MOST_OBSERVATIONS)

    @property
    def storage_root(self) -> Path:
        return self.roots.folder

    def observe(self, observations: Sequence[Observation]) -> list[str | None]:
        """Records observations together. All are durable when it returns, or none. For each its run, by id, if it is
        marked: what it wrote may have to be published."""
        marked = set(record_observations(self.graph, observations))
        runs = [observation.run_id for observation in observations]
        return [run if run in marked else None for run in runs]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody wants to read. `as_of` None: what is current now. `reader` None: nobody says who reads."""

    dataset: Name
    partition: str = ""
    as_of: datetime | None = None
    reader: str | None = None
    agent: str = ""


def resolve_for(services: Services, wanted: Wanted) -> tuple[Version, Readable]:
    """The version to read, and how. Who says who reads is remembered; that this cannot be written keeps nobody from
    reading.
    """
    found = resolve(services.graph, wanted.dataset, wanted.partition, as_of=wanted.as_of)
    if wanted.reader is not None:
        read = checked(Read(found.id, wanted.reader, wanted.agent))
        with suppress(Unavailable):
            services.reads.submit(read)
    return found, readables(services.graph, [found.id])[found.id]


def report_read(services: Services, report: ReadReport) -> Counted:
    """Remembers that a consumer read a version; durable when it returns."""
    return services.reads.submit(checked(read_of(services.graph, report)))


def report_and_ring(services: Services, report: Report) -> Receipt:
    """Reports a version; once that is durable, rings for the runs that it made ready."""
    receipt = services.reports.submit(report)
    ring(services.broker_url, receipt.runs)
    return receipt


async def observe_and_publish(services: Services, observation: Observation) -> None:
    """Records an observation, and publishes what it completes."""
    run = await services.observations.submit_from_loop(observation)
    if run:
        await asyncio.to_thread(publish_observed, services, [run])


def publish_observed(services: Services, runs: Sequence[str]) -> None:
    """Publishes what these observed runs wrote, and rings. All that was told is durable by now, and so is the mark of
    what is to be done: whatever goes wrong here, the steward does it."""
    if not runs:
        return
    failpoint("observed.before_publish")
    try:
        ring(services.broker_url, publish_runs(services.graph, runs))
    except Unavailable as error:
        log.warning("what runs of others wrote is published later", runs=len(runs), error=str(error))
    except Exception:
        log.exception("what runs of others wrote is published later", runs=len(runs))


def moment(value: datetime | None, *, field: str) -> datetime | None:
    """`value` in UTC. A time without an offset could mean anything, so it raises InvalidInput."""
    if value is None:
        return None
    if value.tzinfo is None:
        raise InvalidInput(field, "a time needs its offset from UTC, like 2013-01-05T06:00:00Z")
    return value.astimezone(UTC)


def readable_location(location: str, root: Path) -> str:
    """Where a reader finds a content: a relative path is one below the storage root. Addresses of tables stay as
    declared, so that what an `env:` in them stands for never leaves the process; what lies nowhere stays empty."""
    if not location or "#" in location or "://" in location or location.startswith(("env:", "/", "{root}")):
        return location.replace("{root}", str(root))
    return str(root / location)
