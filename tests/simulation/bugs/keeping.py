"""Commits, acknowledgements, audit, notices and the bell."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

from neo4j.exceptions import Neo4jError

from connectors.notify import deliver as notices
from graph_model.runs import fail
from graph_model.store import trouble
from graph_model.store.graph import Graph
from graph_model.versions import publish
from graph_model.versions import report as reporting
from graph_model.versions.entities import Receipt, Report, VersionState
from tests.simulation import actors
from tests.simulation.model.queries import Rows
from tests.simulation.model.view import View
from tests.simulation.planted import Patch, around, bug
from tests.simulation.scheduler import current
from workers import fleet, steward


@bug("a commit whose reply was lost is taken for done")
def _() -> Iterator[Patch]:
    yield Graph, "_took_effect", lambda self, operation: True  # noqa: ARG005


@bug("a commit whose reply was lost is tried again blindly")
def _() -> Iterator[Patch]:
    yield Graph, "_took_effect", lambda self, operation: False  # noqa: ARG005


@bug("a report is acknowledged before it is committed")
def _() -> Iterator[Patch]:
    true = actors.report_and_ring

    def hasty(services: Any, report: Report) -> Receipt:
        def later() -> None:
            true(services, report)

        fiber = current()
        fiber.process.world.scheduler.spawn(fiber.process, later)
        target = reporting.find_target(services.graph, report.dataset)
        place = reporting.partition_id(target.id, report.partition)
        version = reporting.version_id(place, report.key or uuid.uuid4().hex)
        return Receipt(version, VersionState.REPORTED, created=False)

    yield actors, "report_and_ring", hasty


@bug("a report that is repeated is a new version")
def _() -> Iterator[Patch]:
    true = reporting.version_id
    yield reporting, "version_id", lambda partition, key: true(partition, f"{key}/{uuid.uuid4().hex}")


@bug("audit records are written in a transaction of their own")
def _() -> Iterator[Patch]:
    def apart(true: Any, view: View, records: list[dict[str, Any]]) -> Rows:
        engine = current().process.world.engine
        own = engine.begin(30.0)
        try:
            rows = true(own, records=records)
            engine.commit(own)
        except Neo4jError:
            engine.abort(own)
            raise
        return rows

    yield around("audit.record", apart)


@bug("the end of a failed attempt is not audited")
def _() -> Iterator[Patch]:
    yield fail, "record", lambda tx, transitions: None  # noqa: ARG005


@bug("owners are not told of a quarantine")
def _() -> Iterator[Patch]:
    yield publish.Trail, "tell", lambda self, notices: None  # noqa: ARG005


@bug("notices are marked as sent before they are delivered")
def _() -> Iterator[Patch]:
    def hasty(graph: Graph, settings: Any) -> int:
        due = notices.unsent(graph)
        notices.mark_sent(graph, due)
        for notice in due:
            notices.deliver(notice, settings)
        return len(due)

    yield steward, "deliver_due", hasty


@bug("the broker is the queue: nobody looks for runs that were not rung")
def _() -> Iterator[Patch]:
    yield steward, "unclaimed", lambda graph, limit: ()  # noqa: ARG005
    yield fleet.Poller, "run", lambda self: None  # noqa: ARG005


@bug("a lost race is taken for a mistake")
def _() -> Iterator[Patch]:
    yield trouble, "_is_race_on_arcadedb", lambda error: False  # noqa: ARG005
