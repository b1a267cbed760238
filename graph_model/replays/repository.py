"""Reads replays."""

from __future__ import annotations

from collections.abc import Sequence

from graph_model.errors import ReplayNotFound, VersionNotFound
from graph_model.names import Name, partition_id
from graph_model.replays.entities import Replay, ReplayState, Step, StepState, Way
from graph_model.store.graph import Graph, Row


def replay(graph: Graph, replay_id: str) -> Replay:
    """The replay with this id, with its steps. Raises ReplayNotFound."""
    found = _replays(graph, [replay_id])
    if not found:
        raise ReplayNotFound(replay_id)
    return found[0]


def replays(graph: Graph, *, open_only: bool = False, limit: int = 50) -> tuple[Replay, ...]:
    """The newest first, with their steps."""
    rows = graph.rows("replays.list_replays", open_only=open_only, limit=limit)
    return _replays(graph, [row["id"] for row in rows])


def version_meant(graph: Graph, dataset: Name, dataset_id: str, partition: str) -> str:
    """Which version is meant by a partition alone: the one that a person set aside last, or else the current one.

    Raises VersionNotFound.
    """
    rows = graph.rows("replays.meant", partition=partition_id(dataset_id, partition))
    if not rows:
        raise VersionNotFound(f"of {dataset.at(partition)}")
    return rows[0]["id"]


def _replays(graph: Graph, ids: Sequence[str]) -> tuple[Replay, ...]:
    if not ids:
        return ()
    steps: dict[str, list[Step]] = {id: [] for id in ids}
    for row in graph.rows("replays.steps_of", replays=list(ids)):
        steps[row["replay"]].append(_step(row))
    found = {row["id"]: _replay(row, steps[row["id"]]) for row in graph.rows("replays.get_replays", ids=list(ids))}
    return tuple(found[id] for id in ids if id in found)


def _replay(row: Row, steps: Sequence[Step]) -> Replay:
    return Replay(
        id=row["id"],
        version=row["version"],
        columns=tuple(row["columns"]),
        state=ReplayState(row["state"]),
        by=row["by"],
        reason=row["reason"],
        created_at=row["created_at"],
        ended_at=row["ended_at"],
        steps=tuple(steps),
    )


def _step(row: Row) -> Step:
    return Step(
        id=row["id"],
        replay=row["replay"],
        job=Name(row["namespace"], row["name"]),
        job_id=row["job"],
        partition=row["key"],
        job_partition=row["job_partition"],
        order=row["place"],
        state=StepState(row["state"]),
        why=row["why"],
        way=Way(row["way"]),
        run=row["run"],
        replaces=tuple(row["replaces"]),
        avoids=tuple(row["avoids"]),
        partitions=tuple(row["partitions"]),
    )
