# ruff: noqa: T201  a command that prints a table
"""`python -m tests.simulation --planted`: after how many histories each planted bug shows."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor

from tests.simulation.planted import BUGS, Catch, catch


def print_table(*, jobs: int) -> int:
    """1 when a bug went unnoticed."""
    missed = 0
    with ProcessPoolExecutor(jobs) as pool:
        for found in pool.map(_catch, BUGS):
            missed += found.seed is None
            took = "NOT NOTICED" if found.histories is None else f"{found.histories:>5} histories"
            print(f"{found.bug:<80} {took}  {found.told}"[:220], flush=True)
    print(f"{len(BUGS)} bugs planted, {len(BUGS) - missed} noticed")
    return 1 if missed else 0


def _catch(name: str) -> Catch:
    return catch(BUGS[name])
