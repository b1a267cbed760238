"""What stands around job partitions that must run again: their inputs, outputs, runs and questions."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field

from graph_model.names import Name
from graph_model.replays.rules import PastRun
from graph_model.store.graph import Row

RUNS_LOOKED_AT = 20

Rows = Callable[..., list[Row]]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """By job partition: `inputs` (rows of `replays.inputs`), `runs` (of `replays.runs`, newest first), `questions`; by
    partition: `outputs` (rows of `replays.outputs`).
    """

    inputs: dict[str, list[Row]] = field(default_factory=dict)
    runs: dict[str, list[Row]] = field(default_factory=dict)
    questions: dict[str, list[Row]] = field(default_factory=dict)
    outputs: dict[str, Row] = field(default_factory=dict)

    def past_runs(self, job_partition: str, avoids: Collection[str]) -> tuple[PastRun, ...]:
        """The runs of a job partition, newest first; wrong are those that read any of `avoids`."""
        return tuple(
            PastRun(row["run"], row["state"], not set(avoids).isdisjoint(row["reads"]), row["input_set"] or "")
            for row in self.runs.get(job_partition, ())
        )

    def still_wrong(self, partitions: Iterable[str], replaces: Collection[str], avoids: Collection[str]) -> bool:
        """Whether readers of any of these get something that is to be replaced, that was made from what is to be
        avoided, or nothing.
        """
        found = (self.outputs.get(partition) for partition in partitions)
        return any(
            row is None
            or row["version"] is None
            or row["version"] in replaces
            or not set(avoids).isdisjoint(row["reads"])
            for row in found
        )

    def current(self, partitions: Iterable[str]) -> set[str]:
        """The versions that readers of these get."""
        return {row["version"] for one in partitions if (row := self.outputs.get(one)) and row["version"]}

    def missing(self, job_partition: str) -> str:
        """Why a job partition is not ready; empty: it is."""
        inputs = self.inputs.get(job_partition, ())
        wanted = sorted(where(row) for row in inputs if row["expired"] or (row["required"] and row["version"] is None))
        if wanted:
            return f"waits for {', '.join(wanted)}"
        return "" if any(row["version"] for row in inputs) else "none of its inputs is there"


def look_around(rows: Rows, job_partitions: Sequence[str], partitions: Sequence[str]) -> Surroundings:
    """Through `rows` of a graph or a transaction."""
    found = Surroundings()
    if partitions:
        found.outputs.update((row["partition"], row) for row in rows("replays.outputs", partitions=sorted(partitions)))
    if not job_partitions:
        return found
    ids = sorted(job_partitions)
    _by_job_partition(found.inputs, rows("replays.inputs", job_partitions=ids))
    _by_job_partition(found.runs, rows("replays.runs", job_partitions=ids, most=RUNS_LOOKED_AT))
    _by_job_partition(found.questions, rows("replays.questions", job_partitions=ids))
    return found


def where(row: Row) -> str:
    """`DATASET@PARTITION` of a row that names both."""
    name = Name(row["namespace"] or "", row["name"] or "")
    return f"{name}@{row['key']}" if row["key"] else str(name)


def _by_job_partition(into: dict[str, list[Row]], rows: Iterable[Row]) -> None:
    for row in rows:
        into.setdefault(row["job_partition"], []).append(row)
