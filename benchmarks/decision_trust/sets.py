"""Sets of changes that touch each other: a rename that is mended, a column that another one replaces."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from benchmarks.decision_trust.kinds import kind_of
from benchmarks.decision_trust.single import Singles
from benchmarks.decision_trust.world import Dataset, Job
from graph_model.impact import entities as impact

Change = impact.Change
_AFTER_TABLE = r"(?=\s*(?:$|\)|WHERE\b|GROUP\b|ORDER\b|JOIN\b|LEFT\b|NATURAL\b|USING\b|ON\b|QUALIFY\b|UNION\b|LIMIT\b))"


def renamed_and_mended(draw: Singles) -> Sequence[Change]:
    """A rename, and each SQL reader reads the new name under the old one."""
    dataset = draw.dataset()
    change = draw.rename(dataset)
    if not isinstance(change, impact.RenameColumn):
        return ()
    items = [
        f"{change.to} AS {change.column}" if column.path == change.column else column.path for column in dataset.columns
    ]
    return (change, *_mended(draw, dataset, items))


def retyped_and_mended(draw: Singles) -> Sequence[Change]:
    dataset = draw.dataset()
    change = draw.retype(dataset)
    if not isinstance(change, impact.RetypeColumn) or kind_of(change.type) == "":
        return ()
    back = {"int": "BIGINT", "float": "DOUBLE", "str": "VARCHAR", "date": "DATE"}.get(
        kind_of(dataset.types[change.column])
    )
    if back is None or dataset.format == "sqlite":
        return ()
    items = [
        f"TRY_CAST({change.column} AS {back}) AS {change.column}" if column.path == change.column else column.path
        for column in dataset.columns
    ]
    return (change, *_mended(draw, dataset, items))


def dropped_and_retired(draw: Singles) -> Sequence[Change]:
    """A column goes, and with it some who read the dataset."""
    dataset = draw.dataset()
    change = draw.drop(dataset)
    readers = [impact.RetireConsumer(draw.name(one.name)) for one in draw.world.readers if one.dataset == dataset.name]
    jobs = [
        impact.RetireJob(draw.name(job.name))
        for job in draw.world.jobs
        if any(one.dataset == dataset.name for one in job.inputs)
    ]
    return (change, *readers[:2], *jobs[:1]) if change else ()


def replaced(draw: Singles) -> Sequence[Change]:
    """A column goes and another one takes its name."""
    dataset = draw.dataset()
    change = draw.drop(dataset)
    if not isinstance(change, impact.DropColumn):
        return ()
    other = draw.column(dataset)
    if other and other != change.column and draw.rng.random() < 0.5:
        return (change, impact.RenameColumn(change.dataset, other, change.column))
    type_ = "int64" if dataset.format == "parquet" else "integer"
    return (change, impact.AddColumn(change.dataset, change.column, type_, nullable=False))


def swapped(draw: Singles) -> Sequence[Change]:
    dataset = draw.dataset()
    names = [column.path for column in dataset.columns]
    if len(names) < 2:
        return ()
    one, other = draw.rng.sample(names, 2)
    of = draw.name(dataset.name)
    return (impact.RenameColumn(of, one, other), impact.RenameColumn(of, other, one))


def _mended(draw: Singles, dataset: Dataset, items: Sequence[str]) -> list[Change]:
    readers = [
        job
        for job in draw.world.jobs
        if job.kind != "python" and any(one.dataset == dataset.name for one in job.inputs)
    ]
    return [impact.ChangeJob(draw.name(job.name), mended(job, dataset.name, items)) for job in readers]


def mended(job: Job, table: str, items: Sequence[str]) -> str:
    """The SQL of a job with one of its tables read through a subquery."""
    inner = f"(SELECT {', '.join(items)} FROM {table})"  # noqa: S608  a drawn query
    text = re.sub(rf"\b(FROM|JOIN) {table}\b{_AFTER_TABLE}", rf"\1 {inner} AS {table}", job.text)
    return re.sub(rf"\b(FROM|JOIN) {table} (?=[ab]\b)", rf"\1 {inner} AS ", text)


SETS: tuple[tuple[set[str], Callable[[Singles], Sequence[Change]]], ...] = (
    ({"RenameColumn", "ChangeJob"}, renamed_and_mended),
    ({"RetypeColumn", "ChangeJob"}, retyped_and_mended),
    ({"DropColumn", "RetireJob", "RetireConsumer"}, dropped_and_retired),
    ({"DropColumn", "RenameColumn", "AddColumn"}, replaced),
    ({"RenameColumn"}, swapped),
)
