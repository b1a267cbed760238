"""What a difference between two contracts is made of."""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from graph_model.schemas.entities import ChangeClass, worst

MOST_WORDS = 2
LONGEST_VALUE = 60
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Change:
    """What happens to one thing that a contract says, as a whole sentence. `part` is where it says so: `schema`,
    `quality`, `keys`, `service`, or a key of the standard; `about` is the thing."""

    part: str
    about: str
    change: ChangeClass
    text: str


@dataclass(frozen=True, slots=True)
class ContractDifference:
    """The worst first."""

    changes: tuple[Change, ...]

    @property
    def change(self) -> ChangeClass:
        return worst([change.change for change in self.changes])

    @property
    def why(self) -> str:
        """The worst of it in a few words."""
        told = [change.text for change in self.changes if change.change is self.change]
        more = f"; and {len(told) - MOST_WORDS} more" if len(told) > MOST_WORDS else ""
        return "; ".join(told[:MOST_WORDS]) + more


def is_now(old: Any, new: Any) -> str:
    return f"is {shown(new)} and was {shown(old)}"


def shown(value: Any) -> str:
    if value is None:
        return "nothing"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}…"


def same(one: Any, other: Any) -> bool:
    """Equal as JSON: Python takes 1 and true for the same."""
    return one == other and json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def differing(old: Mapping[str, Any], new: Mapping[str, Any], *, but: Iterable[str] = ()) -> list[str]:
    """The keys under which two objects say something else."""
    keys = sorted({*old, *new} - set(but))
    return [key for key in keys if (key in old) != (key in new) or not same(old.get(key), new.get(key))]


def numbered(items: Iterable[T], key: Callable[[T], Hashable]) -> dict[tuple[Any, int], T]:
    """By key, and the how manieth of that key it is."""
    seen: dict[Hashable, int] = {}
    found: dict[tuple[Any, int], T] = {}
    for item in items:
        called = key(item)
        seen[called] = number = seen.get(called, 0) + 1
        found[called, number] = item
    return found
