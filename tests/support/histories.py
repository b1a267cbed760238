"""What happened before: runs and arrivals as the graph keeps them, written by plain statements."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, LiteralString

import neo4j

from graph_model.names import (
    Name,
    consumer_id,
    dataset_id,
    job_id,
    job_partition_id,
    owner_id,
    partition_id,
)
from tests.support.protocol import ENDLESS

_RUNS = """
UNWIND $rows AS row
MERGE (jp:JobPartition {id: row.job_partition}) ON CREATE SET jp.job = row.job, jp.key = row.key
CREATE (r:Run {id: row.id, kind: 'job', job: row.job, job_partition: row.job_partition, key: row.key,
  state: 'SUCCEEDED', fence: 1, attempts: 1, failures: 0, losses: 0, reason: '', metrics: '{}', input_set: row.id,
  definition_hash: '', generation: 0, priority: 0, created_at: row.ready, started_at: row.began, ended_at: row.ended})
CREATE (a:Attempt {id: row.id + '/1', number: 1, worker: 'w', started_at: row.began, ended_at: row.ended,
  outcome: 'SUCCEEDED'})
CREATE (jp)-[:HAS_RUN]->(r)-[:HAS_ATTEMPT]->(a)
CREATE (:AuditRecord {id: row.id + '/SUCCEEDED', subject: row.id, transition: 'SUCCEEDED', at: row.ended, actor: 'w',
  detail: '{}', unsealed: 1})
"""
_VERSIONS = """
UNWIND $rows AS row
MERGE (p:Partition {id: row.partition}) ON CREATE SET p.dataset = row.dataset, p.key = row.key
CREATE (v:DatasetVersion {id: row.id, dataset: row.dataset, partition: row.partition, key: row.key, state: 'PUBLISHED',
  reason: '', format: 'csv', location: row.id, report_key: row.id, reported_by: 'test', reported_at: row.at,
  source_time: row.at, published_at: row.at, content_hash: row.id})
CREATE (p)-[:HAS_VERSION]->(v)
CREATE (p)-[:CURRENT]->(v)
CREATE (:AuditRecord {id: row.id + '/PUBLISHED', subject: row.id, transition: 'PUBLISHED', at: row.at, actor: 'test',
  detail: '{}', unsealed: 1})
"""
_CONSUMER = """
MATCH (o:Owner {id: $owner})
CREATE (c:Consumer {id: $id, namespace: $namespace, name: $name, kind: 'dashboard', deadline_by: $by,
  deadline_timezone: $timezone, description: '', scope: 'test'})
CREATE (c)-[:OWNED_BY]->(o)
WITH c
UNWIND $reads AS dataset
MATCH (d:Dataset {id: dataset})
CREATE (d)-[:CONSUMED_BY {id: dataset + '>' + c.id, provenance: 'declared', source: 'estate:test', columns: [],
  valid_from: $since, valid_to: $endless, recorded_at: $since, retracted_at: $endless, stale: false}]->(c)
"""
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


def end_of(day: date) -> datetime:
    """When the time of a day is over."""
    return datetime.combine(day + timedelta(days=1), time(), UTC)


@dataclass(frozen=True, slots=True)
class Past:
    """Writes into a graph what was there before the test."""

    driver: neo4j.Driver
    database: str

    def ran(self, job: Name, day: date, *, seconds: float, waited: float = 0.0, ready: datetime | None = None) -> None:
        """A run of one day that succeeded; ready an hour after the end of its day where nothing else is said."""
        self.ran_often(job, [(day, seconds, waited)], ready=ready)

    def ran_often(self, job: Name, runs: Iterable[tuple[date, float, float]], *, ready: datetime | None = None) -> None:
        """Many runs: (day, seconds, how long each waited for a worker)."""
        self._run(_RUNS, rows=[_ran(job_id(job), day, seconds, waited, ready) for day, seconds, waited in runs])

    def ran_at(self, job: Name, runs: Iterable[tuple[date, float, datetime]]) -> None:
        """Many runs: (day, seconds, when each became ready)."""
        self._run(_RUNS, rows=[_ran(job_id(job), day, seconds, 0.0, ready) for day, seconds, ready in runs])

    def forget_runs(self) -> None:
        self._run("MATCH (r:Run)-[:HAS_ATTEMPT]->(a:Attempt) DETACH DELETE r, a")
        self._run("MATCH (r:AuditRecord {transition: 'SUCCEEDED'}) DELETE r")

    def arrived(self, dataset: Name, days: Iterable[date], *, after: float) -> None:
        """Good versions, `after` so many seconds from the end of each day."""
        self.arrived_at(dataset, {day: end_of(day) + timedelta(seconds=after) for day in days})

    def arrived_at(self, dataset: Name, moments: dict[date, datetime]) -> None:
        self.arrived_in_all({dataset: moments})

    def arrived_in_all(self, moments: Mapping[Name, Mapping[date, datetime]]) -> None:
        rows = [_came(dataset_id(dataset), day, at) for dataset, days in moments.items() for day, at in days.items()]
        self._run(_VERSIONS, rows=rows)

    def promised(
        self,
        consumer: Name,
        reads: tuple[Name, ...],
        *,
        owner: str,
        by: str,
        timezone: str = "UTC",
        since: datetime = LONG_AGO,
    ) -> str:
        """A consumer with a deadline; its id."""
        id_ = consumer_id(consumer)
        self._run(
            _CONSUMER,
            id=id_,
            namespace=consumer.namespace,
            name=consumer.name,
            owner=owner_id(owner),
            by=by,
            timezone=timezone,
            reads=[dataset_id(dataset) for dataset in reads],
            since=since,
            endless=ENDLESS,
        )
        return id_

    def rows(self, statement: LiteralString, **parameters: Any) -> list[dict[str, Any]]:
        records = self.driver.execute_query(statement, parameters, database_=self.database).records
        return [dict(record) for record in records]

    def _run(self, statement: LiteralString, **parameters: Any) -> None:
        self.driver.execute_query(statement, parameters, database_=self.database)


def _ran(job: str, day: date, seconds: float, waited: float, ready: datetime | None) -> dict[str, Any]:
    created = ready or end_of(day) + timedelta(hours=1)
    began = created + timedelta(seconds=waited)
    target = job_partition_id(job, day.isoformat())
    return {
        "id": f"past/{target}/{created.isoformat()}",
        "job": job,
        "job_partition": target,
        "key": day.isoformat(),
        "ready": created,
        "began": began,
        "ended": began + timedelta(seconds=seconds),
    }


def _came(dataset: str, day: date, at: datetime) -> dict[str, Any]:
    partition = partition_id(dataset, day.isoformat())
    return {"id": f"past/{partition}", "dataset": dataset, "partition": partition, "key": day.isoformat(), "at": at}
