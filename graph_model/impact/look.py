"""What a reader meets, given all that has happened so far: what the rules are shown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from graph_model.impact.about import NOTHING
from graph_model.impact.changes import ColumnHarm, Likeness
from graph_model.impact.declared import By, DatasetFacts, How, JobFacts
from graph_model.impact.facts import Facts
from graph_model.impact.flow import Flowed
from graph_model.impact.renaming import mentions, takes_whatever_there_is
from graph_model.impact.rules import (
    Finding,
    HarmedColumn,
    HarmedDataset,
    Making,
    Path,
    Reading,
    Use,
    all_stays,
    found_in,
    is_weak,
)
from graph_model.impact.rules.reading import ReaderKind
from graph_model.lineage.entities import LineageEdge, LineageNode
from graph_model.lineage.hops import Hop
from graph_model.names import field_id


@dataclass(slots=True)
class Harm:
    """What has happened so far, by id; `columns_of` are the harmed columns of a dataset, `times` how often anything got
    worse in it."""

    datasets: dict[str, HarmedDataset] = field(default_factory=dict)
    columns: dict[str, HarmedColumn] = field(default_factory=dict)
    columns_of: dict[str, set[str]] = field(default_factory=dict)
    times: dict[str, int] = field(default_factory=dict)

    def add_dataset(self, dataset: str, harm: HarmedDataset) -> bool:
        """Keeps the worse of what happens to a dataset, by the shorter way; False: nothing got worse."""
        before = self.datasets.get(dataset)
        if before is not None and (before.harm, -len(before.path)) >= (harm.harm, -len(harm.path)):
            return False
        self.datasets[dataset] = harm
        self.times[dataset] = self.times.get(dataset, 0) + 1
        return True

    def add_column(self, dataset: str, column: str, harm: HarmedColumn) -> bool:
        """Keeps the worse of what happens to a column, by the shorter way; False: nothing got worse."""
        before = self.columns.get(column)
        if before is None:
            worse = harm
        else:
            worse = harm if (harm.harm, -len(harm.path)) > (before.harm, -len(before.path)) else before
            worse = replace(worse, values=harm.values or before.values, retypes=harm.retypes or before.retypes)
        if worse == before:
            return False
        self.columns[column] = worse
        self.columns_of.setdefault(dataset, set()).add(column)
        self.times[dataset] = self.times.get(dataset, 0) + 1
        return True


class Met(NamedTuple):
    """What a reader meets in each of its inputs, and what the rules find in it, in the same order."""

    readings: list[Reading]
    found: list[tuple[Finding, ...]]


class Look:
    """Puts together what is known of a reader and what has happened to what it reads."""

    def __init__(self, facts: Facts, flowed: Flowed, harm: Harm) -> None:
        self._facts, self._flowed, self._harm = facts, flowed, harm
        self._seen: tuple[str, int] | None = None
        self._met = Met([], [])
        self._weak: dict[str, bool] = {}

    def state(self, reader: str) -> int:
        """Is another number as soon as anything that a reader reads gets worse."""
        times = self._harm.times
        return sum(times.get(hop.edge.source, 0) for hop in self._facts.reads.get(reader, ()))

    def met(self, reader: str) -> Met:
        """What it meets in each of its inputs. It is asked for again and again while one reader is judged, and put
        together once for each state; of all others nothing is kept."""
        seen = (reader, self.state(reader))
        if self._seen != seen:
            readings = [self.reading(reader, hop) for hop in self._facts.reads.get(reader, ())]
            self._met, self._seen = Met(readings, [found_in(reading) for reading in readings]), seen
        return self._met

    def undisturbed(self, reader: str) -> Finding | None:
        """What the rules find of a reader to which nothing happens at all, without asking them: most of those who lie
        downstream. None: they have to be asked."""
        reads = self._facts.reads.get(reader, ())
        if reader in self._facts.changed.jobs or reader in self._flowed.held or not reads:
            return None
        if any(self._is_disturbed(hop) for hop in reads):
            return None
        ways = self._facts.ways
        nearest = min(reads, key=lambda hop: len(ways.get(hop.edge.source, ())))  # the first of equals
        path = (*ways.get(nearest.edge.source, ()), nearest.edge)
        return all_stays(self._facts.datasets.nodes[nearest.edge.source].name, path)

    def _is_disturbed(self, hop: Hop) -> bool:
        """Something happens to what is read, or the evidence that it is read at all is weak."""
        dataset, harm = hop.edge.source, self._harm
        return (
            dataset in harm.times
            or dataset in self._flowed.layouts
            or bool(self._facts.changed.changes.get(dataset))
            or is_weak(hop.edge)
            or self._is_weakly_reached(dataset)
        )

    def _is_weakly_reached(self, dataset: str) -> bool:
        if dataset not in self._weak:
            self._weak[dataset] = any(map(is_weak, self._facts.ways.get(dataset, ())))
        return self._weak[dataset]

    def reading(self, reader: str, hop: Hop) -> Reading:
        node, dataset = self._facts.datasets.nodes[reader], hop.edge.source
        whole = Reading(
            reader=node.name,
            is_job=node.kind == "JOB",
            dataset=self._facts.datasets.nodes[dataset].name,
            edge=hop.edge,
            required=hop.required,
            columns_known=hop.columns_known if node.kind == "JOB" else bool(hop.columns),
            harm=self._harm.datasets.get(dataset),
            way=self._facts.ways.get(dataset, ()),
        )
        return self._by_column(whole, reader, hop) if self._is_told_by_column(dataset) else whole

    def _by_column(self, whole: Reading, reader: str, hop: Hop) -> Reading:
        node, dataset = self._facts.datasets.nodes[reader], hop.edge.source
        harmed = [(id_, self._harm.columns[id_]) for id_ in self.harmed(reader, dataset)]
        uses = (self._use(reader, id_, column, hop) for id_, column in harmed)
        described = self._flowed.datasets.get(dataset, DatasetFacts(dataset))
        job = self._flowed.jobs.get(reader)
        how = self._flowed.how.get((dataset, reader), How())
        return replace(
            whole,
            harmed_columns=tuple(column for _, column in harmed),
            uses=tuple(use for use in uses if use is not None),
            kind=_kind(node, job),
            by=_by(how, described, job),
            several=how.several,
            used=tuple(self._used(job, dataset) if job else hop.columns),
            layout=self._flowed.layouts.get(dataset),
            changes=tuple(self._facts.changed.changes.get(dataset, ())),
            settled=self._facts.changed.settled.get(dataset, ()),
            types_shown=dataset in self._facts.changed.shown,
            held=self._flowed.held.get(reader),
            text=self._flowed.texts.get(reader, ""),
            mended=reader in self._flowed.mended,
            key=described.key,
            is_text=described.is_text,
            is_delimited=described.is_delimited,
            location=described.location,
            deadline=self._facts.about.get(reader, NOTHING).deadline is not None,
        )

    def _is_told_by_column(self, dataset: str) -> bool:
        """Else no rule looks at more than what happens to it as a whole: see `rules.asked_about`."""
        return (
            dataset in self._harm.columns_of
            or dataset in self._flowed.layouts
            or bool(self._facts.changed.changes.get(dataset))
        )

    def harmed(self, reader: str, dataset: str) -> list[str]:
        """The columns of a dataset to which something happens that the reader does not undo itself."""
        undone, columns = self._flowed.cast_back, self._harm.columns
        ids = sorted(self._harm.columns_of.get(dataset, ()))
        return [id_ for id_ in ids if (reader, dataset, columns[id_].name.lower()) not in undone]

    def making(self, reader: str) -> Making | None:
        """None for a consumer, and for a job to whose code and query nothing happens."""
        node, change = self._facts.datasets.nodes[reader], self._facts.changed.jobs.get(reader)
        held = self._flowed.held.get(reader)
        if node.kind != "JOB" or (held is None and change is None):
            return None
        mended = reader in self._flowed.mended
        return Making(node.name, self.way_to(reader), held, change, mended, frozenset(self._retyped(reader)))

    def _retyped(self, reader: str) -> Iterator[str]:
        for hop in self._facts.reads.get(reader, ()):
            for id_ in self._harm.columns_of.get(hop.edge.source, ()):
                column = self._harm.columns[id_]
                if column.harm in _OTHER_TYPES and column.likeness is Likeness.OTHER:
                    yield column.name.lower()

    def way_to(self, reader: str) -> Path:
        """To a reader: by the column it uses to which the worst happens, or else over whole datasets."""
        uses = [
            (column.harm, -len(column.path), use.path)
            for hop in self._facts.reads.get(reader, ())
            for id_ in sorted(self._harm.columns_of.get(hop.edge.source, ()))
            if (column := self._harm.columns[id_]) and (use := self._use(reader, id_, column, hop))
        ]
        nearest = max(uses, key=lambda one: one[:2], default=None)
        return nearest[2] if nearest else self._facts.ways.get(reader, ())

    def column_of(self, dataset: LineageNode, path: str) -> LineageNode:
        id_ = self._facts.field_ids.get((dataset.name, path.lower())) or field_id(dataset.id, path)
        return LineageNode(id_, "COLUMN", dataset.name, path, members=dataset.members)

    def _use(self, reader: str, column: str, harmed: HarmedColumn, read: Hop) -> Use | None:
        """How `reader` uses a harmed column: by an edge, by what it makes of it, or by a name it reads; else None."""
        hops = self._facts.uses.get(column, ())
        edges = [hop.edge for hop in hops if hop.edge.target == reader]
        edges += [_as_use(hop.edge, reader) for hop in hops if hop.edge.job == reader and hop.edge.target != reader]
        if harmed.name.lower() in (named.lower() for named in read.columns):
            edges.append(_edge(column, reader, read.edge))
        if not edges:
            return None
        best = min(edges, key=lambda edge: (edge.stale, edge.provenance == "inferred"))
        if harmed.path and harmed.path[-1].target != best.source:  # the way came over the whole dataset
            best = replace(best, source=harmed.path[-1].target)
        return Use(harmed, best)

    def _used(self, job: JobFacts, dataset: str) -> Iterator[str]:
        """All columns of a dataset that a job is declared to use, or that its SQL mentions."""
        layout, text = self._flowed.layouts.get(dataset), self._flowed.texts.get(job.id, "")
        if job.sql and layout:
            every = takes_whatever_there_is(text)
            yield from (one.path for one in layout.before if every or mentions(text, [one.path]))
            return
        for name, id_ in job.tables.items():
            if id_ == dataset and job.spec:
                texts = {text for several in job.spec.columns.values() for text in several}
                yield from sorted(text.removeprefix(f"{name}.") for text in texts if text.startswith(f"{name}."))


_OTHER_TYPES = frozenset({ColumnHarm.WIDENED, ColumnHarm.RETYPED, ColumnHarm.NARROWED, ColumnHarm.REPLACED})


def _kind(node: LineageNode, job: JobFacts | None) -> ReaderKind:
    if node.kind == "CONSUMER":
        return "consumer"
    if job is None or job.spec is None:
        return "other"
    return "sql" if job.kind == "sql" else "job"


def _by(how: How, dataset: DatasetFacts, job: JobFacts | None) -> By:
    """Without a header there are no names to read by; our own reader gives columns the names of their places."""
    return how.by if dataset.has_header or (job and job.sql) else "position"


def _as_use(edge: LineageEdge, job: str) -> LineageEdge:
    """That a job makes something of a column says that it uses it."""
    return LineageEdge(edge.source, job, "USED_BY", edge.provenance, edge.stale, edge.last_seen, job)


def _edge(column: str, reader: str, read: LineageEdge) -> LineageEdge:
    return LineageEdge(column, reader, "USED_BY", read.provenance, read.stale, read.last_seen)
