"""Sweeping: the data of expired versions is deleted place by place, and never before the graph says that it goes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from connectors import storage
from graph_model.errors import ContentError, StorageUnavailable
from graph_model.failpoints import failpoint
from graph_model.retention import sweep as retention
from graph_model.retention.sweep import Expired
from graph_model.store.graph import Graph
from graph_model.versions.entities import Content
from graph_model.versions.places import is_of_attempt

NOT_OURS = "it was reported from outside: Headwater deletes what its runs wrote"
MANIFEST = "a manifest that others wrote may share its files with others"


class Fate(StrEnum):
    """What becomes of one expired version: before a sweep GOES or STAYS, after it DELETED, STAYS or FAILED."""

    GOES = "GOES"
    STAYS = "STAYS"
    DELETED = "DELETED"
    FAILED = "FAILED"


@dataclass(frozen=True, slots=True)
class Swept:
    """One expired version and its fate; `why` it may go, must stay, or could not be deleted."""

    version: Expired
    fate: Fate
    why: str


@dataclass(frozen=True, slots=True)
class Sweep:
    """What to sweep. `dataset` is an id, None: all. `also_reported`: also what others wrote and reported.

    `grace` as of `graph_model.retention.sweep.grace_ms`.
    """

    root: Path
    dataset: str | None = None
    also_reported: bool = False
    grace: int | None = None


def look(graph: Graph, wanted: Sweep) -> Iterator[Swept]:
    """What a sweep would do, by id; it changes nothing."""
    for version in retention.unfinished(graph, wanted.dataset):
        yield _resumed(graph, wanted, version)
    for version in retention.expired_versions(graph, wanted.dataset, grace=_grace(graph, wanted)):
        yield _judged(graph, wanted, version)


def sweep(graph: Graph, wanted: Sweep, *, by: str) -> Iterator[Swept]:
    """Deletes what `look` shows as going, and finishes what an earlier sweep began. One place at a time: whoever stops
    in between loses nothing.
    """
    for version in retention.unfinished(graph, wanted.dataset):
        other = _shared(graph, wanted, version)
        if other:
            retention.confirm_deleted(graph, version.id, by=by, kept_for=other)
            yield Swept(version, Fate.STAYS, retention.shares_place(other))
        else:
            yield _deleted(graph, wanted, version, by=by)
    for version in retention.expired_versions(graph, wanted.dataset, grace=_grace(graph, wanted)):
        found = _judged(graph, wanted, version)
        yield _swept(graph, wanted, version, by=by) if found.fate is Fate.GOES else found


def _swept(graph: Graph, wanted: Sweep, version: Expired, *, by: str) -> Swept:
    spellings = _spellings(version.content, wanted.root)
    needed = retention.retire(graph, version.id, spellings=spellings, by=by, grace=_grace(graph, wanted))
    return Swept(version, Fate.STAYS, needed) if needed else _deleted(graph, wanted, version, by=by)


def _deleted(graph: Graph, wanted: Sweep, version: Expired, *, by: str) -> Swept:
    try:
        storage.discard(storage.located(version.content, wanted.root))
    except (ContentError, StorageUnavailable, OSError) as error:
        return Swept(version, Fate.FAILED, f"it could not be deleted, and the next sweep tries again: {error}")
    failpoint("sweep.discarded")
    retention.confirm_deleted(graph, version.id, by=by)
    return Swept(version, Fate.DELETED, version.reason)


def _judged(graph: Graph, wanted: Sweep, version: Expired) -> Swept:
    why = version.needed or _why_not_ours(version, wanted)
    other = None if why else _shared(graph, wanted, version)
    why = why or (retention.shares_place(other) if other else "")
    return Swept(version, Fate.STAYS if why else Fate.GOES, why or version.reason)


def _resumed(graph: Graph, wanted: Sweep, version: Expired) -> Swept:
    """A retired version goes, unless another one was put into its place meanwhile."""
    other = _shared(graph, wanted, version)
    if other:
        return Swept(version, Fate.STAYS, retention.shares_place(other))
    return Swept(version, Fate.GOES, "an earlier sweep did not get to its end")


def _shared(graph: Graph, wanted: Sweep, version: Expired) -> str | None:
    places = {version.id: _spellings(version.content, wanted.root)}
    return retention.sharing(graph, places).get(version.id)


def _why_not_ours(version: Expired, wanted: Sweep) -> str:
    """Why the place is not ours to delete, in one sentence; empty: it is."""
    content, root = version.content, wanted.root.absolute()
    if _is_own(version, root):
        return ""
    if not wanted.also_reported:
        return NOT_OURS
    if content.format == "manifest":
        return MANIFEST
    try:
        storage.located(content, root)
    except ContentError as error:
        return error.reason
    return ""


def _is_own(version: Expired, root: Path) -> bool:
    """A place that was made for the attempt that wrote the version; a file below the storage root, links followed."""
    if version.attempt is None or not is_of_attempt(version.content, version.attempt):
        return False
    if version.content.format == "table":
        return True
    try:
        path = Path(storage.located(version.content, root).location)
    except ContentError:
        return False
    return path.parent.resolve().is_relative_to(root.resolve())


def _spellings(content: Content, root: Path) -> Sequence[str]:
    """The ways in which other versions may write the same place."""
    location, base = content.location, str(root.absolute())
    if content.format == "table":
        return sorted({location, location.replace("{root}", base), location.replace(base, "{root}")})
    try:
        path = Path(storage.located(replace(content, format="csv"), root).location)
    except ContentError:
        return [location]
    ways = {location, str(path), f"file://{path}"}
    if path.is_relative_to(base):
        ways.add(str(path.relative_to(base)))
    return sorted(ways)


def _grace(graph: Graph, wanted: Sweep) -> int:
    return retention.grace_ms(graph) if wanted.grace is None else wanted.grace
