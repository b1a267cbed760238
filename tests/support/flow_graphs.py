"""Flows for tests: builders that hide what does not matter, and a way into the graph beside `apply`.

`put` writes datasets, jobs and consumers with the named queries of `cypher/estate`, at a moment the test chooses;
`open_edge` adds a single edge with whatever properties a test needs (`stale=True`, `valid_to=…`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from connectors.sql.columns import read_columns
from graph_model import names
from graph_model.contracts import definition as contract_definition
from graph_model.contracts.entities import Column, Contract
from graph_model.estate.entities import ConsumerSpec, DatasetSpec, Deadline, Estate, InputSpec, JobSpec, ReadSpec
from graph_model.jobs import definition
from graph_model.lineage.entities import ColumnFlows
from graph_model.names import Name
from graph_model.partitions.rules import Mapping as PartitionMapping
from graph_model.store.graph import Graph, Transaction

NAMESPACE = "shop"
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
FOREVER = datetime(9999, 12, 31, tzinfo=UTC)

_QUERIES = {
    "CONSUMED_BY": "estate.open_consumed_by",
    "PRODUCES": "estate.open_produces",
    "FOLLOWED_BY": "estate.open_followed_by",
    "FEEDS": "estate.open_feeds",
    "SHAPES": "estate.open_shapes",
    "USED_BY": "estate.open_used_by",
    "HAS_SCHEMA": "estate.open_has_schema",
}


def called(name: str) -> Name:
    return Name(NAMESPACE, name)


def dataset(name: str) -> str:
    """The id of a dataset."""
    return names.dataset_id(called(name))


def job(name: str) -> str:
    """The id of a job."""
    return names.job_id(called(name))


def consumer(name: str) -> str:
    """The id of a consumer."""
    return names.consumer_id(called(name))


def column(text: str) -> str:
    """The id of a column, written `dataset.column`."""
    of, _, path = text.partition(".")
    return names.field_id(dataset(of), path)


def a_dataset(name: str, columns: Mapping[str, str] | Iterable[str] = (), **more: Any) -> DatasetSpec:
    """A dataset with these columns, with their types where a mapping gives them."""
    types = columns if isinstance(columns, Mapping) else dict.fromkeys(columns, "string")
    contract = Contract(columns=tuple(Column(path, type_) for path, type_ in types.items()))
    return DatasetSpec(called(name), "parquet", contract=contract, **more)


def a_job(
    name: str,
    reads: Sequence[str],
    makes: Sequence[str],
    *,
    sql: str | None = None,
    columns: Mapping[str, Sequence[str]] | None = None,
    optional: Sequence[str] = (),
    **more: Any,
) -> JobSpec:
    """A job of Python, or of SQL where it is given; `columns` as an estate file declares them."""
    inputs = [InputSpec(called(one), PartitionMapping(), required=one not in optional) for one in (*reads, *optional)]
    return JobSpec(
        called(name),
        "sql" if sql else "python",
        {"text": sql} if sql else {"function": f"shop.{name}:build"},
        tuple(inputs),
        tuple(called(one) for one in makes),
        columns={key: tuple(texts) for key, texts in (columns or {}).items()},
        **more,
    )


def a_consumer(name: str, reads: Mapping[str, Sequence[str]], *, by: str | None = None, **more: Any) -> ConsumerSpec:
    """A consumer of these datasets; no columns: it is not known which."""
    read = tuple(ReadSpec(called(one), tuple(columns)) for one, columns in reads.items())
    return ConsumerSpec(called(name), "dashboard", read, deadline=Deadline(by) if by else None, **more)


def an_estate(*parts: DatasetSpec | JobSpec | ConsumerSpec) -> Estate:
    """An estate of these parts, and of a plain dataset for every name that they mention and nobody describes."""
    datasets = {part.name: part for part in parts if isinstance(part, DatasetSpec)}
    jobs = [part for part in parts if isinstance(part, JobSpec)]
    consumers = [part for part in parts if isinstance(part, ConsumerSpec)]
    mentioned = [spec.dataset for one in jobs for spec in one.inputs] + [name for one in jobs for name in one.outputs]
    mentioned += [read.dataset for one in consumers for read in one.reads]
    for name in mentioned:
        datasets.setdefault(name, a_dataset(name.name))
    return Estate(NAMESPACE, NAMESPACE, "/", tuple(datasets.values()), tuple(jobs), tuple(consumers))


def put(graph: Graph, *parts: DatasetSpec | JobSpec | ConsumerSpec, now: datetime = LONG_AGO) -> Estate:
    """Writes an estate of these parts, true from `now` on."""
    estate = an_estate(*parts)
    drawing = _Drawing(now)
    drawing.add(estate)
    graph.write(drawing.write)
    return estate


def open_edge(
    graph: Graph, kind: str, source: str, target: str, *, now: datetime = LONG_AGO, **properties: Any
) -> None:
    """One flow edge between ids, true from `now` on unless `properties` say otherwise."""
    drawing = _Drawing(now)
    drawing.edge(kind, source, target, **properties)
    graph.write(drawing.write)


def close_edge(graph: Graph, kind: str, source: str, target: str, *, opened: datetime = LONG_AGO, at: datetime) -> None:
    """From `at` on, an edge that was opened without a job is no longer true."""
    edge = {"id": _edge_id(kind, source, target, opened, ""), "source": source}
    graph.rows("estate.close_edges", edges=[edge], source=f"estate:{NAMESPACE}", now=at)


def _edge_id(kind: str, source: str, target: str, now: datetime, job_id: str) -> str:
    return f"{source}>{target}>{kind}>{now.isoformat()}>{job_id}"


class _Drawing:
    """Everything to write, gathered so that a graph of any size takes a dozen queries."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._nodes: dict[str, list[dict[str, Any]]] = {"datasets": [], "jobs": [], "consumers": []}
        self._names: list[dict[str, Any]] = []
        self._schemas: list[dict[str, Any]] = []
        self._fields: dict[str, dict[str, Any]] = {}
        self._edges: dict[str, list[dict[str, Any]]] = {}
        self._owned: list[dict[str, Any]] = []

    def add(self, estate: Estate) -> None:
        schemas = {one.name: one.contract.columns for one in estate.datasets}
        for one in estate.datasets:
            self._dataset(one)
        for one in estate.jobs:
            self._job(one, read_columns(one, schemas))
        for one in estate.consumers:
            self._consumer(one)

    def edge(self, type_: str, source: str, target: str, **properties: Any) -> None:
        id_ = _edge_id(type_, source, target, self._now, properties.get("job", ""))
        whole = {"id": id_, "source": source, "target": target, "properties": {"provenance": "declared", **properties}}
        self._edges.setdefault(type_, []).append(whole)

    def write(self, tx: Transaction) -> None:
        times = {"now": self._now, "forever": FOREVER}
        for subject, nodes in self._nodes.items():
            tx.rows(f"estate.declare_{subject}", nodes=nodes)
        tx.rows("estate.declare_names", names=self._names, **times)
        tx.rows("estate.declare_schemas", schemas=self._schemas)
        tx.rows("estate.declare_fields", fields=list(self._fields.values()))
        for type_, edges in self._edges.items():
            tx.rows(_QUERIES[type_], edges=edges, source=f"estate:{NAMESPACE}", **times)
        tx.rows("estate.open_owned_by", edges=self._owned, source=f"estate:{NAMESPACE}", **times)

    def _dataset(self, one: DatasetSpec) -> None:
        promises = {"contract": contract_definition.dumps(one.contract)} if one.contract.checks else {}
        form = {"format": one.format, "options": json.dumps(one.options, sort_keys=True)}
        id_ = self._node("datasets", names.dataset_id(one.name), one.name, **form, **promises)
        self._names.append({"id": names.dataset_name_id(one.name), **_spelled(one.name), "dataset": id_})
        if not one.contract.columns:
            return
        fields = [
            {
                "id": names.field_id(id_, each.path),
                "path": each.path,
                "type": each.type,
                "position": place,
                "nullable": True,
            }
            for place, each in enumerate(one.contract.columns)
        ]
        self._schemas.append({"id": f"schema of {id_}", "dataset": id_, "fields": fields})
        self.edge("HAS_SCHEMA", id_, f"schema of {id_}")

    def _job(self, one: JobSpec, flows: ColumnFlows) -> None:
        known = {"columns_known": flows.known, "unresolved": list(flows.unresolved)}
        known["definition"] = definition.dumps(one)
        id_ = self._node("jobs", names.job_id(one.name), one.name, kind=one.kind, **known)
        for spec in one.inputs:
            self.edge("CONSUMED_BY", names.dataset_id(spec.dataset), id_, required=spec.required)
        for output in one.outputs:
            self.edge("PRODUCES", id_, names.dataset_id(output))
        self._flows(id_, flows)
        self._owners(id_, one.owners)

    def _flows(self, job_id: str, flows: ColumnFlows) -> None:
        used: dict[str, None] = {}
        for flow in flows.flows:
            source, target = self._field(flow.source, flow.source_column), self._field(flow.target, flow.target_column)
            self.edge("FEEDS", source, target, job=job_id, kind=flow.kind, provenance=flows.provenance)
            used[source] = None
        for shape in flows.shapes:
            source = self._field(shape.source, shape.source_column)
            self.edge("SHAPES", source, names.dataset_id(shape.target), job=job_id, provenance=flows.provenance)
            used[source] = None
        for source in used:
            self.edge("USED_BY", source, job_id, provenance=flows.provenance)

    def _consumer(self, one: ConsumerSpec) -> None:
        by = {"deadline_by": one.deadline.by, "deadline_timezone": one.deadline.timezone} if one.deadline else {}
        id_ = self._node("consumers", names.consumer_id(one.name), one.name, kind=one.kind, **by)
        for read in one.reads:
            self.edge("CONSUMED_BY", names.dataset_id(read.dataset), id_, columns=list(read.columns))
            for path in read.columns:
                self.edge("USED_BY", self._field(read.dataset, path), id_)
        self._owners(id_, one.owners)

    def _node(self, subject: str, id_: str, name: Name, **properties: Any) -> str:
        self._nodes[subject].append({"id": id_, "properties": {**_spelled(name), **properties}})
        return id_

    def _field(self, of: Name, path: str) -> str:
        dataset_id = names.dataset_id(of)
        id_ = names.field_id(dataset_id, path)
        self._fields[id_] = {"id": id_, "dataset": dataset_id, "path": path}
        return id_

    def _owners(self, of: str, owners: Sequence[str]) -> None:
        for owner in owners:
            edge = {
                "id": f"{of}>{owner}",
                "source": of,
                "target": names.owner_id(owner),
                "owner": owner,
                "properties": {},
            }
            self._owned.append(edge)


def _spelled(name: Name) -> dict[str, str]:
    return {"namespace": name.namespace, "name": name.name}
