"""Lineage as of any moment, as it was known at any moment, held against a replay of everything that was ever said."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from random import Random

from graph_model.lineage.ask import lineage
from graph_model.lineage.compare import compare
from graph_model.lineage.steps import Asked
from graph_model.store.graph import Graph
from tests.support.flow_graphs import FOREVER, a_dataset, a_job, called, dataset, job, put

BEGAN = datetime(2021, 1, 1, tzinfo=UTC)
DAYS = 60
SOURCES = ("openlineage", "estate:shop", "dbt")
END = 10**6

Ends = tuple[str, str]


def day(number: int) -> datetime:
    return FOREVER if number == END else BEGAN + timedelta(days=number)


@dataclass(frozen=True)
class Said:
    """One source says on one day that a flow was true from a day on, until another. `until` END: it still is."""

    on: int
    source: str
    ends: Ends
    true_from: int
    until: int = END


@dataclass(frozen=True)
class Stored:
    """One edge as it lies in the graph."""

    source: str
    ends: Ends
    valid_from: int
    valid_to: int
    recorded: int
    retracted: int = END


@dataclass
class History:
    """What was said day by day, and the edges that a writer keeps of it: it closes in place what ends when that is
    said, and takes back what turns out to have been wrong, saying it anew.
    """

    said: list[Said] = field(default_factory=list)
    stored: list[Stored] = field(default_factory=list)

    def say(self, said: Said) -> None:
        self.said.append(said)
        now = next((one for one in self.stored if self._is_believed(one, said)), None)
        if now is not None:
            self.stored.remove(now)
            if said.until == said.on and said.true_from == now.valid_from and now.valid_to == END:
                self.stored.append(replace(now, valid_to=said.on))
                return
            self.stored.append(replace(now, retracted=said.on))
        if said.true_from < said.until:
            self.stored.append(Stored(said.source, said.ends, said.true_from, said.until, said.on))

    @staticmethod
    def _is_believed(one: Stored, said: Said) -> bool:
        return (one.source, one.ends, one.retracted) == (said.source, said.ends, END)

    def true(self, on: int, *, known: int) -> set[Ends]:
        """From scratch: the last word of each source counts."""
        last = {(said.source, said.ends): said for said in self.said if said.on <= known}
        return {ends for (_, ends), said in last.items() if said.true_from <= on < said.until}


def random_history(random: Random, flows: Iterable[Ends]) -> History:
    """On each day some source opens, closes, moves or takes back some flow; of a source and a flow, one word a day."""
    history = History()
    latest: dict[tuple[str, Ends], Said] = {}
    all_flows = sorted(flows)
    for on in range(1, DAYS):
        for source in SOURCES:
            ends = random.choice(all_flows)
            before = latest.get((source, ends))
            said = Said(on, source, ends, random.randint(max(on - 5, 0), on))
            if before and before.until == END:
                until = random.choice((on, on, random.randint(before.true_from, on)))
                said = replace(before, on=on, until=until)
            latest[source, ends] = said
            history.say(said)
    return history


def write(graph: Graph, history: History) -> None:
    for kind, query in (("ds", "estate.open_consumed_by"), ("jb", "estate.open_produces")):
        edges = [
            {
                "id": f"{number}",
                "source": one.ends[0],
                "target": one.ends[1],
                "properties": {
                    "source": one.source,
                    "provenance": "observed",
                    "valid_from": day(one.valid_from),
                    "valid_to": day(one.valid_to),
                    "recorded_at": day(one.recorded),
                    "retracted_at": day(one.retracted),
                },
            }
            for number, one in enumerate(history.stored)
            if one.ends[0].startswith(kind)
        ]
        graph.rows(query, edges=edges, source="tests", now=BEGAN, forever=FOREVER)


def reached(flows: set[Ends], start: str) -> set[str]:
    found, queue = {start}, [start]
    while queue:
        here = queue.pop()
        following = {target for source, target in flows if source == here} - found
        found |= following
        queue += following
    return found


def a_past(graph: Graph, seed: int) -> tuple[History, list[str]]:
    """A random history in the graph, and the names of its datasets."""
    random = Random(seed)
    datasets, jobs = [f"d{seed}_{n}" for n in range(5)], [f"j{seed}_{n}" for n in range(5)]
    put(graph, *map(a_dataset, datasets), *[a_job(name, [], []) for name in jobs])
    flows = {(dataset(random.choice(datasets)), job(name)) for name in jobs for _ in range(2)}
    flows |= {(job(name), dataset(random.choice(datasets))) for name in jobs for _ in range(2)}
    history = random_history(random, flows)
    write(graph, history)
    return history, datasets


def test_any_moment_as_known_at_any_moment_is_what_a_replay_gives(graph: Graph) -> None:
    for seed in range(4):
        random = Random(seed)
        history, datasets = a_past(graph, seed)

        for _ in range(20):
            on, known = random.randint(0, DAYS + 5), random.randint(0, DAYS + 5)
            true, root = history.true(on, known=known), random.choice(datasets)
            asked = f"seed {seed}: {root} on day {on}, as known on day {known}"

            down = lineage(graph, called(root), as_of=day(on), known_at=day(known), depth=30)
            up = lineage(graph, called(root), as_of=day(on), known_at=day(known), depth=30, direction="UP")

            assert {node.id for node in down.nodes} == reached(true, dataset(root)), asked
            assert {node.id for node in up.nodes} == reached({(b, a) for a, b in true}, dataset(root)), asked
            assert (down.as_of, down.known_at) == (day(on), day(known))


def test_each_source_that_says_so_is_named_once(graph: Graph) -> None:
    history, datasets = a_past(graph, 7)
    now = DAYS + 1
    last = {(said.source, said.ends): said for said in history.said}
    sayers: dict[Ends, set[str]] = {}
    for (source, ends), said in last.items():
        if said.true_from <= now < said.until:
            sayers.setdefault(ends, set()).add(source)

    told = {}
    for name in datasets:
        for edge in lineage(graph, called(name), depth=30).edges:
            assert len(set(edge.said_by)) == len(edge.said_by)
            told[edge.source, edge.target] = set(edge.said_by)

    assert told
    assert told == {ends: said for ends, said in sayers.items() if ends in told}


def test_what_came_and_went_between_two_moments_is_what_a_replay_gives(graph: Graph) -> None:
    for seed in range(3):
        random = Random(seed)
        history, datasets = a_past(graph, seed)
        for _ in range(8):
            a, b, root = random.randint(0, DAYS), random.randint(0, DAYS), random.choice(datasets)

            diff = compare(graph, Asked(called(root)), before=day(a), after=day(b), direction="DOWN", depth=30)

            was, is_ = (
                {flow for flow in true if flow[0] in reached(true, dataset(root))}
                for true in (history.true(on, known=END) for on in (a, b))
            )
            assert {(edge.source, edge.target) for edge in diff.came} == is_ - was, (seed, root, a, b)
            assert {(edge.source, edge.target) for edge in diff.went} == was - is_, (seed, root, a, b)


def test_without_a_moment_it_is_the_one_as_of_which_it_is_known(graph: Graph) -> None:
    history, datasets = a_past(graph, 1)

    answer = lineage(graph, called(datasets[0]), known_at=day(30), depth=30)

    assert (answer.as_of, answer.known_at) == (day(30), day(30))
    assert {node.id for node in answer.nodes} == reached(history.true(30, known=30), dataset(datasets[0]))
