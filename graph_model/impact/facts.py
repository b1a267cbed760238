"""What the graph says about everything downstream of a set of changes, read once before anything is judged."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from graph_model.impact.about import About, ask_about
from graph_model.impact.cadence import ask_distances, may_be_outdated, outdated
from graph_model.impact.changed import ChangedSet
from graph_model.impact.checked import Checked, ask_checked
from graph_model.impact.order import ranks
from graph_model.impact.walking import Asking, Walk
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

    def take(self, found: Iterable[Hop]) -> None:
        """Files edges between datasets and readers. They come nearest first, so the first one that reaches a node ends
        a shortest way to it."""
        for hop in found:
            edge = hop.edge
            if edge.target not in self.ways:
                self.ways[edge.target] = (*self.ways[edge.source], edge)
            if edge.kind == "PRODUCES":
                self.makes[edge.source].append(hop)
            elif edge.kind == hops.FOLLOWED_BY:
                self.followers[edge.source].append(hop)
            else:
                self.reads[edge.target].append(hop)
                self.readers[edge.source].append(edge.target)

    def take_again(self) -> None:
        """Files all edges anew, since some became others."""
        for filed in (self.reads, self.readers, self.makes, self.followers):
            filed.clear()
        self.ways = {id_: () for id_, node in self.datasets.nodes.items() if node.hops == 0}
        self.take(self.datasets.hops.values())


def gather(graph: Asking, changed: ChangedSet, *, ceilings: Ceilings) -> Facts:
    """Everything downstream of the changes: over datasets, and along the columns that change. What is asked for is read
    as late as can be: the graph looks it up while something else is done here."""
    start = [*changed.starts.values(), *changed.retired.values()]
    control = graph.rows("lineage.controlled")[0]["any"]  # nearly no estate has such edges
    columns = _walk_columns(graph, [node for node, _ in changed.columns.values()], changed.at, ceilings)
    downstream = Walk(graph, start, at=changed.at, ceilings=ceilings, control=control)
    facts = Facts(changed, downstream.walked, columns, ways={node.id: () for node in start})
    old: list[Hop] = []
    for found in downstream.steps():
        facts.take(found)
        old += [hop for hop in found if may_be_outdated(hop.edge, at=changed.at)]
    nodes = facts.datasets.nodes
    readers = ask_about(graph, nodes.values(), at=changed.at)
    old += [hop for hop in columns.hops.values() if may_be_outdated(hop.edge, at=changed.at)]
    jobs = [_job_of(hop.edge, facts) for hop in old]
    distances = ask_distances(graph, filter(None, jobs))
    facts.dataset_ids = {node.name: node.id for node in nodes.values() if node.kind == "DATASET"}
    facts.field_ids = {
        (node.name, (node.column or "").lower()): node.id for node in columns.nodes.values() if node.kind == "COLUMN"
    }
    facts.flowing = flowing(facts.datasets, [node.id for node in start])
    facts.order = tuple(ranks(facts.reads, facts.makes, also=changed.jobs))
    made = {hop.edge.target for several in facts.makes.values() for hop in several}
    contracts = ask_checked(graph, [node for id_, node in nodes.items() if id_ in made])
    _mark_outdated(facts, zip(old, jobs, strict=True), distances())
    for hop in columns.hops.values():
        facts.uses[hop.edge.source].append(hop)
    facts.about, facts.checked = readers(), contracts()
    return facts


def _mark_outdated(facts: Facts, old: Iterable[tuple[Hop, str | None]], usual: Mapping[str, timedelta | None]) -> None:
    """Calls stale what was observed too long ago for how often its job runs."""
    changes = False
    for hop, job in old:
        if not outdated(hop.edge, usual.get(job or ""), at=facts.changed.at):
            continue
        edge = replace(hop.edge, stale=True)
        walked = facts.columns if edge.kind in hops.BY_COLUMN else facts.datasets
        walked.hops[edge.source, edge.target, edge.kind, edge.job or ""] = replace(hop, edge=edge)
        changes |= walked is facts.datasets
    if changes:
        facts.take_again()


def _job_of(edge: LineageEdge, facts: Facts) -> str | None:
    if edge.job:
        return edge.job
    for end in (edge.source, edge.target):
        if (node := facts.datasets.nodes.get(end)) is not None and node.kind == "JOB":
            return end
    return None


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
