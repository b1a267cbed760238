"""`cypher/runs/`."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from tests.simulation.model.queries import Rows, query
from tests.simulation.model.queries.policies import may_be_claimed, may_be_rung_for, takes_of
from tests.simulation.model.records import Record
from tests.simulation.model.view import View


def _is_due(run: Record, view: View) -> bool:
    begun = run["not_before"] is None or run["not_before"] <= view.now()
    return begun and (run["ready_until"] is None or run["ready_until"] > view.now())


def _has_running(job_partition: Record | None, view: View) -> bool:
    if job_partition is None:
        return False
    return any(run["open"] == 1 and run["state"] == "RUNNING" for run in view.outs(job_partition, "HAS_RUN"))


def _lease_lives(worker: Record | None, view: View) -> bool:
    return worker is not None and worker["lease_until"] > view.now()


def _owner_lives(run: Record, view: View) -> bool:
    return _lease_lives(view.get("Worker", run["owner"] or ""), view)


@query("runs.lock")
def lock(view: View, job_partitions: list[str], token: str) -> Rows:
    found = [record for id in job_partitions if (record := view.get("JobPartition", id))]
    for record in found:
        view.set(record, _lock=token)
    return [{"id": record.id} for record in found]


@query("runs.lock.arcadedb")
def lock_with_open_runs(view: View, job_partitions: list[str], token: str) -> Rows:
    rows = lock(view, job_partitions, token)
    for row in rows:
        for run in view.outs(view.must(("JobPartition", row["id"])), "HAS_RUN"):
            if run["open"] == 1:
                view.set(run, _lock=token)
    return rows


def _held(view: View) -> set[str]:
    """The targets of the holds in force."""
    return {hold["target"] for hold in view.holding("Hold", "open")}


def _is_held(run: Record, held: set[str], view: View) -> bool:
    if not held or run["kind"] == "validation":
        return False
    if run["job"] in held or run["job_partition"] in held:
        return True
    return any(version["dataset"] in held or version["partition"] in held for version in view.ins(run, "READ_BY"))


def _reads_bad(run: Record, view: View) -> bool:
    return run["kind"] != "validation" and any(v["state"] == "QUARANTINED" for v in view.ins(run, "READ_BY"))


def _blocked(view: View) -> set[str]:
    withheld = view.holding("DatasetVersion", "withheld")
    return {run.id for version in withheld for run in view.outs(version, "READ_BY") if run["open"] == 1}


@query("runs.claimable")
def claimable(view: View, most: int, most_losses: int, labels: list[str], age_ms: int) -> Rows:
    held, blocked, now = _held(view), _blocked(view), view.now()
    found = [
        run
        for run in view.holding("Run", "open")
        if run["state"] == "READY"
        and run["losses"] <= most_losses
        and run.id not in blocked
        and not _is_held(run, held, view)
        and _is_due(run, view)
        and not _has_running(view.get("JobPartition", run["job_partition"]), view)
        and may_be_claimed(run, labels, view)
    ]

    def order(run: Record) -> tuple[Any, ...]:
        return (run["background"] or 0, -_priority(run), run["created_at"])

    def _priority(run: Record) -> int:
        waited = (now - run["created_at"]) // timedelta(milliseconds=1)
        return run["priority"] + int(waited / age_ms)

    found.sort(key=order)
    return [
        {"id": run.id, "job_partition": run["job_partition"], "priority": _priority(run),
         "background": run["background"] or 0, "losses": run["losses"], "takes": takes_of(run, view)}
        for run in found[:most]
    ]  # fmt: skip


@query("runs.claim")
def claim(view: View, runs: list[str], worker: str) -> Rows:
    if not _lease_lives(view.get("Worker", worker), view):
        return []
    held = _held(view)
    won = [
        run
        for id in runs
        if (run := view.get("Run", id))
        for job_partition in view.ins(run, "HAS_RUN")
        if run["state"] == "READY" and _is_due(run, view) and not _has_running(job_partition, view)
        if not _is_held(run, held, view) and not _reads_bad(run, view)
    ]
    rows = []
    for run in won:
        mine = view.writable(run.key)
        fence, attempts = mine["fence"] + 1, mine["attempts"] + 1
        now = view.now()
        view.set(mine, state="RUNNING", fence=fence, attempts=attempts, owner=worker, started_at=now, not_before=None,
                 ready_until=None, taking=None, took=None)  # fmt: skip
        attempt = view.create("Attempt", f"{run.id}/{fence}", number=fence, worker=worker, started_at=now)
        view.link(mine, "HAS_ATTEMPT", attempt)
        rows.append({"id": run.id, "fence": fence, "attempt": attempts, "losses": mine["losses"]})
    return rows


@query("runs.lapsed")
def lapsed(view: View, most: int) -> Rows:
    now = view.now()
    found = sorted((run for run in view.holding("Run", "ready_until") if run["ready_until"] <= now), key=_ready_until)
    names = ("id", "job_partition", "created_at", "ready_until")
    return [{name: run[name] for name in names} for run in found[:most]]


def _ready_until(run: Record) -> datetime:
    return run["ready_until"]


@query("runs.lapse")
def lapse(view: View, runs: list[dict[str, str]]) -> Rows:
    now = view.now()
    late = [(x, run) for x in runs if (run := view.get("Run", x["id"])) and (run["ready_until"] or now) <= now]
    late = [(x, view.set(run, ready_until=None)) for x, run in late if run["ready_until"] is not None]
    ended = [(x, run) for x, run in late if run["state"] == "READY"]
    for x, run in ended:
        view.set(run, state="LAPSED", reason=x["reason"], ended_at=now, open=None, not_before=None)
    return [{"id": run.id, "job": run["job"], "key": run["key"]} for _, run in ended]


@query("runs.create_validations")
def create_validations(view: View, runs: list[dict[str, Any]]) -> Rows:
    found = [
        (x, own, version)
        for x in runs
        if (own := view.get("JobPartition", x["job_partition"]))
        and (version := view.get("DatasetVersion", x["version"]))
    ]
    for x, own, version in found:
        view.set(version, state="VALIDATING")
        run, _ = view.merge(
            "Run", x["id"], kind="validation", job=x["dataset"], job_partition=x["job_partition"], key=x["key"],
            priority=x["priority"], input_set=x["version"], definition_hash="", **_new_run(view),
        )  # fmt: skip
        view.link(own, "HAS_RUN", run)
        view.link(version, "READ_BY", run)
    return [{"id": x["id"]} for x, _, _ in found]


def _new_run(view: View) -> dict[str, Any]:
    counters = {"fence": 0, "attempts": 0, "failures": 0, "losses": 0}
    return {"state": "READY", "open": 1, "reason": "", "metrics": "{}", "created_at": view.now(), **counters}


@query("runs.details")
def details(view: View, runs: list[str]) -> Rows:
    return [_detail(view, run) for id in runs if (run := view.get("Run", id))]


def _detail(view: View, run: Record) -> dict[str, Any]:
    """The simulated estates promise nothing about schemas, so that nothing is guarded."""
    job = view.get("Job", run["job"])
    inputs = []
    for version in view.ins(run, "READ_BY"):
        dataset = view.must(("Dataset", version["dataset"]))
        inputs.append(
            {"namespace": dataset["namespace"], "name": dataset["name"], "partition": version["key"],
             "version": version.id, "format": version["format"], "location": version["location"],
             "options": dataset["options"], "metrics": version["metrics"], "dataset": dataset.id,
             "contract": dataset["contract"], "guarded": False}
        )  # fmt: skip
    outputs = [
        {"dataset": d.id, "namespace": d["namespace"], "name": d["name"], "format": d["format"],
         "location": d["location"], "options": d["options"], "contract": d["contract"], "expose": d["expose"],
         "guarded": False}
        for d in (view.outs(job, "PRODUCES") if job else [])
    ]  # fmt: skip
    definition = job["definition"] if job else None
    return {"id": run.id, "kind": run["kind"], "key": run["key"], "definition": definition, "inputs": inputs,
            "outputs": outputs}  # fmt: skip


@query("runs.end_attempts")
def end_attempts(view: View, attempts: list[dict[str, Any]]) -> Rows:
    rows = []
    for x in attempts:
        run = view.get("Run", x["run"])
        attempt = run and view.get("Attempt", f"{run.id}/{run['fence']}")
        if run is None or attempt is None:
            continue
        now = view.now()
        ended = {name: x[name] for name in ("outcome", "reason", "exit_code")}
        view.set(attempt, ended_at=now, unswept=1, **ended)
        mine = view.set(
            run,
            state=x["state"],
            reason=x["reason"],
            failures=run["failures"] + x["failed"],
            losses=run["losses"] + x["lost"],
            attempts=run["attempts"] - x["uncounted"],
            owner=None,
            taking=None,
            took=None,
        )
        if x["state"] == "READY":
            view.set(mine, not_before=now + timedelta(milliseconds=x["wait_ms"]))
        else:
            view.set(mine, ended_at=now, open=None)
        rows.append({"id": run.id, "fence": run["fence"]})
    return rows


@query("runs.end_worker")
def end_worker(view: View, worker: str) -> Rows:
    found = view.get("Worker", worker)
    if found is None:
        return []
    view.set(found, lease_until=view.now(), ended_at=view.now())
    return [{"id": worker}]


@query("runs.finish")
def finish(view: View, ends: list[dict[str, Any]]) -> Rows:
    held = [
        (x, run)
        for x in ends
        if (run := view.get("Run", x["run"])) and run["state"] == "RUNNING" and run["fence"] == x["fence"]
    ]
    now = view.now()
    for x, run in held:
        view.set(run, **{name: x[name] for name in ("state", "reason", "metrics")}, ended_at=now, open=None,
                 taking=None, took=None)  # fmt: skip
    found = [(x, run, a) for x, run in held if (a := view.get("Attempt", f"{run.id}/{x['fence']}"))]
    for x, _, attempt in found:
        view.set(attempt, ended_at=now, outcome=x["state"], reason=x["reason"])
    return [{"id": run.id} for _, run, _ in found]


@query("runs.forget_workers")
def forget_workers(view: View, keep_s: int) -> Rows:
    limit = view.now() - timedelta(seconds=keep_s)
    gone = [worker for worker in view.of("Worker") if worker["lease_until"] < limit]
    for worker in gone:
        view.delete(worker)
    return [{"forgotten": len(gone)}]


@query("runs.held")
def held(view: View, run: str, fence: int) -> Rows:
    found = view.get("Run", run)
    if found is None or found["state"] != "RUNNING" or found["fence"] != fence:
        return []
    names = ("input_set", "job", "kind", "key", "attempts", "failures")
    tried = [
        {name: attempt[name] for name in ("number", "outcome", "exit_code", "reason", "started_at")}
        for attempt in view.outs(found, "HAS_ATTEMPT")
        if attempt["started_at"] >= found["created_at"]
    ]
    facts = {"retries": _retries(found, view), "now": view.now(), "tried": tried}
    return [{"id": run, **{name: found[name] for name in names}, **facts}]


def _retries(run: Record, view: View) -> int:
    job = view.get("Job", run["job"])
    return (job["retries"] if job else None) or 0


@query("runs.orphaned")
def orphaned(view: View, most: int) -> Rows:
    found = [r for r in view.holding("Run", "open") if r["state"] == "RUNNING" and not _owner_lives(r, view)]
    found.sort(key=lambda run: run.id)
    return [{"id": r.id, "job_partition": r["job_partition"], "owner": r["owner"]} for r in found[:most]]


@query("runs.still_orphaned")
def still_orphaned(view: View, runs: list[str]) -> Rows:
    found = [r for id in runs if (r := view.get("Run", id)) and r["state"] == "RUNNING" and not _owner_lives(r, view)]
    names = ("input_set", "job", "kind", "key", "losses", "owner")
    return [{"id": r.id, **{name: r[name] for name in names}} for r in found]


@query("runs.owned")
def owned(view: View, worker: str) -> Rows:
    found = [r for r in view.holding("Run", "open") if r["state"] == "RUNNING" and r["owner"] == worker]
    found.sort(key=lambda run: run["job_partition"])
    return [{"id": r.id, "job_partition": r["job_partition"]} for r in found]


@query("runs.still_owned")
def still_owned(view: View, runs: list[str], worker: str) -> Rows:
    found = [r for id in runs if (r := view.get("Run", id))]
    return [{"id": r.id, "fence": r["fence"]} for r in found if r["state"] == "RUNNING" and r["owner"] == worker]


@query("runs.register_worker")
def register_worker(view: View, worker: str, host: str, pid: int, slots: int, labels: list[str], lease_ms: int) -> Rows:
    made, _ = view.merge("Worker", worker)
    now = view.now()
    until = now + timedelta(milliseconds=lease_ms)
    view.set(made, host=host, pid=pid, slots=slots, labels=labels, started_at=now, lease_until=until)
    return [{"id": worker}]


@query("runs.renew_lease")
def renew_lease(view: View, worker: str, lease_ms: int) -> Rows:
    found = view.get("Worker", worker)
    if found is None or not _lease_lives(found, view):
        return []
    mine = view.writable(found.key)
    view.set(mine, lease_until=view.now() + timedelta(milliseconds=lease_ms))
    return [{"id": worker}]


@query("runs.take_lease")
def take_lease(view: View, lease: str, holder: str, lease_ms: int, token: str) -> Rows:
    made, _ = view.merge("Lease", lease)
    mine = view.set(made, _lock=token)
    now = view.now()
    if mine["holder"] not in (None, holder) and mine["until"] >= now:
        return []
    view.set(mine, holder=holder, until=now + timedelta(milliseconds=lease_ms))
    return [{"id": lease}]


@query("runs.unclaimed")
def unclaimed(view: View, patience_ms: int, most: int) -> Rows:
    limit, now, held, blocked = timedelta(milliseconds=patience_ms), view.now(), _held(view), _blocked(view)
    found = [
        run
        for run in view.holding("Run", "open")
        if run["state"] == "READY" and (run["not_before"] or run["created_at"] + limit) <= now
        if run.id not in blocked and not _is_held(run, held, view) and may_be_rung_for(run, view)
    ]
    found.sort(key=lambda run: (run["background"] or 0, -run["priority"], run["created_at"]))
    return [{"id": run.id} for run in found[:most]]


@query("runs.unswept")
def unswept(view: View, grace_ms: int, most: int) -> Rows:
    limit = view.now() - timedelta(milliseconds=grace_ms)
    found = [a for a in view.holding("Attempt", "unswept") if a["ended_at"] < limit]
    found.sort(key=lambda attempt: attempt["ended_at"])
    rows = [(run, attempt) for attempt in found for run in view.ins(attempt, "HAS_ATTEMPT")]
    return [
        {"id": run.id, "fence": a["number"], "attempt": run["attempts"], "losses": run["losses"]}
        for run, a in rows[:most]
    ]


@query("runs.swept")
def swept(view: View, attempts: list[dict[str, Any]]) -> Rows:
    found = [a for x in attempts if (a := view.get("Attempt", f"{x['id']}/{x['fence']}"))]
    for attempt in found:
        view.set(attempt, unswept=None)
    return [{"id": attempt.id} for attempt in found]


@query("runs.lock_workers")
def lock_workers(view: View, workers: list[str], token: str) -> Rows:
    found = [record for id in workers if (record := view.get("Worker", id))]
    for record in found:
        view.set(record, _lock=token)
    return [{"id": record.id} for record in found]


@query("runs.find")
def find(view: View, run: str) -> Rows:
    found = view.get("Run", run)
    return [{"id": run, "job_partition": found["job_partition"], "kind": found["kind"]}] if found else []


@query("runs.state_of")
def state_of(view: View, run: str) -> Rows:
    found = view.get("Run", run)
    return [{"state": found["state"], "reason": found["reason"]}] if found else []


@query("runs.cancel")
def cancel(view: View, run: str, reason: str) -> Rows:
    found = view.get("Run", run)
    if found is None or found["state"] not in {"READY", "RUNNING"}:
        return []
    was, now = found["state"], view.now()
    attempt = view.get("Attempt", f"{run}/{found['fence']}")
    view.set(found, state="CANCELLED", reason=reason, ended_at=now, open=None, owner=None, not_before=None,
             taking=None, took=None)  # fmt: skip
    if was == "RUNNING" and attempt is not None:
        view.set(attempt, ended_at=now, outcome="CANCELLED", reason=reason, unswept=1)
    attempts = [attempt.id] if attempt is not None else []
    return [{"id": run, "was": was, "attempts": attempts, "input_set": found["input_set"]}]
