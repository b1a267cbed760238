"""Locations: what a relative one, `{root}` and `env:NAME` stand for."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from graph_model.errors import ContentError
from graph_model.versions.entities import Content

_ENVIRONMENT = "env:"


def located(content: Content, root: Path) -> Content:
    """The same content with a location that holds on this machine: absolute, `{root}` and `env:NAME` replaced.

    A relative location stays below `root`; one that climbs out of it raises ContentError.
    """
    if content.format == "table":
        address, table = split_table(content.location)
        return replace(content, location=f"{address.replace('{root}', str(root.absolute()))}#{table}")
    return replace(content, location=str(_below(root.absolute(), content.location.removeprefix("file://"))))


def split_table(location: str) -> tuple[str, str]:
    """Database address and table name of `URL#TABLE`; an address `env:NAME` is looked up in the environment."""
    address, hash_sign, table = location.rpartition("#")
    if not hash_sign or not address or not table:
        raise ContentError("the location of a table is written URL#TABLE")
    return _from_environment(address), table


def _from_environment(address: str) -> str:
    if not address.startswith(_ENVIRONMENT):
        return address
    variable = address.removeprefix(_ENVIRONMENT)
    if not os.environ.get(variable):
        raise ContentError(
            f"the address of the database is expected in the environment variable {variable}, which is not set"
        )
    return os.environ[variable]


def _below(root: Path, location: str) -> Path:
    if not location:
        raise ContentError("the location is empty")
    if Path(location).is_absolute():
        return Path(location)
    path = Path(os.path.normpath(root / location))
    if not path.is_relative_to(root):
        raise ContentError(f"the location {location} leaves the storage root")
    return path
