"""The checks that hold a new version against the schema that readers get now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from graph_model.contracts.entities import Check
from graph_model.names import Name
from graph_model.schemas.promises import Baseline, Promise, check_of, loads
from graph_model.schemas.repository import schemas
from graph_model.store.graph import Graph, Row


def guards(graph: Graph, datasets: Sequence[str]) -> Mapping[str, tuple[Check, ...]]:
    """By dataset id, the checks that its own promise and those to its consumers ask for.

    New versions are held against the current version of the newest partition: that is what readers see, whichever
    partition the new one is of. Versions that are validated at the same time are held against the same one.
    """
    if not datasets:
        return {}
    wanted = sorted(set(datasets))
    baselines = _baselines(graph, wanted)
    rows = graph.rows("schemas.promises", datasets=wanted)
    return {row["dataset"]: tuple(_checks(row, baselines.get(row["dataset"]))) for row in rows}


def _baselines(graph: Graph, datasets: Sequence[str]) -> Mapping[str, Baseline]:
    rows = graph.rows("schemas.current", datasets=list(datasets))
    found = schemas(graph, [row["schema"] for row in rows])
    return {row["dataset"]: Baseline(row["version"], found[row["schema"]].columns) for row in rows}


def _checks(row: Row, baseline: Baseline | None) -> list[Check]:
    found = [check_of(loads(row["compatibility"]), baseline)] if row["compatibility"] else []
    consumers = sorted(row["consumers"], key=lambda consumer: (consumer["namespace"], consumer["name"]))
    return [*found, *(_check_for(consumer, baseline) for consumer in consumers)]


def _check_for(consumer: dict[str, Any], baseline: Baseline | None) -> Check:
    promise = Promise("forward", tuple(consumer["columns"] or ()), consumer["on_violation"])
    return check_of(promise, baseline, reader=str(Name(consumer["namespace"], consumer["name"])))
