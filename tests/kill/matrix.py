"""`python -m tests.kill.matrix`: every victim killed at every step of the protocol, on a real stack, again and again.

Results go to a file of JSON lines as they come, so that a broken-off run goes on where it was. Exit code 1: a report or
an output was lost or doubled, an invariant is broken, something was left behind, or a step was not reached.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tests.kill.cells import Cell, Outcome, all_cells, play
from tests.kill.load import declare_estate
from tests.kill.stack import a_stack
from tests.kill.table import table

KILLS = 5
# A graph that grows for ever makes each look at all of it slower: so many kills happen to one stack.
KILLS_PER_STACK = 96


def main(arguments: Sequence[str] | None = None) -> int:
    options = _options(arguments)
    cells = [cell for cell in all_cells() if not options.cells or str(cell) in options.cells]
    done = _read(options.results)
    wanted = [
        (cell, number)
        for number in range(options.kills)
        for cell in cells
        if (str(cell), number) not in {(row["cell"], row["number"]) for row in done}
    ]
    with options.results.open("a") as results:
        for outcome in _play_all(wanted, seed=options.seed, folder=options.folder):
            row = _row(outcome)
            done.append(row)
            results.write(json.dumps(row) + "\n")
            results.flush()
            _say(row, len(done), len(cells) * options.kills)
    text = table([row for row in done if row["cell"] in {str(cell) for cell in cells}])
    if options.out:
        options.out.write_text(text)
    sys.stdout.write(text)
    return 0 if all(row["clean"] for row in done) else 1


def _play_all(wanted: list[tuple[Cell, int]], *, seed: int, folder: Path) -> Iterator[Outcome]:
    """Plays the kills on one stack after the other. One on which something went wrong is replaced; its files stay."""
    left = list(wanted)
    while left:
        scratch = Path(tempfile.mkdtemp(prefix="stack-", dir=folder))
        sound = True
        with a_stack(scratch) as stack:
            declare_estate(stack)
            for day in range(min(len(left), KILLS_PER_STACK)):
                cell, number = left.pop(0)
                outcome = play(stack, cell, number=number, seed=seed_of(seed, cell, number), day=day)
                yield outcome
                sound = outcome.findings.clean
                if not sound:
                    break
        if sound:
            shutil.rmtree(scratch)


def seed_of(seed: int, cell: Cell, number: int) -> int:
    """The seed of one kill: the same whichever others are played with it."""
    return int.from_bytes(hashlib.sha256(f"{seed} {cell} {number}".encode()).digest()[:4])


def _row(outcome: Outcome) -> dict[str, Any]:
    return {
        "cell": str(outcome.cell),
        "number": outcome.number,
        "seed": outcome.seed,
        "reached": outcome.reached,
        "seconds": round(outcome.seconds, 2),
        "clean": outcome.clean,
        **asdict(outcome.findings),
    }


def _read(results: Path) -> list[dict[str, Any]]:
    with suppress(FileNotFoundError):
        return [json.loads(line) for line in results.read_text().splitlines()]
    return []


def _say(row: dict[str, Any], done: int, total: int) -> None:
    wrong = "; ".join([*row["lost"], *row["doubled"], *row["broken"]] or ([] if row["reached"] else ["not reached"]))
    sys.stderr.write(f"{done}/{total} {row['cell']} #{row['number']} {row['seconds']:.1f} s {wrong or 'ok'}\n")


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.kill.matrix", description=__doc__)
    parser.add_argument("--kills", type=int, default=KILLS, help="kills per cell")
    parser.add_argument("--cells", type=lambda text: text.split(","), help="victim:step,…; default: all of them")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, help="file for the table, as Markdown")
    parser.add_argument("--results", type=Path, default=Path("kill-matrix.jsonl"), help="one line per kill; kept")
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()), help="where the stacks lie")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
