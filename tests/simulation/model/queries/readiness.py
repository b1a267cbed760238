"""`cypher/readiness/`."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from tests.simulation.model.queries import Rows, query
from tests.simulation.model.records import Record
from tests.simulation.model.view import View


@query("readiness.consumers")
def consumers(view: View, datasets: list[str]) -> Rows:
    now = view.now()
    jobs = {
        key: view.must(key)
        for id in datasets
        if (dataset := view.get("Dataset", id))
        for key, edge in dataset.out.get("CONSUMED_BY", {}).items()
        if key[0] == "Job" and edge["valid_to"] > now
    }
    return [_needs(view, job) for job in jobs.values() if job["retired_at"] is None]


def _needs(view: View, job: Record) -> dict[str, Any]:
    now = view.now()
    inputs = []
    for key, edge in job.into.get("CONSUMED_BY", {}).items():
        dataset = view.must(key)
        if edge["valid_to"] > now:
            inputs.append(
                {"dataset": dataset.id, "every": dataset["partition_every"], "start": dataset["partition_from"],
                 "details": dataset["partition_details"], "mapping": edge["mapping"], "required": edge["required"],
                 "correction": edge["correction"], "terms": edge.get("terms")}
            )  # fmt: skip
    outputs = [key[1] for key, edge in job.out.get("PRODUCES", {}).items() if edge["valid_to"] > now]
    return {"job": job.id, "every": job["partition_every"], "start": job["partition_from"],
            "details": job["partition_details"], "definition_hash": job["definition_hash"],
            "priority": job["priority"], "run_order": job["run_order"], "ready_for": job["ready_for"],
            "schedule": job["schedule"], "not_before": job["not_before"], "inputs": inputs,
            "after": _after(view, job), "followed": bool(job.out.get("FOLLOWED_BY")), "outputs": outputs}  # fmt: skip


def _after(view: View, job: Record) -> list[dict[str, Any]]:
    return [
        {"job": key[1], "every": before["partition_every"], "start": before["partition_from"],
         "details": before["partition_details"], "mapping": edge["mapping"], "state": edge["state"]}
        for key, edge in job.into.get("FOLLOWED_BY", {}).items()
        for before in [view.must(key)]
    ]  # fmt: skip


@query("readiness.wired")
def wired(view: View, partitions: list[str]) -> Rows:
    return [
        {"partition": id, "id": waiting.id, "job": waiting["job"], "key": waiting["key"]}
        for id in partitions
        if (partition := view.get("Partition", id))
        for waiting in view.outs(partition, "NEEDED_BY")
    ]


@query("readiness.lock")
def lock(view: View, job_partitions: list[dict[str, str]], token: str) -> Rows:
    rows = []
    for x in job_partitions:
        made, _ = view.merge("JobPartition", x["id"], job=x["job"], key=x["key"])
        mine = view.set(made, _lock=token)
        rows.append({"id": mine.id, "wiring": mine["wiring"]})
    return rows


@query("readiness.lock.arcadedb")
def lock_with_partitions(view: View, job_partitions: list[dict[str, str]], token: str) -> Rows:
    rows = lock(view, job_partitions, token)
    for row in rows:
        for partition in view.ins(view.must(("JobPartition", row["id"])), "NEEDED_BY"):
            view.set(partition, _lock=token)
    return rows


@query("readiness.unwire")
def unwire(view: View, ids: list[str]) -> Rows:
    found = [jp for id in ids if (jp := view.get("JobPartition", id))]
    edges = [(p, "NEEDED_BY", jp, jp) for jp in found for p in view.ins(jp, "NEEDED_BY")]
    edges += [(jp, "FILLS", p, jp) for jp in found for p in view.outs(jp, "FILLS")]
    for start, kind, end, _ in edges:
        view.unlink(start, kind, end)
    return [{"id": jp.id} for *_, jp in edges]


@query("readiness.wire")
def wire(view: View, needs: list[dict[str, Any]]) -> Rows:
    rows = []
    for x in needs:
        waiting = view.get("JobPartition", x["job_partition"])
        if waiting is None:
            continue
        partition, _ = view.merge("Partition", x["partition"], dataset=x["dataset"], key=x["key"])
        names = ("dataset", "required", "triggers", "asks", "instead")
        edge = {name: x[name] for name in names if x[name] is not None}
        view.relink(partition, "NEEDED_BY", waiting, **edge)
        rows.append({"job_partition": waiting.id})
    return rows


@query("readiness.fill")
def fill(view: View, fills: list[dict[str, Any]]) -> Rows:
    rows = []
    for x in fills:
        filling = view.get("JobPartition", x["job_partition"])
        if filling is None:
            continue
        partition, _ = view.merge("Partition", x["partition"], dataset=x["dataset"], key=x["key"])
        view.link(filling, "FILLS", partition)
        view.set(filling, wiring=x["wiring"], special=x["special"])
        rows.append({"job_partition": filling.id})
    return rows


@query("readiness.ready_inputs")
def ready_inputs(view: View, ids: list[str]) -> Rows:
    rows = []
    for waiting in [jp for id in ids if (jp := view.get("JobPartition", id))]:
        needs = [(edge, view.must(key)) for key, edge in waiting.into.get("NEEDED_BY", {}).items()]
        if any(
            edge["required"] and partition["skipped"] is None and not view.outs(partition, "CURRENT")
            for edge, partition in needs
        ):
            continue
        rows += [
            {
                "job_partition": waiting.id,
                "version": version.id,
                "triggers": edge["triggers"],
                "generation": waiting["generation"] or 0,
            }
            for edge, partition in needs
            for version in view.outs(partition, "CURRENT")
        ]
    return rows


@query("readiness.there")
def there(view: View, ids: list[str]) -> Rows:
    rows = []
    for waiting in [jp for id in ids if (jp := view.get("JobPartition", id))]:
        partitions = view.ins(waiting, "NEEDED_BY")
        rows += [_there(view, waiting, partition) for partition in partitions] or [_there(view, waiting, None)]
    return rows


def _there(view: View, waiting: Record, partition: Record | None) -> dict[str, Any]:
    current = next(iter(view.outs(partition, "CURRENT")), None) if partition else None
    versions = view.outs(partition, "HAS_VERSION") if partition else []
    published = [version["published_at"] for version in versions if version["published_at"] is not None]
    return {
        "job_partition": waiting.id,
        "generation": waiting["generation"] or 0,
        "look_again_at": waiting["look_again_at"],
        "awaits": waiting["awaits"],
        "now": view.now(),
        "partition": partition.id if partition else None,
        "expired": partition is not None and partition["expired"] == 1,
        "skipped": partition is not None and partition["skipped"] is not None,
        "version": current.id if current else None,
        "published_at": current["published_at"] if current else None,
        "first_at": min(published, default=None),
        "data_at": (current["confirmed_time"] or current["source_time"]) if current else None,
    }


@query("readiness.latest")
def latest(view: View, wanted: list[dict[str, Any]], most: int) -> Rows:
    rows = []
    for x in wanted:
        found = [
            partition
            for partition in view.of("Partition")
            if partition["dataset"] == x["dataset"] and (x["up_to"] is None or partition["key"] <= x["up_to"])
            if view.outs(partition, "CURRENT")
        ]
        for partition in sorted(found, key=lambda one: one["key"], reverse=True)[:most]:
            good = _there(view, partition, partition)
            names = ("version", "published_at", "first_at", "data_at")
            told = {name: good[name] for name in names}
            rows.append({"job_partition": x["job_partition"], "dataset": x["dataset"], "key": partition["key"], **told})
    return rows


@query("readiness.await")
def await_latest(view: View, job_partitions: list[str], awaits: bool) -> Rows:
    found = [jp for id in job_partitions if (jp := view.get("JobPartition", id))]
    for jp in found:
        view.set(jp, awaits=jp["job"] if awaits else None)
    return [{"id": jp.id} for jp in found]


@query("readiness.awaiting")
def awaiting(view: View, jobs: list[str]) -> Rows:
    found = [jp for job in jobs for jp in view.holding("JobPartition", "awaits") if jp["awaits"] == job]
    return [{"id": jp.id, "job": jp["job"], "key": jp["key"]} for jp in found]


@query("readiness.control_states")
def control_states(view: View, ids: list[str]) -> Rows:
    rows = []
    for found in [jp for id in ids if (jp := view.get("JobPartition", id))]:
        runs = [run for run in view.outs(found, "HAS_RUN") if run["state"] != "SUPERSEDED"]
        if not runs:
            continue
        run = max(runs, key=lambda one: (one["created_at"], one.id))
        attempt = view.get("Attempt", f"{run.id}/{run['fence']}")
        code = attempt["exit_code"] if attempt else None
        rows.append({
            "id": found.id, "run": run.id, "state": run["state"], "exit_code": code,
            "open": run["open"] is not None, "followed": run["followed"] is not None,
        })  # fmt: skip
    return rows


@query("readiness.follow")
def follow(view: View, runs: list[str]) -> Rows:
    found = [run for id in runs if (run := view.get("Run", id))]
    for run in found:
        view.set(run, followed=1)
    return [{"id": run.id} for run in found]


@query("readiness.followed")
def followed(view: View, most: int) -> Rows:
    found = sorted((run for run in view.holding("Run", "followed") if run["open"] is None), key=_ended)
    return [{"id": run.id, "job": run["job"], "key": run["key"]} for run in found[:most]]


def _ended(run: Record) -> datetime:
    return run["ended_at"]


@query("readiness.followers")
def followers(view: View, jobs: list[str]) -> Rows:
    return [
        {"before": id, "job": job.id}
        for id in jobs
        if (before := view.get("Job", id))
        for job in view.outs(before, "FOLLOWED_BY")
        if job["retired_at"] is None
    ]


@query("readiness.unfollow")
def unfollow(view: View, runs: list[str], token: str) -> Rows:
    held = [view.set(run, _lock=token) for id in runs if (run := view.get("Run", id))]
    ended = [run for run in held if run["open"] is None]
    for run in ended:
        view.set(run, followed=None)
    return [{"id": run.id} for run in ended]


@query("readiness.last_runs")
def last_runs(view: View, job_partitions: list[dict[str, str]], of_jobs: bool) -> Rows:
    return [
        {
            "id": x["id"],
            "last_at": _last(view.outs(found, "HAS_RUN")),
            "last_of_job_at": _last([run for run in view.of("Run") if run["job"] == x["job"]]) if of_jobs else None,
        }
        for x in job_partitions
        if (found := view.get("JobPartition", x["id"]))
    ]


def _last(runs: list[Record]) -> datetime | None:
    return max((run["created_at"] for run in runs if run["state"] == "SUCCEEDED"), default=None)


@query("readiness.look_again")
def look_again(view: View, looks: list[dict[str, Any]]) -> Rows:
    found = [(jp, x["at"]) for x in looks if (jp := view.get("JobPartition", x["job_partition"]))]
    for jp, at in found:
        view.set(jp, look_again_at=at)
    return [{"id": jp.id} for jp, _ in found]


@query("readiness.look_no_more")
def look_no_more(view: View, job_partitions: list[str]) -> Rows:
    found = [jp for id in job_partitions if (jp := view.get("JobPartition", id))]
    for jp in found:
        view.set(jp, look_again_at=None)
    return [{"id": jp.id} for jp in found]


@query("readiness.due_looks")
def due_looks(view: View, most: int) -> Rows:
    now = view.now()
    found = sorted(
        (jp for jp in view.holding("JobPartition", "look_again_at") if jp["look_again_at"] <= now), key=_look
    )
    return [{"id": jp.id, "job": jp["job"], "key": jp["key"]} for jp in found[:most]]


def _look(job_partition: Record) -> datetime:
    return job_partition["look_again_at"]


@query("readiness.create_runs")
def create_runs(view: View, runs: list[dict[str, Any]]) -> Rows:
    wanted = [
        (jp, x)
        for x in runs
        if (jp := view.get("JobPartition", x["job_partition"]))
        and (x["again"] or not _has_had(view, jp, x["input_set"]))
    ]
    names = ("job", "job_partition", "key", "input_set", "definition_hash", "generation")
    for jp, x in wanted:
        run, _ = view.merge("Run", x["id"], kind="job", fence=0, metrics="{}", **{name: x[name] for name in names})
        view.set(
            run, state="READY", open=1, priority=x["priority"], attempts=0, failures=0, losses=0, reason="",
            created_at=view.now(), ended_at=None, not_before=x["not_before"], nominal=x["nominal"],
            missing=x["missing"],
            followed=x["followed"],
            after=x["after"],
            ready_until=_until(view, x),
        )  # fmt: skip
        view.link(jp, "HAS_RUN", run)
        for old in view.ins(view.must(run.key), "READ_BY"):
            if old.id not in x["inputs"]:
                view.unlink(old, "READ_BY", run)
        for version in [found for id in x["inputs"] if (found := view.get("DatasetVersion", id))]:
            view.link(version, "READ_BY", run)
    return [{"id": x["id"], "job_partition": jp.id} for jp, x in wanted]


def _until(view: View, x: dict[str, Any]) -> datetime | None:
    if x["ready_for"] is None:
        return None
    return max(x["not_before"] or view.now(), view.now()) + timedelta(milliseconds=x["ready_for"])


def _has_had(view: View, job_partition: Record, input_set: str) -> bool:
    runs = view.outs(job_partition, "HAS_RUN")
    return any(run["input_set"] == input_set and run["state"] != "SUPERSEDED" for run in runs)


@query("readiness.raise_generation")
def raise_generation(view: View, job_partition: str) -> Rows:
    found = view.get("JobPartition", job_partition)
    if found is None:
        return []
    mine = view.writable(found.key)
    view.set(mine, generation=(mine["generation"] or 0) + 1)
    return [{"generation": mine["generation"]}]


@query("readiness.of_job")
def of_job(view: View, job: str) -> Rows:
    found = view.get("Job", job)
    return [_needs(view, found)] if found is not None and found["retired_at"] is None else []


@query("readiness.supersede")
def supersede(view: View, created: list[dict[str, str]]) -> Rows:
    older = [
        (run, x)
        for x in created
        if (jp := view.get("JobPartition", x["job_partition"]))
        for run in view.outs(jp, "HAS_RUN")
        if run["open"] == 1 and run["state"] == "READY" and run.id != x["id"]
    ]
    for run, x in older:
        view.set(run, state="SUPERSEDED", reason=f"newer inputs: {x['id']}", ended_at=view.now(), open=None)
    return [{"id": run.id} for run, _ in older]


@query("readiness.marked")
def marked(view: View, grace_ms: int, most: int) -> Rows:
    limit = view.now() - timedelta(milliseconds=grace_ms)
    found = sorted((p for p in view.holding("Partition", "evaluate") if p["evaluate"] < limit), key=_marked_at)
    return [{"id": p.id, "dataset": p["dataset"], "key": p["key"], "mark": str(p["evaluate"])} for p in found[:most]]


def _marked_at(partition: Record) -> datetime:
    return partition["evaluate"]


@query("readiness.unmark")
def unmark(view: View, marks: list[dict[str, str]], token: str) -> Rows:
    held = [(x, view.set(partition, _lock=token)) for x in marks if (partition := view.get("Partition", x["id"]))]
    found = [partition for x, partition in held if str(partition["evaluate"]) == x["mark"]]
    for partition in found:
        view.set(partition, evaluate=None)
    return [{"id": partition.id} for partition in found]
