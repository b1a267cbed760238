"""A small estate for the run protocol, written by plain statements, and a fleet that plays its runs without
processes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import MappingProxyType
from typing import LiteralString
from unittest.mock import patch

import neo4j

from graph_model.contracts.entities import CheckResult, Column
from graph_model.errors import FenceLost
from graph_model.estate.entities import InputSpec, JobSpec
from graph_model.jobs import definition
from graph_model.names import Name, dataset_id, dataset_name_id, job_id, owner_id
from graph_model.partitions.rules import PartitionScheme, parse_mapping
from graph_model.readiness import evaluate
from graph_model.readiness.sweeps import look_again
from graph_model.readiness.terms import PLAIN, Terms, dumps
from graph_model.runs.claim import claim
from graph_model.runs.entities import ClaimedRun, OutputVersion, RunKind
from graph_model.runs.finish import Ending, finish_runs
from graph_model.runs.lease import register
from graph_model.store.graph import Graph
from graph_model.verify.check import Violation, verify
from graph_model.versions.entities import Inspection, Validated
from graph_model.versions.told import judged_by_word

ENDLESS = datetime(9999, 12, 31, tzinfo=UTC)
OWNER = "owner@example.org"
DAILY = PartitionScheme("day", "2013-01-01")
# The grace of a mark that may be looked at in the millisecond in which it was set.
AT_ONCE_MS = -1_000

_DATASETS = """
MERGE (o:Owner {id: $owner_id}) ON CREATE SET o.name = $owner
WITH o
UNWIND $rows AS row
CREATE (d:Dataset {id: row.id, namespace: row.namespace, name: row.name, format: 'csv', location: row.location,
  partition_every: row.every, partition_from: row.start, options: '{}', contract: '', description: '', tags: [],
  scope: 'test'})
CREATE (:DatasetName {id: row.name_id, namespace: row.namespace, name: row.name})-[:NAMES]->(d)
CREATE (d)-[:OWNED_BY]->(o)
"""
_JOBS = """
MERGE (o:Owner {id: $owner_id}) ON CREATE SET o.name = $owner
WITH o
UNWIND $rows AS row
CREATE (j:Job {id: row.id, namespace: row.namespace, name: row.name, kind: row.kind, partition_every: row.every,
  partition_from: row.start, definition: row.definition, definition_hash: row.hash, retries: row.retries,
  ready_for: row.ready_for,
  timeout_seconds: 60.0, priority: row.priority, description: '', scope: 'test', columns_known: false, unresolved: []})
CREATE (j)-[:OWNED_BY]->(o)
"""
_INPUTS = """
UNWIND $rows AS row
MATCH (d:Dataset {id: row.dataset}), (j:Job {id: row.job})
CREATE (d)-[:CONSUMED_BY {id: row.dataset + '>' + row.job, mapping: row.mapping, required: row.required,
  correction: row.correction, terms: row.terms, provenance: 'declared', source: 'estate:test',
  valid_from: datetime('2000-01-01T00:00:00Z'),
  valid_to: $endless, recorded_at: datetime('2000-01-01T00:00:00Z'), retracted_at: $endless, stale: false}]->(j)
"""
_CONTROLS = """
UNWIND $rows AS row
MATCH (a:Job {id: row.before}), (b:Job {id: row.after})
CREATE (a)-[:FOLLOWED_BY {id: row.before + '>' + row.after, mapping: row.mapping, state: row.state,
  provenance: 'declared', source: 'estate:test', valid_from: datetime('2000-01-01T00:00:00Z'), valid_to: $endless,
  recorded_at: datetime('2000-01-01T00:00:00Z'), retracted_at: $endless, stale: false}]->(b)
"""
_OUTPUTS = """
UNWIND $rows AS row
MATCH (d:Dataset {id: row.dataset}), (j:Job {id: row.job})
CREATE (j)-[:PRODUCES {id: row.job + '>' + row.dataset, provenance: 'declared', source: 'estate:test',
  valid_from: datetime('2000-01-01T00:00:00Z'), valid_to: $endless, recorded_at: datetime('2000-01-01T00:00:00Z'),
  retracted_at: $endless, stale: false}]->(d)
