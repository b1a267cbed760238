"""What a verdict costs: `python -m benchmarks.impact [--datasets N] [--changes N] [--depth D] [--engine E]`.

Starts a graph of its own, loads the seeded estate of the lineage benchmark into it with what an estate has beside
(owners, contracts, SQL), warms it up, and asks for the verdict on sets of changes of all kinds: those of a pull request
(on a few datasets that lie beside each other), and those on datasets anywhere. Queries are held against their tables;
the first time they are read, and again their answers are known. Beside each answer stands what the bare walk downstream
takes, from the same datasets over the same hops, with nothing judged, and below them what each stage of an answer
takes. Verdicts are held against the walk in memory: whoever reads what is dropped must break, and nobody who does not
lie downstream may be named. An answer that is wrong is printed, and the exit code is 1. With `--keep FOLDER` the graph
is planted once.
"""

from __future__ import annotations

import argparse
import gc
import random
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from benchmarks.impact_estate import dress
from benchmarks.lineage import start
from benchmarks.lineage_estate import EDGES_PER_DATASET, LAYERS, Estate, draw, forget_search, load, reached
from benchmarks.lineage_times import row, say, spread, table, timed, warmed
from connectors.sql.binding import rebind
from graph_model import names
from graph_model.impact.assess import assess
from graph_model.impact.changed import find_changes
from graph_model.impact.entities import (
    AddColumn,
    Change,
    ChangeMeaning,
    ChangeNullability,
    ColumnChange,
    DropColumn,
    DropDataset,
    ImpactReport,
    RenameColumn,
    RetypeColumn,
)
from graph_model.impact.examiners import along_lineage
from graph_model.impact.facts import Facts, follow_also, gather
from graph_model.impact.flow import Flowed, let_flow, look_up_nameless
from graph_model.impact.last_use import with_last_use
from graph_model.impact.report import report_of
from graph_model.impact.spread import Spread
from graph_model.impact.walking import Asking, walk_downstream
from graph_model.lineage import repository
from graph_model.lineage.walk import Ceilings
from graph_model.names import Name
from graph_model.settings import GraphSettings
from graph_model.store.graph import Graph
from graph_model.store.migrations import migrate
from tests.support.servers import Server, driver_for

DATASETS_OF_A_REQUEST = 10
LIMIT = 1_000_000
MOST_ROUNDS = 12

Draw = Callable[[Name, int], Change]
KINDS: tuple[Draw, ...] = (
    lambda name, column: DropColumn(name, f"c{column}"),
    lambda name, column: RenameColumn(name, f"c{column}", f"d{column}"),
    lambda name, column: RetypeColumn(name, f"c{column}", "integer"),
    lambda name, column: ChangeNullability(name, f"c{column}", nullable=True),
    lambda name, column: ChangeMeaning(name, f"c{column}", "something else"),
    lambda name, column: AddColumn(name, f"new_{column}"),
)


def a_request(estate: Estate, seeded: random.Random, changes: int) -> list[Change]:
    """Changes on some datasets that lie beside each other in one layer."""
    width = len(estate.datasets) // LAYERS
    layer = seeded.randrange(LAYERS - 1)
    first = layer * width + seeded.randrange(max(width - DATASETS_OF_A_REQUEST, 1))
    return _drawn(estate.datasets[first : first + DATASETS_OF_A_REQUEST], seeded, changes)


def anywhere(estate: Estate, seeded: random.Random, changes: int) -> list[Change]:
    return _drawn(seeded.sample(estate.datasets, min(changes, len(estate.datasets))), seeded, changes)


KINDS_OF_SET = {"a pull request": a_request, "anywhere": anywhere}


def _drawn(datasets: Sequence[Name], seeded: random.Random, changes: int) -> list[Change]:
    """As many as there are columns to change at most; each column once, and one dataset is dropped."""
    columns = [(name, column) for name in datasets[1:] for column in range(4)]
    seeded.shuffle(columns)
    places = [*columns, *((name, column) for name in datasets[1:] for column in range(4, 8))][: changes - 1]
    drawn = [seeded.choice(KINDS if column < 4 else KINDS[-1:])(name, column) for name, column in places]
    return [DropDataset(datasets[0]), *drawn]


