"""Audit, notices, names and the gate's own queries."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from neo4j.time import DateTime

from tests.simulation.model.queries import Rows, query
from tests.simulation.model.view import View


@query("audit.record")
def record(view: View, records: list[dict[str, Any]]) -> Rows:
    names = ("subject", "transition", "actor", "detail")
    for x in records:
        view.create("AuditRecord", x["id"], at=view.now(), unsealed=1, **{name: x[name] for name in names})
    return [{"id": x["id"]} for x in records]


@query("audit.unsealed")
def unsealed(view: View, grace_ms: int, most: int) -> Rows:
    limit = view.now() - timedelta(milliseconds=grace_ms)
    found = [entry for entry in view.holding("AuditRecord", "unsealed") if entry["at"] < limit]
    found.sort(key=lambda entry: (entry["at"], entry.id))
    names = ("subject", "transition", "actor", "detail")
    # Only what is to be sealed is read in its exact form, and only the driver's own type has one.
    return [
        {"id": entry.id, "at": DateTime.from_native(entry["at"]), **{name: entry[name] for name in names}}
        for entry in found[:most]
    ]


@query("audit.lock_chain")
def lock_chain(view: View, token: str) -> Rows:
    chain, _ = view.merge("AuditChain", "chain", seq=0, hash="")
    mine = view.set(chain, _lock=token)
    return [{"seq": mine["seq"], "hash": mine["hash"]}]


@query("audit.seal")
def seal(view: View, links: list[dict[str, Any]], seq: int, hash: str) -> Rows:
    view.set(view.must(("AuditChain", "chain")), seq=seq, hash=hash)
    found = [(x, entry) for x in links if (entry := view.get("AuditRecord", x["id"])) and entry["unsealed"]]
    for x, entry in found:
        view.set(entry, seq=x["seq"], prev=x["prev"], hash=x["hash"], unsealed=None)
    return [{"sealed": len(found)}]


@query("notices.put")
def put(view: View, notices: list[dict[str, Any]]) -> Rows:
    for x in notices:
        about = view.get("Dataset", x["about"]) or view.get("Job", x["about"])
        recipients = [owner["name"] for owner in view.outs(about, "OWNED_BY")] if about else []
        names = ("kind", "subject", "title", "body")
        view.merge(
            "Outbox", x["id"], created_at=view.now(), open=1, attempts=0, recipients=recipients,
            **{name: x[name] for name in names},
        )  # fmt: skip
    return [{"id": x["id"]} for x in notices]


@query("notify.unsent")
def unsent(view: View, most: int) -> Rows:
    now = view.now()
    due = [n for n in view.holding("Outbox", "open") if n["not_before"] is None or n["not_before"] <= now]
    due.sort(key=lambda notice: notice["created_at"])
    names = ("kind", "subject", "recipients", "title", "body", "created_at")
    return [{"id": n.id, **{c: n[c] for c in names}, "attempts": n["attempts"] or 0} for n in due[:most]]


@query("notify.mark_sent")
def mark_sent(view: View, notices: list[str]) -> Rows:
    found = [n for id in notices if (n := view.get("Outbox", id)) and n["open"] == 1]
    for notice in found:
        view.set(notice, sent_at=view.now(), attempts=(notice["attempts"] or 0) + 1, open=None, not_before=None)
    return [{"id": notice.id} for notice in found]


@query("notify.postpone")
def postpone(view: View, notice: str, wait_ms: int) -> Rows:
    found = view.get("Outbox", notice)
    if found is None or found["open"] != 1:
        return []
    until = view.now() + timedelta(milliseconds=wait_ms)
    view.set(found, attempts=(found["attempts"] or 0) + 1, not_before=until)
    return [{"id": notice}]


@query("emitting.forget")
def forget_events(view: View, keep_ms: int, most: int) -> Rows:
    """In the model nobody asks to be told of runs, so no word of any start or end waits."""
    return [{"gone": 0}]


@query("datasets.known_names")
def known_names(view: View, namespace: str, limit: int) -> Rows:
    found = [d for d in view.of("Dataset") if d["retired_at"] is None]
    found.sort(key=lambda d: (d["namespace"] != namespace, d["name"]))
    return [{"namespace": d["namespace"], "name": d["name"]} for d in found[:limit]]


@query("store.mark_operation")
def mark_operation(view: View, id: str) -> Rows:
    pause = view.get("Pause", "writes")
    paused = pause["reason"] if pause is not None and pause["until"] > view.now() else None
    view.create("Operation", id, at=view.now())
    return [{"id": id, "paused": paused}]


@query("store.mark_exempt_operation")
def mark_exempt_operation(view: View, id: str) -> Rows:
    view.create("Operation", id, at=view.now(), exempt=True)
    return [{"id": id}]


@query("store.ask_operation")
def ask_operation(view: View, id: str, token: str) -> Rows:
    made, _ = view.merge("Operation", id, asked_by=token, at=view.now())
    return [{"committed": made["asked_by"] is None}]


@query("store.sweep_operations")
def sweep_operations(view: View, keep: int, most: int) -> Rows:
    limit = view.now() - timedelta(seconds=keep)
    old = [operation for operation in view.of("Operation") if operation["at"] < limit][:most]
    for operation in old:
        view.delete(operation)
    return [{"forgotten": len(old)}]
