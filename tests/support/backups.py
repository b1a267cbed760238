"""Graphs to back up: one that holds everything that there can be, and one in the middle of its work."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import neo4j

from graph_model.backup.kinds import EDGE_KINDS, LABELS
from graph_model.settings import GraphSettings
from graph_model.store.graph import Graph
from graph_model.store.migrations import migrate
from graph_model.versions.entities import Receipt, Report
from graph_model.versions.report import report_version
from tests.conftest import wipe
from tests.support.protocol import a_job, declare, name
from tests.support.servers import driver_for

# One of every kind of value that a property can have.
VALUES: dict[str, Any] = {
    "text": 'a "text" of two\nlines, ü\u2028',
    "whole": 60,
    "huge": 2**62,
    "fraction": 60.0,
    "small": 1e-300,
    "yes": True,
    "no": False,
    "nothing": None,
    "empty": "",
    "moment": neo4j.time.DateTime(2013, 1, 5, 7, 0, 0, 123456789, tzinfo=UTC),
    "early": datetime(1, 1, 1, tzinfo=UTC),
    "endless": datetime(9999, 12, 31, tzinfo=UTC),
    "names": ["b", "a"],
    "numbers": [1, 2, 3],
}


def fill(driver: neo4j.Driver, database: str, *, each: int = 7) -> int:
    """Nodes of every label with all kinds of values, edges of every kind, some twice. How many of both."""

    def run(statement: str, **parameters: Any) -> None:
        driver.execute_query(statement, parameters, database_=database)  # type: ignore[arg-type]

    for label in LABELS:
        rows = [{"id": f"{label}-{number}", **VALUES} for number in range(each)]
        run(f"UNWIND $rows AS x CREATE (n:{label}) SET n = x, n._lock = 'nobody keeps this'", rows=rows)
    for kind in EDGE_KINDS:
        pairs = [{"a": f"{kind.source}-{n}", "b": f"{kind.target}-{(n * 3) % each}", **VALUES} for n in range(each)]
        run(
            f"UNWIND $rows AS x MATCH (a:{kind.source} {{id: x.a}}) MATCH (b:{kind.target} {{id: x.b}}) "
            f"CREATE (a)-[e:{kind.type}]->(b) SET e = x CREATE (a)-[:{kind.type} {{twin: true}}]->(b)",
            rows=pairs,
        )
    run("CREATE (:Operation {id: 'o'}) CREATE (:Worker {id: 'w'}) CREATE (:Lease {id: 'l'})")
    run("MATCH (c:AuditChain) DETACH DELETE c")
    return each * (len(LABELS) - 1) + 2 * each * len(EDGE_KINDS)


def declare_line(driver: neo4j.Driver, database: str) -> None:
    """raw -> clean -> summary, daily."""
    jobs = (a_job("clean", {"raw": "same"}, "clean"), a_job("summary", {"clean": "same"}, "summary"))
    declare(driver, database, datasets=("raw", "clean", "summary"), jobs=jobs)


def report(graph: Graph, day: int, key: str) -> Receipt:
    return report_version(graph, Report(name("raw"), f"2013-01-{day:02}", key=key, reported_by="test"))


@contextmanager
def empty_graph(settings: GraphSettings) -> Iterator[Graph]:
    """A migrated graph without nodes, on a server that other tests may have used."""
    with Graph(settings) as graph, driver_for(settings) as driver:
        migrate(graph)
        wipe(driver, settings.database)
        yield graph


def breaks_after(parts: int, work: Callable[..., None]) -> Callable[..., None]:
    """`work`, until it was called so often; then the process is as good as gone."""
    left = iter(range(parts))

    def broken(*arguments: Any) -> None:
        if next(left, None) is None:
            raise KeyboardInterrupt
        work(*arguments)

    return broken
