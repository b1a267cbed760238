"""Random estates on both engines: what is wrong is what a plain recomputation says, and a replay leaves nothing of it.

The estates have several jobs for each dataset to read, columns that are known of some jobs and not of others, filters,
inputs that trigger nothing, windows that mix partitions, and code that writes the same again.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import neo4j
import pytest

from connectors.sql.columns import read_columns
from graph_model.contracts.entities import Column, Contract
from graph_model.estate.apply import apply
from graph_model.estate.entities import Correction, DatasetSpec, Estate, InputSpec, JobSpec
from graph_model.jobs.definition import hash_of
from graph_model.names import Name
from graph_model.partitions.rules import PartitionScheme, parse_mapping
from graph_model.replays.carry_on import carry_on
from graph_model.replays.entities import ReplayState, Way
from graph_model.replays.plan import plan_replay
from graph_model.replays.repository import replay as get_replay
from graph_model.replays.start import order_replay
from graph_model.store.graph import Graph
from graph_model.versions.quarantine import quarantine
from graph_model.versions.resolve import resolve
from graph_model.versions.wrong import find_wrong
from graph_model.versions.wrong_columns import Columns as Wrong
from tests.support.spoiled import Columns, made, report

DAILY = PartitionScheme("day", "2013-01-01")
DAYS = ("2013-01-01", "2013-01-02")
COLUMNS = ("a", "b", "c")
SEEDS = range(4)


@dataclass
class Drawn:
    """A random estate. `flows`: for a job with known columns, what each column it makes is made from; `*`: rows."""

    jobs: list[JobSpec] = field(default_factory=list)
    flows: dict[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)

    @property
    def datasets(self) -> list[str]:
        return ["raw", *(job.outputs[0].name for job in self.jobs)]


def draw_estate(draw: random.Random) -> Drawn:
    drawn = Drawn()
    for number in range(7):
        inputs = draw.sample(drawn.datasets, min(len(drawn.datasets), draw.choice((1, 1, 2))))
        known = draw.random() < 0.75
        flows = _draw_flows(draw, inputs) if known else {}
        specs = tuple(_draw_input(draw, one) for one in inputs)
        job = JobSpec(
            named(f"j{number}"), "shell", {"argv": ["true"]}, specs, (named(f"d{number}"),), DAILY, columns=dict(flows)
        )
        drawn.jobs.append(replace(job, definition_hash=hash_of(job)))
        if known:
            drawn.flows[job.name.name] = flows
    return drawn


def _draw_input(draw: random.Random, dataset: str) -> InputSpec:
    mapping = parse_mapping(draw.choice(("same", "same", "same", "last 2")))
    correction: Correction = draw.choice(("rerun", "rerun", "ignore"))
    return InputSpec(named(dataset), mapping, correction=correction)


def _draw_flows(draw: random.Random, inputs: list[str]) -> dict[str, tuple[str, ...]]:
    """Each column is made from one or two of the inputs'; sometimes one decides the rows."""
    all_of_them = [f"{one}.{column}" for one in inputs for column in COLUMNS]
    flows = {column: tuple(draw.sample(all_of_them, draw.choice((1, 1, 2)))) for column in COLUMNS}
    if draw.random() < 0.2:
        flows["*"] = (draw.choice(all_of_them),)
    return flows


def named(text: str) -> Name:
    return Name("shop", text)


def declare(graph: Graph, drawn: Drawn) -> None:
    contract = Contract(columns=tuple(Column(path, "string") for path in COLUMNS))
    datasets = tuple(
        DatasetSpec(name=named(one), format="csv", partitions=DAILY, contract=contract) for one in drawn.datasets
    )
    estate = Estate("shop", "shop", "/", datasets, tuple(drawn.jobs), file="shop.yaml")
    apply(graph, estate, read_columns=read_columns, actor="test")


def played(graph: Graph, fleet: Columns) -> list[str]:
    """Everything that runs now, until nothing does, as `job@day`."""
    before = len(fleet.finished)
    while fleet.work():
        pass
    fleet.settle()
    fleet.work()
    return [f"{run.subject.name}@{run.partition}" for run in fleet.finished[before:] if run.job]


def recomputed(graph: Graph, driver: neo4j.Driver, drawn: Drawn, version: str, wrong: Wrong) -> dict[str, Wrong]:
    """What is wrong, by plain repetition over all runs there are, until nothing gets worse."""
    reads = driver.execute_query(
        "MATCH (i:DatasetVersion)-[:READ_BY]->(r:Run)-[:WROTE]->(o:DatasetVersion) WHERE r.kind = 'job' "
        "MATCH (d:Dataset {id: i.dataset}) MATCH (j:Job {id: r.job}) "
        "RETURN i.id AS source, d.name AS dataset, j.name AS job, o.id AS target",
        database_=graph.settings.database,
    ).records
    found: dict[str, Wrong] = {version: wrong}
    changed = True
    while changed:
        changed = False
        for row in reads:
            if row["source"] not in found or row["target"] == version:
                continue
            gets = _gets(drawn.flows.get(row["job"]), row["dataset"], found[row["source"]])
            if gets is None or gets:
                old = found.get(row["target"], frozenset())
                new = None if old is None or gets is None else old | gets
                changed |= new != old or row["target"] not in found
                found[row["target"]] = new
    del found[version]
    return found


