"""What it costs to validate: 5 million rows by ten checks, next to the same ten answers written by hand.

`python -m benchmarks.validate [--rows N] [--rounds N]` writes one Parquet and one CSV file with a few mistakes of every
kind, and has three fresh processes answer the same ten questions about each, one after the other and each round in
another order: our validation, as a run does it; SQL for DuckDB; a scan in pyarrow. Ours also finds the schema, the
statistics, the content hash and the first failing rows, which the others leave out. It prints the time and processor
time of the best round and the highest peak memory of each, and ends with an error when the answers differ. The last
line is the ratio of ours to the faster of the two on Parquet; above 1.5, or 400 MB, it ends with 1. Needs nothing;
leaves nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.validating.rows import checks
from connectors.checks.process import request_of, validated_from
from graph_model.versions.entities import Content
from workers.executors.validation import CHILD

MODULES = "benchmarks.validating"
WAYS = ("headwater", "duckdb", "pyarrow")
OPTIONS = {"csv": {"nulls": [""]}, "parquet": {}}
HIGHEST_RATIO, MOST_MEGABYTES = 1.5, 400


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one process: seconds waited for, seconds of processor, and its peak memory in megabytes."""

    wall: float
    cpu: float
    megabytes: float


@dataclass(frozen=True, slots=True)
class Answered:
    answers: list[int]
    cost: Cost


def main() -> None:
    parser = argparse.ArgumentParser(description="Our validation, DuckDB and pyarrow by hand, on the same file.")
    parser.add_argument("--rows", type=int, default=5_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--formats", nargs="+", choices=tuple(OPTIONS), default=[*OPTIONS])
    asked = parser.parse_args()
    with TemporaryDirectory() as folder:
        found = [compare(Path(folder), kind, rows=asked.rows, rounds=asked.rounds) for kind in asked.formats]
    ratio, megabytes = found[-1]
    say(f"memory: {megabytes:.0f} MB at most, of {MOST_MEGABYTES}")
    say(f"ratio: {ratio:.2f}")
    sys.exit(1 if ratio > HIGHEST_RATIO or megabytes > MOST_MEGABYTES else 0)


def compare(folder: Path, format: str, *, rows: int, rounds: int) -> tuple[float, float]:
    """The ratio of ours to the faster of the others, and our peak memory in megabytes."""
    path = make_rows(folder, format, rows)
    found: dict[str, list[Answered]] = {way: [] for way in WAYS}
    for number in range(rounds):
        for way in (*WAYS[number % len(WAYS) :], *WAYS[: number % len(WAYS)]):
            found[way].append(answered(folder, way, format, path))
    require_equal(found)
    say(f"{format}: {rows} rows, {path.stat().st_size / 1e6:.0f} MB, best of {rounds} rounds")
    for way in WAYS:
        costs = [each.cost for each in found[way]]
        say(f"  {way:10}{best(costs, 'wall'):7.2f} s {best(costs, 'cpu'):7.2f} s of processor {peak(costs):6.0f} MB")
    ours, *others = (best([each.cost for each in found[way]], "wall") for way in WAYS)
    say(f"  {ours / min(others):.2f} times the faster of the two")
    return ours / min(others), peak([each.cost for each in found["headwater"]])


def make_rows(folder: Path, format: str, rows: int) -> Path:
    """In a process of its own: what a process has ever held counts as the peak of those that it starts."""
    path = folder / f"rows.{format}"
    subprocess.run([sys.executable, "-m", f"{MODULES}.rows", str(rows), format, str(path)], check=True)
    return path


def answered(folder: Path, way: str, format: str, path: Path) -> Answered:
    """The failing rows by each of the ten questions, and what it took to find them."""
    request, response = folder / "request.json", folder / "response.json"
    request.write_text(request_of([(Content(format, str(path), OPTIONS[format]), checks())]))
    commands = {
        "headwater": [sys.executable, "-I", str(CHILD), str(request), str(response)],
        "duckdb": [sys.executable, "-m", f"{MODULES}.duckdb_sql", format, str(path)],
        "pyarrow": [sys.executable, "-m", f"{MODULES}.arrow_scan", format, str(path)],
    }
    said, cost = carried_out(commands[way])
    if way != "headwater":
        return Answered(json.loads(said), cost)
    (validated,) = validated_from(response.read_text())
    return Answered([result.failed_rows for result in validated.results], cost)


def carried_out(command: Sequence[str]) -> tuple[str, Cost]:
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    with process.stdout as output:
        said = output.read()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - start
    if process.returncode:
        sys.exit(f"{' '.join(command)} ended with {process.returncode}")
    return said, Cost(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def require_equal(found: dict[str, list[Answered]]) -> None:
    """Each way, each time, the same ten numbers."""
    answers = {way: each.answers for way, tries in found.items() for each in tries}
    different = [way for way, tries in found.items() for each in tries if each.answers != answers[WAYS[0]]]
    if different:
        sys.exit(f"the answers differ: {answers}")


def best(costs: Sequence[Cost], what: str) -> float:
    """On a machine that others use too, the best round tells most about the work itself."""
    return min(getattr(cost, what) for cost in costs)


def peak(costs: Sequence[Cost]) -> float:
    return max(cost.megabytes for cost in costs)


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
