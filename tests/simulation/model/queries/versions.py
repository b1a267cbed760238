"""`cypher/versions/`."""

from __future__ import annotations

from typing import Any

from tests.simulation.model.queries import Rows, query
from tests.simulation.model.records import Record
from tests.simulation.model.view import View


@query("versions.find_datasets")
def find_datasets(view: View, name_ids: list[str]) -> Rows:
    slicing = ("partition_every", "partition_from", "partition_details")
    columns = ("namespace", "name", "format", "location", "options", *slicing)
    return [
        {"name_id": id, "id": dataset.id, **{column: dataset[column] for column in columns}}
        for id in name_ids
        if (name := view.get("DatasetName", id))
        for dataset in view.outs(name, "NAMES")
        if dataset["retired_at"] is None
    ]


@query("versions.report")
def report(view: View, versions: list[dict[str, Any]], token: str) -> Rows:
    names = ("dataset", "partition", "key", "format", "location", "report_key", "reported_by")
    rows = []
    for x in versions:
        place, _ = view.merge("Partition", x["partition"], dataset=x["dataset"], key=x["key"])
        now = view.now()
        made, _ = view.merge(
            "DatasetVersion", x["id"], state="REPORTED", reason="", reported_at=now,
            source_time=x["source_time"] or now, created_by=token, **{name: x[name] for name in names},
        )  # fmt: skip
        view.link(place, "HAS_VERSION", made)
        rows.append({"id": made.id, "created": made["created_by"] == token, "state": made["state"]})
    return rows


@query("versions.record_outputs")
def record_outputs(view: View, outputs: list[dict[str, Any]]) -> Rows:
    names = ("dataset", "partition", "key", "format", "location", "report_key", "reported_by")
    found = [(x, run) for x in outputs if (run := view.get("Run", x["run"]))]
    for x, run in found:
        place, _ = view.merge("Partition", x["partition"], dataset=x["dataset"], key=x["key"])
        made, _ = view.merge(
            "DatasetVersion", x["id"], state="VALIDATING", reason="", reported_at=view.now(),
            source_time=run["created_at"], **{name: x[name] for name in names},
        )  # fmt: skip
        view.link(place, "HAS_VERSION", made)
        view.link(run, "WROTE", made)
    return [{"id": x["id"]} for x, _ in found]


@query("versions.record_facts")
def record_facts(view: View, facts: list[dict[str, Any]]) -> Rows:
    rows = []
    for f in facts:
        if version := view.get("DatasetVersion", f["version"]):
            view.set(version, **{name: f[name] for name in ("row_count", "size_bytes", "content_hash", "metrics")})
            rows.append({"id": version.id})
    return rows


@query("versions.record_schema")
def record_schema(view: View, schemas: list[dict[str, Any]]) -> Rows:
    rows = []
    for x in schemas:
        version = view.get("DatasetVersion", x["version"])
        if version is None:
            continue
        schema, _ = view.merge("SchemaVersion", x["id"], dataset=x["dataset"], seen_at=view.now())
        view.link(version, "WITH_SCHEMA", schema)
        for f in x["fields"]:
            field, _ = view.merge("Field", f["id"], dataset=x["dataset"], path=f["path"])
            view.relink(schema, "HAS_FIELD", field, **{name: f[name] for name in ("type", "position", "nullable")})
        rows.append({"id": schema.id})
    return rows


@query("versions.record_results")
def record_results(view: View, results: list[dict[str, Any]]) -> Rows:
    names = ("check", "kind", "passed", "severity", "failed_rows", "message", "sample", "position", "value",
             "compared_with", "dataset", "key")  # fmt: skip
    rows = []
    for x in results:
        if version := view.get("DatasetVersion", x["version"]):
            result, _ = view.merge("CheckResult", x["id"])
            view.set(result, **{name: x[name] for name in names}, checked_at=view.now())
            view.link(version, "CHECKED_BY", result)
            rows.append({"id": result.id})
    return rows


@query("versions.set_state")
def set_state(view: View, changes: list[dict[str, Any]]) -> Rows:
    found = [(x, version) for x in changes if (version := view.get("DatasetVersion", x["version"]))]
    for x, version in found:
        view.set(version, state=x["state"], reason=x["reason"])
    return [{"version": version.id} for _, version in found]


@query("versions.pass_over")
def pass_over(view: View, changes: list[dict[str, Any]]) -> Rows:
    found = [
        (x, version, partition)
        for x in changes
        if (version := view.get("DatasetVersion", x["version"]))
        and (partition := view.get("Partition", version["partition"]))
    ]
    for x, version, partition in found:
        now = view.now()
        view.set(version, state="SUPERSEDED", reason=x["reason"], aging=partition.id, replaced_at=now)
        view.set(partition, expire_at=now)
    return [{"version": version.id} for _, version, _ in found]


def _current(view: View, partition: Record) -> Record | None:
    return next(iter(view.outs(partition, "CURRENT")), None)


@query("versions.lock_partitions")
def lock_partitions(view: View, candidates: list[dict[str, Any]], token: str) -> Rows:
    found = [(x, partition) for x in candidates if (partition := view.get("Partition", x["partition"]))]
    held = [(view.set(partition, _lock=token), x) for x, partition in found]
    looks = [(partition, version) for partition, x in held if (version := view.get("DatasetVersion", x["version"]))]
    looks.sort(key=lambda look: (look[1]["source_time"], look[1].id), reverse=True)
    looks.sort(key=lambda look: look[0].id)
    return [_look(partition, version, _current(view, partition)) for partition, version in looks]


def _look(partition: Record, version: Record, current: Record | None) -> dict[str, Any]:
    time = current and (current["confirmed_time"] or current["source_time"])
    tie = current and (current["confirmed_by"] or current.id)
    own = (version["confirmed_time"] or version["source_time"], version["confirmed_by"] or version.id)
    newer = current is None or (time, tie) < own
    return {"partition": partition.id, "version": version.id, "content_hash": version["content_hash"],
            "current": current and current.id, "current_hash": current and current["content_hash"],
            "newer": newer}  # fmt: skip


@query("versions.confirm")
def confirm(view: View, confirmations: list[dict[str, str]]) -> Rows:
    found = [
        (current, version)
        for x in confirmations
        if (current := view.get("DatasetVersion", x["current"]))
        and (version := view.get("DatasetVersion", x["version"]))
    ]
    for current, version in found:
        view.set(current, confirmed_time=version["source_time"], confirmed_by=version.id)
    return [{"id": current.id} for current, _ in found]


@query("versions.flip")
def flip(view: View, versions: list[str]) -> Rows:
    found = [v for id in versions if (v := view.get("DatasetVersion", id))]
    moves = [(p, v, _current(view, p)) for v in found for p in view.ins(v, "HAS_VERSION")]
    for partition, version, old in moves:
        if old is not None:
            view.unlink(partition, "CURRENT", old)
        view.link(partition, "CURRENT", version)
        now = view.now()
        view.set(version, state="PUBLISHED", reason="", published_at=now, aging=None, replaced_at=None)
        view.set(partition, evaluate=now, expire_at=now, expired=None)
        if old is not None:
            view.set(old, state="SUPERSEDED", reason=f"replaced by {version.id}", aging=partition.id, replaced_at=now)
    return [{"version": version.id, "replaced": old and old.id} for _, version, old in moves]
