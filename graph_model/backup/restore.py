"""Restoring a backup into an empty graph, in parts. A restore that broke off is repeated and goes on where it was.

A pause without end is its marker: nothing else can write until the restore is complete, and each part writes, in its
own transaction, up to which line of the file the graph is made.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from graph_model.backup import lines
from graph_model.backup.kinds import EdgeKind
from graph_model.backup.pause import Pause
from graph_model.errors import BackupRefused, GraphPaused, HeadwaterError
from graph_model.store.graph import Graph, Transaction
from graph_model.store.migrations import migrations, pending
from graph_model.store.values import from_exact
from graph_model.verify.canonical import content_hash_of

AT_ONCE = 2_000
# Longer than anybody lives: only the end of the restore ends it.
HOLD_SECONDS = 100 * 365 * 86_400.0
ELSEWHERE = "another process restores the same backup"


class RestoreDiffers(HeadwaterError):
    """The graph that was made is not the one that was backed up. It stays closed to writers."""

    def __init__(self, wanted: str, found: str) -> None:
        super().__init__(
            f"the restored graph has content hash {found}, the backup says {wanted}: do not use it; "
            "empty the graph and restore again"
        )


@dataclass(frozen=True, slots=True)
class Restored:
    """What a graph was made of. `resumed_at`: the line that an earlier try had come to; 0: this is the first."""

    nodes: int
    edges: int
    content_hash: str
    resumed_at: int


@dataclass
class Part:
    """Some consecutive lines, up to and with `last`: all nodes, or all edges."""

    last: int = 0
    size: int = 0
    nodes: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    edges: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def put(self, number: int, item: lines.Item) -> None:
        self.last, self.size = number, self.size + 1
        if "node" in item:
            self.nodes.setdefault(item["node"], []).append(from_exact(item["properties"]))
        if "edge" in item:
            kind = EdgeKind(item["from"][0], item["edge"], item["to"][0])
            ends = {"source": item["from"][1], "target": item["to"][1]}
            self.edges.setdefault(kind.key, []).append(ends | {"properties": from_exact(item["properties"])})


def restore(graph: Graph, path: Path, *, at_once: int = AT_ONCE) -> Restored:
    """Raises BackupRefused before anything is written: for a damaged file, or a graph that is not empty. Raises
    GraphPaused when a backup, or the restore of another file, is under way there.
    """
    contents = lines.inspect(path)
    _refuse_other_schemas(graph, path, contents)
    reason = f"a restore of {path.name} is not complete (repeat it: it goes on)"
    pause = Pause(graph, reason, holder=f"restore-{contents.sha256}", hold_seconds=HOLD_SECONDS)
    done = pause.take()
    if not done:
        _require_empty(graph, pause)
    reached = done
    for part in _parts(path, done, at_once):
        _write(graph, pause.holder, reached, part)
        reached = part.last
    found = content_hash_of(graph)
    if found != contents.content_hash:
        raise RestoreDiffers(contents.content_hash, found)
    pause.end(lines=reached)
    return Restored(contents.nodes, contents.edges, found, done)


def _refuse_other_schemas(graph: Graph, path: Path, contents: lines.Contents) -> None:
    unknown = sorted(set(contents.migrations) - {migration.id for migration in migrations()})
    if unknown:
        raise BackupRefused(f"{path} was written by a newer Headwater: this one does not know {', '.join(unknown)}")
    missing = pending(graph)
    if missing:
        raise BackupRefused(f"the graph lacks migrations ({', '.join(missing)}): run `headwater migrate`")


def _require_empty(graph: Graph, pause: Pause) -> None:
    try:
        pause.settle()
        found = graph.rows("backup.anything")
    except BaseException:
        pause.end()
        raise
    if not found:
        return
    if not pause.end():
        raise GraphPaused(ELSEWHERE)
    raise BackupRefused(f"the graph is not empty (it holds a {found[0]['label']}): restore into an empty one")


def _parts(path: Path, after: int, at_once: int) -> Iterator[Part]:
    part = Part()
    for number, item in lines.items(path, after=after):
        if part.size == at_once or ("edge" in item and part.nodes):
            yield part
            part = Part()
        part.put(number, item)
    if part.size:
        yield part


def _write(graph: Graph, holder: str, reached: int, part: Part) -> None:
    def work(tx: Transaction) -> None:
        if not tx.rows("backup.progress", holder=holder, before=reached, lines=part.last, token=tx.token):
            raise GraphPaused(ELSEWHERE)
        if part.nodes:
            tx.rows("backup.create_nodes", nodes=part.nodes)
        wanted = sum(map(len, part.edges.values()))
        if wanted and tx.rows("backup.create_edges", edges=part.edges)[0]["created"] != wanted:
            raise BackupRefused(f"an edge before line {part.last} has no end in this backup")

    graph.write(work, while_paused=True)
