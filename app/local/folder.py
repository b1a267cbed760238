"""The data folder of a local stack: one holder at a time, and files in it that only their owner can read."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from graph_model.errors import DataFolderInUse

LOCK_FILE = "lock"


@contextmanager
def held(home: Path) -> Iterator[None]:
    """Holds the data folder. The lock ends with the process, however it ends. Raises DataFolderInUse."""
    home.mkdir(parents=True, exist_ok=True)
    with (home / LOCK_FILE).open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise DataFolderInUse(str(home), file.read().strip() or "unknown") from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def write_private(file: Path, text: str) -> None:
    """Writes a file whole or not at all, readable by its owner only from its first byte on."""
    fresh = file.with_name(f"{file.name}.{os.getpid()}")
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as stream:
        stream.write(text)
    fresh.replace(file)
