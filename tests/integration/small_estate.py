"""A small estate planted beside the product: raw -> clean (job) -> totals (job), a board, versions and runs.

It is written by plain statements, so that tests of reading do not depend on the code that writes.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import LiteralString

import neo4j

from graph_model.jobs.definition import dumps
from graph_model.names import Name, consumer_id, dataset_id, dataset_name_id, field_id, job_id, owner_id, partition_id
from tests.support.estates import a_job

RAW, CLEAN, TOTALS = Name("shop", "raw_orders"), Name("shop", "clean_orders"), Name("shop", "totals")
CLEAN_JOB, TOTALS_JOB, BOARD = Name("shop", "clean"), Name("shop", "sum_up"), Name("shop", "board")
NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)
NEVER = datetime(9999, 12, 31, tzinfo=UTC)
DAY_ONE, DAY_TWO = "2024-03-01", "2024-03-02"
GOOD, BAD = "vs_good", "vs_bad"
FIRST_RUN, SECOND_RUN, VALIDATION = "rn_first", "rn_second", "rn_validation"

_DATASETS = """
UNWIND $rows AS row
CREATE (d:Dataset {id: row.id, namespace: row.namespace, name: row.name, format: 'parquet', partition_every: 'day',
  partition_from: '2024-01-01', options: '{}', description: row.name + ' of the shop', tags: ['orders'], scope: 'shop'})
CREATE (:DatasetName {id: row.name_id, namespace: row.namespace, name: row.name})-[:NAMES]->(d)
MERGE (o:Owner {id: $owner_id}) ON CREATE SET o.name = $owner
CREATE (d)-[:OWNED_BY]->(o)
"""
_SCHEMA = """
MATCH (d:Dataset {id: $dataset})
CREATE (d)-[:HAS_SCHEMA {valid_from: $noon, valid_to: $never, recorded_at: $noon, retracted_at: $never}]->
  (s:SchemaVersion {id: 'sv_' + d.name, dataset: d.id})
WITH s
UNWIND $fields AS field
CREATE (s)-[:HAS_FIELD {type: field.type, position: field.position, nullable: field.nullable}]->
  (:Field {id: field.id, dataset: $dataset, path: field.path})
"""
_JOBS = """
UNWIND $rows AS row
MATCH (source:Dataset {id: row.source})
MATCH (target:Dataset {id: row.target})
MERGE (o:Owner {id: $owner_id}) ON CREATE SET o.name = $owner
CREATE (j:Job {id: row.id, namespace: row.namespace, name: row.name, kind: 'sql', partition_every: 'day',
  partition_from: '2024-01-01', definition: row.definition, definition_hash: 'h1', retries: 2, timeout_seconds: 60.0,
  priority: 1,
  description: '', scope: 'shop', columns_known: true, unresolved: []})
CREATE (j)-[:OWNED_BY]->(o)
CREATE (source)-[:CONSUMED_BY {id: source.id + '>' + j.id, mapping: row.mapping, required: true, correction: 'rerun',
  provenance: 'declared', source: 'estate:shop', valid_from: $noon, valid_to: $never, recorded_at: $noon,
  retracted_at: $never, last_seen: $noon, stale: false}]->(j)
CREATE (j)-[:PRODUCES {id: j.id + '>' + target.id, provenance: 'declared', source: 'estate:shop', valid_from: $noon,
  valid_to: $never, recorded_at: $noon, retracted_at: $never, last_seen: $noon, stale: false}]->(target)
"""
_CONSUMER = """
MATCH (d:Dataset {id: $dataset})
MERGE (o:Owner {id: $owner_id}) ON CREATE SET o.name = $owner
CREATE (c:Consumer {id: $id, namespace: $namespace, name: $name, kind: 'dashboard', deadline_by: '06:00',
  deadline_timezone: 'Europe/Berlin', description: '', scope: 'shop'})
CREATE (c)-[:OWNED_BY]->(o)
CREATE (d)-[:CONSUMED_BY {id: d.id + '>' + c.id, columns: ['amount'], provenance: 'declared', source: 'estate:shop',
  valid_from: $noon, valid_to: $never, recorded_at: $noon, retracted_at: $never, last_seen: $noon, stale: false}]->(c)
"""
_PARTITIONS = "UNWIND $rows AS row CREATE (:Partition {id: row.id, dataset: row.dataset, key: row.key})"
_VERSIONS = """
UNWIND $rows AS row
MATCH (p:Partition {id: row.partition})
CREATE (p)-[:HAS_VERSION]->(v:DatasetVersion {id: row.id, dataset: p.dataset, partition: p.id, key: p.key,
  state: row.state, format: 'parquet', location: row.location, source_time: row.at, reported_at: row.at,
  reason: row.reason,
  report_key: row.id, reported_by: 'test', row_count: 3, size_bytes: 900, content_hash: 'abc'})
FOREACH (_ IN CASE WHEN row.current THEN [1] ELSE [] END | CREATE (p)-[:CURRENT]->(v))
"""
_ONE_VERSION_EACH = """
MATCH (d:Dataset {namespace: 'many'})
CREATE (p:Partition {id: 'pt_' + d.name, dataset: d.id, key: '2024-03-01'})
CREATE (p)-[:HAS_VERSION]->(v:DatasetVersion {id: 'vs_' + d.name, dataset: d.id, partition: p.id, key: p.key,
  state: 'PUBLISHED', format: 'parquet', location: d.name, source_time: $noon, reported_at: $noon, reason: ''})
CREATE (p)-[:CURRENT]->(v)
"""
_RESULTS = """
UNWIND $rows AS row
MATCH (v:DatasetVersion {id: row.version})
CREATE (v)-[:CHECKED_BY]->(:CheckResult {id: row.id, check: row.check, kind: 'not_null', passed: row.passed,
  severity: 'blocking', failed_rows: row.failed_rows, message: row.message, sample: '[{"row": 2}]',
  position: row.position})
