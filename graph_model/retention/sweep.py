"""What a sweep may delete: expired versions that nobody needs. The graph says so first, and the data goes after.

A version is RETIRED in one transaction, under the locks of those who read it; the mark that its data is still there
ends only when the data is gone. So a sweep that is killed anywhere is finished by the next one.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from graph_model.audit.record import Transition, record
from graph_model.names import Name
from graph_model.store.graph import Graph, Row, Transaction
from graph_model.versions.entities import Content, VersionState

PAGE = 200
DELETED, KEPT = "DELETED", "KEPT"


@dataclass(frozen=True, slots=True)
class Expired:
    """An expired version, or a retired one whose data may still be there. `attempt` is the RUN/FENCE that wrote it,
    None for what others reported. `needed`: why its data must stay, in one sentence; empty: it may go.
    """

    id: str
    dataset: Name
    partition: str
    content: Content
    size_bytes: int
    reason: str
    attempt: str | None = None
    needed: str = ""


def grace_ms(graph: Graph) -> int:
    """How long a transaction that saw a version before it expired may still make a run on it."""
    return round(graph.settings.timeout * 1000)


def expired_versions(graph: Graph, dataset: str | None = None, *, grace: int) -> Iterator[Expired]:
    """Every version that has expired and still has its data, by id; `dataset` is an id. `grace` as of `grace_ms`."""
    after = ""
    while rows := graph.rows(
        "retention.sweepable", dataset=dataset, version=None, after=after, grace_ms=grace, most=PAGE
    ):
        yield from (_expired(row, needed=needed_by(row)) for row in rows)
        after = rows[-1]["id"]


def unfinished(graph: Graph, dataset: str | None = None) -> tuple[Expired, ...]:
    """Retired versions whose data an earlier sweep may not have got to."""
    return tuple(_expired(row) for row in graph.rows("retention.undeleted", dataset=dataset))


def sharing(graph: Graph, places: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """By version, another one that lies in the same place and needs it. `places`: the ways to write each place."""
    rows = [{"version": version, "spellings": list(ways)} for version, ways in places.items()]
    return {row["version"]: row["other"] for row in graph.rows("retention.sharing", places=rows)} if rows else {}


def retire(graph: Graph, version: str, *, spellings: Sequence[str], by: str, grace: int) -> str:
    """Says that the data of an expired version goes. Why it must stay after all, in one sentence; empty: it may be
    deleted now, and `confirm_deleted` is to follow.
    """
    rows = graph.rows("retention.sweepable", dataset=None, version=version, after="", grace_ms=grace, most=1)
    if not rows:
        return "it has gone already"
    own = sorted({reader["job_partition"] for reader in rows[0]["readers"]})
    return graph.write(lambda tx: _retire(tx, version, own, spellings, by=by, grace=grace), step="retire")


def confirm_deleted(graph: Graph, version: str, *, by: str, kept_for: str | None = None) -> None:
    """The data of a retired version is gone; or it stays, because another version has come to its place."""
    graph.write(lambda tx: _confirm(tx, version, by, kept_for), step="deleted")


def _retire(
    tx: Transaction, version: str, job_partitions: list[str], spellings: Sequence[str], *, by: str, grace: int
) -> str:
    if job_partitions:
        tx.rows("runs.lock", job_partitions=job_partitions, token=tx.token)
    tx.rows("retention.lock_version", version=version, token=tx.token)
    rows = tx.rows("retention.sweepable", dataset=None, version=version, after="", grace_ms=grace, most=1)
    if not rows:
        return "it has gone already"
    place = {"version": version, "spellings": list(spellings)}
    shared = [row["other"] for row in tx.rows("retention.sharing", places=[place])]
    needed = needed_by(rows[0]) or (shares_place(shared[0]) if shared else "")
    if needed:
        return needed
    tx.rows("retention.retire", version=version, reason=f"swept by {by}: {rows[0]['reason']}")
    record(tx, [Transition(version, VersionState.RETIRED, by, {"reason": rows[0]["reason"], **_place(rows[0])})])
    return ""


def shares_place(other: str) -> str:
    return f"version {other} lies in the same place"


def _confirm(tx: Transaction, version: str, by: str, kept_for: str | None) -> None:
    if tx.rows("retention.deleted", version=version, kept_for=kept_for):
        what, detail = (KEPT, {"reason": shares_place(kept_for)}) if kept_for else (DELETED, {})
        record(tx, [Transition(version, what, by, detail)])


def _place(row: Row) -> dict[str, object]:
    return {"location": row["location"], "size_bytes": row["size_bytes"]}


def needed_by(row: Row) -> str:
    """Why the data of an expired version must stay, in one sentence; empty: nobody needs it. `row`: of sweepable."""
    if row["held"]:
        return "it is held"
    if row["readers"]:
        return f"run {row['readers'][0]['id']} reads it"
    if row["questions"]:
        return f"question {row['questions'][0]} is about it"
    return "it has expired only now" if row["is_fresh"] else ""


def _expired(row: Row, *, needed: str = "") -> Expired:
    return Expired(
        id=row["id"],
        dataset=Name(row["namespace"], row["name"]),
        partition=row["key"],
        content=Content(row["format"], row["location"], json.loads(row["options"] or "{}")),
        size_bytes=row["size_bytes"] or 0,
        reason=row["reason"],
        attempt=row["report_key"] if row["run"] else None,
        needed=needed,
    )
