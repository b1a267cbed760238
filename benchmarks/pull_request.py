"""How long a check of a pull request takes: `python -m benchmarks.pull_request --jobs 300`.

Starts an engine in a folder that is thrown away, and makes a git repository with one estate: SQL jobs in layers, each
of which reads two datasets and makes one, all with contracts, and a consumer for every tenth. It is applied; a branch
drops a column that the first layer is made from. The check then runs as a command, some rounds, and once in this
process, part by part. The table has wall and processor seconds of each part and of the command, its children included
and the graph not.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from connectors.git.history import compare, top_of
from connectors.review.estates import read_sides
from connectors.review.markdown import markdown
from connectors.review.report import Report, report_of
from connectors.review.sarif import sarif
from connectors.sql.binding import rebind
from connectors.sql.columns import read_columns
from graph_model.estate.apply import apply
from graph_model.estate.parse import load_estate
from graph_model.estate.repository import known_datasets
from graph_model.estate.review import review
from graph_model.settings import GraphSettings
from graph_model.store.graph import Graph
from graph_model.store.migrations import migrate
from tests.support.arcadedb import start_arcadedb
from tests.support.cli import graph_environment
from tests.support.neo4j import start_neo4j
from tests.support.repositories import Repository

STARTS = {"arcadedb": start_arcadedb, "neo4j": start_neo4j}
LAYERS = 6
GOAL_SECONDS = 5.0
CHECK = (sys.executable, "-m", "app.cli.main", "impact", "check", "--base", "main", "--format", "markdown")
SQL = "SELECT a.id, a.amount + b.amount AS amount, b.note FROM {one} AS a JOIN {other} AS b ON a.id = b.id"
CONTRACT = """\
apiVersion: v3.1.0
kind: DataContract
id: {name}
version: 1.0.0
status: draft
schema:
  - name: {name}
    properties:
      - {{name: id, logicalType: integer}}
      - {{name: amount, logicalType: number}}
      - {{name: note, logicalType: string}}
"""
Times = dict[str, tuple[float, float]]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--jobs", type=int, default=300)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--engine", choices=tuple(STARTS), default="neo4j")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="headwater-pull-request-") as folder:
        server = STARTS[chosen.engine](Path(folder) / "graph")
        try:
            _measure(Path(folder), server.settings, chosen.jobs, chosen.rounds)
        finally:
            server.stop()


def _measure(folder: Path, settings: GraphSettings, jobs: int, rounds: int) -> None:
    repository = Repository(folder / "repository")
    _plant(repository, jobs)
    with Graph(settings.model_copy(update={"timeout": 600.0})) as graph:
        migrate(graph)
        apply(graph, load_estate(repository.folder), read_columns=read_columns, actor="benchmark")
        repository.branches("topic")
        repository.edits("contracts/d0.yaml", "      - {name: amount, logicalType: number}\n", "")
        repository.commits()
        walls, cpus = zip(*(_command(repository, settings) for _ in range(rounds)), strict=True)
        times: Times = {}
        report = _parts(repository, graph, times)
    _table(times, walls, cpus)
    counts = ", ".join(f"{count} {verdict}" for verdict, count in report.counts.items())
    sys.stdout.write(f"\n{jobs} jobs; {counts}\nmedian {statistics.median(walls):.2f} s, goal {GOAL_SECONDS:.0f} s\n")


def _plant(repository: Repository, jobs: int) -> None:
    width = max(jobs // LAYERS, 2)
    names = [f"d{number}" for number in range(width + jobs)]
    lines = ["scope: bench", "datasets:"]
    lines += [f"  {name}: {{format: parquet, contract: contracts/{name}.yaml}}" for name in names]
    lines.append("jobs:")
    for number in range(jobs):
        one, other = names[number], names[number + 1]
        repository.writes(f"sql/j{number}.sql", SQL.format(one=one, other=other))
        made = names[number + width]
        lines.append(f"  j{number}: {{sql: sql/j{number}.sql, inputs: [{one}, {other}], outputs: [{made}]}}")
    lines.append("consumers:")
    lines += [f"  c{name}: {{kind: dashboard, reads: {{{name}: [id, amount]}}}}" for name in names[10::10]]
    for name in names:
        repository.writes(f"contracts/{name}.yaml", CONTRACT.format(name=name))
    repository.writes("estate.yaml", "\n".join(lines) + "\n")
    repository.commits()


def _command(repository: Repository, settings: GraphSettings) -> tuple[float, float]:
    """Wall and processor seconds of one check, from the start of the process to its end."""
    before, start = _processor(), time.perf_counter()
    done = subprocess.run(
        [*CHECK, "--repository", str(repository.folder)],
        env={**os.environ, **graph_environment(settings)},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    return time.perf_counter() - start, _processor() - before


def _processor() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _parts(repository: Repository, graph: Graph, times: Times) -> Report:
    with _part("git: which commits", times):
        comparison = compare(top_of(repository.folder), "main", "HEAD")
    with _part("graph: what is declared", times):
        known = known_datasets(graph)
    reading = read_sides(repository.folder, comparison, patterns=(), known=known)
    with _part("git and YAML: both trees", times):
        sides = reading.__enter__()
    try:
        with _part("graph: rehearse and judge", times):
            found = review(graph, sides.compared, sides.after.estates, read_columns=read_columns, rebind=rebind)
    finally:
        reading.__exit__(None, None, None)
    with _part("Markdown and SARIF", times):
        report = report_of(comparison, sides, found)
        markdown(report, sticky="bench")
        sarif(report, sticky="bench")
    return report


@contextmanager
def _part(name: str, times: Times) -> Iterator[None]:
    wall, processor = time.perf_counter(), time.process_time()
    yield
    times[name] = (time.perf_counter() - wall, time.process_time() - processor)


def _table(times: Times, walls: tuple[float, ...], cpus: tuple[float, ...]) -> None:
    whole = ("the whole command, median", (statistics.median(walls), statistics.median(cpus)))
    lines = ["| part | wall (s) | processor (s) |", "| --- | --- | --- |"]
    lines += [f"| {name} | {wall:.2f} | {cpu:.2f} |" for name, (wall, cpu) in (*times.items(), whole)]
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
