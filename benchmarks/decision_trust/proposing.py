"""Draws what is proposed: one change, several, or a set whose changes touch each other; never one that is nonsense."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from random import Random

from benchmarks.decision_trust.converting import turned
from benchmarks.decision_trust.sets import SETS
from benchmarks.decision_trust.single import SINGLES, Single, Singles
from benchmarks.decision_trust.world import World
from graph_model.impact import entities as impact

Change = impact.Change
KINDS = tuple(dict.fromkeys(name for name, _ in SINGLES))
_TRIES = 50


def propose(world: World, rng: Random, kinds: Collection[str] = ()) -> tuple[Change, ...]:
    """A set of one to four changes. `kinds`: which, by class name; empty: all. Raises LookupError."""
    draw = Singles(world, rng)
    singles = [one for name, one in SINGLES if not kinds or name in kinds]
    sets = [one for needs, one in SETS if not kinds or needs <= set(kinds)]
    for _ in range(_TRIES):
        if sets and rng.random() < 0.2:
            found = tuple(rng.choice(sets)(draw))
        else:
            found = _several(draw, [rng.choice(singles) for _ in range(rng.choices((1, 2, 3, 4), (62, 18, 12, 8))[0])])
        if found and not _contradict(found) and makes_sense(world, found):
            return found
    raise LookupError("nothing here can be changed")


def _several(draw: Singles, singles: Sequence[Single]) -> tuple[Change, ...]:
    """Half of them about one dataset."""
    near = draw.dataset()
    found = [one(draw, near if draw.rng.random() < 0.5 else draw.dataset()) for one in singles]
    return tuple(one for one in found if one is not None)


def makes_sense(world: World, changes: Sequence[Change]) -> bool:
    """Whether each dataset still has every column under a name of its own."""
    of_columns = [one for one in changes if isinstance(one, impact.ColumnChange)]
    for name in {one.dataset.name for one in of_columns}:
        own = [one for one in of_columns if one.dataset.name == name]
        after = [column.path.lower() for column in turned(world.datasets[name], own).dataset.columns]
        if len(set(after)) != len(after) or not after:
            return False
    return True


def _contradict(changes: Sequence[Change]) -> bool:
    """Whether two of them are about the same column, or one about the columns of what another one takes away."""
    seen: set[tuple[str, str]] = set()
    for change in changes:
        key = (str(_subject(change)), str(getattr(change, "column", type(change).__name__)))
        if key in seen:
            return True
        if not isinstance(change, impact.AddColumn):
            seen.add(key)
    whole = [one for one in changes if isinstance(one, impact.DropDataset | impact.RenameDataset | impact.Repartition)]
    shaping = [one for one in changes if isinstance(one, impact.ReorderColumns | impact.ChangeKey)]
    subjects = [_subject(one) for one in changes]
    if any(subjects.count(_subject(one)) > 1 for one in [*whole, *shaping]):
        return True
    made = [
        (_subject(one), one.to if isinstance(one, impact.RenameColumn) else one.column)
        for one in changes
        if isinstance(one, impact.RenameColumn | impact.AddColumn)
    ]
    dropped = [one for one in changes if isinstance(one, impact.DropColumn)]
    return len(set(made)) != len(made) or len({(one.dataset, one.column) for one in dropped}) != len(dropped)


def _subject(change: Change) -> object:
    for name in ("dataset", "job", "consumer"):
        if hasattr(change, name):
            return getattr(change, name)
    return None
