"""`headwater import openlineage`: files of events, as if their clients sent them again."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BufferedReader
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from app.cli.connect import open_graph, require_migrated
from app.cli.errors import finish
from app.cli.options import AsJson
from app.cli.output import print_json, print_text, say

if TYPE_CHECKING:
    from connectors.openlineage.ndjson import WrongLine
    from graph_model.observed.entities import Observation

AT_ONCE = 200
"""So many events are durable together."""
TELLS_EVERY_SECONDS = 2.0
MOST_LISTED = 1000
"""So many wrong lines are listed; all are counted."""

Record = Callable[[Sequence["Observation"]], object]


@dataclass(slots=True)
class Progress:
    """How far an import of one file has come. `line`: all up to it is durable, or was wrong."""

    file: str
    record: Record
    recorded: int = 0
    warnings: int = 0
    line: int = 0
    wrong: int = 0
    listed: list[WrongLine] = field(default_factory=list)
    batch: list[Observation] = field(default_factory=list)
    told_at: float = field(default_factory=time.monotonic)

    def refuse(self, found: WrongLine) -> None:
        self.wrong += 1
        if len(self.listed) < MOST_LISTED:
            self.listed.append(found)
            say(f"{self.file}:{found.line}: {found.pointer + ': ' if found.pointer else ''}{found.problem}")

    def hand_over(self, line: int) -> None:
        """Makes durable what has gathered up to a line."""
        if self.batch:
            self.record(self.batch)
        self.recorded += len(self.batch)
        self.warnings += sum(len(one.warnings) for one in self.batch)
        self.line, self.batch = line, []
        if time.monotonic() - self.told_at >= TELLS_EVERY_SECONDS:
            self.told_at = time.monotonic()
            say(f"{self.recorded} events, up to line {line}")


def openlineage(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="One event a line, plain or gzip; - is standard input.")],
    *,
    start: Annotated[
        int, typer.Option("--from-line", metavar="N", min=1, help="Begin at this line: those before are recorded.")
    ] = 1,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Look for wrong lines only; record nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """OpenLineage events from a file, a line each.

    What they say is what it would be if their clients sent them: recorded before changes nothing. Wrong lines are
    named, and the others recorded.
    """
    called = "<stdin>" if str(file) == "-" else str(file)
    with _opened(file) as stream:
        progress = _looked_at(stream, called, start) if dry_run else _recorded(stream, called, start)
    if as_json:
        print_json(dry_run=dry_run, **_counted(progress))
    else:
        done = "events could be recorded" if dry_run else "events recorded"
        print_text(f"{done}: {progress.recorded}; wrong lines: {progress.wrong}; warnings: {progress.warnings}")
    finish(findings=progress.wrong > 0)


def _looked_at(stream: BufferedReader, called: str, start: int) -> Progress:
    progress = Progress(called, lambda _: None)
    _work_through(stream, progress, start=start)
    return progress


def _recorded(stream: BufferedReader, called: str, start: int) -> Progress:
    from graph_model.errors import Unavailable
    from graph_model.observed.record import record_observations

    with open_graph() as graph:
        require_migrated(graph)
        progress = Progress(called, lambda found: record_observations(graph, found), line=start - 1)
        try:
            _work_through(stream, progress, start=start)
        except Unavailable:
            say(f"all up to line {progress.line} is recorded; go on with --from-line {progress.line + 1}")
            raise
    return progress


def _work_through(stream: BufferedReader, progress: Progress, *, start: int) -> None:
    from connectors.openlineage.ndjson import WrongLine, read_lines
    from graph_model.errors import ContentError

    number = start - 1
    try:
        for number, found in read_lines(stream, called=progress.file, start=start):
            if isinstance(found, WrongLine):
                progress.refuse(found)
                continue
            progress.batch.append(found)
            if len(progress.batch) >= AT_ONCE:
                progress.hand_over(number)
    except ContentError:
        progress.hand_over(number)
        raise
    progress.hand_over(number)


@contextmanager
def _opened(file: Path) -> Iterator[BufferedReader]:
    if str(file) == "-":
        yield cast("BufferedReader", sys.stdin.buffer)
        return
    with file.open("rb") as stream:
        yield stream


def _counted(progress: Progress) -> dict[str, Any]:
    return {
        "file": progress.file,
        "recorded": progress.recorded,
        "warnings": progress.warnings,
        "wrong": progress.wrong,
        "wrong_lines": progress.listed,
    }
