"""Looks what is there for job partitions whose jobs wait on terms, and decides for each. All must be locked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from graph_model.readiness.control import Stands
from graph_model.readiness.decide import Good, There, Waits, decide
from graph_model.readiness.latest import how_many, last_key, newest
from graph_model.readiness.rules import JobNeeds, JobPartition, ReadyInputs
from graph_model.store.graph import Row, Transaction
from graph_model.store.trouble import all_seen

Rows = Callable[..., list[Row]]


def decide_each(
    tx: Transaction,
    targets: Sequence[JobPartition],
    jobs: Mapping[str, JobNeeds],
    *,
    take_what_is_there: bool = False,
    again: bool = False,
) -> dict[str, ReadyInputs]:
    """The job partitions that are ready, by id. When time may change an answer, that is remembered with it."""
    rows = _by_job_partition(tx.rows("readiness.there", ids=[target.id for target in targets]))
    all_seen(targets, list(rows))
    found = what_is_there(tx.rows, targets, jobs, rows)
    decided = {
        target.id: decide(
            jobs[target.job], target.key, found[target.id], take_what_is_there=take_what_is_there, again=again
        )
        for target in targets
    }
    _remember(tx, decided, {id: of_one[0]["look_again_at"] for id, of_one in rows.items()})
    _follow(tx, decided)
    _await(tx, targets, jobs, decided, {id: of_one[0]["awaits"] for id, of_one in rows.items()})
    return {id: answer for id, answer in decided.items() if not isinstance(answer, Waits)}


def there_for(rows: Rows, target: JobPartition, job: JobNeeds) -> There | None:
    """What there is for one job partition, without a lock; None: the graph does not know it yet."""
    found = _by_job_partition(rows("readiness.there", ids=[target.id]))
    return what_is_there(rows, [target], {target.job: job}, found)[target.id] if found else None


def there_now(rows: Rows, job: JobNeeds, target: JobPartition, states: Sequence[Row]) -> There:
    """What there is for a job partition whether or not anything was wired for it. `states` are rows of
    `readiness.input_states` of all that it may read.
    """
    last = _last_runs(rows, [target], {target.job: job})
    latest = _latest(rows, [target], {target.job: job})
    return There(
        now=states[0]["now"] if states else datetime.now(UTC),
        good={row["partition"]: _good({**row, "version": row["current"]}) for row in states if row["current"]},
        expired=frozenset(row["partition"] for row in states if row["expired"]),
        skipped=frozenset(row["partition"] for row in states if row["skipped"]),
        latest=latest.get(target.id, {}),
        controls=_controls(rows, [target], {target.job: job}),
        last_run_at=last.get(target.id, {}).get("last_at"),
        last_run_of_job_at=last.get(target.id, {}).get("last_of_job_at"),
    )


def what_is_there(
    rows: Rows, targets: Sequence[JobPartition], jobs: Mapping[str, JobNeeds], found: Mapping[str, list[Row]]
) -> dict[str, There]:
    """`found` are the rows of `readiness.there`, by job partition."""
    last, latest = _last_runs(rows, targets, jobs), _latest(rows, targets, jobs)
    controls = _controls(rows, targets, jobs)
    return {
        target.id: replace(
            _there(found[target.id], last.get(target.id, {}), latest.get(target.id, {})), controls=controls
        )
        for target in targets
    }


def _there(rows: Sequence[Row], last: Mapping[str, Any], latest: Mapping[str, tuple[str, Good]]) -> There:
    return There(
        now=rows[0]["now"],
        good={row["partition"]: _good(row) for row in rows if row["version"]},
        expired=frozenset(row["partition"] for row in rows if row["expired"]),
        skipped=frozenset(row["partition"] for row in rows if row["skipped"]),
        latest=latest,
        generation=rows[0]["generation"],
        last_run_at=last.get("last_at"),
        last_run_of_job_at=last.get("last_of_job_at"),
    )


def _good(row: Row) -> Good:
    return Good(row["version"], row["published_at"], row["first_at"], row["data_at"])


def _last_runs(rows: Rows, targets: Sequence[JobPartition], jobs: Mapping[str, JobNeeds]) -> dict[str, Row]:
    words = {target.id: {need.terms.newer_than for need in jobs[target.job].inputs} - {None} for target in targets}
    asked = [{"id": target.id, "job": target.job} for target in targets if words[target.id]]
    if not asked:
        return {}
    of_jobs = any("last_run_of_job" in said for said in words.values())
    return {row["id"]: row for row in rows("readiness.last_runs", job_partitions=asked, of_jobs=of_jobs)}


def _latest(
    rows: Rows, targets: Sequence[JobPartition], jobs: Mapping[str, JobNeeds]
) -> dict[str, dict[str, tuple[str, Good]]]:
    """By job partition and dataset, the newest partition that may be taken, with its key."""
    asked = {
        (target.id, need.dataset): (need, target)
        for target in targets
        for need in jobs[target.job].inputs
        if need.is_latest
    }
    if not asked:
        return {}
    wanted = [
        {"job_partition": id, "dataset": dataset, "up_to": last_key(need, jobs[target.job], target.key)}
        for (id, dataset), (need, target) in asked.items()
    ]
    most = max(how_many(need) for need, _ in asked.values())
    seen: dict[tuple[str, str], dict[str, Row]] = {}
    for row in rows("readiness.latest", wanted=wanted, most=most):
        seen.setdefault((row["job_partition"], row["dataset"]), {})[row["key"]] = row
    found: dict[str, dict[str, tuple[str, Good]]] = {}
    for (id, dataset), by_key in seen.items():
        need, target = asked[id, dataset]
        key = newest(need, jobs[target.job], target.key, by_key)
        if key is not None:
            found.setdefault(id, {})[dataset] = (key, _good(by_key[key]))
    return found


def _controls(rows: Rows, targets: Sequence[JobPartition], jobs: Mapping[str, JobNeeds]) -> dict[str, Stands]:
    """How the job partitions stand that any of these waits for."""
    asked = {
        id
        for target in targets
        for control in jobs[target.job].after
        for id, _ in control.waits_for(target.key, jobs[target.job].scheme)
    }
    if not asked:
        return {}
    found = rows("readiness.control_states", ids=sorted(asked))
    return {
        row["id"]: Stands(row["run"], row["state"], row["exit_code"], is_told=not row["open"] or row["followed"])
        for row in found
    }


def _follow(tx: Transaction, decided: Mapping[str, ReadyInputs | Waits]) -> None:
    """Runs under way that began before anybody waited for them will be told when they end."""
    waits = (reason for answer in decided.values() if isinstance(answer, Waits) for reason in answer.reasons)
    runs = sorted({reason.stands.run for reason in waits if reason.stands and not reason.stands.is_told})
    if runs:
        tx.rows("readiness.follow", runs=runs)


def _await(
    tx: Transaction,
    targets: Sequence[JobPartition],
    jobs: Mapping[str, JobNeeds],
    decided: Mapping[str, ReadyInputs | Waits],
    before: Mapping[str, str | None],
) -> None:
    """Remembers who waits for the latest of an input."""
    waits = {
        target.id
        for target in targets
        if isinstance(answer := decided[target.id], Waits) and answer.awaits_latest(jobs[target.job])
    }
    begun = sorted(id for id in waits if before[id] is None)
    if begun:
        tx.rows("readiness.await", job_partitions=begun, awaits=True)
    over = sorted(id for id in decided if id not in waits and before[id] is not None)
    if over:
        tx.rows("readiness.await", job_partitions=over, awaits=False)


def _remember(
    tx: Transaction, decided: Mapping[str, ReadyInputs | Waits], before: Mapping[str, datetime | None]
) -> None:
    wanted = {id: answer.look_again_at for id, answer in decided.items()}
    looks = [{"job_partition": id, "at": at} for id, at in sorted(wanted.items()) if at and at != before[id]]
    if looks:
        tx.rows("readiness.look_again", looks=looks)
    over = sorted(id for id, at in wanted.items() if at is None and before[id] is not None)
    if over:
        tx.rows("readiness.look_no_more", job_partitions=over)


def _by_job_partition(rows: Sequence[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row["job_partition"], []).append(row)
    return found
