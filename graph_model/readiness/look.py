"""Looks what is there for job partitions whose jobs wait on terms, and decides for each. All must be locked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from graph_model.readiness.decide import Good, There, Waits, decide
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
    return There(
        now=states[0]["now"] if states else datetime.now(UTC),
        good={row["partition"]: _good({**row, "version": row["current"]}) for row in states if row["current"]},
        expired=frozenset(row["partition"] for row in states if row["expired"]),
        skipped=frozenset(row["partition"] for row in states if row["skipped"]),
        last_run_at=last.get(target.id, {}).get("last_at"),
        last_run_of_job_at=last.get(target.id, {}).get("last_of_job_at"),
    )


def what_is_there(
    rows: Rows, targets: Sequence[JobPartition], jobs: Mapping[str, JobNeeds], found: Mapping[str, list[Row]]
) -> dict[str, There]:
    """`found` are the rows of `readiness.there`, by job partition."""
    last = _last_runs(rows, targets, jobs)
    return {target.id: _there(found[target.id], last.get(target.id, {})) for target in targets}


def _there(rows: Sequence[Row], last: Mapping[str, Any]) -> There:
    return There(
        now=rows[0]["now"],
        good={row["partition"]: _good(row) for row in rows if row["version"]},
        expired=frozenset(row["partition"] for row in rows if row["expired"]),
        skipped=frozenset(row["partition"] for row in rows if row["skipped"]),
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
