"""The yardstick of `benchmarks.ingest`: the same rows, written by one bare statement in a transaction of its own.

Nothing is locked, known before, compared or concluded: event, run, job, names, datasets, edges and schema are merged,
each once, on the same labels with the same indexes. Less cannot be written, so what a server of ours takes beyond it is
what it knows better.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import Any, LiteralString

import neo4j

from connectors.openlineage.events import read_event
from graph_model.names import dataset_id, dataset_name_id, flow_edge_id, job_id
from graph_model.observed.entities import Observation, Role, SeenDataset
from graph_model.schemas.recording import field_rows, schema_id
from graph_model.settings import GraphSettings
from graph_model.store.packing import packed

STATEMENT: LiteralString = """
UNWIND $in.rows AS x
CREATE (e:LineageEvent)
SET e = x.event
MERGE (j:Job {id: x.job})
ON CREATE SET j.namespace = x.namespace, j.name = x.name
MERGE (r:ObservedRun {id: x.run_id})
ON CREATE SET r.job = x.job, r.run = x.run, r.first = x.at
SET r.heard = x.at
FOREACH (i IN x.inputs |
  MERGE (n:DatasetName {id: i.id})
  ON CREATE SET n.namespace = i.namespace, n.name = i.name
  MERGE (d:Dataset {id: i.dataset})
  ON CREATE SET d.namespace = i.namespace, d.name = i.name
  MERGE (n)-[:NAMES]->(d)
  MERGE (d)-[c:CONSUMED_BY {id: i.edge}]->(j)
  SET c.last_seen = x.at)
FOREACH (o IN x.outputs |
  MERGE (n:DatasetName {id: o.id})
  ON CREATE SET n.namespace = o.namespace, n.name = o.name
  MERGE (d:Dataset {id: o.dataset})
  ON CREATE SET d.namespace = o.namespace, d.name = o.name
  MERGE (n)-[:NAMES]->(d)
  MERGE (j)-[p:PRODUCES {id: o.edge}]->(d)
  SET p.last_seen = x.at
  MERGE (s:SchemaVersion {id: o.schema})
  ON CREATE SET s.dataset = o.dataset, s.seen_at = x.at
  MERGE (d)-[h:SHOWED]->(s)
  SET h.last_seen = x.at
  FOREACH (f IN o.fields |
    MERGE (c:Field {id: f.id})
    ON CREATE SET c.dataset = o.dataset, c.path = f.path
    MERGE (s)-[t:HAS_FIELD]->(c)
    ON CREATE SET t.type = f.type, t.position = f.position))
"""


def write_bare(settings: GraphSettings, events: Sequence[dict[str, Any]], *, group: int) -> tuple[float, list[float]]:
    """Writes events in groups, one after the other. Seconds in all, and of each group."""
    rows = [_row(read_event(event)) for event in events]
    groups = [packed({"rows": rows[at : at + group]}) for at in range(0, len(rows), group)]
    auth = (settings.user, settings.password.get_secret_value())
    waits: list[float] = []
    with neo4j.GraphDatabase.driver(settings.uri, auth=auth) as driver:
        for one in groups:
            began = time.perf_counter()
            with driver.session(database=settings.database) as session:
                session.run(STATEMENT, {"in": one}).consume()
            waits.append(time.perf_counter() - began)
    return sum(waits), waits


def _row(observation: Observation) -> dict[str, Any]:
    assert observation.job is not None
    job = job_id(observation.job)
    event = {"id": observation.id, "at": observation.at, "body": observation.body, "run": observation.run}
    return {
        "event": {**event, "job": str(observation.job)},
        "at": observation.at,
        "job": job,
        "namespace": observation.job.namespace,
        "name": observation.job.name,
        "run": observation.run,
        "run_id": observation.run_id,
        "inputs": list(_datasets(observation, job, Role.INPUT)),
        "outputs": [_with_schema(seen, row) for seen, row in _seen(observation, job)],
    }


def _datasets(observation: Observation, job: str, role: Role) -> Iterator[dict[str, Any]]:
    for seen in observation.datasets:
        if seen.role is role:
            name = dataset_name_id(seen.name)
            yield {
                "id": name,
                "namespace": seen.name.namespace,
                "name": seen.name.name,
                "dataset": dataset_id(seen.name),
                "edge": flow_edge_id(role, name, job, ""),
            }


def _seen(observation: Observation, job: str) -> Iterator[tuple[SeenDataset, dict[str, Any]]]:
    made = [seen for seen in observation.datasets if seen.role is Role.OUTPUT]
    return zip(made, _datasets(observation, job, Role.OUTPUT), strict=True)


def _with_schema(seen: SeenDataset, row: dict[str, Any]) -> dict[str, Any]:
    dataset = row["dataset"]
    fields = field_rows(dataset, seen.columns)
    return {**row, "schema": schema_id(dataset, seen.columns), "fields": fields}