"""
_RUNS = """
UNWIND $rows AS row
CREATE (r:Run {id: row.id, kind: row.kind, job: row.job, key: row.key, state: row.state, priority: 0, fence: 1,
  attempts: 1,
  created_at: row.created_at, reason: '', metrics: '{"rows": 3}'})
SET r.open = row.open
CREATE (r)-[:HAS_ATTEMPT]->(:Attempt {id: row.id + '.1', number: 1, worker: 'w1', started_at: row.created_at,
  reason: ''})
"""
_RUN_EDGES = """
MATCH (v:DatasetVersion {id: $version})
MATCH (reader:Run {id: $reader})
MATCH (writer:Run {id: $writer})
CREATE (v)-[:READ_BY]->(reader), (writer)-[:WROTE]->(v)
"""


def plant(driver: neo4j.Driver, database: str) -> None:
    """Writes the whole estate into an empty graph."""
    times = {"noon": NOON, "never": NEVER}
    owner = {"owner": "orders@example.org", "owner_id": owner_id("orders@example.org")}

    def run(statement: LiteralString, **parameters: object) -> None:
        driver.execute_query(statement, parameters, database_=database)

    run(_DATASETS, rows=[_dataset(name) for name in (RAW, CLEAN, TOTALS)], **owner)
    run(_SCHEMA, dataset=dataset_id(CLEAN), fields=_fields(CLEAN, ("order_id", "amount")), **times)
    run(
        _JOBS,
        rows=[_job(CLEAN_JOB, RAW, CLEAN, "same"), _job(TOTALS_JOB, CLEAN, TOTALS, "previous 3")],
        **times,
        **owner,
    )
    board = {"id": consumer_id(BOARD), "namespace": BOARD.namespace, "name": BOARD.name}
    run(
        _CONSUMER,
        dataset=dataset_id(CLEAN),
        **board,
        **times,
        owner="board@example.org",
        owner_id=owner_id("board@example.org"),
    )
    run(_PARTITIONS, rows=[_partition(DAY_ONE), _partition(DAY_TWO)])
    run(
        _VERSIONS,
        rows=[_version(GOOD, DAY_ONE, 0, "PUBLISHED"), _version(BAD, DAY_TWO, 1, "QUARANTINED", "2 rows have no id")],
    )
    run(_RESULTS, rows=[_result(1, "amount_known", passed=True), _result(0, "id_known", passed=False)])
    run(
        _RUNS,
        rows=[
            _run(FIRST_RUN, job_id(CLEAN_JOB), 0, "SUCCEEDED"),
            _run(SECOND_RUN, job_id(TOTALS_JOB), 1, "RUNNING", is_open=1),
            _run(VALIDATION, dataset_id(CLEAN), 2, "SUCCEEDED", kind="validation"),
        ],
    )
    run(_RUN_EDGES, version=GOOD, reader=SECOND_RUN, writer=FIRST_RUN)


def plant_datasets(driver: neo4j.Driver, database: str, count: int) -> None:
    """More datasets, in a namespace of their own, sorted by name, each with one good version."""
    rows = [_dataset(Name("many", f"table_{number:04}")) for number in range(count)]
    owner = {"owner": "many@example.org", "owner_id": owner_id("many@example.org")}
    driver.execute_query(_DATASETS, {"rows": rows, **owner}, database_=database)
    driver.execute_query(_ONE_VERSION_EACH, {"noon": NOON}, database_=database)


def _dataset(name: Name) -> dict[str, object]:
    return {"id": dataset_id(name), "name_id": dataset_name_id(name), "namespace": name.namespace, "name": name.name}


def _fields(dataset: Name, paths: tuple[str, ...]) -> list[dict[str, object]]:
    ids = (field_id(dataset_id(dataset), path) for path in paths)
    rows = [
        {"id": id, "path": path, "type": "integer", "position": position, "nullable": position > 0}
        for position, (id, path) in enumerate(zip(ids, paths, strict=True))
    ]
    return rows[::-1]  # the order in the graph is not the order of the schema


def _job(name: Name, source: Name, target: Name, mapping: str) -> dict[str, object]:
    ends = {"source": dataset_id(source), "target": dataset_id(target)}
    definition = dumps(a_job(name.name, {source.name: mapping}, target.name))
    said = {"id": job_id(name), "namespace": name.namespace, "name": name.name, "mapping": mapping}
    return {**said, "definition": definition, **ends}


def _partition(key: str) -> dict[str, object]:
    return {"id": partition_id(dataset_id(CLEAN), key), "dataset": dataset_id(CLEAN), "key": key}


def _version(id: str, key: str, hours: int, state: str, reason: str = "") -> dict[str, object]:
    partition = partition_id(dataset_id(CLEAN), key)
    facts = {"location": f"clean/{key}/data.parquet", "at": NOON + timedelta(hours=hours), "reason": reason}
    return {"id": id, "partition": partition, "state": state, "current": state == "PUBLISHED", **facts}


def _result(position: int, check: str, *, passed: bool) -> dict[str, object]:
    message = "" if passed else "2 of 3 rows have no id"
    failed = 0 if passed else 2
    row = {"id": f"cr_{check}", "version": BAD, "check": check, "position": position}
    return row | {"passed": passed, "failed_rows": failed, "message": message}


def _run(
    id: str, job: str, hours: int, state: str, *, kind: str = "job", is_open: int | None = None
) -> dict[str, object]:
    facts = {"created_at": NOON + timedelta(hours=hours), "state": state, "open": is_open}
    return {"id": id, "job": job, "key": DAY_ONE, "kind": kind, **facts}
