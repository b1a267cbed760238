"""Reads the content of good versions again, and holds it against what it was when they were published."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from connectors import storage
from graph_model.errors import ContentError, LocationRefused, StorageUnavailable
from graph_model.jobs.secrets import is_reference
from graph_model.store.graph import Graph
from graph_model.versions.altered import Kept, note_unchanged, set_altered_aside
from graph_model.versions.quarantine import SetAside
from graph_model.versions.roots import Roots, as_roots


class Found(StrEnum):
    """OVERWRITTEN: a later version took the place, as it may where a dataset lies in one; its content is gone, and
    nobody is sent there. UNAVAILABLE: the place did not answer, or lies outside of the roots here, which says nothing
    about the content.
    """

    UNCHANGED = "UNCHANGED"
    ALTERED = "ALTERED"
    OVERWRITTEN = "OVERWRITTEN"
    BEING_REPLACED = "BEING_REPLACED"
    UNAVAILABLE = "UNAVAILABLE"


@dataclass(frozen=True, slots=True)
class Reread:
    """What was found at the place of a version. `done`: what came of an alteration; None: it was only looked at."""

    kept: Kept
    state: Found
    reason: str = ""
    found: str | None = None
    done: SetAside | None = None


def reread(graph: Graph, kept: Kept, roots: Roots | Path, *, by: str, mark: bool = True) -> Reread:
    """Reads one content whole. With `mark`, an altered version is taken from its readers, and they are told."""
    found = look_again(kept, as_roots(roots))
    if found.state is Found.UNCHANGED:
        note_unchanged(graph, [kept.id])
    if found.state is not Found.ALTERED or not mark:
        return found
    done = set_altered_aside(graph, kept.id, found=found.found, by=by, reason=found.reason)
    return Reread(kept, found.state, found.reason, found.found, done)


def look_again(kept: Kept, roots: Roots) -> Reread:
    """The same without the graph."""
    if kept.overwritten:
        return Reread(kept, Found.OVERWRITTEN)
    if kept.being_replaced:
        return Reread(kept, Found.BEING_REPLACED)
    try:
        _require_root(kept.content.location, roots.folder)
        found = storage.inspect(storage.located(kept.content, roots)).content_hash
    except (StorageUnavailable, LocationRefused) as error:
        return Reread(kept, Found.UNAVAILABLE, str(error))
    except ContentError as error:
        return Reread(kept, Found.ALTERED, error.reason)
    if found != kept.content_hash:
        return Reread(kept, Found.ALTERED, f"its content is {found} and was {kept.content_hash}", found)
    return Reread(kept, Found.UNCHANGED, found=found)


def _require_root(location: str, root: Path) -> None:
    """A disk that is not mounted must not look like an estate whose files were all deleted."""
    below = "{root}" in location or not (Path(location).is_absolute() or "://" in location or is_reference(location))
    if below and not root.is_dir():
        raise StorageUnavailable(f"the storage root {root} is not there")
