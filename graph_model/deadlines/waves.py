"""Puts what waits for each other into an order that arrays can be computed in: waves, each of which needs only those
before it, and within a wave blocks of like rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Places: TypeAlias = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Edges:
    """Of each place, how many others it is joined to, and those of all, one after the other."""

    widths: Places
    others: Places

    @classmethod
    def of(cls, each: Sequence[Sequence[int]]) -> Edges:
        widths = np.fromiter(map(len, each), dtype=np.intp, count=len(each))
        others = np.fromiter((one for some in each for one in some), dtype=np.intp, count=int(widths.sum()))
        return cls(widths, others)

    def turned_round(self, *, without: Sequence[int] | Places = ()) -> Edges:
        """The same edges from their other ends, but for those of the places `without`."""
        owners = np.repeat(np.arange(len(self.widths), dtype=np.intp), self.widths)
        kept = ~np.isin(owners, np.asarray(without, dtype=np.intp))
        owners, others = owners[kept], self.others[kept]
        counts = np.bincount(others, minlength=len(self.widths)).astype(np.intp)
        return Edges(counts, owners[np.argsort(others, kind="stable")])


@dataclass(frozen=True, slots=True)
class Block:
    """Some places of a wave that are joined to equally many: `others` has a row for each of them, maybe of no width.

    `enough`: so many of a row are enough; the width of it: all must be over.
    """

    places: Places
    others: Places
    enough: int

    @property
    def needs_all(self) -> bool:
        return self.enough == self.others.shape[1]


def in_waves(edges: Edges, enough: Places | None = None) -> list[Block]:
    """The blocks of all waves, in order. Whatever is in a circle, or comes after one, is in none. `enough`: as in a
    block, for each place; None: all of them are needed."""
    widths = edges.widths
    wanted = widths if enough is None else enough
    starts = _starts(widths)
    blocks: list[Block] = []
    for wave in _waves(edges):
        alike = widths[wave] * (int(widths.max()) + 1) + wanted[wave]
        order = np.argsort(alike, kind="stable")
        for places in np.split(wave[order], np.flatnonzero(np.diff(alike[order])) + 1):
            first = int(places[0])
            columns = np.arange(int(widths[first]), dtype=np.intp)
            blocks.append(Block(places, edges.others[starts[places][:, None] + columns], int(wanted[first])))
    return blocks


def _waves(edges: Edges) -> list[Places]:
    """What comes after nothing, then what comes after that only, and so on."""
    following = edges.turned_round()
    starts = _starts(following.widths)
    left = edges.widths.copy()
    waves: list[Places] = []
    wave = np.flatnonzero(left == 0)
    while wave.size:
        waves.append(wave)
        reached = following.others[_ranges(starts[wave], following.widths[wave])]
        np.subtract.at(left, reached, 1)
        candidates = np.unique(reached)
        wave = candidates[left[candidates] == 0]
    return waves


def _starts(widths: Places) -> Places:
    return np.concatenate((np.zeros(1, dtype=np.intp), np.cumsum(widths)))[:-1]


def _ranges(starts: Places, counts: Places) -> Places:
    """So many numbers from each start on, joined."""
    ends = np.cumsum(counts)
    total = int(ends[-1]) if ends.size else 0
    return np.arange(total, dtype=np.intp) + np.repeat(starts - (ends - counts), counts)
