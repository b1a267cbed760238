"""Whether impact is right: `python -m benchmarks.decision_trust --seed S --pairs N [--hide F] [--only E:C]`.

Draws estates whose jobs really run, asks for the verdict on drawn changes, makes each change, runs all downstream of it
and compares. Prints the verdicts against what happened, by rule and by kind of change; the last line sums it up. Exit
code 1 when a break was missed. `--examples` judges the flights example and the queries of a public benchmark instead.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.decision_trust.campaign import Asked, run_all, say
from benchmarks.decision_trust.matrix import Matrix
from benchmarks.decision_trust.proposing import KINDS
from graph_model.settings import GraphSettings
from graph_model.store.graph import Graph
from graph_model.store.migrations import migrate
from tests.support.arcadedb import start_arcadedb
from tests.support.neo4j import start_neo4j


def main() -> int:
    given = _parser().parse_args()
    kinds = tuple(given.kinds.split(",")) if given.kinds else ()
    wrong = [kind for kind in kinds if kind not in KINDS]
    if wrong:
        say(f"there is no kind of change {wrong[0]}; there are {', '.join(KINDS)}")
        return 2
    asked = Asked(given.seed, given.pairs, given.per_estate, given.hide, kinds, given.only)
    began = time.monotonic()
    with _graph(given.engine) as settings:
        matrix = _judged(settings, asked, given)
    say("\n".join(["", *matrix.lines()]))
    for text in _understated(matrix):
        say(text)
    took = time.monotonic() - began
    say(f"{matrix.summary()}; seed {given.seed}, {matrix.pairs / took:.1f} pairs/s")
    return 1 if matrix.missed else 0


def _judged(settings: GraphSettings, asked: Asked, given: argparse.Namespace) -> Matrix:
    if not given.examples:
        return run_all(settings, asked, processes=given.processes)
    from benchmarks.decision_trust.examples import run_examples

    return run_examples(settings, asked)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.decision_trust", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="what all drawing starts from")
    parser.add_argument("--pairs", type=int, default=200, help="how many pairs of estate and set of changes")
    parser.add_argument("--per-estate", type=int, default=12, help="sets of changes for each estate")
    parser.add_argument("--hide", type=float, default=0.0, help="share of the lineage that the graph is not told")
    parser.add_argument("--kinds", default="", help=f"only these kinds of change: {','.join(KINDS)}")
    parser.add_argument("--only", default="", help="one case, as a missed break tells it: ESTATE:CHANGE")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--engine", choices=("arcadedb", "neo4j"), default="arcadedb")
    parser.add_argument("--examples", action="store_true", help="the flights example and the Star Schema Benchmark")
    return parser


@contextmanager
def _graph(engine: str) -> Iterator[GraphSettings]:
    """A migrated graph of its own, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="decision-trust-") as folder:
        server = start_arcadedb(Path(folder)) if engine == "arcadedb" else start_neo4j(Path(folder))
        try:
            with Graph(server.settings) as graph:
                migrate(graph)
            yield server.settings
        finally:
            server.stop()


def _understated(matrix: Matrix) -> list[str]:
    """Failures that were only called risky: no missed breaks, but they shall be seen."""
    direct = [one for one in matrix.understated if not one.seen.startswith("waits for")]
    lines = [f"  {one.case} {one.node} {one.rule}: {one.seen[:140]}" for one in direct[:8]]
    return (
        [f"understated {len(matrix.understated)}, {len(direct)} of them hit themselves, such as:", *lines, ""]
        if lines
        else []
    )


if __name__ == "__main__":
    sys.exit(main())
