"""What is declared of the datasets and jobs that a change meets, and how they are read; many with each query."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, get_args

from graph_model import names
from graph_model.contracts import definition as contract_definition
from graph_model.contracts.entities import Column, Contract
from graph_model.estate.entities import JobSpec
from graph_model.jobs import definition as job_definition
from graph_model.lineage.merging import Rows
from graph_model.partitions.rules import parse_mapping

By = Literal["name", "position", "exact"]
PARTITION_COLUMN = Column("_partition", "string", nullable=False)


@dataclass(frozen=True, slots=True)
class DatasetFacts:
    """`columns` are in their order, as exactly as they are known; empty: not known. `promised` are those of which a
    blocking check sees that they are there, with the kind of value they hold."""

    id: str
    format: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)
    columns: tuple[Column, ...] = ()
    promised: Mapping[str, str] = field(default_factory=dict)
    key: tuple[str, ...] = ()
    location: str | None = None

    @property
    def is_text(self) -> bool:
        return self._of_files in ("csv", "jsonl", "json")

    @property
    def is_delimited(self) -> bool:
        """Its columns stand in an order by which who reads it may go."""
        return self._of_files == "csv"

    @property
    def _of_files(self) -> str:
        """The format of its files: a package of which nobody says it may hold texts."""
        return str(self.options.get("files", "csv")) if self.format == "manifest" else self.format

    @property
    def has_header(self) -> bool:
        return self.format != "csv" or self.options.get("header", True) is not False


@dataclass(frozen=True, slots=True)
class JobFacts:
    """`spec` None: nobody declared it. `tables` are the datasets (ids) that its SQL calls by these names."""

    id: str
    kind: str = ""
    spec: JobSpec | None = None
    tables: Mapping[str, str] = field(default_factory=dict)

    @property
    def sql(self) -> str:
        """Its SQL; empty: it has none that is known."""
        return str(self.spec.executor.get("text") or "") if self.spec and self.kind == "sql" else ""

    @property
    def dialect(self) -> str:
        executor = self.spec.executor if self.spec else {}
        return str(executor.get("dialect") or executor.get("engine") or "duckdb")

    @property
    def windows(self) -> frozenset[str]:
        """The tables that may show several partitions at once."""
        inputs = self.spec.inputs if self.spec else ()
        return frozenset(item.dataset.name for item in inputs if item.mapping.takes_several)

    @property
    def looking_back(self) -> frozenset[str]:
        """The tables that show none but earlier partitions."""
        inputs = self.spec.inputs if self.spec else ()
        return frozenset(item.dataset.name for item in inputs if item.mapping.looks_back)


@dataclass(frozen=True, slots=True)
class How:
    """How a reader reads a dataset. `several`: it may get several of its partitions at once."""

    by: By = "name"
    several: bool = False


def nameless(graph: Rows, ids: Collection[str]) -> tuple[str, ...]:
    """Those datasets whose files may not say how their columns are called."""
    return tuple(row["id"] for row in graph.rows("impact.nameless", ids=sorted(ids))) if ids else ()


def datasets(graph: Rows, members: Mapping[str, Collection[str]], *, at: datetime) -> dict[str, DatasetFacts]:
    """By id, what is known of some datasets under any of their names; `members` are all of these, by the id of the one
    that stands for them."""
    asked = sorted({one for several in members.values() for one in several} | set(members))
    rows = {row["id"]: row for row in graph.rows("impact.datasets", ids=asked, at=at)} if asked else {}
    return {
        id_: _dataset(id_, [rows[one] for one in _own_first(id_, ids) if one in rows]) for id_, ids in members.items()
    }


def _own_first(id_: str, members: Iterable[str]) -> list[str]:
    return [id_, *sorted(one for one in members if one != id_)]


def _dataset(id_: str, rows: Sequence[Mapping[str, Any]]) -> DatasetFacts:
    contracts = [contract_definition.loads(row["contract"]) for row in rows if row["contract"]]
    contract = next((one for one in contracts if one.columns or one.checks), Contract())
    declared = next((found for row in rows if (found := _columns(row["declared"]))), ())
    shown = next((found for row in rows if (found := _columns(row["shown"]))), ())
    return DatasetFacts(
        id_,
        next((row["format"] for row in rows if row["format"]), ""),
        json.loads(next((row["options"] for row in rows if row["options"]), "{}")),
        _as_shown(declared or contract.columns, shown),
        _promised(contract),
        next((tuple(check.params["columns"]) for check in contract.checks if check.kind == "unique"), ()),
        next((row["location"] for row in rows if row["location"]), None),
    )


def _columns(rows: Sequence[Mapping[str, Any]]) -> tuple[Column, ...]:
    ordered = sorted(rows, key=lambda row: (row["position"] is None, row["position"] or 0, row["path"]))
    return tuple(Column(row["path"], row["type"] or "unknown", row["nullable"] is not False) for row in ordered)


def _as_shown(declared: tuple[Column, ...], shown: tuple[Column, ...]) -> tuple[Column, ...]:
    """What a version shows is more exact than what is declared, as long as all of that is in it."""
    there = {column.path for column in shown}
    return shown if shown and all(column.path in there for column in declared) else declared


def _promised(contract: Contract) -> dict[str, str]:
    found: dict[str, str] = {}
    for check in contract.checks:
        if check.kind == "schema" and check.severity == "blocking":
            found |= check.params.get("columns") or {}
    return found


def jobs(graph: Rows, ids: Collection[str]) -> dict[str, JobFacts]:
    """What is declared of some jobs, with the datasets that their inputs mean."""
    rows = graph.rows("impact.jobs", ids=sorted(ids)) if ids else []
    specs = {row["id"]: job_definition.loads(row["definition"]) if row["definition"] else None for row in rows}
    inputs = [item.dataset for spec in specs.values() if spec for item in spec.inputs]
    wanted = sorted({names.dataset_name_id(name) for name in inputs})
    meant = {row["id"]: row["dataset"] for row in graph.rows("impact.named", ids=wanted)} if wanted else {}
    return {row["id"]: _job(row, specs[row["id"]], meant) for row in rows}


def _job(row: Mapping[str, Any], spec: JobSpec | None, meant: Mapping[str, str]) -> JobFacts:
    tables: dict[str, str] = {}
    for item in spec.inputs if spec else ():
        dataset = meant.get(names.dataset_name_id(item.dataset)) or names.dataset_id(item.dataset)
        tables[item.dataset.name] = dataset
    return JobFacts(row["id"], row["kind"] or (spec.kind if spec else ""), spec, tables)


def how_read(graph: Rows, members: Mapping[str, str], *, at: datetime) -> dict[tuple[str, str], How]:
    """By dataset and reader, how it is read. `members`: the dataset that stands for each of those that are asked."""
    rows = graph.rows("impact.how_read", datasets=sorted(members), at=at) if members else []
    return {
        (members[row["dataset"]], row["reader"]): How(
            next((by for by in get_args(By) if by in row["by"] and by != "name"), "name"),
            any(parse_mapping(text).takes_several for text in row["mappings"] if text),
        )
        for row in rows
    }
