"""`uses: NAME` with `with: {…}`: a kind of job that an installed package brings along.

The package registers two entry points of the same name: in `headwater.kinds` a `Kind`, whose `keys` are the words that
`with` may hold and whose `read` is given them, and in `headwater.executors` what carries such jobs out.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.metadata import entry_points
from typing import Any

from graph_model.errors import nearest
from graph_model.estate.drafts import Source
from graph_model.estate.kinds.base import Kind
from graph_model.estate.sections import Section
from graph_model.estate.yaml_lines import Entries

ENTRY_POINTS = "headwater.kinds"


class UnusableKindError(Exception):
    """The message says where the kind comes from and why it cannot be used."""


@cache
def installed_kinds() -> tuple[str, ...]:
    """The names of all kinds that installed packages bring along."""
    return tuple(sorted(entry_points(group=ENTRY_POINTS).names))


@cache
def kind_named(name: str) -> Kind:
    """Raises UnusableKindError. A package that is broken stops nobody who does not use it."""
    (point, *_) = entry_points(group=ENTRY_POINTS, name=name)
    try:
        found = point.load()
    except Exception as error:
        raise UnusableKindError(f"the kind {name} cannot be loaded from {point.value}: {error}") from error
    if not isinstance(found, Kind):
        raise UnusableKindError(f"{point.value} is no Kind, but {type(found).__name__}")
    return found


def _named(section: Section) -> str:
    return section.words("uses")


def _read(section: Section, source: Source) -> Mapping[str, Any]:
    said = section.text("uses")
    if said is None:
        return {}
    if said.value not in installed_kinds():
        _tell_unknown(section, said.value, line=said.line)
        return {}
    try:
        kind = kind_named(said.value)
    except UnusableKindError as error:
        section.wrong(said.line, str(error))
        return {}
    return kind.read(_given(section, kind, said.line), source)


def _given(section: Section, kind: Kind, line: int) -> Section:
    """What the job says to its kind; nothing, where it says nothing."""
    given = section.section("with", kind.keys)
    return given or Section(Entries(line, ()), section.mistakes, what=f"{section.what}: with", keys=kind.keys)


def _tell_unknown(section: Section, name: str, *, line: int) -> None:
    known = installed_kinds()
    near = nearest(name, known)
    otherwise = f"installed are {', '.join(known)}" if known else f"a package brings it along, as {ENTRY_POINTS}"
    section.wrong(line, f"no kind of job called {name} is installed", f"did you mean {near}?" if near else otherwise)


KIND = Kind("uses", _read, keys=("with",), named=_named)
