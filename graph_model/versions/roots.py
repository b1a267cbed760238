"""Roots of data: the folders, prefixes of stores and databases that contents may lie in.

Only what can be told from the words is told here. Where links lead is looked at by whoever opens a content.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from graph_model.errors import ContentError, LocationRefused

# What an error about a refused place names.
ROOTS_VARIABLE = "HEADWATER_DATA_ROOTS"
DATABASES_VARIABLE = "HEADWATER_DATA_DATABASES"
# Every database that the environment of a worker names; an address that is written out must be listed.
NAMED_DATABASES = ("env:*",)
_STORE = re.compile(r"([a-z][a-z0-9+.-]*)://(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Roots:
    """`folder` is the storage root, which relative locations lie below. `stores` are prefixes such as `s3://bucket/raw`.

    `databases`: references to secrets like `env:NAME`, all of a scheme like `env:*`, addresses of SQLAlchemy without a
    login, or `*` for any.
    """

    folder: Path
    folders: tuple[Path, ...] = ()
    stores: tuple[str, ...] = ()
    databases: tuple[str, ...] = NAMED_DATABASES

    @property
    def all_folders(self) -> tuple[Path, ...]:
        return (self.folder.absolute(), *self.folders)

    def place(self, location: str) -> str:
        """The absolute path, or the address in a store, that a location of a file stands for.

        Raises ContentError for one that is no location, and LocationRefused for one outside the roots.
        """
        if not location:
            raise ContentError("the location is empty")
        if "\0" in location:
            raise ContentError("the location holds a zero byte")
        text = location.removeprefix("file://")
        return self._in_store(text) if is_in_store(text) else str(self._below(text))

    def _in_store(self, location: str) -> str:
        """Keys of stores are texts, but what serves them may take `..` for a step upwards."""
        steps = location.partition("://")[2].split("/")
        if {".", ".."} & set(steps):
            raise LocationRefused(location, ROOTS_VARIABLE)
        if not any(location == prefix or location.startswith(f"{prefix}/") for prefix in self.stores):
            raise LocationRefused(location, ROOTS_VARIABLE)
        return location

    def _below(self, location: str) -> Path:
        """A folder that is reached through a link is a root under either name."""
        path = Path(os.path.normpath(self.folder.absolute() / location))
        known = {name for folder in self.all_folders for name in (folder, folder.resolve())}
        if not any(path.is_relative_to(folder) for folder in known):
            raise LocationRefused(location, ROOTS_VARIABLE)
        return path


def is_in_store(location: str) -> bool:
    return _STORE.fullmatch(location) is not None


def as_roots(given: Roots | Path) -> Roots:
    """A bare folder is the storage root, and there are no others."""
    return given if isinstance(given, Roots) else Roots(given)
