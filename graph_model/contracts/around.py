"""What two documents say around the schema: status, service levels, servers, roles, and all the rest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from graph_model.contracts.changes import Change, differing, is_now, numbered, same, shown
from graph_model.contracts.document import Document
from graph_model.contracts.service import Better, Clock, Duration, ServiceLevel, Term, levels_of
from graph_model.schemas.entities import ChangeClass

_JUDGED = ("version", "schema", "status", "id", "slaProperties", "servers", "roles")
# What a server and a role say for people only.
_FOR_PEOPLE = ("id", "description", "customProperties", "environment", "firstLevelApprovers", "secondLevelApprovers")
_STATUS = {"retired": ChangeClass.MAJOR, "deprecated": ChangeClass.MINOR}


def of_documents(before: Document, after: Document) -> Iterator[Change]:
    yield from _services(levels_of(before), levels_of(after))
    old, new = before.content, after.content
    if not same(old.get("status"), new.get("status")):
        change = _STATUS.get(after.status.lower(), ChangeClass.PATCH)
        yield Change("status", "status", change, f"status {is_now(old.get('status'), new.get('status'))}")
    if not same(old.get("id"), new.get("id")):
        text = f"it is another contract: its id {is_now(old.get('id'), new.get('id'))}"
        yield Change("id", "id", ChangeClass.MAJOR, text)
    yield from _named("servers", "server", old.get("servers") or (), new.get("servers") or ())
    yield from _named("roles", "role", old.get("roles") or (), new.get("roles") or ())
    yield from (Change(key, key, ChangeClass.PATCH, f"{key} changed") for key in differing(old, new, but=_JUDGED))


def _named(part: str, key: str, old: Sequence[Mapping[str, Any]], new: Sequence[Mapping[str, Any]]) -> Iterator[Change]:
    """Servers and roles: who reads through one must find it again as it was."""
    then, now = (numbered(found, lambda one: one.get(key) or one.get("id") or "") for found in (old, new))
    for called, one in then.items():
        name = f"{key} {called[0]}".strip()
        if called not in now:
            yield Change(part, called[0], ChangeClass.MAJOR, f"{name} is gone")
            continue
        changed = differing(one, now[called])
        for field in changed:
            change = ChangeClass.PATCH if field in _FOR_PEOPLE else ChangeClass.MAJOR
            text = f"{name}: {field} {is_now(one.get(field), now[called].get(field))}"
            yield Change(part, called[0], change, text)
    for called in now:
        if called not in then:
            yield Change(part, called[0], ChangeClass.MINOR, f"{key} {called[0]} is new".replace("  ", " "))


def _services(old: Sequence[ServiceLevel], new: Sequence[ServiceLevel]) -> Iterator[Change]:
    """The second of the same name, element and driver is another one."""
    then, now = (numbered(found, lambda level: (level.name, level.element, level.driver)) for found in (old, new))
    for called, level in then.items():
        name = _name(level)
        if called in now:
            yield from _service(level, now[called], name)
        else:
            yield Change("service", name, ChangeClass.MAJOR, f"{name} is promised no more; it was {level.text}")
    for called, level in now.items():
        if called not in then:
            name = _name(level)
            yield Change("service", name, ChangeClass.MINOR, f"{name} is promised now: {shown(level.text or None)}")


def _name(level: ServiceLevel) -> str:
    return " ".join(part for part in (level.name, level.element and f"of {level.element}") if part)


def _service(old: ServiceLevel, new: ServiceLevel, name: str) -> Iterator[Change]:
    if (old.term, old.said) == (new.term, new.said):
        if old.description != new.description:
            yield Change("service", name, ChangeClass.PATCH, f"{name} is described otherwise")
        return
    change = which_is_better(old, new)
    told = f"{name} {is_now(old.text or None, new.text or None)}"
    text = told if change else f"{told}: which of the two promises more is not known"
    yield Change("service", name, change or ChangeClass.MAJOR, text)


def which_is_better(old: ServiceLevel, new: ServiceLevel) -> ChangeClass | None:
    """MINOR for a promise of more, MAJOR of less, PATCH of as much; None where nobody knows."""
    before, after = _amount(old.term), _amount(new.term)
    if before is None or after is None or type(old.term) is not type(new.term) or old.better is None:
        return None
    if isinstance(old.term, float) and old.said.partition(" ")[2] != new.said.partition(" ")[2]:
        return None  # numbers of another unit
    if (
        isinstance(old.term, Clock)
        and isinstance(new.term, Clock)
        and (old.term.zone is None) != (new.term.zone is None)
    ):
        return None
    if before == after:
        return ChangeClass.PATCH
    return ChangeClass.MINOR if (after < before) == (old.better is Better.LESS) else ChangeClass.MAJOR


def _amount(term: Term | None) -> float | None:
    """Something to compare terms of one kind by. Times of day are compared in one zone only."""
    if isinstance(term, Duration):
        return term.seconds
    if isinstance(term, datetime):
        return term.timestamp()
    if isinstance(term, Clock):
        offset = term.zone.utcoffset(None) if term.zone else None
        return (term.at.hour * 60 + term.at.minute) * 60 + term.at.second - (offset.total_seconds() if offset else 0)
    return term
