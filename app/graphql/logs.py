"""What the processes of runs printed."""

from __future__ import annotations

import asyncio
from enum import Enum
from pathlib import Path

import strawberry

from connectors.run_logs import MOST_BYTES, printed_by, read_log
from graph_model.errors import InvalidInput
from graph_model.runs import entities

PAGE_BYTES = 65_536


@strawberry.enum(description="Where a process prints.")
class LogStream(Enum):
    STDOUT = "stdout"
    STDERR = "stderr"


@strawberry.type(description="A part of what one attempt printed. `complete`: no more comes behind it, now or later.")
class Log:
    attempt: int | None = strawberry.field(description="Null: there was none yet.")
    text: str
    cursor: str = strawberry.field(description="What to ask for next, as `after`.")
    complete: bool


async def log_of(
    run: entities.Run, root: Path, stream: LogStream, *, attempt: int | None, after: str | None, most: int
) -> Log:
    """Read in a thread: the storage root may be a slow one."""
    if not 1 <= most <= MOST_BYTES:
        raise InvalidInput("bytes", f"it goes from 1 to {MOST_BYTES}")
    if after is not None and not after.isdecimal():
        raise InvalidInput("after", "it is not the cursor of a log")
    printed, cursor = printed_by(run, root, attempt), int(after or 0)
    if printed is None:
        return Log(attempt=None, text="", cursor=str(cursor), complete=run.ended_at is not None)
    page = await asyncio.to_thread(read_log, printed.folder, printed.label, stream.value, after=cursor, most=most)
    complete = printed.over and page.at_end
    return Log(attempt=printed.attempt, text=page.text, cursor=str(page.cursor), complete=complete)
