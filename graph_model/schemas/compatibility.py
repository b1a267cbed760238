"""Who can still read what: whether a new schema keeps what was promised about the schemas before it. Pure.

- forward: who reads by the old schema can read the new data. Every column is still there, under its name; its values
  are ones that the old type holds; and it is not empty where it never was.
- backward: who reads by the new schema can read the old data. Its columns take in the old values; one that the old data
  lacks is read as empty, and may be empty.
- full: both.

What is not known (a column of nulls in a text) breaks no promise.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Literal

from graph_model.contracts.entities import Column, lies_in
from graph_model.schemas.types import read
from graph_model.schemas.widening import Effect, effects

Mode = Literal["backward", "forward", "full", "none"]
MODES: tuple[Mode, ...] = ("backward", "forward", "full", "none")
_NOT_FORWARD = frozenset({Effect.OTHER, Effect.WIDER, Effect.MEMBER_DROPPED})
_NOT_BACKWARD = frozenset({Effect.OTHER, Effect.NARROWER})


def breaches(mode: Mode, before: Sequence[Column], after: Sequence[Column]) -> tuple[str, ...]:
    """What breaks the promise, a clause per column; none: it is kept."""
    return tuple(dict.fromkeys(clause for rule in _RULES[mode] for clause in rule(before, after)))


def breaches_of_columns(columns: Sequence[str], before: Sequence[Column], after: Sequence[Column]) -> tuple[str, ...]:
    """The same for a reader of these columns only, and of what they hold: forward, and all of them are there."""
    present = {column.path for column in after}
    missing = [path for path in columns if path not in present and not any(lies_in(own.path, path) for own in before)]
    wanted = [column for column in before if any(lies_in(column.path, path) for path in columns)]
    return (*(f"{path} is missing" for path in missing), *_not_forward(wanted, after))


def _not_forward(before: Sequence[Column], after: Sequence[Column]) -> Iterator[str]:
    new = {column.path: column for column in after}
    for old in before:
        now = new.get(old.path)
        if now is None:
            yield f"{old.path} is gone"
            continue
        if effects(read(old.type), read(now.type)) & _NOT_FORWARD:
            yield f"{old.path} is {now.type} and was {old.type}"
        if now.nullable and not old.nullable:
            yield f"{old.path} may be empty and never was"


def _not_backward(before: Sequence[Column], after: Sequence[Column]) -> Iterator[str]:
    known = {column.path: column for column in before}
    for now in after:
        old = known.get(now.path)
        if old is not None and effects(read(old.type), read(now.type)) & _NOT_BACKWARD:
            yield f"{now.path} is {now.type} and was {old.type}"
        if (old is None or old.nullable) and not now.nullable:
            yield f"{now.path} is never empty, and was {'empty before' if old else 'not there before'}"


_RULES: dict[Mode, tuple[Callable[[Sequence[Column], Sequence[Column]], Iterator[str]], ...]] = {
    "forward": (_not_forward,),
    "backward": (_not_backward,),
    "full": (_not_forward, _not_backward),
    "none": (),
}
