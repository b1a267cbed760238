"""Whether a dataset, a column or a job may be retired. Changes nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Literal

from graph_model.datasets.repository import dataset as get_dataset
from graph_model.errors import ColumnNotFound, JobNotFound
from graph_model.jobs.repository import known_jobs
from graph_model.names import Name, job_id
from graph_model.retirement.entities import Retirement, Standing
from graph_model.retirement.left_behind import LeftBehind, left_by_column, left_by_datasets, left_by_job
from graph_model.retirement.rules import Judged, Known, cadence_of, judge, worst
from graph_model.retirement.uses import column_uses, dataset_uses, members_of
from graph_model.store.graph import Graph, Row


def retire_dataset(graph: Graph, dataset: Name, *, now: datetime) -> Retirement:
    """Raises DatasetNotFound."""
    found = get_dataset(graph, dataset)
    members = members_of(graph, [found.id])
    known, facts = _known(graph, found.id, str(found.name), members, now)
    return _answer("DATASET", known, judge(known), facts, left_by_datasets(graph, set(members)))


def retire_column(graph: Graph, dataset: Name, column: str, *, now: datetime) -> Retirement:
    """Raises DatasetNotFound, ColumnNotFound."""
    found = get_dataset(graph, dataset)
    members = members_of(graph, [found.id])
    columns = sorted({row["path"] for row in graph.rows("retirement.columns", datasets=members)})
    path = next((each for each in columns if each.lower() == column.lower()), None)
    if path is None:
        raise ColumnNotFound(f"{dataset}.{column}", [f"{dataset}.{each}" for each in columns])
    known, facts = _known(graph, found.id, f"{found.name}.{path}", members, now, column=path)
    return _answer("COLUMN", known, judge(known), facts, left_by_column(graph, members, path))


def retire_job(graph: Graph, job: Name, *, now: datetime) -> Retirement:
    """A job is in use as far as something that only it makes is. Raises JobNotFound."""
    rows = graph.rows("retirement.job", job=job_id(job))
    if not rows:
        raise JobNotFound(job, known_jobs(graph, job.namespace))
    row = rows[0]
    makers = _makers(graph, row["outputs"])
    own = [id for id in row["outputs"] if makers.get(id, set()) <= {row["job"]}]
    several = [_known_output(graph, output, row["job"], now) for output in own]
    judged = worst(_of_output(known) for known, _ in several) or _without_output(row)
    left = left_by_job(graph, row["job"], own)
    uses = tuple(use for known, _ in several for use in known.uses)
    last = max((known.last_use for known, _ in several if known.last_use), default=None)
    published = max((one for _, facts in several for one in facts["published"]), default=None)
    return Retirement(
        kind="JOB",
        name=str(job),
        standing=judged.standing,
        why=judged.why,
        settle=judged.settle,
        uses=uses,
        last_use=last,
        last_published=published or row["last_run"] or row["last_observed"],
        cadence=cadence_of(row["every"], []),
        unused_for=now - last if last else None,
        orphans=left.orphans,
        remarks=tuple(remark for _, facts in several for remark in _remarks(facts)),
        is_complete=left.is_complete,
    )


def _known_output(graph: Graph, output: str, job: str, now: datetime) -> tuple[Known, Row]:
    known, facts = _known(graph, output, "", members_of(graph, [output]), now, beside=job)
    return replace(known, what=str(Name(facts["namespace"], facts["name"]))), facts


def _of_output(known: Known) -> Judged:
    judged = judge(known)
    return replace(judged, why=tuple(f"{known.what}: {why}" for why in judged.why))


def _without_output(row: Row) -> Judged:
    if row["outputs"]:
        return Judged(Standing.MAY_BE_RETIRED, ("all that it makes is made by others too",))
    return Judged(
        Standing.NOT_KNOWN, ("it makes no dataset that is known",), ("declare what it makes, or ask its owners",)
    )


def _makers(graph: Graph, datasets: list[str]) -> dict[str, set[str]]:
    makers: dict[str, set[str]] = {}
    for row in graph.rows("retirement.around", datasets=datasets) if datasets else ():
        makers.setdefault(row["dataset"], set()).add(row["job"])
    return makers


def _known(
    graph: Graph,
    dataset: str,
    what: str,
    members: list[str],
    now: datetime,
    *,
    column: str | None = None,
    beside: str | None = None,
) -> tuple[Known, Row]:
    facts = graph.rows("retirement.facts", datasets=[dataset])[0]
    uses = column_uses(graph, members, column) if column else dataset_uses(graph, members, beside=beside)
    published = facts["published"]
    since = min(published) if published else None
    return Known(what, now, uses, cadence_of(facts["every"], published), since), facts


def _answer(
    kind: Literal["DATASET", "COLUMN"], known: Known, judged: Judged, facts: Row, left: LeftBehind
) -> Retirement:
    return Retirement(
        kind=kind,
        name=known.what,
        standing=judged.standing,
        why=judged.why,
        settle=judged.settle,
        uses=known.uses,
        last_use=known.last_use,
        last_published=facts["published"][0] if facts["published"] else None,
        cadence=known.cadence,
        unused_for=_since(known.now, known.last_use or known.since),
        orphans=left.orphans,
        remarks=_remarks(facts),
        is_complete=left.is_complete,
    )


def _since(now: datetime, last: datetime | None) -> timedelta | None:
    return max(now - last, timedelta()) if last else None


def _remarks(facts: Row) -> tuple[str, ...]:
    """What cannot be seen: a place can be read by whoever knows it."""
    if not facts["location"]:
        return ()
    place = "exposed" if facts["exposed"] else "to be found"
    name = Name(facts["namespace"], facts["name"])
    return (f"{name} is {place} at {facts['location']}: whoever reads it there and tells nobody is not seen",)
