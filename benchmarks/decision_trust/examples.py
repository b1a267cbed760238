"""Estates that were not drawn: the flights example and the Star Schema Benchmark, changed column by column."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random

from benchmarks.decision_trust.campaign import Asked, say
from benchmarks.decision_trust.declaring import declare
from benchmarks.decision_trust.engines import Engines
from benchmarks.decision_trust.flights import flights_estate, flights_world
from benchmarks.decision_trust.judging import judge_pair, rng_for
from benchmarks.decision_trust.matrix import Matrix
from benchmarks.decision_trust.measuring import measure
from benchmarks.decision_trust.proposing import makes_sense
from benchmarks.decision_trust.running import Running
from benchmarks.decision_trust.shrinking import told
from benchmarks.decision_trust.single import SINGLES, Singles
from benchmarks.decision_trust.star_schema import star_schema
from benchmarks.decision_trust.world import Dataset, World
from connectors.sql.columns import read_columns
from graph_model.estate.apply import apply
from graph_model.impact.entities import Change
from graph_model.settings import GraphSettings
from graph_model.store.graph import Graph

EXAMPLES = ("flights", "star_schema")


def run_examples(settings: GraphSettings, asked: Asked, which: Sequence[str] = EXAMPLES) -> Matrix:
    """One change of each kind for each column, table, job and consumer; `pairs` 0: all of them, else so many drawn."""
    whole = Matrix()
    engines = Engines()
    with Graph(settings) as graph:
        for name in which:
            running = Running(_declared(graph, name, engines, asked.seed), engines)
            measure(graph, running)
            matrix = _judged(graph, running, asked)
            say(f"{name}: {matrix.summary()}")
            whole.join(matrix)
    engines.close()
    return whole


def _declared(graph: Graph, name: str, engines: Engines, seed: int) -> World:
    if name == "flights":
        estate = flights_estate()
        apply(graph, estate, read_columns=read_columns, actor="decision-trust")
        return flights_world(estate)
    world = star_schema(rng_for(seed, name), engines)
    declare(graph, world)
    return world


def _judged(graph: Graph, running: Running, asked: Asked) -> Matrix:
    rng = rng_for(asked.seed, running.world.name)
    changes = list(every_change(running.world, rng, asked.kinds))
    if asked.pairs and asked.pairs < len(changes):
        changes = rng.sample(changes, asked.pairs)
    matrix = Matrix()
    for place, change in enumerate(changes):
        judged = judge_pair(graph, running, [change], f"{running.world.name}:{place}")
        matrix.add(judged)
        if any(one.missed for one in judged):
            missed = [one for one in judged if one.missed]
            said = told(_without_parts(running.world), [change], missed[:1])
            say(f"{running.world.name}: {said}")
    return matrix


def _without_parts(world: World) -> World:
    """The estate is a known one: only its name and the change are worth telling."""
    return World(world.name, {}, (), (), {})


def every_change(world: World, rng: Random, kinds: Sequence[str] = ()) -> Iterator[Change]:
    """Each kind of change once for each thing that it can be about."""
    singles = [(name, draw) for name, draw in dict(SINGLES).items() if not kinds or name in kinds]
    for dataset in world.datasets.values():
        for _, draw in singles:
            found: dict[str, Change] = {}
            for _ in range(4 * len(dataset.columns) + 4):
                change = draw(_About(world, rng, dataset), dataset)
                if change is not None and makes_sense(world, [change]):
                    found.setdefault(f"{type(change).__name__} {getattr(change, 'column', '')}", change)
            yield from found.values()


class _About(Singles):
    """Changes of one dataset only."""

    def __init__(self, world: World, rng: Random, dataset: Dataset) -> None:
        super().__init__(world, rng)
        self._read = [dataset]