"""


def name(text: str) -> Name:
    return Name("test", text)


def a_job(
    job: str,
    inputs: dict[str, str],
    output: str,
    *,
    optional: tuple[str, ...] = (),
    ignore: tuple[str, ...] = (),
    ask: tuple[str, ...] = (),
    retries: int = 0,
    priority: int = 0,
    terms: Mapping[str, Terms] = MappingProxyType({}),
    ready_for: float | None = None,
) -> JobSpec:
    """A daily job; `inputs` maps dataset to mapping, `terms` some of them to the terms on which it waits."""
    specs = tuple(
        InputSpec(
            name(dataset),
            parse_mapping(mapping),
            required=dataset not in optional and terms.get(dataset, PLAIN).group is None,
            correction="ignore" if dataset in ignore else "ask" if dataset in ask else "rerun",
            terms=terms.get(dataset, PLAIN),
        )
        for dataset, mapping in inputs.items()
    )
    return JobSpec(
        name(job),
        "shell",
        {"argv": ["true"]},
        specs,
        (name(output),),
        DAILY,
        retries=retries,
        priority=priority,
        ready_for=ready_for,
    )


def declare(
    driver: neo4j.Driver,
    database: str,
    *,
    datasets: tuple[str, ...],
    jobs: tuple[JobSpec, ...],
    whole: tuple[str, ...] = (),
) -> None:
    """Writes daily datasets (those in `whole` without partitions) and jobs."""
    owner = {"owner": OWNER, "owner_id": owner_id(OWNER)}

    def run(statement: LiteralString, **parameters: object) -> None:
        driver.execute_query(statement, parameters, database_=database)

    run(_DATASETS, rows=[_dataset(dataset, whole=dataset in whole) for dataset in datasets], **owner)
    run(_JOBS, rows=[_job(job) for job in jobs], **owner)
    inputs = [_input(job, spec) for job in jobs for spec in job.inputs]
    run(_INPUTS, rows=inputs, endless=ENDLESS)
    controls = [
        {"before": job_id(one.job), "after": job_id(job.name), "mapping": one.mapping.text, "state": one.state}
        for job in jobs
        for one in job.after
    ]
    if controls:
        run(_CONTROLS, rows=controls, endless=ENDLESS)
    run(
        _OUTPUTS,
        rows=[{"dataset": dataset_id(o), "job": job_id(job.name)} for job in jobs for o in job.outputs],
        endless=ENDLESS,
    )


def _dataset(dataset: str, *, whole: bool) -> dict[str, object]:
    known = name(dataset)
    scheme = PartitionScheme() if whole else DAILY
    ids = {"id": dataset_id(known), "name_id": dataset_name_id(known)}
    return {
        **ids,
        "namespace": known.namespace,
        "name": known.name,
        "location": f"{dataset}/{{date}}.csv",
        "every": scheme.every,
        "start": scheme.start,
    }


def _job(job: JobSpec) -> dict[str, object]:
    return {
        "id": job_id(job.name),
        "namespace": job.name.namespace,
        "name": job.name.name,
        "kind": job.kind,
        "every": job.partitions.every,
        "start": job.partitions.start,
        "definition": definition.dumps(job),
        "hash": definition.hash_of(job),
        "retries": job.retries,
        "priority": job.priority,
        "ready_for": job.ready_for,
    }


def _input(job: JobSpec, spec: InputSpec) -> dict[str, object]:
    return {
        "dataset": dataset_id(spec.dataset),
        "job": job_id(job.name),
        "mapping": str(spec.mapping),
        "required": spec.required,
        "correction": spec.correction,
        "terms": dumps(spec.terms),
    }


def audited(driver: neo4j.Driver, graph: Graph, subject: str) -> list[tuple[str, str]]:
    """What the audit tells of a subject, oldest first: the transition, and who made it."""
    statement = "MATCH (a:AuditRecord) WHERE a.subject = $id RETURN a.at AS at, a.transition AS what, a.actor AS actor"
    found = driver.execute_query(statement, id=subject, database_=graph.settings.database).records
    return [(row["what"], row["actor"]) for row in sorted(found, key=lambda row: row["at"])]


def good(content: str) -> Validated:
    """A content that passed, known by its hash."""
    return Validated(Inspection((Column("id", "integer"),), 3, 30, content))


def bad(reason: str = "3 rows repeat a key") -> Validated:
    """A content that can be read and fails a blocking check."""
    result = CheckResult("unique id", "unique", passed=False, failed_rows=3, message=reason, sample=({"row": 7},))
    return Validated(Inspection((Column("id", "integer"),), 3, 30, "bad"), (result,))


@dataclass
class Fleet:
    """Plays every run that can be claimed: a validation finds what `contents` says of its location (else good content
    of that name), a job writes content made of its inputs. `finished` lists them in order.
    """

    graph: Graph
    worker: str = "w-test"
    contents: dict[str, Validated] = field(default_factory=dict)
    finished: list[ClaimedRun] = field(default_factory=list)

    def __post_init__(self) -> None:
        register(self.graph, self.worker, host="here", pid=1, slots=4, lease_seconds=600)

    def work(self, *, most: int = 1000) -> list[ClaimedRun]:
        """Until nothing can be claimed; what was played now."""
        played: list[ClaimedRun] = []
        while len(played) < most and (claimed := claim(self.graph, self.worker, slots=1)):
            self.play(claimed[0])
            played.append(claimed[0])
        return played

    def settle(self) -> tuple[Violation, ...]:
        """Lets the steward evaluate what is marked, works that off, and verifies the graph.

        Nobody commits beside it, so no mark is too young to be looked at.
        """
        with patch.object(evaluate, "MARK_GRACE_MS", AT_ONCE_MS):
            while evaluate.evaluate_marks(self.graph) or look_again(self.graph):
                self.work()
        return verify(self.graph)

    def play(self, run: ClaimedRun) -> None:
        outcome = finish_runs(self.graph, [self.ending(run)])[0]
        if isinstance(outcome, FenceLost):
            raise outcome
        self.finished.append(run)

    def ending(self, run: ClaimedRun) -> Ending:
        """How `run` would end."""
        if run.kind == RunKind.VALIDATION:
            location = run.outputs[0].content.location
            found = self.contents.get(location, good(location)) if location else judged_by_word(run.outputs[0])
            return Ending(run, (OutputVersion(run.outputs[0], found),))
        content = "|".join(sorted(f"{i.dataset.name}@{i.partition}:{i.version}" for i in run.inputs))
        return Ending(run, tuple(OutputVersion(output, good(content)) for output in run.outputs))