def _gets(flows: Mapping[str, tuple[str, ...]] | None, dataset: str, wrong: Wrong) -> Wrong:
    if flows is None or wrong is None:
        return None
    bad = {f"{dataset}.{column}" for column in wrong}
    if bad & set(flows.get("*", ())):
        return None
    return frozenset(column for column, sources in flows.items() if bad & set(sources))


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_wrong_is_what_a_plain_recomputation_says(seed: int, graph: Graph, side_driver: neo4j.Driver) -> None:
    draw = random.Random(seed)
    drawn = draw_estate(draw)
    declare(graph, drawn)
    fleet = Columns(graph, columns=dict.fromkeys(drawn.datasets, COLUMNS))
    for number, day in enumerate(DAYS):
        report(graph, "raw", f"first-{day}", hour=number, day=day)
    played(graph, fleet)
    bad = report(graph, "raw", "bad", hour=5, day=DAYS[0])
    played(graph, fleet)

    for columns in ((), ("a",), ("b", "c")):
        wrong = frozenset(columns) if columns else None
        found = {one.id: one.columns for one in find_wrong(graph.rows, bad, columns).versions}
        assert found == recomputed(graph, side_driver, drawn, bad, wrong)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("by_quarantine", [True, False])
def test_a_replay_leaves_nothing_wrong_and_runs_nothing_that_need_not(
    seed: int, by_quarantine: bool, graph: Graph, side_driver: neo4j.Driver
) -> None:
    draw = random.Random(100 + seed)
    drawn = draw_estate(draw)
    declare(graph, drawn)
    same = {one: f"always {one}" for one in drawn.datasets[1:] if draw.random() < 0.15}
    fleet = Columns(graph, columns=dict.fromkeys(drawn.datasets, COLUMNS), same=same)
    for number, day in enumerate(DAYS):
        report(graph, "raw", f"first-{day}", hour=number, day=day)
    played(graph, fleet)
    bad = report(graph, "raw", "bad", hour=5, day=DAYS[0])
    played(graph, fleet)
    if by_quarantine:
        quarantine(graph, bad, by="ops", reason="wrong")
    else:
        report(graph, "raw", "good", hour=6, day=DAYS[0])
        fleet.work(most=1)  # its validation alone

    columns = ("a",) if seed % 2 else ()

    plan = plan_replay(graph, bad, columns)
    ordered = order_replay(graph, bad, columns, by="ops", reason="wrong")
    ran = _carried_out(graph, fleet)

    assert all(step.way in (Way.RUN, Way.BY_ITSELF) for step in plan.steps)
    assert plan_replay(graph, bad, columns).steps == ()
    if ordered.replay:
        assert get_replay(graph, ordered.replay).state == ReplayState.DONE
    needed = {f"{step.job.name}@{step.partition}" for step in plan.steps}
    assert set(ran) <= needed | _triggered(drawn, {*ran, f"raw@{DAYS[0]}"})
    if by_quarantine and not columns:
        # By column, what is right stays, though it was made beside what was wrong; and of a version that is newer than
        # the first, who ignores raw gets nothing.
        assert _contents(graph, fleet, drawn) == _clean_history(drawn, same)
    assert fleet.settle() == ()


def _contents(graph: Graph, fleet: Columns, drawn: Drawn) -> dict[str, str]:
    """What readers get of each partition."""
    return {
        f"{one}@{day}": fleet.contents_of[resolve(graph, named(one), day).id] for one in drawn.datasets for day in DAYS
    }


def _clean_history(drawn: Drawn, same: Mapping[str, str]) -> dict[str, str]:
    """What they would get had the bad version never been there."""
    found = {f"raw@{day}": f"first-{day}" for day in DAYS}
    for job in drawn.jobs:
        for day in DAYS:
            places = [
                f"{spec.dataset.name}@{key}"
                for spec in job.inputs
                for key in spec.mapping.needed(day, upstream=DAILY, job=DAILY)
            ]
            read = [f"{place}={found[place]}" for place in dict.fromkeys(places)]
            found[f"{job.outputs[0].name}@{day}"] = made(job.outputs[0].name, read, same)
    return found


def _carried_out(graph: Graph, fleet: Columns) -> list[str]:
    ran: list[str] = []
    for _ in range(12):
        more = played(graph, fleet)
        made = carry_on(graph)
        ran += more
        if not made and not more:
            break
    carry_on(graph)
    carry_on(graph)
    return ran


def _triggered(drawn: Drawn, ran: Iterable[str]) -> set[str]:
    """The job partitions that a new version of what ran makes run by itself."""
    renewed = {one.replace("j", "d", 1) if one.startswith("j") else one for one in ran}
    return {
        f"{job.name.name}@{day}"
        for job in drawn.jobs
        for day in DAYS
        for spec in job.inputs
        if spec.correction == "rerun"
        for key in spec.mapping.needed(day, upstream=DAILY, job=DAILY)
        if f"{spec.dataset.name}@{key}" in renewed
    }
