"""Schedules whose nominal times have come already: the graph's clock cannot be moved, so their cursors are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import neo4j

from connectors.sql.columns import read_columns
from graph_model.estate.apply import apply
from graph_model.estate.entities import DatasetSpec, JobSpec
from graph_model.names import Name, job_id, schedule_id
from graph_model.partitions.scheme import PartitionScheme
from graph_model.schedules.entities import Rule, Schedule, Tick
from graph_model.schedules.repository import ticks
from graph_model.schedules.tick import tick
from graph_model.store.graph import Graph
from graph_model.versions.entities import Report
from graph_model.versions.report import report_versions
from tests.support.estates import a_dataset, a_job, an_estate
from tests.support.protocol import Fleet

HOURLY = PartitionScheme("hour", "2024-01-01T00")
HOUR = timedelta(hours=1)
EACH_HOUR = Schedule((Rule(every=3600.0),))
_BACK = """
MATCH (s:Schedule {id: $id})
SET s.ticked_at = $moment, s.look_at = datetime.realtime() - duration({seconds: 1})
"""


@dataclass
class Shop:
    """A graph with the estate of a test, its clock work and its fleet."""

    graph: Graph
    driver: neo4j.Driver

    def __post_init__(self) -> None:
        self.fleet = Fleet(self.graph)

    def apply(self, *things: DatasetSpec | JobSpec) -> None:
        apply(self.graph, an_estate(*things), read_columns=read_columns, actor="test")

    def ask(self, statement: Any, **parameters: Any) -> list[dict[str, Any]]:
        found = self.driver.execute_query(statement, parameters, database_=self.graph.settings.database).records
        return [dict(record) for record in found]

    def now(self) -> datetime:
        return self.graph.rows("doctor.clock")[0]["now"]

    def hour(self, back: int = 0) -> datetime:
        """The last full hour, or one so many before it."""
        return self.now().replace(minute=0, second=0, microsecond=0) - HOUR * back

    def set_back(self, job: str, moment: datetime) -> None:
        """As if the schedule had been ticked last at `moment`."""
        self.ask(_BACK, id=schedule_id(job_id(Name("shop", job))), moment=moment)

    def tick(self, job: str, missed: int = 1) -> tuple[str, ...]:
        """One tick, after so many nominal times of a schedule that is due each hour."""
        self.set_back(job, self.hour(missed - 1) - timedelta(minutes=1))
        return tick(self.graph)

    def age(self) -> None:
        """As if all that came at a nominal time had come an hour earlier, under ids of its own."""
        self.ask("MATCH (t:Tick) SET t.nominal = t.nominal - duration({hours: 1}), t.id = 'old-' + t.id")
        self.ask("MATCH (jp:JobPartition) WHERE jp.tick IS NOT NULL SET jp.tick = 'old-' + jp.tick")
        self.ask("MATCH (r:Run) SET r.nominal = r.nominal - duration({hours: 1}), r.id = 'old-' + r.id")
        self.ask("MATCH (a:Attempt) SET a.id = 'old-' + a.id")
        self.ask("MATCH (t:Tick) WHERE t.run IS NOT NULL SET t.run = 'old-' + t.run")

    def ticks(self, job: str) -> list[Tick]:
        """The oldest first."""
        return list(reversed(ticks(self.graph, Name("shop", job))))

    def states(self, job: str) -> list[str]:
        return [each.state for each in self.ticks(job)]

    def report(self, dataset: str, key: str, content: str) -> None:
        """A version, validated and published."""
        moment = datetime.now(UTC)
        report_versions(
            self.graph,
            [Report(Name("shop", dataset), key, content, f"{dataset}/{key}/{content}", moment, "test")],
        )


def key_of(hour: datetime) -> str:
    return f"{hour:%Y-%m-%dT%H}"


def hourly(name: str) -> DatasetSpec:
    return a_dataset(name, partitions=HOURLY, owners=("owner@example.org",))


def hourly_job(name: str, inputs: dict[str, str], output: str, **fields: Any) -> JobSpec:
    said = {"partitions": HOURLY, "schedule": EACH_HOUR, "owners": ("owner@example.org",)}
    return a_job(name, inputs, output, **(said | fields))
