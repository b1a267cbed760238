"""Taking a backup: writes pause, everything is read into a file beside the wanted one, and renamed when it is whole."""

from __future__ import annotations

import os
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from graph_model.backup import lines
from graph_model.backup.pause import Pause, PauseLost, paused_writes
from graph_model.backup.read import everything, warm_up
from graph_model.errors import BackupRefused, GraphUnavailable
from graph_model.store.graph import Graph
from graph_model.verify.hashes import MultisetHash

REASON = "a backup is being taken"
MOST_ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that is whole and durable. `pause_seconds`: how long writers waited, all `attempts` together."""

    path: Path
    nodes: int
    edges: int
    size_bytes: int
    content_hash: str
    pause_seconds: float
    attempts: int


@dataclass(frozen=True, slots=True)
class _Copy:
    nodes: int
    edges: int
    content_hash: str


def take_backup(graph: Graph, path: Path, *, force: bool = False) -> Backup:
    """Raises BackupRefused when `path` exists (unless `force`), GraphPaused when someone else pauses writes."""
    _refuse_to_overwrite(path, force=force)
    migrations = tuple(sorted(row["id"] for row in graph.rows("store.applied_migrations")))
    started_at = graph.rows("doctor.clock")[0]["now"].isoformat()
    head = lines.header(created_at=started_at, engine=graph.engine, migrations=migrations)
    warm_up(graph)
    # Readable by its owner alone, as a temporary file is: it holds sample rows, places and names.
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".partial")
    partial = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            backup = _take(graph, path, file, head)
        _refuse_to_overwrite(path, force=force)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return backup


def _take(graph: Graph, path: Path, file: BinaryIO, head: str) -> Backup:
    waited = 0.0
    for attempt in range(1, MOST_ATTEMPTS + 1):
        file.seek(0)
        file.truncate()
        began = time.monotonic()
        try:
            with paused_writes(graph, REASON) as pause:
                copy = _copy(graph, file, head, pause)
                pause.prove()
        except PauseLost:
            waited += time.monotonic() - began
            continue
        waited += time.monotonic() - began
        file.flush()
        os.fsync(file.fileno())
        return Backup(path, copy.nodes, copy.edges, file.tell(), copy.content_hash, waited, attempt)
    raise GraphUnavailable(f"something was committed in each of {MOST_ATTEMPTS} pauses: no backup was written")


def _copy(graph: Graph, file: BinaryIO, head: str, pause: Pause) -> _Copy:
    writer, content, nodes = lines.Writer(file), MultisetHash(), 0
    writer.write(head)
    for item in everything(graph):
        text = lines.text_of(item)
        writer.write(text)
        content.add(text)
        nodes += "node" in item
        pause.keep()
    copy = _Copy(nodes, writer.lines - 1 - nodes, content.hexdigest())
    writer.end(nodes=copy.nodes, edges=copy.edges, content_hash=copy.content_hash)
    return copy


def _refuse_to_overwrite(path: Path, *, force: bool) -> None:
    if path.exists() and not force:
        raise BackupRefused(f"{path} exists: name another file, or overwrite it with --force")
