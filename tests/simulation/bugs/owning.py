"""Locks, leases, fences and attempts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from graph_model.runs import sweeps
from graph_model.runs.entities import RunState
from graph_model.runs.rules import Outcome
from tests.simulation.model.queries import QUERIES, Rows
from tests.simulation.model.queries import runs as runs_model
from tests.simulation.model.records import Record
from tests.simulation.model.view import View
from tests.simulation.planted import Patch, around, bug, instead
from tests.simulation.scheduler import Fiber, getcurrent
from workers import identity as identities
from workers import steward


@bug("the fence is not checked")
def _() -> Iterator[Patch]:
    def finish(view: View, ends: list[dict[str, Any]]) -> Rows:
        now = view.now()
        for x in ends:
            run = view.must(("Run", x["run"]))
            view.set(run, state=x["state"], reason=x["reason"], metrics=x["metrics"], ended_at=now, open=None)
            attempt = view.must(("Attempt", f"{x['run']}/{x['fence']}"))
            view.set(attempt, ended_at=now, outcome=x["state"], reason=x["reason"])
        return [{"id": x["run"]} for x in ends]

    yield instead("runs.finish", finish)


@bug("a finish looks at the state only, not at the fence")
def _() -> Iterator[Patch]:
    def finish(true: Any, view: View, ends: list[dict[str, Any]]) -> Rows:
        newest = [{**x, "fence": view.must(("Run", x["run"]))["fence"]} for x in ends]
        return true(view, ends=newest)

    yield around("runs.finish", finish)


@bug("a claim takes no lock")
def _() -> Iterator[Patch]:
    def lock(view: View, job_partitions: list[str], token: str) -> Rows:
        return [{"id": id} for id in job_partitions]

    yield instead("runs.lock", lock)
    yield instead("runs.lock.arcadedb", lock)


@bug("a run is claimed beside a running sibling")
def _() -> Iterator[Patch]:
    yield runs_model, "_has_running", lambda job_partition, view: False  # noqa: ARG005


@bug("a run is claimed without a lease")
def _() -> Iterator[Patch]:
    def claim(true: Any, view: View, runs: list[str], worker: str) -> Rows:
        found = view.get("Worker", worker)
        if found is not None and found["lease_until"] <= view.now():
            view.own[found.key] = found.copy()
            view.bases[found.key] = found
            view.set(found, lease_until=view.now() + timedelta(microseconds=1))
        return true(view, runs=runs, worker=worker)

    yield around("runs.claim", claim)


@bug("a lost lease is renewed")
def _() -> Iterator[Patch]:
    def renew(view: View, worker: str, lease_ms: int) -> Rows:
        found = view.get("Worker", worker)
        if found is None:
            return []
        view.set(found, lease_until=view.now() + timedelta(milliseconds=lease_ms))
        return [{"id": worker}]

    yield instead("runs.renew_lease", renew)


@bug("a worker comes back under its old id")
def _() -> Iterator[Patch]:
    true = identities.Identity.__init__

    def same_id(self: identities.Identity) -> None:
        true(self)
        self.id = getcurrent().process.name.split(".")[0]  # type: ignore[attr-defined]

    yield identities.Identity, "__init__", same_id


@bug("leases are judged by the worker's clock")
def _() -> Iterator[Patch]:
    def alive(worker: Record | None, view: View) -> bool:
        fiber = getcurrent()
        skew = timedelta(seconds=fiber.process.skew if isinstance(fiber, Fiber) else 0.0)
        return worker is not None and worker["lease_until"] > view.now() + skew

    yield runs_model, "_lease_lives", alive


@bug("leases are swept only once")
def _() -> Iterator[Patch]:
    def once(self: steward.Sweeps) -> None:
        if not hasattr(self, "swept"):
            self.swept = True  # type: ignore[attr-defined]
            sweeps.expire_leases(self._graph)

    yield steward.Sweeps, "expire_leases", once


@bug("failed attempts are not counted")
def _() -> Iterator[Patch]:
    def held(true: Any, view: View, run: str, fence: int) -> Rows:
        return [{**row, "tried": []} for row in true(view, run=run, fence=fence)]

    yield around("runs.held", held)


@bug("claims are not counted as attempts")
def _() -> Iterator[Patch]:
    def claim(true: Any, view: View, runs: list[str], worker: str) -> Rows:
        rows = true(view, runs=runs, worker=worker)
        for row in rows:
            run = view.must(("Run", row["id"]))
            view.set(run, attempts=run["attempts"] - 1)
        return rows

    yield around("runs.claim", claim)


@bug("a run that is given back counts as an attempt")
def _() -> Iterator[Patch]:
    def end(true: Any, view: View, attempts: list[dict[str, Any]]) -> Rows:
        return true(view, attempts=[{**x, "uncounted": 0} for x in attempts])

    yield around("runs.end_attempts", end)


@bug("a failed run is tried again at once")
def _() -> Iterator[Patch]:
    def end(true: Any, view: View, attempts: list[dict[str, Any]]) -> Rows:
        return true(view, attempts=[{**x, "wait_ms": 0} for x in attempts])

    yield around("runs.end_attempts", end)


@bug("a claim ignores when a run is due")
def _() -> Iterator[Patch]:
    yield runs_model, "_is_due", lambda run, view: True  # noqa: ARG005


@bug("poison is never given up")
def _() -> Iterator[Patch]:
    def again(*, owner: str, losses: int) -> Outcome:
        return Outcome(RunState.READY, f"its worker {owner} is gone")

    yield sweeps, "after_lost_worker", again


@bug("on an engine that shows commits in pieces, a claim takes the job partition only")
def _() -> Iterator[Patch]:
    yield instead("runs.lock.arcadedb", QUERIES["runs.lock"])


@bug("locks write a constant")
def _() -> Iterator[Patch]:
    def constant(true: Any, view: View, **parameters: Any) -> Rows:
        return true(view, **{**parameters, "token": "locked"})

    for name in ("runs.lock", "readiness.lock", "readiness.lock.arcadedb", "versions.lock_partitions"):
        yield around(name, constant)
    yield instead("runs.lock.arcadedb", lambda view, **p: constant(QUERIES["runs.lock"], view, **p))
