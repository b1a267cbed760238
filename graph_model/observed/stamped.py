"""Facets and terms, each with the stamp of the observation that said it."""

from __future__ import annotations

from typing import Any

from graph_model.observed.entities import Facets, Terms
from graph_model.observed.slices import Slices

Stamped = dict[str, tuple[str, Any]]
"""Facets by name, each with the stamp of the observation that said it; of two, the greater stamp counts."""


def latest(one: Stamped, other: Stamped) -> Stamped:
    """Both together. A facet that was deleted stays, as deleted, so that an older word cannot bring it back."""
    if not (one and other):
        return one or other
    found = dict(one)
    for name, said in other.items():
        known = found.get(name)
        if known is None or said[0] > known[0]:
            found[name] = said
    return found


def together(one: Slices, other: Slices) -> Slices:
    return {part: latest(one.get(part, {}), other.get(part, {})) for part in sorted({*one, *other})}


def stamped(facets: Facets | Terms, stamp: str) -> Stamped:
    return {name: (stamp, facet) for name, facet in facets.items()}
