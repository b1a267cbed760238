"""Readiness, publishing, and what is current."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from typing import Any

from graph_model.readiness import evaluate, wiring
from graph_model.readiness.rules import needs_of
from graph_model.runs import details
from graph_model.runs import finish as finishing
from graph_model.store.graph import Graph, Transaction
from graph_model.versions import publish
from graph_model.versions.places import output_content
from tests.simulation.model.queries import Rows
from tests.simulation.model.view import View
from tests.simulation.planted import Patch, around, bug, instead


def _unmarked(true: Any, view: View, versions: list[str]) -> Rows:
    """A flip that leaves no mark."""
    rows = true(view, versions=versions)
    for id in versions:
        for partition in view.ins(view.must(("DatasetVersion", id)), "HAS_VERSION"):
            view.set(partition, evaluate=None)
    return rows


@bug("a publish leaves no mark to evaluate again")
def _() -> Iterator[Patch]:
    yield around("versions.flip", _unmarked)


@bug("readiness is read before the lock, and no mark makes good for it")
def _() -> Iterator[Patch]:
    true_create, true_lock = publish.create_ready_runs, publish.lock

    def own_only(tx: Transaction, targets: Sequence[Any]) -> dict[str, str | None]:
        return {}

    def create(tx: Transaction, targets: Sequence[Any], jobs: Any, wirings: Any, trail: Any) -> Any:
        ready = evaluate._ready(tx, targets, jobs)
        late = true_lock(tx, targets)
        missing = [target for target in targets if late[target.id] != jobs[target.job].wiring]
        return true_create(tx, [t for t in targets if t.id in ready or t in missing], jobs, late, trail)

    yield around("versions.flip", _unmarked)
    yield publish, "lock", own_only
    yield publish, "create_ready_runs", create


@bug("a mark is removed before it is evaluated")
def _() -> Iterator[Patch]:
    true = evaluate.find_concern

    def unmark_first(graph: Graph, partitions: Sequence[Any]) -> Any:
        marked = graph.rows("readiness.marked", grace_ms=evaluate.MARK_GRACE_MS, most=200)
        marks = [{"id": row["id"], "mark": row["mark"]} for row in marked]
        graph.write(lambda tx: tx.rows("readiness.unmark", marks=marks, token=tx.token))
        return true(graph, partitions)

    yield evaluate, "find_concern", unmark_first


@bug("a mark that was set anew is removed with the old one")
def _() -> Iterator[Patch]:
    def unmark(view: View, marks: list[dict[str, str]], token: str) -> Rows:
        for x in marks:
            view.set(view.must(("Partition", x["id"])), evaluate=None)
        return [{"id": x["id"]} for x in marks]

    yield instead("readiness.unmark", unmark)


@bug("a job partition waits for its first input only")
def _() -> Iterator[Patch]:
    yield wiring, "needs_of", lambda job, key: needs_of(job, key)[:1]


@bug("an older report wins CURRENT")
def _() -> Iterator[Patch]:
    def looks(true: Any, view: View, **parameters: Any) -> Rows:
        return [{**row, "newer": True} for row in true(view, **parameters)]

    yield around("versions.lock_partitions", looks)


@bug("equal content found again does not count as news")
def _() -> Iterator[Patch]:
    yield instead("versions.confirm", lambda view, confirmations: [])  # noqa: ARG005


@bug("a version is published before it is validated")
def _() -> Iterator[Patch]:
    def create(true: Any, view: View, runs: list[dict[str, Any]]) -> Rows:
        rows = true(view, runs=runs)
        for x in runs:
            version = view.must(("DatasetVersion", x["version"]))
            for partition in view.ins(version, "HAS_VERSION"):
                if not partition.out.get("CURRENT"):
                    view.link(partition, "CURRENT", version)
                    view.set(version, state="PUBLISHED", published_at=view.now())
        return rows

    yield around("runs.create_validations", create)


@bug("a bad content is published")
def _() -> Iterator[Patch]:
    yield publish, "why_not_good", lambda validated: ""  # noqa: ARG005
    yield finishing, "why_not_good", lambda validated: ""  # noqa: ARG005


@bug("only the first output of a run is published")
def _() -> Iterator[Patch]:
    def flip(true: Any, view: View, versions: list[str]) -> Rows:
        return true(view, versions=versions[:1])

    yield around("versions.flip", flip)


@bug("the good outputs of a bad run are published")
def _() -> Iterator[Patch]:
    true = publish._set_aside_rows

    def bad_only(candidacies: Sequence[Any]) -> Any:
        return true([c for c in candidacies if publish.why_not_good(c.validated)])

    yield publish, "_set_aside_rows", bad_only


@bug("what replaced a version is not noted on it")
def _() -> Iterator[Patch]:
    def flip(true: Any, view: View, versions: list[str]) -> Rows:
        rows = true(view, versions=versions)
        for row in rows:
            if row["replaced"]:
                view.set(view.must(("DatasetVersion", row["replaced"])), state="PUBLISHED")
        return rows

    yield around("versions.flip", flip)


@bug("the key of a run is not unique")
def _() -> Iterator[Patch]:
    true = evaluate.run_row

    def fresh(*arguments: Any, **more: Any) -> dict[str, Any]:
        row = true(*arguments, **more)
        return {**row, "id": f"rn_{uuid.uuid4().hex[:24]}", "input_set": uuid.uuid4().hex}

    yield evaluate, "run_row", fresh


@bug("runs of older inputs are not superseded")
def _() -> Iterator[Patch]:
    yield instead("readiness.supersede", lambda view, created: [])  # noqa: ARG005


@bug("the output of a run of older inputs overtakes")
def _() -> Iterator[Patch]:
    def record(true: Any, view: View, outputs: list[dict[str, Any]]) -> Rows:
        rows = true(view, outputs=outputs)
        for row in rows:
            view.set(view.must(("DatasetVersion", row["id"])), source_time=view.now())
        return rows

    yield around("versions.record_outputs", record)


@bug("all attempts of a run write to one place")
def _() -> Iterator[Patch]:
    def one_place(*arguments: Any, **more: Any) -> Any:
        return output_content(*arguments, **{**more, "fence": 0})

    yield details, "output_content", one_place


@bug("all versions of a partition are written to one place")
def _() -> Iterator[Patch]:
    def one_place(*arguments: Any, **more: Any) -> Any:
        return output_content(*arguments, **{**more, "fence": 0, "run": "rn_0"})

    yield details, "output_content", one_place
