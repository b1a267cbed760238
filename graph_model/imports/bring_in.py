"""Brings in what a source says now, in one transaction: what it said before and no longer says is closed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

from graph_model.audit.record import Transition, record
from graph_model.errors import InvalidInput
from graph_model.estate.diff import Difference, difference
from graph_model.estate.entities import DatasetSpec
from graph_model.estate.holdings import Edge, Holdings, Node
from graph_model.estate.repository import dataset_ids, standing
from graph_model.estate.wanted import Wanted
from graph_model.estate.writing import Writing, lock, record_changes, write_flows, write_promises
from graph_model.imports.aims import aims, datasets_of, ids_by_kind, nodes_of
from graph_model.imports.entities import Declarations, ImportPlan
from graph_model.imports.repository import release, remember, scope_of, spoken_of, spoken_of_by_others
from graph_model.names import Name
from graph_model.store.graph import Graph, Transaction

UNKNOWN_FORMAT = "table"
"""What a dataset is that a source only names."""
_SOURCE = re.compile(r"^[A-Za-z0-9][\w.-]{0,99}$")


@dataclass(frozen=True, slots=True)
class _Survey:
    before: frozenset[str]
    standing: Holdings
    wanted: Wanted
    difference: Difference
    kept: tuple[Node, ...]
    released: tuple[Node, ...]


def bring_in(graph: Graph, declarations: Declarations, *, actor: str, dry_run: bool = False) -> ImportPlan:
    """What the import changes; doing it again changes nothing. `dry_run`: what it would change.

    What an estate or another source declares stays as it is; edges to and from it are added. What only this source
    spoke of and no longer does is retired. Raises InvalidInput for a name that no source can have.
    """
    scope = _checked_scope(declarations.source)
    told = _described(declarations)
    if dry_run:
        return graph.read(lambda tx: _planned(told, _survey(tx, told, scope)))

    def work(tx: Transaction) -> ImportPlan:
        now = lock(tx, scope)
        found = _survey(tx, told, scope)
        plan = _planned(told, found)
        if plan.is_empty:
            return plan
        writing = Writing(tx, scope, now, found.difference, found.wanted)
        write_flows(writing, found.standing)
        write_promises(writing, found.standing)
        release(tx, [node.id for node in found.released])
        _remember(tx, found, scope)
        record_changes(writing, actor=actor, plan=plan.hash)
        record(tx, [_transition(plan, scope, actor)])
        return plan

    return graph.write(work)


def remove(graph: Graph, source: str, *, actor: str, dry_run: bool = False) -> ImportPlan:
    """Closes everything that the source said. Nothing of anybody else is touched."""
    return bring_in(graph, Declarations(source), actor=actor, dry_run=dry_run)


def _checked_scope(source: str) -> str:
    if not _SOURCE.match(source):
        raise InvalidInput("source", f"{source!r} is no name for a source: letters, digits, dots, dashes, at most 100")
    return scope_of(source)


def _described(declarations: Declarations) -> Declarations:
    """With a bare description of every dataset that is only named."""
    described = {dataset.name for dataset in declarations.datasets}
    bare = [DatasetSpec(name, UNKNOWN_FORMAT) for name in datasets_of(declarations) if name not in described]
    return replace(declarations, datasets=(*declarations.datasets, *bare))


def _survey(tx: Transaction, told: Declarations, scope: str) -> _Survey:
    ids = dataset_ids(tx, datasets_of(told))
    before = spoken_of(tx, scope)
    held = standing(tx, scope, ids=[*ids_by_kind(told, ids), *before])
    nodes = _as_it_is_known(nodes_of(told, ids, scope=scope), held)
    kept = tuple(held.nodes[id] for id in nodes if _is_of_others(held.nodes.get(id), scope))
    wanted = aims(told, ids, nodes, kept={node.id for node in kept})
    found = difference(held, wanted.holdings, scope=scope)
    stay = spoken_of_by_others(tx, [node.id for node in found.retired], scope) if found.retired else frozenset()
    released = tuple(node for node in found.retired if node.id in stay)
    return _Survey(frozenset(id for _, id in before), held, wanted, _without(found, stay), kept, released)


def _as_it_is_known(nodes: dict[str, Node], held: Holdings) -> dict[str, Node]:
    """A dataset has its name for ever: a source may call it by another one of its names."""
    return {
        id: replace(node, properties={**node.properties, **_name_of(held.nodes[id])}) if id in held.nodes else node
        for id, node in nodes.items()
    }


def _name_of(node: Node) -> dict[str, str]:
    return {"namespace": node.name.namespace, "name": node.name.name}


def _is_of_others(node: Node | None, scope: str) -> bool:
    return node is not None and node.alive and node.scope not in (None, scope)


def _without(found: Difference, stay: frozenset[str]) -> Difference:
    """The difference without the retirement of what others still speak of."""
    return replace(
        found,
        retired=tuple(node for node in found.retired if node.id not in stay),
        changes=tuple(one for one in found.changes if not (one.action == "retire" and one.id in stay)),
    )


def _planned(told: Declarations, found: _Survey) -> ImportPlan:
    return ImportPlan(
        told.source,
        found.difference.changes,
        _counted(found.difference.opened),
        _counted(found.difference.closed),
        _names(found.kept),
        _names(found.released),
        found.difference.hash(scope_of(told.source)),
    )


def _counted(edges: Iterable[Edge]) -> dict[str, int]:
    return dict(sorted(Counter(edge.kind for edge in edges).items()))


def _names(nodes: Iterable[Node]) -> tuple[Name, ...]:
    return tuple(sorted(node.name for node in nodes))


def _remember(tx: Transaction, found: _Survey, scope: str) -> None:
    spoken = {*found.wanted.holdings.nodes, *(node.id for node in found.kept)}
    remember(tx, scope, new=spoken - found.before, gone=found.before - spoken)


def _transition(plan: ImportPlan, scope: str, actor: str) -> Transition:
    detail = {"source": plan.source, "opened": plan.opened, "closed": plan.closed, "plan": plan.hash}
    return Transition(f"scope {scope}", "IMPORTED", actor, detail)
