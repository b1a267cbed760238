"""What crossing over to another type system gives, and what it costs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")
Other = TypeVar("Other")


@dataclass(frozen=True, slots=True)
class Mapped(Generic[T]):
    """`value` in the other type system. `lost` names each thing it cannot say; empty: reading it back gives the same.

    How values are laid out in memory or encoded is no part of a type, so nothing is lost with it.
    """

    value: T
    lost: tuple[str, ...] = ()

    def then(self, change: Callable[[T], Other], *lost: str) -> Mapped[Other]:
        return Mapped(change(self.value), (*self.lost, *lost))

    def but(self, *lost: str) -> Mapped[T]:
        return Mapped(self.value, (*self.lost, *lost))


def losing(value: T, *lost: str) -> Mapped[T]:
    return Mapped(value, lost)


def together(parts: Sequence[Mapped[T]]) -> Mapped[tuple[T, ...]]:
    """Several as one; a loss that is the same in several is told once."""
    return Mapped(
        tuple(part.value for part in parts), tuple(dict.fromkeys(lost for part in parts for lost in part.lost))
    )
