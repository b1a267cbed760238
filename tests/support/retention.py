"""Retention without an estate file, and time that has passed."""

from __future__ import annotations

from typing import LiteralString
from unittest.mock import patch

import neo4j

from graph_model.names import dataset_id
from graph_model.retention import expire as expiry
from graph_model.retention.entities import Retention, dumps
from graph_model.store.graph import Graph
from tests.support.protocol import AT_ONCE_MS, name

_KEEP = """
MATCH (d:Dataset {id: $id}) SET d.retention = $retention
WITH d MATCH (p:Partition {dataset: d.id}) SET p.expire_at = datetime.realtime()
"""
_LONG_AGO = (
    "MATCH (v:DatasetVersion) WHERE v.aging IS NOT NULL SET v.replaced_at = v.replaced_at - duration({days: $days})"
)
_DUE = "MATCH (p:Partition) WHERE p.expire_at IS NOT NULL SET p.expire_at = datetime.realtime() - duration({days: 1})"


def keep(driver: neo4j.Driver, graph: Graph, dataset: str, retention: Retention) -> None:
    """Declares how long the versions of a dataset stay."""
    _run(driver, graph, _KEEP, id=dataset_id(name(dataset)), retention=dumps(retention))


def expire(graph: Graph) -> tuple[str, ...]:
    """What the steward lets go, once every mark may be looked at."""
    with patch.object(expiry, "MARK_GRACE_MS", AT_ONCE_MS):
        return expiry.expire_versions(graph)


def days_go_by(driver: neo4j.Driver, graph: Graph, days: int) -> None:
    """So long ago was replaced whatever was, and every look is due."""
    _run(driver, graph, _LONG_AGO, days=days)
    _run(driver, graph, _DUE)


def _run(driver: neo4j.Driver, graph: Graph, statement: LiteralString, **parameters: object) -> None:
    driver.execute_query(statement, parameters, database_=graph.settings.database)
