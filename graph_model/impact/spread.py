"""Lets harm run downstream, until nothing gets worse any more. That ends: harm only grows, paths get shorter."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from graph_model.impact.changes import ColumnHarm
from graph_model.impact.entities import Verdict
from graph_model.impact.facts import Facts
from graph_model.impact.rules import (
    DatasetHarm,
    Finding,
    HarmedColumn,
    HarmedDataset,
    Reading,
    Use,
    badness,
    judge,
)
from graph_model.lineage.entities import LineageEdge, LineageNode
from graph_model.lineage.hops import Hop, goes_through


@dataclass(slots=True)
class _Harm:
    """What has happened so far, by id."""

    datasets: dict[str, HarmedDataset] = field(default_factory=dict)
    columns: dict[str, HarmedColumn] = field(default_factory=dict)


class Spread:
    """Lets harm run downstream: judges readers of what got worse, and passes on what that does to what they make."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._harm = _Harm()
        self._found: dict[str, Finding] = {}
        self._queue: deque[str] = deque()
        self._columns_of: dict[str, set[str]] = {}

    def findings(self) -> dict[str, Finding]:
        """The finding of each reader, by id."""
        self._apply_changes()
        for reader in self._facts.reads:
            self._judge(reader)
        while self._queue:
            for reader in self._facts.readers.get(self._queue.popleft(), ()):
                self._judge(reader)
        return self._found

    def _apply_changes(self) -> None:
        changed = self._facts.changed
        for dataset in sorted(changed.dropped):
            self._harm_dataset(dataset, HarmedDataset(DatasetHarm.GONE, "it is dropped"))
        for node, outcome in changed.columns.values():
            self._harm_column(node, HarmedColumn(node.column or "", outcome.harm, outcome.text, to=outcome.to))
        for job in changed.retired.values():
            for made in self._facts.makes.get(job.id, ()):
                self._harm_dataset(
                    made.edge.target, HarmedDataset(DatasetHarm.STALLED, f"{job.name} is retired", (made.edge,))
                )

    def _judge(self, reader: str) -> None:
        if reader in self._facts.changed.retired:
            return
        finding = judge(self._readings(reader))
        before = self._found.get(reader)
        if before is None or badness(finding) > badness(before):
            self._found[reader] = finding
        self._pass_on(reader, self._found[reader])  # also when the verdict stays: it may hold for more columns now

    def _readings(self, reader: str) -> list[Reading]:
        return [self._reading(reader, hop) for hop in self._facts.reads[reader]]

    def _reading(self, reader: str, hop: Hop) -> Reading:
        node, dataset = self._facts.datasets.nodes[reader], hop.edge.source
        harmed = [(id_, self._harm.columns[id_]) for id_ in sorted(self._columns_of.get(dataset, ()))]
        uses = (_use(self._facts, reader, id_, column, hop) for id_, column in harmed)
        return Reading(
            reader=node.name,
            is_job=node.kind == "JOB",
            dataset=self._facts.datasets.nodes[dataset].name,
            edge=hop.edge,
            required=hop.required,
            columns_known=hop.columns_known if node.kind == "JOB" else bool(hop.columns),
            harm=self._harm.datasets.get(dataset),
            harmed_columns=tuple(column for _, column in harmed),
            uses=tuple(use for use in uses if use is not None),
            way=self._facts.ways.get(dataset, ()),
        )

    def _pass_on(self, reader: str, finding: Finding) -> None:
        node = self._facts.datasets.nodes[reader]
        name = "whatever makes it" if node.technical else str(node.name)
        if finding.verdict is Verdict.BREAKS:
            self._harm_outputs(
                reader,
                DatasetHarm.STALLED,
                f"{name} {'breaks' if finding.effect == 'HIT' else 'waits itself'}",
                finding,
            )
        elif finding.verdict is Verdict.UNKNOWN:
            self._harm_outputs(reader, DatasetHarm.DOUBTFUL, f"whether {name} breaks is not known", finding)
        elif finding.verdict is Verdict.RISKY and not self._follow_columns(reader):
            cause = f"{name} makes it from what changes"
            self._harm_outputs(reader, DatasetHarm.ROWS_CHANGE, cause, finding, self._read_from(reader))

    def _read_from(self, reader: str) -> list[Hop]:
        """What a reader reads of what something happens to."""
        reads = self._facts.reads[reader]
        return [hop for hop in reads if judge([self._reading(reader, hop)]).verdict is not Verdict.SAFE]

    def _harm_outputs(
        self, job: str, harm: DatasetHarm, cause: str, finding: Finding, read: Sequence[Hop] | None = None
    ) -> None:
        """All outputs of a job: one that fails makes none of them. With `read`, only those that what was `read` goes
        into."""
        for made in self._facts.makes.get(job, ()):
            if read is None or any(goes_through(hop, made) for hop in read):
                self._harm_dataset(made.edge.target, HarmedDataset(harm, cause, (*finding.path, made.edge)))

    def _follow_columns(self, job: str) -> bool:
        """Passes the risk on to the columns that the job makes of those at risk; False when that is not all of it."""
        readings = self._readings(job)
        complete = all(reading.harm is None for reading in readings)
        for reading_hop in self._facts.reads[job]:
            for column in sorted(self._columns_of.get(reading_hop.edge.source, ())):
                complete &= self._follow_column(job, column)
        return complete

    def _follow_column(self, job: str, column: str) -> bool:
        harmed, hops = self._harm.columns[column], self._facts.uses.get(column, ())
        made = [hop for hop in hops if hop.edge.job == job and hop.edge.kind in ("FEEDS", "SHAPES")]
        for hop in made:
            path = (*harmed.path, hop.edge)
            if hop.node.kind == "COLUMN":
                text = (
                    f"is made from {harmed.name}, which {harmed.text}"
                    if harmed.harm > ColumnHarm.TOUCHED
                    else harmed.text
                )
                self._harm_column(hop.node, HarmedColumn(hop.node.column or "", ColumnHarm.TOUCHED, text, path))
            else:
                cause = f"they are decided by {harmed.name}, which {harmed.text}"
                self._harm_dataset(hop.node.id, HarmedDataset(DatasetHarm.ROWS_CHANGE, cause, path))
        return bool(made) or all(hop.edge.target != job for hop in hops)

    def _harm_dataset(self, dataset: str, harm: HarmedDataset) -> None:
        before = self._harm.datasets.get(dataset)
        if before is not None and (before.harm, -len(before.path)) >= (harm.harm, -len(harm.path)):
            return
        if dataset not in self._facts.datasets.nodes:
            return  # beyond where the walk was cut off
        self._harm.datasets[dataset] = harm
        self._queue.append(dataset)

    def _harm_column(self, node: LineageNode, harm: HarmedColumn) -> None:
        before = self._harm.columns.get(node.id)
        dataset = self._facts.dataset_ids.get(node.name)
        if dataset is None or (before is not None and (before.harm, -len(before.path)) >= (harm.harm, -len(harm.path))):
            return
        self._harm.columns[node.id] = harm
        self._columns_of.setdefault(dataset, set()).add(node.id)
        self._queue.append(dataset)


def _use(facts: Facts, reader: str, column: str, harmed: HarmedColumn, read: Hop) -> Use | None:
    """How `reader` uses a harmed column: by an edge, by what it makes of it, or by a name it reads; else None."""
    hops = facts.uses.get(column, ())
    edges = [hop.edge for hop in hops if hop.edge.target == reader]
    edges += [_as_use(hop.edge, reader) for hop in hops if hop.edge.job == reader and hop.edge.target != reader]
    if harmed.name.lower() in (named.lower() for named in read.columns):
        edges.append(LineageEdge(column, reader, "USED_BY", read.edge.provenance, read.edge.stale, read.edge.last_seen))
    return Use(harmed, min(edges, key=lambda edge: (edge.stale, edge.provenance == "inferred"))) if edges else None


def _as_use(edge: LineageEdge, job: str) -> LineageEdge:
    """That a job makes something of a column says that it uses it."""
    return LineageEdge(edge.source, job, "USED_BY", edge.provenance, edge.stale, edge.last_seen, job)
