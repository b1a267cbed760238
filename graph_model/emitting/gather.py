"""Reads everything that is told of attempts: a few queries for many of them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from graph_model.datasets.entities import Dataset
from graph_model.datasets.repository import datasets_by_id
from graph_model.emitting.entities import Attempt, Happening, Told, ToldDataset, attempt_id
from graph_model.jobs import definition as job_definition
from graph_model.lineage.entities import ColumnFlow, Shape
from graph_model.names import Name
from graph_model.schemas.entities import SchemaVersion
from graph_model.schemas.repository import schemas
from graph_model.store.graph import Graph, Row
from graph_model.versions.entities import Version
from graph_model.versions.repository import versions_by_id


def attempts_of(graph: Graph, happenings: Iterable[Happening], *, instance: str) -> Mapping[str, Attempt]:
    """By id of the attempt; none for what is no longer there."""
    asked = [{"run": run, "fence": fence} for run, fence in sorted({(h.run, h.fence) for h in happenings})]
    rows = graph.rows("emitting.attempts", attempts=asked) if asked else []
    known = _known(graph, rows)
    return {attempt_id(row["run"], row["fence"]): known.attempt(row, instance) for row in rows}


def _known(graph: Graph, rows: Sequence[Row]) -> _Known:
    versions = sorted({version for row in rows for version in (*row["inputs"], *row["outputs"])})
    details = {row["id"]: row for row in graph.rows("emitting.versions", ids=versions)} if versions else {}
    datasets = sorted({row["dataset"] for row in details.values()} | {id for row in rows for id in row["targets"]})
    return _Known(
        versions_by_id(graph, versions),
        details,
        schemas(graph, [row["schema"] for row in details.values() if row["schema"]]),
        datasets_by_id(graph, datasets),
        _names(graph, datasets),
        _flows(graph, rows),
    )


def _names(graph: Graph, datasets: Sequence[str]) -> Mapping[str, list[Name]]:
    found: dict[str, list[Name]] = {}
    for row in graph.rows("emitting.names", ids=datasets) if datasets else []:
        found.setdefault(row["dataset"], []).append(Name(row["namespace"], row["name"]))
    return found


def _flows(graph: Graph, rows: Sequence[Row]) -> Mapping[str, list[Row]]:
    """By id of the attempt, what was known of columns at its end."""
    asked = [
        {"key": attempt_id(row["run"], row["fence"]), "job": row["job"], "at": row["ended_at"] or datetime.now(UTC)}
        for row in rows
    ]
    found: dict[str, list[Row]] = {}
    for row in graph.rows("emitting.flows", asked=asked) if asked else []:
        found.setdefault(row["key"], []).append(row)
    return found


@dataclass(frozen=True, slots=True)
class _Known:
    """What was read for a group of attempts, each by id."""

    versions: Mapping[str, Version]
    details: Mapping[str, Row]
    schemas: Mapping[str, SchemaVersion]
    datasets: Mapping[str, Dataset]
    names: Mapping[str, list[Name]]
    flows: Mapping[str, list[Row]]

    def attempt(self, row: Row, instance: str) -> Attempt:
        read, made = self._by_dataset(row["inputs"]), self._by_dataset(row["outputs"])
        targets = {*made, *row["targets"]}
        flows, shapes = self._columns(attempt_id(row["run"], row["fence"]), read.keys(), targets)
        return Attempt(
            instance=instance,
            run=row["run"],
            fence=row["fence"],
            job=job_definition.loads(row["definition"]),
            key=row["key"],
            unchanged=row["unchanged"],
            started_at=row["started_at"],
            ended_at=row["ended_at"],
            outcome=row["outcome"],
            reason=row["reason"] or "",
            inputs=self._datasets(read.keys(), read, ""),
            outputs=self._datasets(targets, made, row["key"]),
            flows=flows,
            shapes=shapes,
        )

    def _by_dataset(self, versions: Iterable[str]) -> dict[str, list[Told]]:
        found: dict[str, list[Told]] = {}
        for version in versions:
            if version in self.versions:
                found.setdefault(self.details[version]["dataset"], []).append(self._told(version))
        return found

    def _told(self, version: str) -> Told:
        row = self.details[version]
        schema = self.schemas.get(row["schema"] or "")
        return Told(self.versions[version], schema.columns if schema else (), json.loads(row["metrics"] or "{}"))

    def _datasets(self, ids: Iterable[str], told: Mapping[str, Sequence[Told]], key: str) -> tuple[ToldDataset, ...]:
        found = [
            ToldDataset(
                self.datasets[id],
                tuple(sorted(told.get(id, ()), key=lambda one: (one.version.partition, one.version.id))),
                tuple(name for name in self.names.get(id, ()) if name != self.datasets[id].name),
                key,
            )
            for id in ids
            if id in self.datasets
        ]
        return tuple(sorted(found, key=lambda one: one.dataset.name))

    def _columns(
        self, attempt: str, read: Iterable[str], made: Iterable[str]
    ) -> tuple[tuple[ColumnFlow, ...], tuple[Shape, ...]]:
        """Only between what the attempt read and what it makes: an optional input that was not there made nothing."""
        sources, targets = set(read) & self.datasets.keys(), set(made) & self.datasets.keys()
        rows = [row for row in self.flows.get(attempt, ()) if row["source"] in sources and row["target"] in targets]
        flows = {self._flow(row) for row in rows if row["made"] is not None}
        shapes = {self._shape(row) for row in rows if row["made"] is None}
        return tuple(sorted(flows, key=repr)), tuple(sorted(shapes, key=repr))

    def _flow(self, row: Row) -> ColumnFlow:
        source, target = self.datasets[row["source"]].name, self.datasets[row["target"]].name
        return ColumnFlow(source, row["column"], target, row["made"], row["kind"], row["transformation"])

    def _shape(self, row: Row) -> Shape:
        return Shape(self.datasets[row["source"]].name, row["column"], self.datasets[row["target"]].name)
