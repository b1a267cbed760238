"""Changes that are not judged along lineage: each kind has an examiner, which says who is affected by them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from graph_model.impact.entities import Affected, BadVersion, Change, Delay, FlowChange
from graph_model.lineage.entities import LineageNode
from graph_model.store.graph import Graph


@dataclass(frozen=True, slots=True)
class Examined:
    """What an examiner found. `nodes` are all that the paths of `affected` pass; `incomplete_reasons` are why there may
    be more."""

    affected: tuple[Affected, ...] = ()
    nodes: tuple[LineageNode, ...] = ()
    incomplete_reasons: tuple[str, ...] = ()


Examiner = Callable[[Graph, Sequence[Change], datetime | None], Examined]
"""Is given the changes of its kind only, and the moment that is asked about (None: now)."""


def _delays(graph: Graph, changes: Sequence[Change], as_of: datetime | None) -> Examined:
    from graph_model.impact.delays import examine_delays  # brings numpy, which takes a while and nobody else needs

    return examine_delays(graph, changes, as_of)


def _bad_versions(graph: Graph, changes: Sequence[Change], as_of: datetime | None) -> Examined:
    from graph_model.impact.tainted import examine_bad_versions  # leans on what runs did, which nobody else needs

    return examine_bad_versions(graph, changes, as_of)


EXAMINERS: dict[type, Examiner] = {Delay: _delays, BadVersion: _bad_versions}

_APART = (Delay, BadVersion)


def along_lineage(changes: Iterable[Change]) -> tuple[FlowChange, ...]:
    """The changes of a set that are judged along lineage."""
    return tuple(change for change in changes if not isinstance(change, Delay | BadVersion))


def examine(graph: Graph, changes: Sequence[Change], as_of: datetime | None) -> tuple[Examined, ...]:
    """What the examiners find, one answer for each kind of change among `changes`."""
    found: list[Examined] = []
    for kind in _APART:
        asked = [change for change in changes if isinstance(change, kind)]
        if asked:
            found.append(EXAMINERS[kind](graph, asked, as_of))
    return tuple(found)
