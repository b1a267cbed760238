"""How facets are read: which terms each has, and what becomes of those that are not of their form."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from connectors.openlineage.schema import Warn

LONGEST_NAME = 200
LONGEST_WORDS = 4000
MOST_OF_A_LIST = 1000
_PASSWORD = re.compile(r"(://[^/@:\s]*):[^/@\s]+@")

Facet = Mapping[str, Any]
Terms = dict[str, Any]


class Reader(NamedTuple):
    """The terms that a facet has, and how they are read. What is not of its form raises one of `ODD`."""

    terms: tuple[str, ...]
    read: Callable[[Facet], Terms]


ODD = (TypeError, KeyError, ValueError, AttributeError, OverflowError)


def read_terms(facets: Mapping[str, Any], readers: Mapping[str, Reader], at: str, warn: Warn) -> Terms:
    """`at`: JSON pointer to the facets."""
    told: Terms = {}
    if readers.keys().isdisjoint(facets):
        return told
    for name, reader in readers.items():
        facet = facets.get(name)
        if facet is None:
            continue
        if facet.get("_deleted") is True:
            told |= dict.fromkeys(reader.terms)
            continue
        try:
            told |= reader.read(facet)
        except ODD:
            warn(f"{at}/{name}: not of its form; kept, but nothing is read from it")
    return told


def name_in(found: Facet, key: str) -> str:
    """A text that must be there, in one line. Raises ValueError."""
    value = found[key]
    if not isinstance(value, str) or not value.strip():
        raise ValueError(key)
    return " ".join(value.split())[:LONGEST_NAME]


def words_in(found: Facet, *keys: str) -> dict[str, str]:
    """Those of the texts that are there; a password in an address is left out."""
    values = ((key, found.get(key)) for key in keys)
    return {
        key: _PASSWORD.sub(r"\1:•••@", str(value))[:LONGEST_WORDS]
        for key, value in values
        if isinstance(value, str | int | float) and not isinstance(value, bool) and value != ""
    }


def text_in(found: Facet, key: str) -> str:
    """A text that must be there, as it was written. Raises ValueError."""
    value = found[key]
    if not isinstance(value, str):
        raise ValueError(key)  # noqa: TRY004  what is odd is odd in one way
    return value.strip()[:LONGEST_WORDS]


def list_in(found: Facet, key: str) -> list[Facet]:
    """A list of objects; nothing stands for an empty one. Raises ValueError."""
    value = found.get(key)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise ValueError(key)
    return value[:MOST_OF_A_LIST]


def count_in(found: Facet, key: str) -> int | None:
    """A count that fits the graph; None for anything else."""
    value = found.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 2**63:
        return None
    return int(value)
