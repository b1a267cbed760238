"""One page of a longer list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """`has_next`: the list goes on after `items`."""

    items: tuple[T, ...]
    has_next: bool = False


def cut(found: Sequence[T], size: int) -> Page[T]:
    """The page of `size` items out of what was found when one more was asked for."""
    return Page(tuple(found[:size]), len(found) > size)
