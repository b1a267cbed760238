"""The rule that says which datasets are one, and which of their names stands for all.

It looks at everything that is said about a group of datasets at once, so it does not matter who said what first.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime

from graph_model.estate.vocabulary import IMPORT
from graph_model.identity.entities import Decided, Evidence, Held, Kind, Member

_STRENGTH = tuple(Kind)
_NEVER = datetime(1, 1, 1, tzinfo=UTC)

Pair = frozenset[str]


def decide(members: Collection[Member], evidence: Iterable[Evidence], apart: Collection[Pair] = ()) -> Decided:
    """Joins what evidence says is one, the strongest first. What a person holds apart (`apart`: pairs of ids) is never
    joined, nor are two datasets that are both declared: evidence that would do it is held."""
    known = {member.id: member for member in members}
    said = sorted(
        (one for one in evidence if one.source in known and one.target in known),
        key=lambda one: (_STRENGTH.index(one.kind), one.id),
    )
    groups = {id_: frozenset((id_,)) for id_ in known}
    held: dict[str, Held] = {}
    for one in said:
        here, there = groups[one.source], groups[one.target]
        if here is there:
            continue
        reason = _hindrance(here, there, known, apart)
        if reason:
            held[one.id] = reason
            continue
        together = here | there
        groups.update(dict.fromkeys(together, together))
    counted = [one for one in said if one.id not in held]
    return Decided(_entities(set(groups.values()), known, counted), held)


def is_declared(member: Member) -> bool:
    """An estate or a registration declares it. What an import describes is described only."""
    return bool(member.scope) and not member.retired and not member.scope.startswith(IMPORT)


def _hindrance(here: Pair, there: Pair, known: Mapping[str, Member], apart: Collection[Pair]) -> Held | None:
    if any(pair & here and pair & there for pair in apart):
        return Held.APART
    if all(any(is_declared(known[id_]) for id_ in group) for group in (here, there)):
        return Held.BOTH_DECLARED
    return None


def _entities(groups: Iterable[Pair], known: Mapping[str, Member], evidence: Sequence[Evidence]) -> dict[str, str]:
    outdated, forms = _outdated(evidence), _forms(evidence)
    entities: dict[str, str] = {}
    for group in groups:
        if len(group) > 1:
            root = min(group, key=lambda id_: _rank(known[id_], id_ in outdated, forms.get(id_, 1)))
            entities.update(dict.fromkeys(group, root))
    return entities


def _rank(member: Member, outdated: bool, form: int) -> tuple[object, ...]:
    """What is declared before what is described, before what was only seen, before what is retired; the new name before
    the old one; a table before a place where its data lies; then by name."""
    declared = 3 if member.retired else 0 if is_declared(member) else 1 if member.scope else 2
    return declared, outdated, form, member.name, member.id


def _outdated(evidence: Iterable[Evidence]) -> set[str]:
    """Datasets whose last renaming was away from their name."""
    last: dict[str, tuple[datetime, bool, str]] = {}
    for one in evidence:
        if one.kind is Kind.RENAME:
            at = one.at or _NEVER
            for end, is_old in ((one.source, True), (one.target, False)):
                last[end] = max(last.get(end, (_NEVER, False, "")), (at, is_old, one.id))
    return {id_ for id_, (_, is_old, _) in last.items() if is_old}


def _forms(evidence: Iterable[Evidence]) -> dict[str, int]:
    """0: somebody calls it a table; 2: a place; 1: nobody says."""
    ranks = {"TABLE": 0, "LOCATION": 2}
    forms: dict[str, int] = {}
    for one in evidence:
        rank = ranks.get(one.form)
        if rank is not None:
            forms[one.target] = min(rank, forms.get(one.target, rank))
    return forms
