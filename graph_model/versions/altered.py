"""Versions are immutable: which of them can be read again, and what becomes of one whose content is another now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from graph_model.audit.record import Notice
from graph_model.errors import CannotCheckVersion, VersionNotFound
from graph_model.names import Name
from graph_model.store.graph import Graph, Row, Transaction
from graph_model.versions.dialects import options_of
from graph_model.versions.entities import Content, VersionState
from graph_model.versions.quarantine import SetAside, take_from_readers

_UNDER_WAY = (VersionState.REPORTED, VersionState.VALIDATING)
_GOOD = (VersionState.PUBLISHED, VersionState.SUPERSEDED)


@dataclass(frozen=True, slots=True)
class Kept:
    """A good version, and the content that it should still have.

    `overwritten`: a later good version was written to the same place, so its own content is gone by intention.
    `being_replaced`: one was reported to the same place and is not judged yet.
    """

    id: str
    dataset: Name
    partition: str
    state: VersionState
    content: Content
    content_hash: str
    overwritten: bool = False
    being_replaced: bool = False


def kept_versions(
    graph: Graph,
    dataset_id: str,
    *,
    partition: str | None = None,
    version: str | None = None,
    since: datetime | None = None,
    limit: int,
) -> tuple[Kept, ...]:
    """Those that were not read again for the longest time first, so that calls with a `limit` go through all in turn.

    `since`: only versions reported then or later. `partition`, `version` None: any.
    """
    rows = graph.rows(
        "versions.rereadable", dataset=dataset_id, partition=partition, version=version, since=since, limit=limit
    )
    return tuple(map(_kept, rows))


def kept_version(graph: Graph, version: str) -> Kept:
    """This one. Raises VersionNotFound, and CannotCheckVersion for one that is not good."""
    fates = graph.rows("versions.get_fate", version=version)
    if not fates:
        raise VersionNotFound(version)
    found = kept_versions(graph, fates[0]["dataset"], version=version, limit=1)
    if not found:
        raise CannotCheckVersion(version, fates[0]["state"])
    return found[0]


def note_unchanged(graph: Graph, versions: Sequence[str]) -> None:
    """Remembers that these were read again just now and hold what they held."""
    if versions:
        graph.write(lambda tx: tx.rows("versions.reread", versions=list(versions)))


def set_altered_aside(graph: Graph, version: str, *, found: str | None, by: str, reason: str) -> SetAside:
    """Takes a version from its readers whose place does not hold its content any more, and tells them.

    Only the place is bad: versions with the same content elsewhere stay good, and one of them may become current.
    `found` is the hash of what lies there now; None: nothing that can be read. `versions` of the answer is empty where
    a later version took the place meanwhile. Raises VersionNotFound, and CannotQuarantine for one that was never good.
    """

    def aside(tx: Transaction, version: str, by: str, reason: str) -> list[Row]:
        return tx.rows("versions.set_altered", version=version, found=found, by=by, reason=reason)

    return take_from_readers(graph, version, by=by, reason=f"altered: {reason}", aside=aside, tell=_readers_told)


def _readers_told(tx: Transaction, version: str, by: str, reason: str) -> list[Notice]:
    """For the owners of the consumers of the dataset, and of the jobs with a run that read the version."""
    title, body = "altered: what it reads", f"version {version} was taken from its readers by {by}: {reason}"
    told = sorted(row["about"] for row in tx.rows("versions.told_readers", version=version))
    return [Notice(f"altered/{version}/{tx.token}/{about}", "altered", version, about, title, body) for about in told]


def _kept(row: Row) -> Kept:
    return Kept(
        id=row["id"],
        dataset=Name(row["namespace"], row["name"]),
        partition=row["key"],
        state=VersionState(row["state"]),
        content=Content(row["format"], row["location"], options_of(row)),
        content_hash=row["content_hash"],
        overwritten=any(state in _GOOD for state in row["later"]),
        being_replaced=any(state in _UNDER_WAY for state in row["later"]),
    )
