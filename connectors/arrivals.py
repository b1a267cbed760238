"""Looks for files below the folder or prefix where a dataset is watched."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from connectors.storage.locations import located
from connectors.storage.stores import MOST_FILES, listed, store_of
from graph_model.arrivals.entities import Mark
from graph_model.arrivals.watch import Watch
from graph_model.errors import ContentError
from graph_model.versions.entities import Content
from graph_model.versions.roots import Roots, is_in_store


def files_below(watch: Watch, *, format: str, options: Mapping[str, Any], roots: Roots) -> dict[str, Mark]:
    """The marks of the files below the watched folder, by their paths from there.

    One call lists them; none is opened. Raises ContentError, LocationRefused or StorageUnavailable where that cannot be
    done, or where there are more than MOST_FILES.
    """
    content = located(Content(format, watch.folder, options), roots)
    if is_in_store(content.location):
        return _in_store(content)
    found: dict[str, Mark] = {}
    for path, mark in _below(Path(content.location), watch.depth):
        found[path] = mark
        if len(found) > MOST_FILES:
            raise ContentError(f"{watch.folder} holds more than {MOST_FILES} files: watch a folder of fewer")
    return found


def mark_of(location: str, *, format: str, options: Mapping[str, Any], roots: Roots) -> Mark | None:
    """The mark of the one file at `location`; None: nothing lies there."""
    content = located(Content(format, location, options), roots)
    if not is_in_store(content.location):
        return _mark(Path(content.location))
    try:
        info = store_of(content).info()
    except ContentError:
        return None
    return Mark(info.size or 0, info.mtime_ns or 0) if info.is_file else None


def _mark(path: Path) -> Mark | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return Mark(found.st_size, found.st_mtime_ns)


def _in_store(content: Content) -> dict[str, Mark]:
    store = store_of(content)
    top = store.path.strip("/")
    return {
        info.path.lstrip("/").removeprefix(f"{top}/"): Mark(info.size or 0, info.mtime_ns or 0)
        for info in listed(store)
    }


def _below(folder: Path, depth: int) -> Iterator[tuple[str, Mark]]:
    try:
        yield from _scanned(folder, "", depth)
    except FileNotFoundError:
        raise ContentError(f"there is no folder {folder}") from None
    except OSError as error:
        raise ContentError(f"{folder} cannot be read: {error.strerror}") from error


def _scanned(folder: Path, before: str, depth: int) -> Iterator[tuple[str, Mark]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            try:
                is_folder, found = entry.is_dir(), entry.stat()
            except FileNotFoundError:  # gone since, or a link to nowhere
                continue
            path = f"{before}{entry.name}"
            if not is_folder:
                yield path, Mark(found.st_size, found.st_mtime_ns)
            elif depth > 0:
                yield from _scanned(folder / entry.name, f"{path}/", depth - 1)
