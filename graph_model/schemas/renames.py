"""Which column of an older schema is which of a newer one, by the renames that contracts declare: pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from graph_model.contracts.entities import lies_in

Renames = frozenset[tuple[str, str]]
"""Pairs of old and new path. They hold for the fields inside too, and for ever: the way back is the same way."""


def origins(before: Sequence[str], after: Sequence[str], renames: Renames) -> dict[str, str]:
    """By path in `after`, the path that the same column has in `before`; new columns are left out."""
    old, found = set(before), {}
    kept = old & set(after)
    free = [path for path in before if path not in kept]
    for path in after:
        if path in kept:
            found[path] = path
            continue
        known = [alias for alias in _aliases(path, renames) if alias in free]
        if known:
            found[path] = known[0]
            free.remove(known[0])
    return found


def _aliases(path: str, renames: Renames) -> Iterator[str]:
    """All names the column has had or will have, the nearest first."""
    seen, frontier = {path}, [path]
    for _ in range(len(renames)):
        frontier = sorted({name for known in frontier for name in _renamed(known, renames)} - seen)
        seen.update(frontier)
        yield from frontier


def _renamed(path: str, renames: Renames) -> Iterator[str]:
    for old, new in renames:
        for one, other in ((new, old), (old, new)):
            if lies_in(path, one):
                yield other + path[len(one) :]


def follow(known: Mapping[str, str], came_from: Mapping[str, str], paths: Iterable[str], step: int) -> dict[str, str]:
    """Identities after one step. A new column gets its own name, marked with the step where another carries that."""
    found = {path: known[came_from[path]] for path in paths if path in came_from}
    taken = {*known.values(), *found.values()}
    for path in paths:
        if path not in found:
            found[path] = f"{path}@{step}" if path in taken else path
    return found