def changed(changes: Sequence[Change]) -> list[Name]:
    """The datasets of a set, each once."""
    return list(dict.fromkeys(one.dataset for one in changes if isinstance(one, ColumnChange | DropDataset)))


class Bench:
    def __init__(self, graph: Graph, estate: Estate, depth: int) -> None:
        self.graph, self.estate, self.depth = graph, estate, depth
        self.ways = estate.ways(down=True, column=False)
        self.wrong: list[str] = []
        self.stages: dict[str, list[float]] = {}

    def warm_up(self, changes: int) -> str:
        """Until more asking no longer makes it faster. The sets are none of those that are measured."""
        seeded, forms = random.Random(2), [form for form in KINDS_OF_SET.values() for _ in range(5)]

        def ask() -> None:
            for drawn in forms:
                self.judge(drawn(self.estate, seeded, changes))

        took = [seconds / len(forms) for seconds in warmed(ask, least=3, most=MOST_ROUNDS)]
        return f"{len(took)} rounds, the first {took[0]:.1f} s an answer, the last {took[-1]:.1f} s"

    def ask(self, title: str, sets: Sequence[Sequence[Change]]) -> str:
        """A line of the table: sizes of the answers, milliseconds of each, and how much longer judging takes."""
        sizes, first, took, bare = [], [], [], []
        for changes in sets:
            tries = [timed(lambda changes=changes: self.judge(changes)) for _ in range(3)]
            walked = min(timed(lambda changes=changes: self.walk(changes))[1] for _ in range(3))
            first.append(tries[0][1])
            took.append(min(seconds for _, seconds in tries))
            bare.append(walked)
            sizes.append(len(tries[-1][0].affected))
            self.step_by_step(changes)
            self.compare(changes, tries[-1][0])
        ratio = statistics.median(one / other for one, other in zip(took, bare, strict=True))
        size = f"{statistics.median(sizes):.0f} / {max(sizes)}"
        each = statistics.median(seconds / max(size, 1) for seconds, size in zip(took, sizes, strict=True))
        return row(
            title,
            str(len(sets[0])),
            size,
            spread(first),
            spread(took),
            f"{each * 1000:.2f}",
            spread(bare),
            f"{ratio:.2f}",
        )

    def step_by_step(self, changes: Sequence[Change]) -> None:
        """The same as `judge`, with a clock at each stage."""
        ceilings = Ceilings(self.depth, LIMIT)

        def work(tx: Asking) -> tuple[Facts, Flowed]:
            found = self._stage("find", lambda: find_changes(tx, along_lineage(changes), as_of=None))
            facts = self._stage("walk and read", lambda: gather(tx, found, ceilings=ceilings))
            flowed = self._stage("hold queries", lambda: let_flow(tx, facts, rebind))
            nodes = [node for node, _ in flowed.outcomes.values()]
            self._stage("names", lambda: follow_also(tx, facts, look_up_nameless(tx, facts, flowed), ceilings=ceilings))
            follow_also(tx, facts, nodes, ceilings=ceilings)
            return facts, flowed

        facts, flowed = self.graph.read(work)
        findings = self._stage("judge", lambda: Spread(facts, flowed).findings())
        report = self._stage("report", lambda: report_of(tuple(changes), facts, findings))
        self._stage("last use", lambda: with_last_use(self.graph, report))

    def _stage(self, name: str, work: Callable[[], Any]) -> Any:
        result, seconds = timed(work)
        self.stages.setdefault(name, []).append(seconds)
        return result

    def told_stages(self) -> str:
        told = [f"{name} {spread(seconds)}" for name, seconds in self.stages.items()]
        self.stages.clear()
        return f"{', '.join(told)} ms (p50 / p95, each once)"

    def judge(self, changes: Sequence[Change]) -> ImpactReport:
        return assess(self.graph, changes, rebind=rebind, depth=self.depth, limit=LIMIT)

    def walk(self, changes: Sequence[Change]) -> None:
        """The same walk, with nothing read beside it and nothing judged."""
        roots = list(repository.dataset_roots(self.graph, changed(changes), as_of=None).values())
        nodes = [root.node for root in roots]
        ceilings = Ceilings(self.depth, LIMIT)
        self.graph.read(lambda tx: walk_downstream(tx, nodes, at=roots[0].at, ceilings=ceilings))

    def compare(self, changes: Sequence[Change], report: ImpactReport) -> None:
        starts = sorted(names.dataset_id(name) for name in changed(changes))
        true = reached(self.ways, starts, self.depth)
        told = {one.node.id: one for one in report.affected}
        self.wrong += [f"{told[id_].node.name} does not lie downstream" for id_ in told.keys() - true.keys()]
        for change in changes:
            if not isinstance(change, DropDataset):
                continue
            for reader in self.ways.adj.get(names.dataset_id(change.dataset), ()):
                if told[reader].verdict != "BREAKS":
                    self.wrong.append(f"{told[reader].node.name} reads {change.dataset}, which is dropped")


