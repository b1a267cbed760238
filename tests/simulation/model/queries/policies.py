"""`cypher/policies/`, and what `cypher/runs/claimable.cypher` asks of them."""

from __future__ import annotations

from typing import Any

from tests.simulation.model.queries import Rows, query
from tests.simulation.model.records import Record
from tests.simulation.model.view import View

_ONE_AFTER_THE_OTHER = ("serial", "strict")
_GOES_BEFORE = ("READY", "RUNNING", "SUCCEEDED")


def takes_of(run: Record, view: View) -> list[str]:
    """The pools that a run takes from, each once per slot."""
    job = view.get("Job", run["job"])
    limited = job is not None and job["limited"] == 1
    takes = list(job["takes"] or []) if job and limited else []
    if run["pool"] is not None:
        return [*takes, run["pool"]]
    return takes + (list(job["pool_takes"] or []) if job and limited else [])


def may_be_claimed(run: Record, labels: list[str], view: View) -> bool:
    """As far as pools, labels and the order of its job are concerned."""
    return _is_in_order(run, labels, view) and _has_room(run, view)


def _is_in_order(run: Record, labels: list[str], view: View) -> bool:
    job = view.get("Job", run["job"])
    if job is None or job["limited"] != 1:
        return True
    if set(job["runs_on"] or ()) - set(labels):
        return False
    order = job["run_order"]
    if order in _ONE_AFTER_THE_OTHER and _earlier_is_open(run, view):
        return False
    if order == "strict" and not _follows_success(run, view):
        return False
    return order != "latest" or not gives_way(run, view)


def _earlier_is_open(run: Record, view: View) -> bool:
    return any(other["job"] == run["job"] and other["key"] < run["key"] for other in view.holding("Run", "open"))


def _follows_success(run: Record, view: View) -> bool:
    if run["after"] is None:
        return True
    before = view.get("JobPartition", run["after"])
    return before is not None and any(r["state"] == "SUCCEEDED" for r in view.outs(before, "HAS_RUN"))


def gives_way(run: Record, view: View) -> bool:
    """What a person asked for does not."""
    return (
        not run["generation"]
        and not run["background"]
        and any(
            other["state"] in _GOES_BEFORE
            for partition in view.of("JobPartition")
            if partition["job"] == run["job"] and partition["key"] > run["key"]
            for other in view.outs(partition, "HAS_RUN")
        )
    )


def _slots(pool: Record) -> int:
    lowered = pool["lowered"]
    return pool["slots"] if lowered is None else min(pool["slots"], lowered)


def _holders(view: View) -> list[Record]:
    return [run for run in view.holding("Run", "taking") if run["state"] == "RUNNING"]


def _has_room(run: Record, view: View) -> bool:
    takes = takes_of(run, view)
    taken = [pool for holder in _holders(view) for pool in holder["took"]] if takes else []
    return not any(
        taken.count(id) + takes.count(id) > _slots(pool)
        for id in set(takes)
        if (pool := view.get("Pool", id)) and pool["retired_at"] is None
    )


def may_be_rung_for(run: Record, view: View) -> bool:
    """As far as its job is concerned: what could not be claimed yet is not rung for."""
    job = view.get("Job", run["job"])
    if job is None or job["limited"] != 1:
        return True
    wanted = set(job["runs_on"] or ())
    alive = [worker for worker in view.of("Worker") if worker["lease_until"] > view.now()]
    if not any(wanted <= set(worker["labels"] or ()) for worker in alive):
        return False
    if job["run_order"] in _ONE_AFTER_THE_OTHER and _earlier_is_open(run, view):
        return False
    taken = [pool for holder in _holders(view) for pool in holder["took"]]
    return not any(
        taken.count(id) >= _slots(pool)
        for id in set(takes_of(run, view))
        if (pool := view.get("Pool", id)) and pool["retired_at"] is None
    )


@query("policies.lock")
def lock(view: View, job_partitions: list[str], pools: list[str], token: str) -> Rows:
    for id in job_partitions:
        if record := view.get("JobPartition", id):
            view.set(record, _lock=token)
    found = [record for id in pools if (record := view.get("Pool", id))]
    for record in found:
        view.set(record, _lock=token)
    return [{"id": record.id} for record in found]


@query("policies.lock.arcadedb")
def lock_with_open_runs(view: View, job_partitions: list[str], pools: list[str], token: str) -> Rows:
    rows = lock(view, job_partitions, pools, token)
    for id in job_partitions:
        for run in view.outs(view.must(("JobPartition", id)), "HAS_RUN"):
            if run["open"] == 1:
                view.set(run, _lock=token)
    return rows


@query("policies.room")
def room(view: View, pools: list[str]) -> Rows:
    holders: list[dict[str, Any]] = [
        {"run": run.id, "fence": run["fence"], "took": run["took"]} for run in _holders(view)
    ]
    return [
        {"id": id, "slots": _slots(pool), "lately": pool["lately"] or [], "holders": holders}
        for id in pools
        if (pool := view.get("Pool", id)) and pool["retired_at"] is None
    ]


@query("policies.fences")
def fences(view: View, runs: list[str]) -> Rows:
    found = [run for id in runs if (run := view.get("Run", id))]
    return [{"id": run.id, "fence": run["fence"], "state": run["state"]} for run in found]


@query("policies.outdated")
def outdated(view: View, most: int) -> Rows:
    found = [
        run
        for run in view.holding("Run", "open")
        if run["state"] == "READY"
        and (job := view.get("Job", run["job"]))
        and job["limited"] == 1
        and job["run_order"] == "latest"
        and gives_way(run, view)
    ]
    return [{"id": run.id, "job_partition": run["job_partition"]} for run in found[:most]]


@query("policies.give_way")
def give_way(view: View, runs: list[str], reason: str) -> Rows:
    found = [run for id in runs if (run := view.get("Run", id)) and run["state"] == "READY"]
    for run in found:
        view.set(run, state="SUPERSEDED", reason=reason, ended_at=view.now(), open=None, gave_way=1)
    return [{"id": run.id} for run in found]


@query("policies.take")
def take(view: View, taken: list[dict[str, Any]], pools: list[dict[str, Any]]) -> Rows:
    for x in pools:
        if pool := view.get("Pool", x["id"]):
            view.set(pool, lately=x["lately"])
    rows: Rows = []
    for x in taken:
        run, attempt = view.get("Run", x["run"]), view.get("Attempt", f"{x['run']}/{x['fence']}")
        if run is None or attempt is None:
            continue
        view.set(run, taking=1, took=x["took"])
        view.set(attempt, took=x["took"], most=x["most"])
        rows.append({"id": run.id})
    return rows
