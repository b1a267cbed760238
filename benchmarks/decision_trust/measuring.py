"""Tells the graph what validation would have measured of the contents that are there, as versions of their datasets."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import lru_cache
from typing import Any
from uuid import uuid4

import duckdb
import pyarrow as pa

from benchmarks.decision_trust.running import Running
from benchmarks.decision_trust.texts import as_table
from benchmarks.decision_trust.world import Content, World
from connectors.storage.narrowest import asked, told
from connectors.storage.scan import Counts, Relation, counted_with, top_level, typed_fields
from graph_model.names import Name, dataset_id, partition_id
from graph_model.store.graph import Graph, Transaction


def measure(graph: Graph, running: Running) -> None:
    """A current version for each content of a file. What lies in a database is not measured."""
    versions = sorted(_versions(running), key=lambda one: one["partition"])
    known = ("id", "partition", "dataset", "key", "format", "location", "metrics", "report_key", "reported_by")

    def work(tx: Transaction) -> None:
        reported = [{key: one[key] for key in known} | {"source_time": None} for one in versions]
        tx.rows("versions.report", versions=reported, token=uuid4().hex)
        tx.rows("versions.record_facts", facts=[_facts(one) for one in versions])
        tx.rows("versions.flip", versions=[one["id"] for one in versions])

    graph.write(work)


def _versions(running: Running) -> Iterator[dict[str, Any]]:
    world = running.world
    for (name, day), content in running.before.made.items():
        dataset = world.datasets[name]
        if isinstance(content, Content) and dataset.format in ("parquet", "csv"):
            yield _version(world, name, world.keys[day] if dataset.daily else "", content)


def _version(world: World, name: str, key: str, content: Content) -> dict[str, Any]:
    of, table = dataset_id(Name(world.name, name)), as_table(content, world.datasets[name])
    partition = partition_id(of, key)
    return {
        "id": f"{partition}@1",
        "partition": partition,
        "dataset": of,
        "key": key,
        "format": world.datasets[name].format,
        "location": f"{of}/{key}",
        "metrics": json.dumps(_seen(table, is_text=content.table is None).metrics),
        "report_key": partition,
        "reported_by": "decision-trust",
        "rows": table.num_rows,
        "hash": content.digest,
    }


def _seen(table: pa.Table, *, is_text: bool) -> Counts:
    """As our own readers count; the types of a file of texts are told by nobody."""
    connection = _duckdb()
    connection.register("content", table)
    sql = "SELECT * FROM content"
    relation = Relation(sql, typed_fields(connection, sql), "text" if is_text else "typed")
    rows, nulls, answers = counted_with(connection, relation, asked)
    fields = {name: relation.fields[name] for name in top_level(relation)}
    return Counts(rows, nulls, narrowest={} if is_text else told(fields, answers))


@lru_cache(maxsize=1)
def _duckdb() -> duckdb.DuckDBPyConnection:
    return duckdb.connect(":memory:", config={"threads": 1})


def _facts(one: dict[str, Any]) -> dict[str, Any]:
    measured = {"row_count": one["rows"], "size_bytes": 0, "content_hash": one["hash"], "metrics": one["metrics"]}
    return {"version": one["id"], **measured}