@contextmanager
def planted(engine: str, estate: Estate, keep: Path | None) -> Iterator[Server]:
    """A graph that holds the estate; with `keep`, the one that lies there from an earlier time."""
    with ExitStack() as stack:
        folder = keep or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        done = folder / f"planted-{engine}-{len(estate.datasets)}"
        server, _ = start(engine, folder)
        stack.callback(server.stop)
        if not done.exists():
            plant(server, estate)
            done.touch()
        yield server


def plant(server: Server, estate: Estate) -> None:
    with Graph(server.settings) as graph, driver_for(server.settings) as driver:
        migrate(graph)
        forget_search(graph, driver)
        _, seconds = timed(lambda: load(driver, server.settings.database, estate))
        _, more = timed(lambda: dress(driver, server.settings.database, estate))
        say(f"Planted in {seconds:.0f} s, and what else is known of it in {more:.0f} s.")


def measure(given: argparse.Namespace) -> list[str]:
    """Prints the table of one size, and gives what was answered wrongly."""
    estate = draw(int(given.datasets * EDGES_PER_DATASET))
    with planted(given.engine, estate, given.keep) as server, Graph(_patient(server.settings)) as graph:
        bench = Bench(graph, estate, given.depth)
        gc.freeze()  # whoever asks has no estate in memory that its collector would have to look through
        say(f"Warmed up: {bench.warm_up(given.changes)}.")
        table(
            f"{len(estate.datasets):,} datasets, {len(estate.edges):,} edges, {given.engine}, depth {given.depth}",
            "set",
            "changes",
            "affected (median / most)",
            "first time, ms (p50 / p95)",
            "again, ms (p50 / p95)",
            "ms each affected",
            "bare walk",
            "ratio (median)",
        )
        seeded, stages = random.Random(1), dict[str, str]()
        for name, drawn in KINDS_OF_SET.items():
            asked = [drawn(estate, seeded, given.changes) for _ in range(given.sets)]
            say(bench.ask(name, asked))
            stages[name] = bench.told_stages()
        say("\n" + "\n".join(f"Stages of {name}: {told}." for name, told in stages.items()))
        return bench.wrong


def _patient(settings: GraphSettings) -> GraphSettings:
    """A graph that has just started may need longer for its first answers than anybody would wait."""
    return settings.model_copy(update={"timeout": 300.0})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--datasets", type=int, default=100_000)
    parser.add_argument("--changes", type=int, default=50)
    parser.add_argument("--depth", type=int, default=10)
    parser.add_argument("--sets", type=int, default=20, help="how many sets of each form")
    parser.add_argument("--engine", choices=["neo4j", "arcadedb"], default="neo4j")
    parser.add_argument("--keep", type=Path, help="a folder for the planted graph: the next time it is there already")
    wrong = measure(parser.parse_args())
    if wrong:
        say("\nWRONG:\n" + "\n".join(wrong[:20]))
        sys.exit(1)


if __name__ == "__main__":
    main()
