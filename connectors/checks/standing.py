"""A process that judges one small content after the other. What it does not find good is to be judged again, by a
process of its own: so a content that spoils this one, or brings it down, costs others nothing but time.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import socket
import stat
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from connectors.checks.process import answer
from graph_model.contracts.entities import Check
from graph_model.versions.entities import Content, Validated

# Reading so much takes milliseconds; what is larger would keep others waiting.
SMALL_BYTES = 1 << 20
# Formats whose contents are one file that a DuckDB reads by itself.
_FORMATS = frozenset({"csv", "jsonl", "parquet"})
# Checks that run what others wrote, or look at other contents.
_LOOK_ELSEWHERE = frozenset({"sql", "python", "foreign_key", "reconciliation"})
# A small content that needs more than this needs a process of its own: memory, and seconds of processor.
_MOST_MEMORY, _MOST_SECONDS = 1 << 30, 10


def serve(line: socket.socket) -> None:
    """Says who it is, as JSON {pid, folder}, then answers requests, each a line, until nobody is left to ask."""
    from connectors.storage.session import stand  # workers name contents and need no DuckDB for it

    resource.setrlimit(resource.RLIMIT_DATA, (_MOST_MEMORY, _MOST_MEMORY))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # so that the folder is removed then, too
    with TemporaryDirectory(prefix="headwater-checker-") as folder, line.makefile("rb") as requests:
        stand(Path(folder))
        _say(line, json.dumps({"pid": os.getpid(), "folder": folder}))
        for request in requests:
            _bound_processor()
            _say(line, answer(request.decode()))


def _bound_processor() -> None:
    """For the case that nobody is left who would end this process when it is stuck."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime) + _MOST_SECONDS, hard))


def _say(line: socket.socket, text: str) -> None:
    line.sendall(f"{text}\n".encode())


def is_small(content: Content, checks: Sequence[Check]) -> bool:
    """Whether judging it is a matter of milliseconds, and of nothing but our own statements."""
    if content.format not in _FORMATS or not content.location.startswith("/"):
        return False
    if any(check.kind in _LOOK_ELSEWHERE for check in checks):
        return False
    try:
        found = os.stat(content.location)  # noqa: PTH116
    except OSError:
        return False
    return stat.S_ISREG(found.st_mode) and found.st_size <= SMALL_BYTES


def are_good(found: Sequence[Validated]) -> bool:
    """Whether all were read and nothing that was found speaks against them."""
    return all(each.inspection is not None and not any(r.blocks for r in each.results) for each in found)
