"""`python -m tests.day`: a day of the flights estate at 1,000 times its speed, with failures injected.

Exit code 1: something is not as it must be in the end; the folder with logs and graph is then kept.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.day.faults import ALL
from tests.day.plan import SECONDS_OF_A_DAY
from tests.day.story import Length, Played, play


def main(arguments: Sequence[str] | None = None) -> int:
    options = _options(arguments)
    home = Path(tempfile.mkdtemp(prefix="headwater-day-"))
    kinds = tuple(kind for kind, times in ALL.items() for _ in range(times))
    length = Length(7, SECONDS_OF_A_DAY / options.speed, kinds, minutes_before=2, hold_for="6s")
    played = play(home, length, seed=options.seed, engine=options.engine)
    sys.stdout.write(report(played, options.seed))
    if played.wrong:
        sys.stdout.write(f"kept: {home}\n")
        return 1
    shutil.rmtree(home)
    return 0


def report(played: Played, seed: int) -> str:
    """What happened, and what is wrong."""
    failures = ", ".join(f"{kind} {times}" for kind, times in sorted(played.done.items()))
    lines = [
        f"seed {seed}, {played.seconds:.0f} s from start to end",
        f"{sum(played.done.values())} failures injected: {failures}",
        f"runs tried again by hand, because they had lost three workers: {played.retried}",
        *(f"{number:6} {what}" for what, number in sorted(played.counts.items())),
        *(f"WRONG  {each}" for each in played.wrong),
        "verify: clean, and nothing lost, doubled or left" if not played.wrong else f"{len(played.wrong)} wrong",
    ]
    return "\n".join(lines) + "\n"


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.day", description=__doc__)
    parser.add_argument("--speed", type=float, default=1000.0, help="how much faster than the day it is")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--engine", choices=("arcadedb", "neo4j"), default="arcadedb")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
