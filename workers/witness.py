"""Sees what a job does beside its outputs: to what it only reads, and to what lies beside its own folders."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from graph_model.errors import nearest
from workers.executors import Task

# What a folder of an attempt is called (`places.attempt_folder`); those of other runs come and go.
_OF_AN_ATTEMPT = re.compile(r"rn_\w+-\d+")
# An input of more files is looked at so far.
MOST_FILES = 10_000

Stamp = tuple[int, int, int]


class Witness:
    """Looks at the surroundings of a run when it is made, and again when it is asked what became of them."""

    def __init__(self, task: Task) -> None:
        self._task = task
        self._inputs = {place: _stamps(place) for place in _input_places(task)}
        self._beside = {folder: _names(folder) for folder in _folders_beside(task)}

    def trespass(self) -> str | None:
        """What the job did that it must not do, in words; None when nothing is seen of it."""
        return self._changed_input() or self._written_beside()

    def missing_output(self) -> str | None:
        """Which output is not there, and which file of its folder may be meant."""
        for output in self._task.run.outputs:
            path = _path_of(output.content.location)
            if path is not None and not os.path.lexists(path):
                names = _names(path.parent)
                found = f"; its folder holds {', '.join(sorted(names)[:5])}" if names else "; its folder is empty"
                near = nearest(path.name, names)
                hint = f", and {near} may be meant" if near else ""
                return (
                    f"it ended well, but output {output.dataset.name} is not there: {path.name} is missing{found}{hint}"
                )
        return None

    def _changed_input(self) -> str | None:
        names = _input_places(self._task)
        for place, before in self._inputs.items():
            after = _stamps(place)
            if after != before:
                changed = sorted(path for path in {*before, *after} if before.get(path) != after.get(path))
                return f"input {names[place]} was changed while the job read it: {changed[0]}"
        return None

    def _written_beside(self) -> str | None:
        for folder, before in self._beside.items():
            new = sorted(name for name in _names(folder) - before if not _OF_AN_ATTEMPT.fullmatch(name))
            if new:
                return f"it wrote {new[0]} beside its outputs, into {folder}"
        return None


def _input_places(task: Task) -> dict[Path, str]:
    """The files and folders that are inputs, with the names of their datasets; tables and stores are none."""
    found = ((item, _path_of(item.content.location)) for item in task.run.inputs)
    return {path: item.dataset.name for item, path in found if path is not None}


def _folders_beside(task: Task) -> set[Path]:
    """What holds the folders of this attempt: the partitions that it writes, where only folders of attempts belong."""
    paths = (_path_of(output.content.location) for output in task.run.outputs)
    return {path.parent.parent for path in paths if path is not None and _OF_AN_ATTEMPT.fullmatch(path.parent.name)}


def _path_of(location: str) -> Path | None:
    """None for a table, for an address of a store, and for what lies nowhere."""
    return Path(location) if location.startswith("/") else None


def _stamps(place: Path) -> dict[str, Stamp]:
    """Of a file or of the files of a folder: what changes when somebody writes into it or puts another in its place."""
    found: dict[str, Stamp] = {}
    for path in _files(place):
        with suppress(OSError):
            stat = Path(path).stat()
            found[path] = (stat.st_ino, stat.st_size, stat.st_mtime_ns)
        if len(found) >= MOST_FILES:
            break
    return found


def _files(place: Path) -> Iterator[str]:
    if not place.is_dir():
        yield str(place)
        return
    for folder, folders, names in os.walk(place):
        folders.sort()
        yield from (os.path.join(folder, name) for name in sorted(names))  # noqa: PTH118


def _names(folder: Path) -> set[str]:
    with suppress(OSError):
        return set(os.listdir(folder))  # noqa: PTH208
    return set()
