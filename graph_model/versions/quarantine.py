"""Quarantine after the fact: a version that passed its checks turns out to be wrong, and may turn out to be right.

The order inside is that of publishing: lock the job partitions concerned, lock the partition, look, then change.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from graph_model.audit.record import Notice, Trail, Transition
from graph_model.errors import CannotQuarantine, CannotRelease, VersionNotFound
from graph_model.readiness.concern import Concern, PublishedPartition, find_concern
from graph_model.readiness.evaluate import create_ready_runs
from graph_model.readiness.rules import JobPartition
from graph_model.readiness.wiring import lock
from graph_model.store.graph import Graph, Row, Transaction
from graph_model.versions.entities import VersionState
from graph_model.versions.rules import Candidate, judge_candidate
from graph_model.versions.states import pass_over
from graph_model.versions.taint import Tainted, walk

# A notice names so many readers at most.
MOST_NAMED = 20
_GOOD_ONCE = (VersionState.PUBLISHED, VersionState.SUPERSEDED)


@dataclass(frozen=True, slots=True)
class SetAside:
    """What a quarantine led to. `versions`: that one and those with the same content; empty: it was set aside before,
    and nothing changed. `current`: what readers get now, if there is anything good. `runs` became ready by it.
    """

    versions: tuple[str, ...]
    current: str | None
    tainted: Tainted
    runs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TakenBack:
    """What a release led to. `state`: PUBLISHED, or SUPERSEDED by a later version. `runs` want ringing."""

    version: str
    state: VersionState
    runs: tuple[str, ...] = ()


def quarantine(graph: Graph, version: str, *, by: str, reason: str) -> SetAside:
    """Readers get the last good version again, or none. Runs that read it and have not started wait; those that run go
    on, and what they make is tainted; whoever owns something made from it is told.

    Raises VersionNotFound, and CannotQuarantine for a version that was never good.
    """
    return take_from_readers(graph, version, by=by, reason=reason)


def _those_of_equal_content(tx: Transaction, version: str, by: str, reason: str) -> list[Row]:
    return tx.rows("versions.set_aside", version=version, by=by, reason=reason)


def take_from_readers(
    graph: Graph,
    version: str,
    *,
    by: str,
    reason: str,
    aside: Callable[[Transaction, str, str, str], list[Row]] = _those_of_equal_content,
    tell: Callable[[Transaction, str, str, str], list[Notice]] | None = None,
) -> SetAside:
    """What every quarantine after the fact does. `aside` sets the version aside with those that go with it; where it
    answers no row nothing happens. `tell` has the notices that go out besides. Both get version, `by` and `reason`.
    """
    place = look_at(graph, version)
    return graph.write(lambda tx: _quarantine(tx, place, by=by, reason=reason, aside=aside, tell=tell))


def release(graph: Graph, version: str, *, by: str, reason: str) -> TakenBack:
    """A version that was quarantined after the fact goes back to its place in the order of source times.

    Raises VersionNotFound, and CannotRelease for one that failed its checks, or is not quarantined.
    """
    place = look_at(graph, version)
    taken_back = graph.write(lambda tx: _release(tx, place, by=by, reason=reason))
    waiting = [row["id"] for row in graph.rows("versions.waiting_readers", version=version)]
    runs = tuple(dict.fromkeys((*taken_back.runs, *waiting)))
    return TakenBack(version, taken_back.state, runs)


@dataclass(frozen=True, slots=True)
class Place:
    """What must be known of a version before anything is locked: its fate, who needs its partition, what to lock."""

    fate: Row
    concern: Concern
    targets: tuple[JobPartition, ...]


def look_at(graph: Graph, version: str) -> Place:
    """Raises VersionNotFound."""
    rows = graph.rows("versions.get_fate", version=version)
    if not rows:
        raise VersionNotFound(version)
    fate = rows[0]
    concern = find_concern(graph, [PublishedPartition(fate["partition"], fate["dataset"], fate["key"])])
    readers = [JobPartition(**row) for row in graph.rows("versions.open_readers", version=version)]
    return Place(fate, concern, tuple(sorted({*concern.narrow, *readers})))


def _quarantine(
    tx: Transaction,
    place: Place,
    *,
    by: str,
    reason: str,
    aside: Callable[[Transaction, str, str, str], list[Row]],
    tell: Callable[[Transaction, str, str, str], list[Notice]] | None,
) -> SetAside:
    fate, concern = place.fate, place.concern
    version, trail = fate["id"], Trail()
    now, wirings = locked(tx, place)
    if now["state"] == VersionState.QUARANTINED:
        return SetAside((), _current(tx, fate), walk(tx.rows, version))
    if now["state"] not in _GOOD_ONCE:
        raise CannotQuarantine(version, now["state"])
    gone = aside(tx, version, by, reason)
    if not gone:
        return SetAside((), _current(tx, fate), walk(tx.rows, version))
    for row in gone:
        trail.add(Transition(row["id"], VersionState.QUARANTINED, by, {"reason": reason, "with": version}))
    _restore(tx, fate, by, trail)
    ready = create_ready_runs(tx, concern.narrow, concern.jobs, wirings, trail)
    tainted = walk(tx.rows, version)
    trail.tell(_notices(tx, fate, tainted, by=by, reason=reason))
    if tell:
        trail.tell(tell(tx, version, by, reason))
    trail.write(tx)
    return SetAside(
        tuple(sorted(row["id"] for row in gone)), _current(tx, fate), tainted, tuple(run.id for run in ready)
    )


def _release(tx: Transaction, place: Place, *, by: str, reason: str) -> TakenBack:
    fate, concern = place.fate, place.concern
    version, trail = fate["id"], Trail()
    now, wirings = locked(tx, place)
    if now["state"] != VersionState.QUARANTINED:
        raise CannotRelease(version, f"it is {now['state']}, not quarantined")
    if not now["quarantined_by"]:
        raise CannotRelease(
            version, f"it was not found good ({now['reason']}); mend its content or its contract and validate it again"
        )
    for row in tx.rows("versions.take_back", version=version):
        trail.add(Transition(row["id"], VersionState.SUPERSEDED, by, {"reason": reason, "with": version}))
    state = back_in_order(tx, fate, by, trail)
    ready = create_ready_runs(tx, concern.narrow, concern.jobs, wirings, trail)
    trail.write(tx)
    return TakenBack(version, state, tuple(run.id for run in ready))


def locked(tx: Transaction, place: Place) -> tuple[Row, dict[str, str | None]]:
    """The version's fate as it is under the locks, and what the edges of the job partitions were made from."""
    wirings = lock(tx, place.targets)
    tx.rows("versions.lock_partition", partition=place.fate["partition"], token=tx.token)
    return tx.rows("versions.get_fate", version=place.fate["id"])[0], wirings


