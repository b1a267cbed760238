"""Builders of small estates: what does not matter to a test stays out of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from graph_model.contracts.entities import Column, Contract
from graph_model.estate.entities import ConsumerSpec, DatasetSpec, Estate, InputSpec, JobSpec, ReadSpec
from graph_model.jobs.definition import hash_of
from graph_model.names import Name
from graph_model.partitions.rules import PartitionScheme, parse_mapping

DAILY = PartitionScheme("day", "2024-01-01")


def a_dataset(name: str, *columns: str, namespace: str = "shop", **fields: Any) -> DatasetSpec:
    """A daily dataset; `columns` are its contract, as `path` (a string) or `path:type`."""
    promised = [text.partition(":") for text in columns]
    contract = Contract(columns=tuple(Column(path, kind or "string") for path, _, kind in promised))
    return DatasetSpec(
        **{"name": Name(namespace, name), "format": "parquet", "partitions": DAILY, "contract": contract} | fields
    )


def a_job(
    name: str, inputs: dict[str, str], output: str, *, sql: str = "", namespace: str = "shop", **fields: Any
) -> JobSpec:
    """A daily SQL job. `inputs` is dataset -> mapping; without `sql` it takes everything from its first input."""
    text = sql or f"SELECT * FROM {next(iter(inputs), 'nothing')}"
    job = JobSpec(
        name=Name(namespace, name),
        kind="sql",
        executor={"text": text, "file": "", "engine": "duckdb"},
        inputs=tuple(
            InputSpec(_name(dataset, namespace), parse_mapping(mapping)) for dataset, mapping in inputs.items()
        ),
        outputs=(Name(namespace, output),),
        partitions=DAILY,
    )
    changed = replace(job, **fields)
    return replace(changed, definition_hash=hash_of(changed))


def a_consumer(name: str, reads: dict[str, tuple[str, ...]], *, namespace: str = "shop", **fields: Any) -> ConsumerSpec:
    """A dashboard. `reads` is dataset -> columns."""
    specs = tuple(ReadSpec(_name(dataset, namespace), columns) for dataset, columns in reads.items())
    return replace(ConsumerSpec(Name(namespace, name), "dashboard", specs), **fields)


def an_estate(*things: DatasetSpec | JobSpec | ConsumerSpec, scope: str = "shop", namespace: str = "shop") -> Estate:
    return Estate(
        scope=scope,
        namespace=namespace,
        project="/project",
        datasets=tuple(thing for thing in things if isinstance(thing, DatasetSpec)),
        jobs=tuple(thing for thing in things if isinstance(thing, JobSpec)),
        consumers=tuple(thing for thing in things if isinstance(thing, ConsumerSpec)),
        file=f"{scope}.yaml",
    )


def _name(text: str, namespace: str) -> Name:
    other, slash, name = text.rpartition("/")
    return Name(other if slash else namespace, name)
