"""Judges the end of a history, from the final graph and from what was written down beforehand.

None of this asks the product: what a job partition needs, which content is right and what policy allows are worked out
here once more, in the plainest way.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from graph_model.estate.entities import JobSpec
from graph_model.names import dataset_id, job_id, job_partition_id, partition_id
from tests.simulation.declared import POOL_SLOTS
from tests.simulation.estates import DAYS
from tests.simulation.files import File
from tests.simulation.model.records import Record
from tests.support.protocol import name

if TYPE_CHECKING:
    from tests.simulation.world import World

_TERMINAL = {"SUCCEEDED", "FAILED", "SUPERSEDED", "CANCELLED"}
_LOST_ALLOWED = 3
_VALIDATION_RETRIES = 2
Input = tuple[str, str, bool]
"""Dataset, key, and whether it is required."""


def check(world: World) -> list[str]:
    """Everything that is wrong; empty: nothing."""
    return list(Checker(world).violations())


class Checker:
    def __init__(self, world: World) -> None:
        self._world, self._story = world, world.story
        self._graph = world.engine.truth
        self._runs = list(self._graph.of("Run"))
        self._versions = list(self._graph.of("DatasetVersion"))
        self._audit: dict[str, Counter[str]] = {}
        for entry in self._graph.of("AuditRecord"):
            self._audit.setdefault(entry["subject"], Counter())[entry["transition"]] += 1

    def violations(self) -> Iterator[str]:
        yield from (f"{where} died: {type(e).__name__}: {e}" for where, e in self._world.scheduler.errors)
        yield from (f"nobody foresaw: {what}" for what in self._world.surprises)
        yield from (f"{place} was written to or removed after it was published" for place in self._world.files.spoiled)
        yield from self._acknowledged()
        for run in self._runs:
            yield from self._run(run)
        for version in self._versions:
            yield from self._version(version)
        for partition in self._graph.of("Partition"):
            yield from self._partition(partition)
        for job_partition in self._graph.of("JobPartition"):
            yield from self._overlaps(job_partition)
        yield from self._slots()
        yield from self._chain()
        yield from self._readiness()
        yield from self._sources()
        yield from self._notices()

    # 5b: every acknowledged report is there, whole

    def _acknowledged(self) -> Iterator[str]:
        receipts = Counter(receipt.version for _, receipt in self._world.acknowledged if receipt.created)
        yield from (f"the report of {version} was new {n} times" for version, n in receipts.items() if n > 1)
        keyed = Counter((v["partition"], v["report_key"]) for v in self._versions if v["report_key"])
        yield from (f"the report {key} of {place} is {n} versions" for (place, key), n in keyed.items() if n > 1)
        for delivery, receipt in self._world.acknowledged:
            version = self._graph.get(("DatasetVersion", receipt.version))
            if version is None:
                yield f"the report of {delivery.place} was acknowledged and is not in the graph"
                continue
            place = partition_id(dataset_id(name(delivery.dataset)), delivery.day)
            partition = self._graph.get(("Partition", place))
            if version["location"] != delivery.place or version["partition"] != place:
                yield f"version {version.id} says {version['location']} where {delivery.place} was reported"
            if partition is None or version.key not in partition.out.get("HAS_VERSION", {}):
                yield f"version {version.id} hangs on no partition"
            if not [run for run in self._ends(version, "READ_BY") if run["kind"] == "validation"]:
                yield f"version {version.id} was never validated"

    # 6: the audit is one chain

    def _chain(self) -> Iterator[str]:
        sealed = sorted(self._graph.of("AuditRecord"), key=lambda entry: entry["seq"] or 0)
        before = ""
        for place, entry in enumerate(sealed, 1):
            if entry["seq"] != place or entry["prev"] != before:
                yield f"the audit chain breaks at {place}: record {entry.id} says {entry['seq']} after {entry['prev']}"
                return
            before = entry["hash"]

    # 2, 8: runs

    def _run(self, run: Record) -> Iterator[str]:
        attempts = sorted(self._ends(run, "HAS_ATTEMPT"), key=lambda attempt: attempt["number"])
        if run["state"] not in _TERMINAL or run["open"] is not None:
            yield f"run {run.id} is {run['state']} at the end"
        if [attempt["number"] for attempt in attempts] != list(range(1, run["fence"] + 1)):
            yield f"run {run.id} has fence {run['fence']} and attempts {[a['number'] for a in attempts]}"
        if any(attempt["ended_at"] is None for attempt in attempts):
            yield f"run {run.id} has an attempt that never ended"
        outcomes = Counter(attempt["outcome"] for attempt in attempts)
        yield from self._policy(run, outcomes)
        yield from self._pauses(run, attempts)
        yield from self._published_once(run)
        expected = Counter({"READY": 1, "RUNNING": len(attempts)})
        expected["READY"] += sum(outcomes[what] for what in ("FAILED", "LOST", "RELEASED"))
        expected[run["state"]] += 1
        if run["state"] == "FAILED" and attempts and attempts[-1]["outcome"] in {"FAILED", "LOST"}:
            expected["READY"] -= 1
        if self._audit.get(run.id) != +expected:
            yield f"run {run.id}: the audit tells {dict(self._audit.get(run.id, {}))}, not {dict(+expected)}"

    def _policy(self, run: Record, outcomes: Counter[str]) -> Iterator[str]:
        job = self._graph.get(("Job", run["job"]))
        retries = job["retries"] if job else _VALIDATION_RETRIES
        failed = outcomes["FAILED"] - (1 if self._bad(run) else 0)
        if failed > retries + 1:
            yield f"run {run.id} failed {failed} times, {retries + 1} are allowed"
        if outcomes["LOST"] > max(_LOST_ALLOWED, retries + 1):
            yield f"run {run.id} lost {outcomes['LOST']} workers"
        if run["attempts"] != run["fence"] - outcomes["RELEASED"]:
            yield f"run {run.id} counts {run['attempts']} attempts of {run['fence']}, {outcomes['RELEASED']} released"
        tries = outcomes["LOST"] + failed
        if run["state"] == "FAILED" and not self._bad(run) and failed <= retries and tries < _LOST_ALLOWED:
            yield f"run {run.id} was given up after {dict(outcomes)}: {run['reason']}"
        if self._kills(run) and run["state"] == "SUCCEEDED":
            yield f"run {run.id} kills its worker and succeeded"

    def _bad(self, run: Record) -> bool:
        """Whether the run ended because an output of it was bad, which is no failed attempt."""
        return run["state"] == "FAILED" and run["reason"].startswith("output quarantined")

    def _kills(self, run: Record) -> bool:
        job = self._graph.get(("Job", run["job"]))
        return job is not None and (job["name"], run["key"]) in self._story.kills

    def _pauses(self, run: Record, attempts: list[Record]) -> Iterator[str]:
        failures = 0
        for ended, begun in pairwise(attempts):
            if ended["outcome"] != "FAILED":
                continue
            least = timedelta(seconds=min(300.0, 2.0**failures) / 2, milliseconds=-1)
            failures += 1
            if begun["started_at"] - ended["ended_at"] < least:
                yield f"run {run.id} was tried again {begun['started_at'] - ended['ended_at']} after failure {failures}"

    def _published_once(self, run: Record) -> Iterator[str]:
        published = [v for v in self._ends(run, "WROTE") if v["published_at"] is not None]
        for version in published:
            if version["report_key"] != f"{run.id}/{run['fence']}":
                yield f"run {run.id} has fence {run['fence']} and published {version['report_key']}"
        places = Counter(version["partition"] for version in published)
        if any(count > 1 for count in places.values()):
            yield f"run {run.id} published twice"
        outputs = len(self._job(run).outputs) if run["kind"] == "job" else 0
        whole = Counter(v["state"] == "QUARANTINED" for v in self._ends(run, "WROTE"))
        if run["state"] == "SUCCEEDED" and run["kind"] == "job" and whole != Counter({False: outputs}):
            yield f"run {run.id} succeeded with {dict(whole)} of {outputs} outputs"

    # 3: nothing of one job partition at the same time

    def _overlaps(self, job_partition: Record) -> Iterator[str]:
        attempts = [a for run in self._ends(job_partition, "HAS_RUN") for a in self._ends(run, "HAS_ATTEMPT")]
        attempts.sort(key=lambda attempt: attempt["started_at"])
        for earlier, later in pairwise(attempts):
            if earlier["ended_at"] is not None and later["started_at"] < earlier["ended_at"]:
                yield f"attempts {earlier.id} and {later.id} were under way at the same time"

    # 12: pools

    def _slots(self) -> Iterator[str]:
        """Every attempt of a job held one slot of the pool, whatever was written down of it."""
        if not self._world.pooled:
            return
        jobs = [run for run in self._runs if run["kind"] == "job"]
        found = [attempt for run in jobs for attempt in self._ends(run, "HAS_ATTEMPT")]
        attempts = [(attempt["started_at"], attempt["ended_at"], attempt.id) for attempt in found]
        for start, _, id in attempts:
            at_once = sum(began <= start and (ended is None or ended > start) for began, ended, _ in attempts)
            if at_once > POOL_SLOTS:
                yield f"when attempt {id} began, {at_once} held slots of a pool that has {POOL_SLOTS}"
        yield from (f"run {run.id} is over and takes slots" for run in self._runs if run["taking"] is not None)

    # 4, 6: versions

    def _version(self, version: Record) -> Iterator[str]:
        told = self._audit.get(version.id, Counter())
        expected: Counter[str] = Counter()
        if version["created_by"] is not None:
            expected["REPORTED"] = 1
        if version["published_at"] is not None:
            expected["PUBLISHED"] = 1
        if version["state"] != "PUBLISHED":
            expected[version["state"]] += 1
        if version["state"] == "EXPIRED":
            # Only what was replaced expires here.
            expected["SUPERSEDED"] = 1
        if told != expected:
            yield f"version {version.id} ({version['state']}): the audit tells {dict(told)}, not {dict(expected)}"
        if version["state"] in {"REPORTED", "VALIDATING"}:
            yield f"version {version.id} is {version['state']} at the end"
        file = self._file(version)
        if version["state"] == "PUBLISHED" and not (file.good and file.whole):
            yield f"version {version.id} is published and its content is bad"
        results = self._ends(version, "CHECKED_BY")
        if version["published_at"] is not None and not (results and all(result["passed"] for result in results)):
            yield f"version {version.id} was published without its checks passed"

    # 5: CURRENT

    def _partition(self, partition: Record) -> Iterator[str]:
        current = self._ends(partition, "CURRENT")
        good = [v for v in self._ends(partition, "HAS_VERSION") if v["published_at"] is not None]
        if partition["evaluate"] is not None:
            yield f"partition {partition.id} is marked at the end"
        kept = [v.id for v in self._ends(partition, "HAS_VERSION") if v["state"] == "SUPERSEDED"]
        if partition["expire_at"] is None and kept:
            yield f"partition {partition.id} keeps {kept} and wants no look any more"
        if len(current) > 1 or (good and not current):
            yield f"partition {partition.id} has {len(current)} current versions"
        for version in current:
            newest = max(good, key=lambda v: (v["source_time"], v.id), default=None)
            if version is not newest or version["state"] != "PUBLISHED":
                yield f"partition {partition.id}: current is {version.id} ({version['state']}), newest is {newest}"
        states = Counter(version["state"] for version in good)
        if states["PUBLISHED"] > 1:
            yield f"partition {partition.id} has {states['PUBLISHED']} published versions"

    # 7: what the same reports come to in order and without faults

    def _sources(self) -> Iterator[str]:
        for dataset in self._story.estate.sources:
            for key in ("", *DAYS):
                partition = self._partition_of(dataset, key)
                if partition is None:
                    continue
                good = [v for v in self._ends(partition, "HAS_VERSION") if self._file(v).good and self._judged(v)]
                newest = max(good, key=lambda v: (v["source_time"], v.id), default=None)
                found, expected = self._current_hash(dataset, key), newest and self._file(newest).hash
                if found != expected:
                    yield f"{dataset}@{key} ends with {found}, its newest good report says {expected}"

    def _judged(self, version: Record) -> bool:
        """False where its validation was given up for reasons that are not its own."""
        return not any(
            run["kind"] == "validation" and run["state"] == "FAILED" for run in self._ends(version, "READ_BY")
        )

    def _readiness(self) -> Iterator[str]:
        """1: each ready job partition has exactly one run on its final inputs, and what that run made is current."""
        for job in self._story.estate.jobs:
            for key in DAYS:
                yield from self._job_partition(job, key)

    def _job_partition(self, job: JobSpec, key: str) -> Iterator[str]:
        what = f"{job.name.name}@{key}"
        found = self._graph.get(("JobPartition", job_partition_id(job_id(job.name), key)))
        runs = self._ends(found, "HAS_RUN") if found else []
        inputs = [(self._current(d, k), needed, d) for d, k, needed in _inputs(job, key)]
        triggers = {v.id for v, _, d in inputs if v is not None and d not in self._story.estate.whole}
        if not triggers or any(needed and version is None for version, needed, _ in inputs):
            return
        if not self._groups_are_there(job, key):
            return
        on_these = [run for run in runs if self._triggers_of(run) == triggers]
        if len(on_these) != 1:
            yield f"{what} is ready and has {len(on_these)} runs on its final inputs"
        for run in runs:
            yield from self._patience(job, key, run)
            yield from self._reads_enough(job, key, run)
        for run in on_these:
            if run["state"] not in {"SUCCEEDED", "FAILED"}:
                yield f"{what}: the run on its final inputs is {run['state']}"
            if run["state"] == "SUCCEEDED":
                yield from self._outputs(job, key, triggers)

    def _groups_are_there(self, job: JobSpec, key: str) -> bool:
        wanted, there = {}, Counter[str]()
        for item in job.inputs:
            if item.terms.group:
                wanted[item.terms.group.name] = item.terms.group.at_least
                needs = _inputs(replace(job, inputs=(item,)), key)
                there[item.terms.group.name] += all(self._current(d, k) is not None for d, k, _ in needs)
        return all(there[group] >= count for group, count in wanted.items())

    def _patience(self, job: JobSpec, key: str, run: Record) -> Iterator[str]:
        """A run did without an input only once it had waited for it as long as its job says."""
        read = {version["partition"] for version in self._ends(run, "READ_BY", side="into")}
        for item in job.inputs:
            wait = item.terms.group.wait if item.terms.group else item.terms.wait
            needs = [partition_id(dataset_id(name(d)), k) for d, k, _ in _inputs(replace(job, inputs=(item,)), key)]
            if not wait or read.issuperset(needs):
                continue
            since = max(self._first_there(other) for other in read)
            others = [self._first_there(partition_id(dataset_id(i.dataset), key)) for i in job.inputs if i.required]
            least = max(others, default=since) if item.terms.group is None else min(map(self._first_there, read))
            if run["created_at"] < least + timedelta(seconds=wait):
                yield f"run {run.id} of {job.name.name}@{key} did without {item.dataset.name} too early"

    def _reads_enough(self, job: JobSpec, key: str, run: Record) -> Iterator[str]:
        read = {version["partition"] for version in self._ends(run, "READ_BY", side="into")}
        there = Counter[str]()
        for item in job.inputs:
            needs = [partition_id(dataset_id(name(d)), k) for d, k, _ in _inputs(replace(job, inputs=(item,)), key)]
            if item.required and not read.issuperset(needs):
                yield f"run {run.id} of {job.name.name}@{key} reads nothing of {item.dataset.name}"
            if item.terms.group:
                there[item.terms.group.name] += read.issuperset(needs)
        for group in {item.terms.group for item in job.inputs if item.terms.group}:
            if there[group.name] < group.at_least:
                yield f"run {run.id} of {job.name.name}@{key} reads {there[group.name]} of {group}"

    def _first_there(self, partition: str) -> datetime:
        versions = self._ends(self._graph.records["Partition", partition], "HAS_VERSION")
        return min(version["published_at"] for version in versions if version["published_at"] is not None)

    def _outputs(self, job: JobSpec, key: str, triggers: set[str]) -> Iterator[str]:
        parts = sorted(self._part(self._graph.records["DatasetVersion", version]) for version in triggers)
        for number, output in enumerate(job.outputs):
            expected = File(f"{job.name.name}.{number}@{key}({','.join(parts)})").hash
            found = self._current_hash(output.name, key)
            if found != expected:
                yield f"{output.name}@{key} ends with {found}, its final inputs make {expected}"

    def _part(self, version: Record) -> str:
        dataset = self._graph.records["Dataset", version["dataset"]]
        return f"{dataset['name']}@{version['key']}={self._file(version).hash}"

    def _triggers_of(self, run: Record) -> set[str]:
        whole = {dataset_id(name(dataset)) for dataset in self._story.estate.whole}
        return {version.id for version in self._ends(run, "READ_BY", side="into") if version["dataset"] not in whole}

    # owners are told

    def _notices(self) -> Iterator[str]:
        told = set(self._world.told)
        wanted = [f"quarantined/{v.id}" for v in self._versions if v["state"] == "QUARANTINED" and self._read_badly(v)]
        wanted += [f"failed/{r.id}" for r in self._runs if r["state"] == "FAILED" and not self._bad(r)]
        yield from (f"nobody was told of {notice}" for notice in wanted if notice not in told)

    def _read_badly(self, version: Record) -> bool:
        return any(not result["passed"] for result in self._ends(version, "CHECKED_BY"))

    def _job(self, run: Record) -> JobSpec:
        return next(job for job in self._story.estate.jobs if job_id(job.name) == run["job"])

    def _ends(self, record: Record, kind: str, *, side: str = "out") -> list[Record]:
        return [self._graph.records[key] for key in getattr(record, side).get(kind, ())]

    def _file(self, version: Record) -> File:
        return self._world.files.read(version["location"]) or File("", good=False, whole=False)

    def _partition_of(self, dataset: str, key: str) -> Record | None:
        return self._graph.get(("Partition", partition_id(dataset_id(name(dataset)), key)))

    def _current(self, dataset: str, key: str) -> Record | None:
        partition = self._partition_of(dataset, key)
        return next(iter(self._ends(partition, "CURRENT")), None) if partition else None

    def _current_hash(self, dataset: str, key: str) -> str | None:
        current = self._current(dataset, key)
        return current and self._file(current).hash


def _inputs(job: JobSpec, key: str) -> Iterator[Input]:
    """What partition `key` of a daily job needs."""
    day = DAYS.index(key)
    for item in job.inputs:
        words = str(item.mapping).split()
        if words == ["whole"]:
            yield item.dataset.name, "", item.required
        elif words == ["same"]:
            yield item.dataset.name, key, item.required
        else:
            first = max(0, day - int(words[1]))
            yield from ((item.dataset.name, earlier, item.required) for earlier in DAYS[first:day])


def canonical(world: World) -> str:
    """The final contents, for comparing histories of one story."""
    currents = {
        f"{partition['dataset']}@{partition['key']}": [version["content_hash"] for version in ends]
        for partition in world.engine.truth.of("Partition")
        if (ends := [world.engine.truth.records[key] for key in partition.out.get("CURRENT", ())])
    }
    return json.dumps(currents, sort_keys=True)