def _restore(tx: Transaction, fate: Row, by: str, trail: Trail) -> None:
    """Makes the last good version current, where there is none."""
    last_good = [row["id"] for row in tx.rows("versions.last_good", partition=fate["partition"])]
    if not last_good:
        return
    tx.rows("versions.flip", versions=last_good)
    trail.add(Transition(last_good[0], VersionState.PUBLISHED, by, {"instead_of": fate["id"]}))


def back_in_order(tx: Transaction, fate: Row, by: str, trail: Trail) -> VersionState:
    """A good version takes its place in the order of source times: it is current, or passed over."""
    candidate = {"partition": fate["partition"], "version": fate["id"]}
    look = tx.rows("versions.lock_partitions", candidates=[candidate], token=tx.token)[0]
    judged = judge_candidate(
        Candidate(look["version"], look["content_hash"], look["current"], look["current_hash"], newer=look["newer"])
    )
    if judged.kept:
        pass_over(tx, [{"version": fate["id"], "reason": judged.kept}])
        if judged.confirms:
            tx.rows("versions.confirm", confirmations=[{"current": judged.confirms, "version": fate["id"]}])
        return VersionState.SUPERSEDED
    for row in tx.rows("versions.flip", versions=[fate["id"]]):
        trail.add(Transition(row["version"], VersionState.PUBLISHED, by, {"replaced": row["replaced"]}))
        if row["replaced"]:
            trail.add(Transition(row["replaced"], VersionState.SUPERSEDED, by))
    return VersionState.PUBLISHED


def _current(tx: Transaction, fate: Row) -> str | None:
    return tx.rows("versions.current_of", partition=fate["partition"])[0]["current"]


def _notices(tx: Transaction, fate: Row, tainted: Tainted, *, by: str, reason: str) -> list[Notice]:
    """One for the owners of the dataset, and one for each dataset with something made from the version."""
    version = fate["id"]
    # A version may be set aside more than once, and each time is news.
    said = f"{version}/{tx.token}"
    title = f"quarantined: partition {fate['key'] or 'whole'}"
    read_by = _read_by(tainted)
    body = f"by {by}: {reason}{read_by}"
    notices = [Notice(f"quarantined/{said}", "quarantined", version, fate["dataset"], title, body)]
    counts: dict[str, int] = {}
    for item in tainted.versions:
        counts[item.dataset_id] = counts.get(item.dataset_id, 0) + item.current
    for dataset, current in sorted(counts.items()):
        body = f"{current} current versions were made from version {version}, quarantined by {by}: {reason}{read_by}"
        notices.append(Notice(f"tainted/{said}/{dataset}", "tainted", version, dataset, "tainted by its inputs", body))
    return notices


def _read_by(tainted: Tainted) -> str:
    """Who read it, or what was made from it, beside the runs; nothing where nobody told so."""
    if not tainted.readers:
        return ""
    named = ", ".join(f"{reader.kind} {reader.name}" for reader in tainted.readers[:MOST_NAMED])
    left = len(tainted.readers) - MOST_NAMED
    return f"; read by {named}{f' and {left} more' if left > 0 else ''}"
