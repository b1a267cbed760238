"""Expiry: the decision that nothing keeps a version any more. It deletes nothing; a sweep may, from then on.

Marks on partitions say when each wants a look: whatever replaces a version leaves one, and so does a look itself where
time will decide differently. So the steward never walks over history.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter

from graph_model.audit.record import Transition, record
from graph_model.partitions.rules import PartitionScheme
from graph_model.partitions.stored import scheme_of
from graph_model.readiness.rules import JobNeeds, needs_of_row
from graph_model.retention.entities import Retention, loads
from graph_model.retention.rules import Aging, Kept, judge, still_reached, why_needed
from graph_model.store.graph import Graph, Row, Transaction
from graph_model.store.rounds import in_rounds
from graph_model.versions.entities import VersionState

# A mark younger than this may belong to a commit that readers do not see whole yet.
MARK_GRACE_MS = 300
AT_ONCE = 200
ACTOR = "retention"


@dataclass(frozen=True, slots=True)
class Dataset:
    """What decides about all partitions of one dataset. `whole_from`: the oldest key that `Retention.partitions`
    keeps whole; None: all of them, or that rule is not there.
    """

    id: str
    retention: Retention
    scheme: PartitionScheme
    newest: str | None
    whole_from: str | None
    jobs: tuple[JobNeeds, ...]

    def is_among_newest(self, key: str) -> bool:
        return self.retention.partitions is not None and (self.whole_from is None or key >= self.whole_from)

    def end(self, key: str) -> datetime | None:
        found = self.scheme.interval(key) if self.scheme.holds(key) else None
        return found.end if found else None

    def reaches(self, key: str) -> bool:
        return still_reached(self.jobs, dataset=self.id, scheme=self.scheme, key=key, newest=self.newest)


def expire_versions(graph: Graph, *, limit: int = AT_ONCE, most_rounds: int = 5) -> tuple[str, ...]:
    """Looks at partitions that are due, `limit` of them at once and at most `most_rounds` times, so that the other
    sweeps get their turn when many are; the versions that expired.
    """
    return in_rounds(
        lambda: graph.rows("retention.due", grace_ms=MARK_GRACE_MS, most=limit),
        lambda due: _look(graph, due),
        limit=limit,
        most=most_rounds,
    )


def _look(graph: Graph, due: Sequence[Row]) -> list[str]:
    _settle(graph, [row for row in due if row["retention"] is None])
    by_dataset: Mapping[str, list[Row]] = defaultdict(list)
    for row in due:
        if row["retention"] is not None:
            by_dataset[row["dataset"]].append(row)
    expired: list[str] = []
    for id, rows in by_dataset.items():
        dataset = _dataset(graph, id, rows[0])
        for row in rows:
            expired.extend(graph.write(lambda tx, row=row, dataset=dataset: _judge(tx, row, dataset), step="expire"))
    return expired


def _settle(graph: Graph, kept: Sequence[Row]) -> None:
    """Where no retention is declared, everything stays."""
    marks = [{"id": row["id"], "mark": row["mark"], "next": None} for row in sorted(kept, key=itemgetter("id"))]
    if marks:
        graph.write(lambda tx: tx.rows("retention.look_again", marks=marks, token=tx.token))


def _dataset(graph: Graph, id: str, row: Row) -> Dataset:
    retention = loads(row["retention"]) or Retention()
    jobs = graph.rows("readiness.consumers", datasets=[id]) if retention.partition_age is not None else []
    whole_from = _newest(graph, id, before=retention.partitions - 1) if retention.partitions is not None else None
    newest = _newest(graph, id, before=0)
    return Dataset(id, retention, scheme_of(row), newest, whole_from, tuple(map(needs_of_row, jobs)))


def _newest(graph: Graph, dataset: str, *, before: int) -> str | None:
    rows = graph.rows("retention.newest_partition", dataset=dataset, before=before)
    return rows[0]["key"] if rows else None


def _judge(tx: Transaction, row: Row, dataset: Dataset) -> list[str]:
    found = tx.rows("retention.look", partition=row["id"], token=tx.token)[0]
    judged = judge(dataset.retention, _kept(found, row["key"], dataset), found["now"])
    gone = _expire(tx, judged.expired, f"no longer kept: {dataset.retention}")
    mark = {"id": row["id"], "mark": row["mark"], "next": judged.next_look}
    tx.rows("retention.look_again", marks=[mark], token=tx.token)
    return gone


def _kept(found: Row, key: str, dataset: Dataset) -> Kept:
    newest_first = sorted(found["aging"], key=lambda each: (each["time"], each["tie"]), reverse=True)
    return Kept(
        current=found["current"],
        aging=tuple(Aging(each["version"], each["replaced_at"]) for each in newest_first),
        end=dataset.end(key),
        among_newest=dataset.is_among_newest(key),
        needed=why_needed(
            current=found["current"],
            readers=found["readers"],
            questions=found["questions"],
            held=found["held"],
            reached=dataset.reaches(key),
        ),
    )


def _expire(tx: Transaction, versions: Sequence[str], reason: str) -> list[str]:
    if not versions:
        return []
    gone = tx.rows("retention.expire", versions=sorted(versions), reason=reason)
    record(tx, [_expiry(row, reason) for row in gone])
    return [row["id"] for row in gone]


def _expiry(row: Row, reason: str) -> Transition:
    detail = {"reason": reason, "was_current": True} if row["was_current"] else {"reason": reason}
    return Transition(row["id"], VersionState.EXPIRED, ACTOR, detail)
