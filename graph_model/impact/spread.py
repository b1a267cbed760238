"""Lets harm run downstream, until nothing gets worse any more. That ends: harm only grows, paths get shorter."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from graph_model.impact.changes import ColumnHarm, ColumnOutcome, Likeness
from graph_model.impact.checked import Checked
from graph_model.impact.declared import How
from graph_model.impact.entities import Verdict
from graph_model.impact.facts import Facts
from graph_model.impact.flow import Flowed
from graph_model.impact.look import Harm, Look
from graph_model.impact.rules import (
    DatasetHarm,
    Finding,
    HarmedColumn,
    HarmedDataset,
    Path,
    badness,
    concerns_all_rows,
    is_nothing,
    worst_of,
)
from graph_model.impact.rules.control import before_stays
from graph_model.lineage.entities import LineageEdge, LineageNode
from graph_model.lineage.hops import Hop, goes_through


class Spread:
    """Judges the readers of what got worse, and passes on what that does to what they make."""

    def __init__(self, facts: Facts, flowed: Flowed) -> None:
        self._facts, self._flowed = facts, flowed
        self._harm = Harm()
        self._look = Look(facts, flowed, self._harm)
        self._found: dict[str, Finding] = {}
        self._queue: dict[str, None] = {}
        self._held_back: dict[str, None] = {}
        self._judged: dict[str, int] = {}

    def findings(self) -> dict[str, Finding]:
        """The finding of each reader, by id."""
        self._apply_changes()
        for reader in self._in_order():
            self._judge(reader)
        while self._queue or self._held_back:
            while self._held_back:
                job, _ = self._held_back.popitem()
                self._pass_on(job, self._found[job])
            if self._queue:
                dataset = next(iter(self._queue))
                del self._queue[dataset]
                for reader in self._facts.readers.get(dataset, ()):
                    self._judge(reader)
        return self._found

    def _in_order(self) -> Iterator[str]:
        """Every reader, after those who make what it reads: so that most are judged once, when all has happened."""
        for rank in self._facts.order:
            yield from (reader for reader in rank if reader in self._facts.reads or reader in self._facts.changed.jobs)

    def _apply_changes(self) -> None:
        changed = self._facts.changed
        for dataset in sorted(changed.dropped):
            self._harm_dataset(dataset, HarmedDataset(DatasetHarm.GONE, "it is dropped"))
        for node, outcome in changed.columns.values():
            self._harm_column(node, _harmed(node, outcome))
        for node, outcome in self._flowed.outcomes.values():
            way = self._facts.ways.get(self._facts.dataset_ids.get(node.name, ""), ())
            self._harm_column(node, _harmed(node, outcome, way))
        for job in changed.retired.values():
            for made in self._facts.makes.get(job.id, ()):
                cause = f"{job.name} is retired"
                self._harm_dataset(made.edge.target, HarmedDataset(DatasetHarm.STALLED, cause, (made.edge,)))
            self._hold_back(job.id, _RETIRED)

    def _hold_back(self, job: str, finding: Finding) -> None:
        """What becomes of jobs that wait for this one without data."""
        for hop in self._facts.followers.get(job, ()):
            held, waits = before_stays(self._facts.datasets.nodes[job].name, hop.edge, finding), hop.node.id
            if held is None or waits in self._facts.changed.retired:
                continue
            before = self._found.get(waits)
            if before is None or badness(held) > badness(before):
                self._found[waits] = held
                self._held_back[waits] = None

    def _judge(self, reader: str) -> None:
        state = self._look.state(reader)
        if reader in self._facts.changed.retired or self._judged.get(reader) == state:
            return  # nothing that it reads got worse since
        self._judged[reader] = state
        undisturbed = None if state else self._look.undisturbed(reader)
        if undisturbed is not None:
            self._found.setdefault(reader, undisturbed)
            return
        finding = worst_of(*self._look.met(reader), self._look.making(reader))
        before = self._found.get(reader)
        if before is None or badness(finding) > badness(before):
            self._found[reader] = finding
        self._pass_on(reader, self._found[reader])  # also when the verdict stays: it may hold for more columns now

    def _pass_on(self, reader: str, finding: Finding) -> None:
        self._hold_back(reader, finding)
        node = self._facts.datasets.nodes[reader]
        name = "whatever makes it" if node.technical else str(node.name)
        if finding.verdict is Verdict.BREAKS and finding.stalls:
            cause = f"{name} {'breaks' if finding.effect == 'HIT' else 'waits itself'}"
            self._harm_outputs(reader, DatasetHarm.STALLED, cause, finding)
        elif finding.verdict is Verdict.UNKNOWN:
            self._harm_outputs(reader, DatasetHarm.DOUBTFUL, f"whether {name} breaks is not known", finding)
        else:
            self._pass_risk_on(reader, name, finding)

    def _pass_risk_on(self, reader: str, name: str, finding: Finding) -> None:
        making = self._look.making(reader)
        if making is not None and making.is_rewritten:
            self._harm_outputs(reader, DatasetHarm.ROWS_CHANGE, f"the code of {name} is changed", finding)
        if finding.verdict in (Verdict.RISKY, Verdict.BREAKS):
            if finding.may_fail:
                self._harm_outputs(reader, DatasetHarm.MAY_STALL, f"{name} may fail on what it reads", finding)
            if not self._follow_columns(reader):
                cause = f"{name} makes it from what changes"
                self._harm_outputs(reader, DatasetHarm.ROWS_CHANGE, cause, finding, self._read_from(reader))

    def _read_from(self, reader: str) -> list[Hop] | None:
        """What a reader reads of what something happens to; None: something happens to the reader itself."""
        if reader in self._facts.changed.jobs:
            return None
        met = zip(self._facts.reads[reader], self._look.met(reader).found, strict=True)
        return [hop for hop, found in met if not is_nothing(found)]

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
        complete = not any(map(concerns_all_rows, self._look.met(job).readings))
        for column in self._values_read(job):
            complete &= self._follow_column(job, column)
        for column, cause in self._turned(job):
            path = (*self._look.way_to(job), *(hop.edge for hop in self._facts.makes[job][:1]))
            if column is None:
                self._harm_dataset(path[-1].target, HarmedDataset(DatasetHarm.ROWS_CHANGE, cause, path))
            else:
                self._harm_column(column, HarmedColumn(column.column or "", ColumnHarm.TOUCHED, cause, path))
        self._doubt_checks(job)
        return complete

    def _doubt_checks(self, job: str) -> None:
        """What a job makes is checked before it is published: where other values reach a column that a check looks at,
        the run may fail."""
        for made in self._facts.makes.get(job, ()):
            output = made.edge.target
            checks, typed = self._facts.checked.get(output, Checked()), self._typed_by_values(job, output)
            harmed = (self._harm.columns[id_] for id_ in sorted(self._harm.columns_of.get(output, ())))
            doubted = next(
                (one for one in harmed if one.values and (checks.looks_at(one.name) or one.name.lower() in typed)), None
            )
            if doubted is not None:
                cause = f"a check of {doubted.name} may fail, which {doubted.text}"
                self._harm_dataset(
                    output, HarmedDataset(DatasetHarm.MAY_STALL, cause, (*self._look.way_to(job), made.edge))
                )

    def _typed_by_values(self, job: str, output: str) -> frozenset[str]:
        """The columns of an output, in lower case, that are promised to be more than text, where the job reads text:
        its values tell its types, and other ones may tell others.
        """
        reads = (self._flowed.datasets.get(hop.edge.source) for hop in self._facts.reads.get(job, ()))
        facts = self._flowed.datasets.get(output)
        if facts is None or not any(one and one.is_text for one in reads):
            return frozenset()
        return frozenset(path.lower() for path, type_ in facts.promised.items() if type_ not in ("string", "unknown"))

    def _values_read(self, job: str) -> Iterator[str]:
        """The columns it reads whose values may change. Of a query that was held, all else is known from what it comes
        to, but for a window in which old and new columns lie side by side."""
        is_held = job in self._flowed.held or job in self._flowed.mended
        for hop in self._facts.reads.get(job, ()):
            mixes = self._flowed.how.get((hop.edge.source, job), How()).several
            for column in self._look.harmed(job, hop.edge.source):
                if self._harm.columns[column].values or not is_held or mixes:
                    yield column

    def _turned(self, job: str) -> Iterator[tuple[LineageNode | None, str]]:
        """The columns of its output (None: all rows) that the query comes to in another way."""
        held = self._flowed.held.get(job)
        made = self._facts.makes.get(job, ())
        if held is None or len(made) != 1 or made[0].edge.target not in self._facts.datasets.nodes:
            return
        for turn in held.turns:
            if turn.rows:
                yield None, f"they are decided by {turn.about}: {turn.text}"
            for path in sorted(turn.columns):
                yield self._look.column_of(made[0].node, path), f"is made from {turn.about}: {turn.text}"

    def _follow_column(self, job: str, column: str) -> bool:
        harmed, hops = self._harm.columns[column], self._facts.uses.get(column, ())
        made = [hop for hop in hops if hop.edge.job == job and hop.edge.kind in ("FEEDS", "SHAPES")]
        retypes = job not in self._flowed.held and (harmed.retypes or self._retypes(job, harmed))
        for hop in made:
            self._follow_edge(harmed, hop, retypes=retypes)
        return bool(made) or all(hop.edge.target != job for hop in hops)

    def _retypes(self, job: str, harmed: HarmedColumn) -> bool:
        """Whether what the job makes of a column may be of another type. SQL makes room for a wider one, and what was
        another column of the same kind is that kind still."""
        facts = self._flowed.jobs.get(job)
        if harmed.harm is ColumnHarm.WIDENED:
            return not (facts and facts.sql)
        if harmed.harm is ColumnHarm.REPLACED:
            return harmed.likeness is not Likeness.KIND
        return harmed.harm in _RETYPING

    def _as_output_calls_it(self, hop: Hop) -> LineageNode | None:
        """The column that a flow leads to, as its dataset calls it; None: it is not one of those that are known."""
        held = self._flowed.held.get(hop.edge.job or "")
        path = (hop.node.column or "").lower()
        dataset = self._facts.dataset_ids.get(hop.node.name, "")
        if held and path in held.names:
            return self._look.column_of(self._facts.datasets.nodes[dataset], held.names[path])
        described = self._flowed.datasets.get(dataset)
        is_known = not described or not described.columns or path in (one.path.lower() for one in described.columns)
        return hop.node if is_known else None

    def _follow_edge(self, harmed: HarmedColumn, hop: Hop, *, retypes: bool) -> None:
        path = _joined(harmed.path, hop.edge)
        node = self._as_output_calls_it(hop) if hop.node.kind == "COLUMN" else None
        if node is None:
            cause = f"they are decided by {harmed.name}, which {harmed.text}"
            dataset = hop.node.id if hop.node.kind == "DATASET" else self._facts.dataset_ids.get(hop.node.name, "")
            self._harm_dataset(dataset, HarmedDataset(DatasetHarm.ROWS_CHANGE, cause, path))
            return
        is_origin = harmed.harm is not ColumnHarm.TOUCHED
        text = f"is made from {harmed.name}, which {harmed.text}" if is_origin else harmed.text
        made = HarmedColumn(node.column or "", ColumnHarm.TOUCHED, text, path, retypes=retypes)
        self._harm_column(node, made)

    def _harm_dataset(self, dataset: str, harm: HarmedDataset) -> None:
        if harm.harm is DatasetHarm.ROWS_CHANGE and dataset in self._facts.checked:
            cause = f"its checks may fail on other rows, and {harm.cause}"
            harm = HarmedDataset(DatasetHarm.MAY_STALL, cause, harm.path)
        if dataset not in self._facts.datasets.nodes:
            return  # beyond where the walk was cut off
        if self._harm.add_dataset(dataset, harm):
            self._queue[dataset] = None

    def _harm_column(self, node: LineageNode, harm: HarmedColumn) -> None:
        dataset = self._facts.dataset_ids.get(node.name)
        if dataset is not None and self._harm.add_column(dataset, node.id, harm):
            self._queue[dataset] = None


_RETIRED = Finding(Verdict.BREAKS, "STALLED", "", "", ())
"""What those who wait for a retired job go by: it comes to no end any more."""

_RETYPING = frozenset({ColumnHarm.RETYPED, ColumnHarm.NARROWED})


def _harmed(node: LineageNode, outcome: ColumnOutcome, way: Path = ()) -> HarmedColumn:
    return HarmedColumn(
        node.column or "",
        outcome.harm,
        outcome.text,
        way,
        to=outcome.to,
        values=outcome.values,
        likeness=outcome.likeness,
        tight=outcome.tight,
        shown=outcome.shown,
    )


def _joined(path: tuple[LineageEdge, ...], edge: LineageEdge) -> tuple[LineageEdge, ...]:
    """A way that goes on: where it comes to a whole dataset, the edge of a column starts there."""
    if not path or path[-1].target == edge.source:
        return (*path, edge)
    start = path[-1].target
    return (*path, LineageEdge(start, edge.target, edge.kind, edge.provenance, edge.stale, edge.last_seen, edge.job))
