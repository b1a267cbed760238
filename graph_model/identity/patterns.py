"""Names that a dataset declares for itself, and which of them a concrete name is. Pure.

A declared name may hold `{date}` or `{partition}`, which stand for the key of a partition, and may end in a slash: then
it is a folder, and whatever lies below it is meant too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from graph_model.names import Name
from graph_model.partitions.scheme import PartitionScheme

PLACEHOLDERS = ("date", "partition")
_PLACEHOLDER = re.compile(r"\{(\w*)\}")


@dataclass(frozen=True, slots=True)
class DeclaredName:
    """A name of the dataset `dataset` (an id) as it is declared; `source`: by whom."""

    dataset: str
    name: Name
    source: str = ""

    @property
    def is_pattern(self) -> bool:
        return self.is_folder or bool(placeholders_in(self.name.name))

    @property
    def is_folder(self) -> bool:
        return self.name.name.endswith("/")

    @property
    def start(self) -> str:
        """How every name that may be meant begins, but for a slash before it."""
        literal = self.name.name.partition("{")[0] if placeholders_in(self.name.name) else self.name.name
        return literal.strip("/") if literal == self.name.name else literal.lstrip("/")

    @property
    def literal(self) -> int:
        """How many letters of it are fixed: of several that mean a name, the one with most of them is nearest."""
        return len(_PLACEHOLDER.sub("", self.name.name.strip("/")))


@dataclass(frozen=True, slots=True)
class Match:
    """A concrete name is one of `declared`; `partition` is which slice of the dataset, where the name says it."""

    declared: DeclaredName
    partition: str | None = None


def placeholders_in(text: str) -> list[str]:
    return _PLACEHOLDER.findall(text)


def meant(name: Name, declared: Iterable[tuple[DeclaredName, PartitionScheme]]) -> tuple[Match, ...]:
    """The declared names that `name` is one of: the nearest one; several, where they say exactly the same."""
    found = [match for one, scheme in declared if (match := match_of(name, one, scheme))]
    nearest = max((_nearness(match) for match in found), default=None)
    return tuple(match for match in found if _nearness(match) == nearest)


def match_of(name: Name, declared: DeclaredName, scheme: PartitionScheme) -> Match | None:
    """None: the name is none of these. A key that the dataset cannot have is none of its partitions."""
    if name.namespace != declared.name.namespace:
        return None
    found = _expression(declared.name.name).fullmatch(name.name.strip("/"))
    if found is None:
        return None
    key = found.groupdict().get("key")
    if key is not None and not scheme.holds(key):
        return None
    return Match(declared, key)


def _nearness(match: Match) -> tuple[bool, int]:
    return not match.declared.is_pattern, match.declared.literal


@lru_cache(maxsize=4096)
def _expression(text: str) -> re.Pattern[str]:
    """A key holds no slash, and where it stands twice it is the same."""
    bare, parts, seen = text.strip("/"), list[str](), False
    for place, part in enumerate(re.split(r"\{\w*\}", bare)):
        if place:
            parts.append("(?P=key)" if seen else "(?P<key>[^/]+)")
            seen = True
        parts.append(re.escape(part))
    below = "(?:/.*)?" if text.endswith("/") else ""
    return re.compile("".join(parts) + below, re.DOTALL)
