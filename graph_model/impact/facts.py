"""What the graph says about everything downstream of a set of changes, read once before anything is judged."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from graph_model.impact.about import About, about
from graph_model.impact.cadence import distances_of, may_be_outdated, outdated
from graph_model.impact.changed import ChangedSet
from graph_model.impact.checked import Checked, checked
from graph_model.impact.order import ranks
from graph_model.impact.walking import Asking, walk_downstream
from graph_model.lineage import hops
from graph_model.lineage.entities import LineageEdge, LineageNode
from graph_model.lineage.hops import Hop
from graph_model.lineage.merging import Rows
from graph_model.lineage.walk import Ceilings, Walked, flowing, walk
from graph_model.names import Name


@dataclass(slots=True)
class Facts:
    """`reads` by reader, `readers` and `makes` the other ways round; `uses` are the edges that leave a field,
    `followers` those that lead from a job to jobs that wait for it without data.

    `ways` leads over whole datasets to each node, by the fewest hops; `flowing` are the nodes to which data comes from
    the changes, the others only depend on a job that reads it; `checked` are the outputs whose values are. All by
    id. `order` is that in which data flows: see `order.ranks`.
    """

    changed: ChangedSet
    datasets: Walked
    columns: Walked
    reads: dict[str, list[Hop]] = field(default_factory=lambda: defaultdict(list))
    readers: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    makes: dict[str, list[Hop]] = field(default_factory=lambda: defaultdict(list))
    uses: dict[str, list[Hop]] = field(default_factory=lambda: defaultdict(list))
    followers: dict[str, list[Hop]] = field(default_factory=lambda: defaultdict(list))
    about: dict[str, About] = field(default_factory=dict)
    field_ids: dict[tuple[Name, str], str] = field(default_factory=dict)
    dataset_ids: dict[Name, str] = field(default_factory=dict)
    ways: dict[str, tuple[LineageEdge, ...]] = field(default_factory=dict)
    flowing: set[str] = field(default_factory=set)
    checked: dict[str, Checked] = field(default_factory=dict)
    order: tuple[tuple[str, ...], ...] = ()

    @property
    def cut_off(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys([*self.datasets.reasons, *self.columns.reasons]))


def gather(graph: Asking, changed: ChangedSet, *, ceilings: Ceilings) -> Facts:
    """Everything downstream of the changes: over datasets, and along the columns that change."""
    start = [*changed.starts.values(), *changed.retired.values()]
    control = graph.rows("lineage.controlled")[0]["any"]  # nearly no estate has such edges
    datasets = walk_downstream(graph, start, at=changed.at, ceilings=ceilings, control=control)
    facts = Facts(
        changed, datasets, _walk_columns(graph, [node for node, _ in changed.columns.values()], changed.at, ceilings)
    )
    _mark_outdated(graph, facts)
    for hop in datasets.hops.values():
        if hop.edge.kind == "PRODUCES":
            facts.makes[hop.edge.source].append(hop)
            continue
        if hop.edge.kind == hops.FOLLOWED_BY:
            facts.followers[hop.edge.source].append(hop)
            continue
        facts.reads[hop.edge.target].append(hop)
        facts.readers[hop.edge.source].append(hop.edge.target)
    for hop in facts.columns.hops.values():
        facts.uses[hop.edge.source].append(hop)
    facts.dataset_ids = {node.name: node.id for node in datasets.nodes.values() if node.kind == "DATASET"}
    facts.field_ids = {
        (node.name, (node.column or "").lower()): node.id
        for node in facts.columns.nodes.values()
        if node.kind == "COLUMN"
    }
    facts.ways = _ways(datasets)
    facts.flowing = flowing(datasets, [node.id for node in start])
    made = {hop.edge.target for several in facts.makes.values() for hop in several}
    facts.checked = checked(graph, [node for id_, node in datasets.nodes.items() if id_ in made])
    facts.order = tuple(ranks(facts.reads, facts.makes, also=changed.jobs))
    facts.about = about(graph, datasets.nodes.values(), at=changed.at)
    return facts


def _mark_outdated(graph: Rows, facts: Facts) -> None:
    """Calls stale what was observed too long ago for how often its job runs."""
    at = facts.changed.at
    old = [
        (walked, key, hop, _job_of(hop.edge, facts) or "")
        for walked in (facts.datasets, facts.columns)
        for key, hop in walked.hops.items()
        if may_be_outdated(hop.edge, at=at)
    ]
    usual = distances_of(graph, {job for *_, job in old} - {""})
    for walked, key, hop, job in old:
        if outdated(hop.edge, usual.get(job), at=at):
            walked.hops[key] = replace(hop, edge=replace(hop.edge, stale=True))


def _job_of(edge: LineageEdge, facts: Facts) -> str | None:
    if edge.job:
        return edge.job
    for end in (edge.source, edge.target):
        if (node := facts.datasets.nodes.get(end)) is not None and node.kind == "JOB":
            return end
    return None


def _ways(datasets: Walked) -> dict[str, tuple[LineageEdge, ...]]:
    """Hops come nearest first, so the first one that reaches a node ends a shortest way to it."""
    ways: dict[str, tuple[LineageEdge, ...]] = {id_: () for id_, node in datasets.nodes.items() if node.hops == 0}
    for hop in datasets.hops.values():
        if hop.edge.target not in ways:
            ways[hop.edge.target] = (*ways[hop.edge.source], hop.edge)
    return ways


def follow_also(graph: Rows, facts: Facts, columns: Iterable[LineageNode], *, ceilings: Ceilings) -> None:
    """Takes in what is made from further columns, those of datasets that come to change on the way."""
    new = [node for node in columns if node.id not in facts.columns.nodes]
    if not new:
        return
    walked = _walk_columns(graph, new, facts.changed.at, ceilings)
    facts.columns.reasons |= walked.reasons
    facts.columns.nodes |= {id_: node for id_, node in walked.nodes.items() if id_ not in facts.columns.nodes}
    for key, hop in walked.hops.items():
        if key not in facts.columns.hops:
            facts.columns.hops[key] = hop
            facts.uses[hop.edge.source].append(hop)


def _walk_columns(graph: Rows, columns: Sequence[LineageNode], at: datetime, ceilings: Ceilings) -> Walked:
    """Along FEEDS only; the edges that end at a dataset or a reader are taken along, not walked on from."""

    def step(frontier: Sequence[LineageNode]) -> Iterable[Hop]:
        fields = [node for node in frontier if node.kind == "COLUMN"]
        found = hops.step_columns(graph, fields, direction="DOWN", at=at)
        return [hop for hop in found if hop.edge.kind != "CONSUMED_BY"]

    return walk(step, list(columns), ceilings=ceilings)
