"""Tells the graph of a drawn estate, as a user would: through the product's own apply, with SQL that it reads itself.

With `hide`, a share of what is known is kept back: columns that jobs declare, SQL that can be read, columns that
consumers name, schemas of datasets. What really runs stays the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from random import Random
from typing import Any

from benchmarks.decision_trust.world import Dataset, Input, Job, Reader, World
from connectors.sql.columns import read_columns
from graph_model.contracts.entities import Check, Contract
from graph_model.estate.apply import apply
from graph_model.estate.entities import ConsumerSpec, DatasetSpec, Estate, InputSpec, JobSpec, ReadSpec
from graph_model.jobs.definition import hash_of
from graph_model.names import Name
from graph_model.partitions.rules import Mapping as PartitionMapping
from graph_model.partitions.rules import PartitionScheme
from graph_model.schemas.types import kind, parse
from graph_model.store.graph import Graph

_DAY = PartitionScheme("day", "2024-03-01")
_FORMATS = {"parquet": "parquet", "csv": "csv", "sqlite": "table"}


def declare(graph: Graph, world: World, *, hide: float = 0.0, rng: Random | None = None) -> Estate:
    """What the graph was told."""
    estate = estate_of(world)
    if hide and rng:
        estate = hidden(estate, hide, rng)
    apply(graph, estate, read_columns=read_columns, actor="decision-trust")
    return estate


def estate_of(world: World) -> Estate:
    of = world.name
    return Estate(
        scope=of,
        namespace=of,
        project="/",
        datasets=tuple(_dataset(of, one) for one in world.datasets.values()),
        jobs=tuple(_job(world, one) for one in world.jobs),
        consumers=tuple(_reader(of, one) for one in world.readers),
    )


def hidden(estate: Estate, share: float, rng: Random) -> Estate:
    """The estate with a share of its knowledge left out; the fewer are told, the less may be called safe."""
    jobs = [_opaque(job) if rng.random() < share else job for job in estate.jobs]
    readers = [_unsaid(one) if rng.random() < share else one for one in estate.consumers]
    datasets = [
        replace(one, contract=Contract()) if rng.random() < share / 2 and not one.contract.checks else one
        for one in estate.datasets
    ]
    return replace(estate, jobs=tuple(jobs), consumers=tuple(readers), datasets=tuple(datasets))


def _opaque(job: JobSpec) -> JobSpec:
    """Nobody can read its code, and it declares nothing."""
    executor = {"function": f"hidden.{job.name.name}:build", "project": "/"}
    hidden_job = replace(job, kind="python", executor=executor, columns={})
    return replace(hidden_job, definition_hash=hash_of(hidden_job))


def _unsaid(consumer: ConsumerSpec) -> ConsumerSpec:
    return replace(consumer, reads=tuple(replace(read, columns=()) for read in consumer.reads))


def _dataset(of: str, dataset: Dataset) -> DatasetSpec:
    checks = (_schema_check(dataset),) if dataset.checked and dataset.format == "parquet" else ()
    options: dict[str, Any] = dict(dataset.options)
    if dataset.format == "sqlite":
        options |= {"url": "sqlite:///lite.db", "table": dataset.name}
    ending = "{partition}." if dataset.daily else ""
    return DatasetSpec(
        Name(of, dataset.name),
        _FORMATS[dataset.format],
        location=f"{of}/{dataset.name}/{ending}{dataset.format}" if dataset.placed else None,
        partitions=_DAY if dataset.daily else PartitionScheme(),
        contract=Contract(dataset.columns, checks),
        options=options,
    )


def _schema_check(dataset: Dataset) -> Check:
    return Check("schema", "schema", {"columns": {one.path: kind(parse(one.type)) for one in dataset.columns}})


def _job(world: World, job: Job) -> JobSpec:
    of = world.name
    daily = world.datasets[job.output].daily
    spec = JobSpec(
        Name(of, job.name),
        "python" if job.kind == "python" else "sql",
        _executor(job),
        tuple(_input(of, one, world.datasets[one.dataset]) for one in job.inputs),
        (Name(of, job.output),),
        _DAY if daily else PartitionScheme(),
        columns=job.columns,
    )
    return replace(spec, definition_hash=hash_of(spec))


def _executor(job: Job) -> Mapping[str, Any]:
    if job.kind == "python":
        return {"function": f"jobs.{job.name}:build", "project": "/"}
    dialect = {"dialect": "sqlite"} if job.kind == "sqlite" else {}
    return {"text": job.text, "file": "", "engine": job.kind, **dialect}


def _input(of: str, one: Input, dataset: Dataset) -> InputSpec:
    mapping = PartitionMapping("whole") if not dataset.daily else PartitionMapping()
    if one.window:
        mapping = PartitionMapping("offsets", -one.window, -1)
    return InputSpec(Name(of, one.dataset), mapping, **_by(InputSpec, one.by))


def _reader(of: str, reader: Reader) -> ConsumerSpec:
    read = ReadSpec(Name(of, reader.dataset), reader.columns, **_by(ReadSpec, reader.by))
    return ConsumerSpec(Name(of, reader.name), "dashboard", (read,))


def _by(spec: type, by: str) -> dict[str, Any]:
    """How it reads, where the estate has words for that."""
    return {"by": by} if any(field.name == "by" for field in fields(spec)) else {}
