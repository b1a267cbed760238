"""What the facets `symlinks` and `lifecycleStateChange` say of names: which are one dataset's, and which ended."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from connectors.openlineage.schema import Warn
from graph_model.identity.entities import Kind, SameName
from graph_model.names import Name

_ODD = (TypeError, KeyError, ValueError, AttributeError)
_FORMS = ("TABLE", "LOCATION")


def same_names(name: Name, facets: Mapping[str, Any], at: str, warn: Warn) -> tuple[SameName, ...]:
    """Other names of the dataset `name`. A facet that is not of its form is left out, with a warning; `at`: pointer to
    the facets."""
    if _READERS.keys().isdisjoint(facets):
        return ()
    found: list[SameName] = []
    for facet, read in _READERS.items():
        try:
            found += (one for one in read(name, _there(facets.get(facet))) if one.source != one.target)
        except _ODD:
            warn(f"{at}/{facet}: not of its form; left out")
    return tuple(dict.fromkeys(found))


def is_drop(facets: Mapping[str, Any]) -> bool:
    """Whether the event says that the dataset is gone."""
    return _change(_there(facets.get("lifecycleStateChange"))) == "DROP"


def _there(facet: Any) -> Mapping[str, Any]:
    return facet if isinstance(facet, dict) and facet.get("_deleted") is not True else {}


def _change(facet: Mapping[str, Any]) -> str:
    return str(facet.get("lifecycleStateChange") or "").upper()


def _symlinks(name: Name, facet: Mapping[str, Any]) -> Iterator[SameName]:
    for said in facet.get("identifiers") or ():
        form = str(said.get("type") or "").upper()
        yield SameName(Kind.SYMLINK, name, _name(said), form if form in _FORMS else "")


def _renames(name: Name, facet: Mapping[str, Any]) -> Iterator[SameName]:
    previous = facet.get("previousIdentifier")
    if previous and _change(facet) == "RENAME":
        yield SameName(Kind.RENAME, _name(previous), name)


_READERS = {"symlinks": _symlinks, "lifecycleStateChange": _renames}


def _name(said: Mapping[str, Any]) -> Name:
    namespace, name = said["namespace"], said["name"]
    if not (isinstance(namespace, str) and isinstance(name, str) and namespace and name):
        raise ValueError
    return Name(namespace, name)
