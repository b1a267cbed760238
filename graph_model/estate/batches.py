"""Cuts long lists, so that no statement carries an endless parameter."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")
BATCH = 500


def in_batches(things: Sequence[T], size: int = BATCH) -> Iterator[Sequence[T]]:
    """Parts of `things`, none empty."""
    for start in range(0, len(things), size):
        yield things[start : start + size]
