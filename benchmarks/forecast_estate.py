"""A seeded estate for the benchmark of forecasts: jobs in layers, what is known of their durations, and a morning on
which a part of a business date is there."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import neo4j

from graph_model.deadlines.spread import Spread, spread_of, written
from graph_model.estate.entities import InputSpec, JobSpec
from graph_model.names import Name, dataset_id, job_id
from graph_model.partitions.rules import PartitionScheme, parse_mapping
from graph_model.store.graph import Graph
from tests.support.histories import Past, end_of
from tests.support.protocol import OWNER, declare, name

DAILY = PartitionScheme("day", "2013-01-01")
LAYERS, SOURCES = 10, 100
THERE = 0.3
"""So much of the date is there already."""
SAME, THREE = parse_mapping("same"), parse_mapping("last 3")


@dataclass(slots=True)
class Estate:
    """`jobs[n]` makes the dataset `d<n>`."""

    day: date
    jobs: list[JobSpec] = field(default_factory=list)
    spreads: dict[str, Spread] = field(default_factory=dict)

    @property
    def datasets(self) -> tuple[str, ...]:
        return (*(f"s{number}" for number in range(SOURCES)), *(job.outputs[0].name for job in self.jobs))


def draw(jobs: int, *, seed: int = 7) -> Estate:
    chance = random.Random(seed)
    estate = Estate(datetime.now(UTC).date() - timedelta(days=1))
    layers: list[list[str]] = [[f"s{number}" for number in range(SOURCES)]]
    for layer in range(LAYERS):
        made: list[str] = []
        for place in range(jobs // LAYERS):
            before = [chance.choice(layers[-1]) for _ in range(chance.randint(1, 3))]
            reads = dict.fromkeys([*before, chance.choice(chance.choice(layers))])
            inputs = tuple(InputSpec(name(one), THREE if chance.random() < 0.2 else SAME) for one in reads)
            output = f"d{layer}-{place}"
            made.append(output)
            spec = JobSpec(name(f"j{layer}-{place}"), "shell", {"argv": ["true"]}, inputs, (name(output),), DAILY)
            estate.jobs.append(spec)
            middle, width = chance.uniform(3, 6), chance.uniform(0.1, 0.6)
            spread = spread_of(chance.lognormvariate(middle, width) for _ in range(60))
            assert spread is not None
            estate.spreads[job_id(spec.name)] = spread
        layers.append(made)
    return estate


def plant(graph: Graph, driver: neo4j.Driver, estate: Estate, *, deadlines: int) -> None:
    database = graph.settings.database
    past = Past(driver, database)
    for some in _batches(estate.datasets, 2_000):
        declare(driver, database, datasets=tuple(some), jobs=())
    for some in _batches(estate.jobs, 1_000):
        declare(driver, database, datasets=(), jobs=tuple(some))
    _learned(graph, estate)
    _arrived(past, estate)
    chance = random.Random(11)
    last = [job.outputs[0] for job in estate.jobs[-len(estate.jobs) // LAYERS :]]
    for number in range(deadlines):
        past.promised(name(f"c{number}"), tuple(chance.sample(last, 2)), owner=OWNER, by="23:30")


def _learned(graph: Graph, estate: Estate) -> None:
    """What the steward keeps of 60 runs of each job, and of 60 arrivals of each source."""
    known = [(id_, spread, Spread((0.5, 1.0, 2.0), 60)) for id_, spread in estate.spreads.items()]
    arrival = spread_of(3600.0 + 60 * number for number in range(60))
    assert arrival is not None
    known += [(dataset_id(name(f"s{number}")), arrival, arrival) for number in range(SOURCES)]
    rows = [
        {"id": id_, "known": {"all": written(spread), "waits": written(waits)}, "again_s": 36_000}
        for id_, spread, waits in known
    ]
    for some in _batches(rows, 2_000):
        graph.rows("deadlines.remember", timings=list(some))


def _arrived(past: Past, estate: Estate) -> None:
    """The two days before are there, and the first layers of the day itself."""
    two_days = [estate.day - timedelta(days=back) for back in (1, 2)]
    until = int(len(estate.jobs) * THERE)
    there = {*estate.datasets[: SOURCES + until]}
    for some in _batches(estate.datasets, 2_000):
        days = {one: [*two_days, estate.day] if one in there else two_days for one in some}
        past.arrived_in_all({name(one): {day: end_of(day) + timedelta(hours=1) for day in days[one]} for one in some})


def run_history(driver: neo4j.Driver, database: str, job: Name, runs: int) -> None:
    """So many past runs of one job, one a minute."""
    past, begin = Past(driver, database), datetime.now(UTC) - timedelta(minutes=runs)
    first = date(2013, 1, 1)
    for some in _batches(range(runs), 5_000):
        past.ran_at(job, [(first + timedelta(days=at % 4_000), 60.0, begin + timedelta(minutes=at)) for at in some])


def _batches(items: Sequence[Any], size: int) -> list[Sequence[Any]]:
    return [items[start : start + size] for start in range(0, len(items), size)]
