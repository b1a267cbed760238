# ruff: noqa: T201  a command that prints tables
"""`python -m tests.simulation`: many histories, or one again from its seed, or the planted bugs."""

from __future__ import annotations

import argparse
import secrets
import signal
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field

from tests.simulation.coverage import ENOUGH, holes, table
from tests.simulation.faults import Cell
from tests.simulation.simulate import Outcome, simulate_many

CHUNK = 25
# Of one history; the first tells most.
MOST_TOLD = 5


def main() -> int:
    """0: no history was wrong, and nothing was left untried."""
    arguments = _arguments()
    if arguments.seed is not None:
        return _replay(arguments.seed)
    if arguments.planted:
        from tests.simulation.planted_table import print_table

        return print_table(jobs=arguments.jobs)
    first = secrets.randbelow(2**40) if arguments.first_seed is None else arguments.first_seed
    return _many(range(first, first + arguments.histories), jobs=arguments.jobs)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--histories", type=int, default=1000, metavar="N", help="how many histories (1000)")
    parser.add_argument("--jobs", type=int, default=2, help="processes that play them side by side (2)")
    parser.add_argument("--first-seed", type=int, help="seed of the first history; the others follow (default: fresh)")
    parser.add_argument("--seed", type=int, help="play this one history again and say all that was wrong with it")
    parser.add_argument("--planted", action="store_true", help="after how many histories each planted bug shows")
    return parser.parse_args()


def _replay(seed: int) -> int:
    (outcome,) = simulate_many([seed])
    for violation in outcome.violations:
        print(violation)
    print(f"seed {seed}, digest {outcome.digest:08x}: {len(outcome.violations)} violations")
    return 1 if outcome.violations else 0


def _many(seeds: range, *, jobs: int) -> int:
    """Plays them all, or as many as there are until somebody asks it to end; then it tells of those."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    tally = Tally()
    try:
        for outcome in _outcomes(seeds, jobs=jobs):
            tally.add(outcome)
    except KeyboardInterrupt:
        print("broken off", file=sys.stderr)
    return tally.tell(seeds)


@dataclass
class Tally:
    """What many histories came to."""

    done: int = 0
    violations: int = 0
    hits: Counter[Cell] = field(default_factory=Counter)
    others: Counter[str] = field(default_factory=Counter)

    def add(self, outcome: Outcome) -> None:
        self.done += 1
        self.hits.update(outcome.hits)
        self.others.update(outcome.others)
        self.violations += len(outcome.violations)
        for violation in outcome.violations[:MOST_TOLD]:
            print(f"seed {outcome.seed}: {violation}")
        if outcome.violations:
            print(f"  again: python -m tests.simulation --seed {outcome.seed}", flush=True)
        if self.done % 1000 == 0:
            print(f"{self.done} histories", file=sys.stderr, flush=True)

    def tell(self, seeds: range) -> int:
        """Prints the tables; the exit code."""
        print(*table(self.hits, self.others), sep="\n")
        untried = holes(self.hits) if self.done >= ENOUGH else []
        for cell in untried:
            print("never hit:", *cell)
        print(f"seeds {seeds.start} to {seeds.start + self.done - 1}")
        print(f"{self.done} histories, {self.violations} violations")
        return 1 if self.violations or untried or self.done < len(seeds) else 0


def _outcomes(seeds: range, *, jobs: int) -> Iterator[Outcome]:
    """In the order of the seeds."""
    if jobs == 1:
        yield from simulate_many(seeds)
        return
    chunks = [seeds[start : start + CHUNK] for start in range(0, len(seeds), CHUNK)]
    pool = ProcessPoolExecutor(jobs, initializer=_leave_ending_to_the_parent)
    try:
        for outcomes in pool.map(_chunk, chunks):
            yield from outcomes
    finally:
        pool.shutdown(cancel_futures=True)


def _leave_ending_to_the_parent() -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)


def _chunk(seeds: Iterable[int]) -> list[Outcome]:
    return list(simulate_many(seeds))


if __name__ == "__main__":
    sys.exit(main())
