"""`headwater logs`: what the processes of a run printed, also while they run."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from app.cli.connect import open_graph, read_settings
from app.cli.options import AsJson
from app.cli.output import print_json, say

if TYPE_CHECKING:
    from connectors.run_logs import Printed, Stream
    from graph_model.runs.entities import Run

LOOK_SECONDS = 0.5


def show_logs(
    run_id: Annotated[str, typer.Argument(metavar="RUN", help="Id of the run.")],
    *,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on until the attempt has ended.")] = False,
    attempt: Annotated[
        int | None, typer.Option("--attempt", min=1, help="Its number, as `headwater run` shows it; else the newest.")
    ] = None,
    stderr: Annotated[bool, typer.Option("--stderr", help="Only what it printed on stderr, to stdout.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show what a run printed: its stdout on stdout, its stderr on stderr."""
    from graph_model.runs.repository import run
    from graph_model.settings import StorageSettings

    if follow and as_json:
        raise typer.BadParameter("one JSON object cannot grow: leave out one of the two", param_hint="--follow, --json")
    root = read_settings(StorageSettings).root.absolute()
    with open_graph() as graph:
        printed = _wanted(lambda: run(graph, run_id), root, attempt, follow=follow)
        if printed is None:
            print_json(run=run_id, attempt=None) if as_json else say("no attempt yet")
        elif as_json:
            texts = {stream: "".join(_new_text(printed, stream, {})) for stream in ("stdout", "stderr")}
            print_json(run=run_id, attempt=printed.attempt, complete=printed.over, **texts)
        else:
            number = printed.attempt
            _print(printed, lambda: _wanted(lambda: run(graph, run_id), root, number), follow=follow, stderr=stderr)


def _wanted(find: Callable[[], Run], root: Path, attempt: int | None, *, follow: bool = False) -> Printed | None:
    """The attempt that is asked for; with `follow`, once there is one, as long as there may be one."""
    from connectors.run_logs import printed_by

    while True:
        found = find()
        printed = printed_by(found, root, attempt)
        if printed is not None or not follow or found.ended_at is not None:
            return printed
        time.sleep(LOOK_SECONDS)


def _print(printed: Printed, again: Callable[[], Printed | None], *, follow: bool, stderr: bool) -> None:
    """Whether it is over is asked before reading: what is there by then is all."""
    sinks: dict[Stream, TextIO] = {"stderr": sys.stdout} if stderr else {"stdout": sys.stdout, "stderr": sys.stderr}
    cursors: dict[Stream, int] = {}
    while True:
        for stream, sink in sinks.items():
            for text in _new_text(printed, stream, cursors):
                sink.write(text)
            sink.flush()
        if printed.over or not follow:
            break
        time.sleep(LOOK_SECONDS)
        printed = again() or printed
    if not any(cursors.values()):
        say(f"attempt {printed.attempt} printed nothing that is there: it is silent, or older than what is kept")


def _new_text(printed: Printed, stream: Stream, cursors: dict[Stream, int]) -> list[str]:
    """What has come since the cursor, which moves on."""
    from connectors.run_logs import read_log

    texts: list[str] = []
    while True:
        page = read_log(printed.folder, printed.label, stream, after=cursors.get(stream, 0))
        cursors[stream] = page.cursor
        texts.append(page.text)
        if page.at_end:
            return texts
