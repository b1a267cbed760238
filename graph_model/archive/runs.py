"""Takes the details of old runs out of the graph into files, and leaves what lineage needs.

Of a run that has ended stay its node, with what identifies it, its state and its times, and what it read and wrote:
which run made a version from what is never forgotten. Its attempts, its reason and its metrics go. A run that never
began goes whole. The file is written, and is on disk, before the graph forgets; a crash in between writes the same
lines again.
"""

from __future__ import annotations

import json
import os
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from graph_model.runs.entities import Attempt, Run
from graph_model.store.graph import Graph, Row, Transaction

FOLDER = Path(".archive", "runs")
DAY_MS = 86_400_000
BATCH = 200
# Batches that follow each other without a pause.
MOST_BATCHES = 20


class RunArchive:
    """Remembers how far it has come, so that a look costs what is new; a new one begins with the oldest run."""

    def __init__(self, graph: Graph, root: Path, *, older_than_days: float) -> None:
        """`root`: of the storage; the files lie below `.archive/runs` in it, one for each month."""
        self._graph, self._folder, self._days = graph, root / FOLDER, older_than_days
        self._after = datetime(1, 1, 1, tzinfo=UTC)

    def advance(self) -> int:
        """Archives runs that are old enough, oldest first, up to the first that is still open or whose places are not
        swept yet. How many; 0: nothing more may be archived. Safe to be done by two at once.
        """
        archived = 0
        for _ in range(MOST_BATCHES):
            older_ms = round(self._days * DAY_MS)
            rows = self._graph.rows("archive.old_runs", after=self._after, older_ms=older_ms, most=BATCH)
            ready = _ready(rows)
            if ready:
                _write(self._folder, ready)
                self._graph.write(lambda tx, ready=ready: _forget(tx, ready), step="archive")
                self._after = ready[-1]["created_at"]
                archived += len(ready)
            if len(ready) < BATCH:
                break
        return archived


def with_details(run: Run, root: Path) -> Run:
    """An archived run with what its file says; the run as it is, where it is not archived or the file is not there."""
    line = _find(root / FOLDER / run.archived, run.id) if run.archived else None
    if line is None:
        return run
    attempts = tuple(_attempt(each) for each in sorted(line["attempts"], key=lambda each: each["number"]))
    return replace(run, attempts=attempts, reason=line["reason"], metrics=json.loads(line["metrics"] or "{}"))


def _find(file: Path, run: str) -> dict[str, Any] | None:
    try:
        with file.open(encoding="utf-8") as lines:
            return next((found for line in lines if run in line and (found := json.loads(line))["id"] == run), None)
    except FileNotFoundError:
        return None


def _attempt(line: dict[str, Any]) -> Attempt:
    def moment(name: str) -> datetime | None:
        return datetime.fromisoformat(line[name]) if line.get(name) else None

    return Attempt(
        number=line["number"],
        worker=line["worker"],
        started_at=datetime.fromisoformat(line["started_at"]),
        ended_at=moment("ended_at"),
        outcome=line.get("outcome"),
        exit_code=line.get("exit_code"),
        reason=line.get("reason") or "",
    )


def _ready(rows: Sequence[Row]) -> list[Row]:
    """Those before the first that must stay: so the oldest are always the next."""
    stays = next((place for place, row in enumerate(rows) if row["stays"]), len(rows))
    return list(rows[:stays])


def _write(folder: Path, rows: Sequence[Row]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    by_file: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_file[file_of(row["created_at"])].append(row)
    for name, found in by_file.items():
        with (folder / name).open("a", encoding="utf-8") as file:
            file.writelines(json.dumps(_line(row), default=str, sort_keys=True) + "\n" for row in found)
            file.flush()
            os.fsync(file.fileno())


def file_of(created_at: datetime) -> str:
    return f"{created_at:%Y-%m}.ndjson"


def _line(row: Row) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "stays"}


def _forget(tx: Transaction, rows: Sequence[Row]) -> None:
    tx.rows("runs.lock", job_partitions=sorted({row["job_partition"] for row in rows}), token=tx.token)
    runs = [{"id": row["id"], "file": file_of(row["created_at"])} for row in rows]
    tx.rows("archive.forget_details", runs=runs)
    tx.rows("archive.forget_unbegun", runs=[row["id"] for row in rows])
