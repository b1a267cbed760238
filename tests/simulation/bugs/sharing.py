"""Slots of pools: counted under their lock, and given back with every end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from graph_model.policies import taking
from tests.simulation.model.queries import QUERIES, Rows
from tests.simulation.model.queries import policies as policies_model
from tests.simulation.model.view import View
from tests.simulation.planted import Patch, around, bug, instead


@bug("slots are counted without the lock of their pool", pooled=True)
def _() -> Iterator[Patch]:
    true = QUERIES["policies.lock"]

    def lock(view: View, job_partitions: list[str], pools: list[str], token: str) -> Rows:
        true(view, job_partitions=job_partitions, pools=[], token=token)
        return [{"id": id} for id in pools]

    yield instead("policies.lock", lock)
    yield instead("policies.lock.arcadedb", lock)
    yield taking, "_see_all", lambda tx, lately, holders: None  # noqa: ARG005


@bug("slots are counted before all earlier claims are seen whole", pooled=True)
def _() -> Iterator[Patch]:
    yield taking, "_see_all", lambda tx, lately, holders: None  # noqa: ARG005


@bug("slots are counted as they were before the lock", pooled=True)
def _() -> Iterator[Patch]:
    yield taking, "those_with_room", lambda candidates, room: tuple(candidates)  # noqa: ARG005


@bug("a run that succeeded gives its slots never back", pooled=True)
def _() -> Iterator[Patch]:
    def finish(true: Any, view: View, ends: list[dict[str, Any]]) -> Rows:
        rows = true(view, ends=ends)
        for row in rows:
            view.set(view.must(("Run", row["id"])), taking=1, took=["pl"])
        return rows

    yield around("runs.finish", finish)
    yield policies_model, "_holders", lambda view: list(view.holding("Run", "taking"))


@bug("a run that is tried again gives its slots never back", pooled=True)
def _() -> Iterator[Patch]:
    def end(true: Any, view: View, **said: Any) -> Rows:
        rows = true(view, **said)
        for row in rows:
            view.set(view.must(("Run", row["id"])), taking=1, took=["pl"])
        return rows

    yield around("runs.end_attempts", end)
    yield policies_model, "_holders", lambda view: list(view.holding("Run", "taking"))
