"""Holds the history of what was sent against the graph and the files: nothing lost, nothing twice, nothing left."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field
from typing import Any

import psutil
from neo4j.exceptions import DriverError, Neo4jError

from graph_model.errors import GraphUnavailable
from graph_model.names import dataset_id, partition_id
from graph_model.store.graph import Graph
from graph_model.verify.check import verify
from tests.kill.load import OUTPUTS, Load, Sent
from tests.kill.stack import NeverHappened, Stack, until
from tests.support.protocol import name

GONE_WITHIN = 30.0
_OPEN = """
OPTIONAL MATCH (r:Run) WHERE r.open = 1
WITH collect(r.id + ' ' + r.state) AS runs
OPTIONAL MATCH (p:Partition) WHERE p.evaluate IS NOT NULL
WITH runs, collect('mark on ' + p.key) AS marks
RETURN runs + marks AS open
"""
_VERSIONS = """
UNWIND $partitions AS id
MATCH (p:Partition {id: id})-[:HAS_VERSION]->(v:DatasetVersion)
RETURN p.id AS partition, v.id AS id, v.report_key AS key, v.location AS location, v.state AS state,
  v.row_count AS rows, EXISTS { (p)-[:CURRENT]->(v) } AS current,
  COUNT { MATCH (a:AuditRecord {subject: v.id}) WHERE a.transition = 'PUBLISHED' } AS published
"""
_RUNS = """
UNWIND $partitions AS id
MATCH (p:Partition {id: id})<-[:FILLS]-(:JobPartition)-[:HAS_RUN]->(r:Run)
RETURN r.id AS id, r.state AS state, r.input_set AS input_set, r.reason AS reason,
  COUNT { MATCH (r)-[:HAS_ATTEMPT]->(a) WHERE a.outcome = 'SUCCEEDED' } AS successes,
  COUNT { MATCH (r)-[:WROTE]->(v) WHERE v.published_at IS NOT NULL } AS published
"""


@dataclass
class Findings:
    """What was found after one kill; nothing in it when all is well. Each entry is a sentence."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        return not (self.lost or self.doubled or self.broken)


def await_quiet(load: Load) -> list[str]:
    """Until every report is acknowledged and nothing is left to do; what is still open when that takes too long."""
    open_work = ["not asked yet"]

    def quiet() -> bool:
        open_work[:] = _open_work(load)
        return not open_work

    try:
        until(quiet, "quiet", every=0.1)
    except NeverHappened:
        return open_work
    return []


def check(load: Load) -> Findings:
    """What is wrong with the day of this load. The graph must be quiet, and reachable."""
    findings = Findings()
    versions = load.stack.rows(_VERSIONS, partitions=[_partition(dataset, load.day) for dataset in _datasets(load)])
    for sent in load.reports:
        _check_report(load, sent, versions, findings)
    for dataset, text in load.expected().items():
        _check_output(load, dataset, text, versions, findings)
    outputs = [_partition(dataset, load.day) for dataset in OUTPUTS.values()]
    _check_runs(load.stack.rows(_RUNS, partitions=outputs), findings)
    findings.doubled += [
        f"{row['id']} was published {row['published']} times" for row in versions if row["published"] > 1
    ]
    findings.broken += _violations(load.stack) + _left_behind(load, versions)
    return findings


def _open_work(load: Load) -> list[str]:
    load.stack.revive()
    if not load.everything_acknowledged():
        return ["a report that has no 2xx yet"]
    try:
        return load.stack.rows(_OPEN)[0]["open"]
    except (Neo4jError, DriverError, OSError) as error:
        return [f"the graph does not answer: {error}"]


def _check_report(load: Load, sent: Sent, versions: list[dict[str, Any]], findings: Findings) -> None:
    found = [row for row in versions if row["key"] == sent.key]
    if len(found) > 1:
        findings.doubled.append(f"report {sent.key} made {len(found)} versions")
    if [row["id"] for row in found] != [load.acknowledged.get(sent.key)]:
        findings.lost.append(f"report {sent.key}: acknowledged {load.acknowledged.get(sent.key)}, found {found}")
    elif found[0]["location"] != sent.location or found[0]["rows"] != len(sent.rows):
        findings.lost.append(f"report {sent.key} is not there with its content: {found[0]}")
    elif found[0]["state"] not in ("PUBLISHED", "SUPERSEDED"):
        findings.lost.append(f"report {sent.key} stayed {found[0]['state']}")


def _check_output(load: Load, dataset: str, text: str, versions: list[dict[str, Any]], findings: Findings) -> None:
    partition = _partition(dataset, load.day)
    current = [row for row in versions if row["partition"] == partition and row["current"]]
    if len(current) != 1:
        findings.lost.append(f"{dataset} of {load.day} has {len(current)} current versions")
        return
    file = load.stack.root / current[0]["location"]
    found = file.read_text() if file.exists() else "no file"
    if found != text:
        findings.lost.append(f"{dataset} of {load.day} holds {found!r}, not {text!r}")


def _check_runs(runs: list[dict[str, Any]], findings: Findings) -> None:
    succeeded = [row["input_set"] for row in runs if row["state"] == "SUCCEEDED"]
    findings.doubled += [
        f"two runs succeeded for the inputs {one}" for one in set(succeeded) if succeeded.count(one) > 1
    ]
    for row in runs:
        if row["successes"] > 1 or row["published"] > 1:
            findings.doubled.append(f"run {row['id']} succeeded {row['successes']}, published {row['published']} times")
        if row["state"] == "FAILED":
            findings.lost.append(f"run {row['id']} failed: {row['reason']}")


def _violations(stack: Stack) -> list[str]:
    for attempts_left in (4, 3, 2, 1, 0):
        try:
            with Graph(stack.neo4j.settings) as graph:
                return [f"invariant {v.invariant}: {v.subject} {v.message}" for v in verify(graph)]
        except GraphUnavailable:
            if not attempts_left:
                raise
            time.sleep(1)
    return []


def _left_behind(load: Load, versions: list[dict[str, Any]]) -> list[str]:
    """Processes of runs that ended, and staging folders of attempts that published nothing."""
    published = {os.path.dirname(row["location"]) for row in versions}  # noqa: PTH120  as text, like the graph has it

    def left() -> list[str]:
        processes = [
            f"process {process.pid} of a run that is over" for process in load.stack.job_processes() if _lives(process)
        ]
        folders = [f"{dataset}/{load.day}" for dataset in OUTPUTS.values()]
        staged = [path for folder in folders for path in (load.stack.root / folder).glob("*")]
        places = [str(path.relative_to(load.stack.root)) for path in staged]
        return processes + [f"staging folder {place}" for place in places if place not in published]

    deadline = time.monotonic() + GONE_WITHIN
    while (found := left()) and time.monotonic() < deadline:
        time.sleep(0.2)
    return found


def _lives(process: psutil.Process) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def _datasets(load: Load) -> list[str]:
    return sorted({sent.dataset for sent in load.reports} | set(OUTPUTS.values()))


def _partition(dataset: str, day: str) -> str:
    return partition_id(dataset_id(name(dataset)), day)
