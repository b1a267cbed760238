"""How columns flow: what each query comes to after a set of changes, the first ones first.

A query is held against its tables only where something happens to one of them, or to its own text. What it comes to is
what happens to the dataset that it makes, and so on, until nothing changes any more.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

from graph_model.contracts.entities import Column
from graph_model.impact.binding import Beside, Bound, Rebind, Rebinding, Refused, Tables
from graph_model.impact.changes import ColumnOutcome, beside_of
from graph_model.impact.declared import (
    PARTITION_COLUMN,
    DatasetFacts,
    How,
    JobFacts,
    datasets,
    how_read,
    jobs,
    nameless,
)
from graph_model.impact.facts import Facts
from graph_model.impact.held import Held, held, side_by_side
from graph_model.impact.layout import Layout, top
from graph_model.impact.mending import Mending
from graph_model.lineage.entities import LineageNode
from graph_model.lineage.merging import Rows
from graph_model.names import field_id

MOST_HELD = 500
"""So many queries are held at most: the rest is judged by the rules, as where nobody can."""


@dataclass(slots=True)
class Flowed:
    """By id: what is known of datasets and jobs that something happens to, how they are read, what becomes of columns.

    `outcomes` are those of datasets that a job makes, by field id; `mended` are jobs whose SQL follows the names that
    the set changes, and nothing else; `texts` is their SQL after the set. `cast_back` are (job, dataset, column in
    lower case): the job's new SQL gives a column its old type back, and does nothing else.
    """

    layouts: dict[str, Layout] = field(default_factory=dict)
    datasets: dict[str, DatasetFacts] = field(default_factory=dict)
    jobs: dict[str, JobFacts] = field(default_factory=dict)
    how: dict[tuple[str, str], How] = field(default_factory=dict)
    held: dict[str, Held] = field(default_factory=dict)
    mended: set[str] = field(default_factory=set)
    texts: dict[str, str] = field(default_factory=dict)
    outcomes: dict[str, tuple[LineageNode, ColumnOutcome]] = field(default_factory=dict)
    cast_back: set[tuple[str, str, str]] = field(default_factory=set)


def look_up_nameless(graph: Rows, facts: Facts, flowed: Flowed) -> tuple[LineageNode, ...]:
    """Takes in what is declared of datasets on the way of a column whose files do not say how their columns are called:
    what flows there by name comes to a place. All of their columns."""
    reached = {facts.dataset_ids.get(node.name, "") for node in facts.columns.nodes.values()}
    new = [id_ for id_ in nameless(graph, reached - {""}) if id_ not in flowed.datasets]
    members = {id_: facts.datasets.nodes[id_].members for id_ in new}
    flowed.datasets |= datasets(graph, members, at=facts.changed.at)
    nodes = facts.datasets.nodes
    return tuple(
        LineageNode(field_id(id_, path), "COLUMN", nodes[id_].name, path, members=nodes[id_].members)
        for id_ in sorted(reached & flowed.datasets.keys())
        if not flowed.datasets[id_].has_header
        for path in top(flowed.datasets[id_].columns)
    )


def let_flow(graph: Rows, facts: Facts, rebind: Rebind | None) -> Flowed:
    """What becomes of every query and every column downstream of the changes."""
    flow = _Flow(graph, facts, rebind)
    flow.run()
    return flow.flowed


class _Flow:
    def __init__(self, graph: Rows, facts: Facts, rebind: Rebind | None) -> None:
        self._graph, self._facts, self._rebind = graph, facts, rebind
        self._changed = facts.changed
        self.flowed = Flowed(layouts=dict(facts.changed.layouts), datasets=dict(facts.changed.facts))
        self._mending = Mending(facts, rebind)
        self._touched: set[str] = set()
        # Those in which all types that change hold the values that are there.
        self._fitting = {id_ for id_ in facts.changed.layouts if facts.changed.fits(id_)}

    def run(self) -> None:
        self._touch([id_ for id_ in self._changed.starts if id_ in self._changed.changes])
        for rank in self._facts.order:
            active = [job for job in rank if self._is_active(job)]
            if active:
                self._load(active)
                for job in active:
                    self._hold(job)

    def _touch(self, ids: Collection[str]) -> None:
        """Looks up how the datasets are read that something happens to."""
        new = [id_ for id_ in ids if id_ not in self._touched]
        self._touched.update(new)
        nodes = self._facts.datasets.nodes
        members = {one: id_ for id_ in new for one in ((nodes[id_].members if id_ in nodes else ()) or (id_,))}
        self.flowed.how |= how_read(self._graph, members, at=self._changed.at)

    def _is_active(self, job: str) -> bool:
        reads = self._facts.reads.get(job, ())
        return job not in self._changed.retired and (
            job in self._changed.jobs or any(hop.edge.source in self._touched for hop in reads)
        )

    def _load(self, active: Iterable[str]) -> None:
        found = jobs(self._graph, [job for job in active if self._facts.datasets.nodes[job].kind == "JOB"])
        self.flowed.jobs |= found
        wanted = {dataset for job in found.values() if job.sql for dataset in job.tables.values()}
        wanted |= {hop.edge.target for job, one in found.items() if one.sql for hop in self._facts.makes.get(job, ())}
        nodes = self._facts.datasets.nodes
        new = {id_: nodes[id_].members if id_ in nodes else () for id_ in wanted - self.flowed.datasets.keys()}
        self.flowed.datasets |= datasets(self._graph, new, at=self._changed.at)

    def _hold(self, job: str) -> None:
        facts = self.flowed.jobs.get(job)
        if facts is None or not facts.sql or facts.spec is None:
            return
        text = self.flowed.texts[job] = self._text_after(job)
        answer = self._answer(job, facts, text)
        is_read = answer is not None or self._rebind is None  # its engine may refuse even what follows names only
        if text != facts.sql and is_read and self._mending.follows_names(facts, text):
            self.flowed.mended.add(job)
        if answer is None:
            return
        if text != facts.sql and not answer.fails and self._casts_back(job, facts, text):
            self.flowed.mended.add(job)
        mended = job in self.flowed.mended
        answer = replace(answer, rewritten=text != facts.sql and not mended, turns=() if mended else answer.turns)
        self.flowed.held[job] = answer
        if not answer.fails:
            self._pass_on(job, answer)

    def _casts_back(self, job: str, facts: JobFacts, text: str) -> bool:
        before, after = self._tables(facts), self._tables(facts, after=True)
        if before is None or after is None:
            return False
        undone = self._mending.cast_back(facts, text, before, after, self.flowed.datasets)
        if undone is not None:
            self.flowed.cast_back |= {(job, dataset, column) for dataset, column in undone}
        return undone is not None

    def _text_after(self, job: str) -> str:
        change, facts = self._changed.jobs.get(job), self.flowed.jobs.get(job)
        return (change.sql if change and change.sql else facts.sql if facts else "") or ""

    def _answer(self, job: str, facts: JobFacts, text: str) -> Held | None:
        change = self._changed.jobs.get(job)
        if self._rebind is None or len(self.flowed.held) >= MOST_HELD or (change and change.sql is None):
            return None
        before, after = self._tables(facts), self._tables(facts, after=True)
        if before is None or after is None:
            return None
        answer = self._ask(facts, text, before, after)
        mixed = self._in_its_window(facts, text, before, after)
        outputs = [self.flowed.datasets[hop.edge.target] for hop in self._facts.makes.get(job, ())]
        declared = outputs[0] if len(outputs) == 1 else DatasetFacts("")
        if answer is None:
            return None
        promised = self._promised(declared)
        return held(
            answer,
            declared.columns,
            promised,
            mixed=mixed,
            is_text=declared.is_text,
            has_names=declared.has_header,
            fits=self._fits(facts.tables.values()),
        )

    def _fits(self, read: Iterable[str]) -> bool:
        """Whether all types that change in what is read hold the values that are there."""
        return all(dataset in self._fitting for dataset in read if dataset in self.flowed.layouts)

    def _fitting_columns(self, dataset: str) -> Collection[str]:
        layout = self.flowed.layouts.get(dataset)
        return top(layout.before) if layout and dataset in self._fitting else ()

    def _in_its_window(self, facts: JobFacts, text: str, before: Tables, after: Tables) -> Rebinding | None:
        """What becomes of it while its window shows old columns beside new ones, or still nothing but old ones; None:
        it has no such window, or all goes well with both."""
        for window in ("mixed", "old"):
            tables = self._tables(facts, after=True, window=window)
            if tables and tables != after:
                answer = self._ask(facts, text, before, tables)
                if answer and isinstance(answer.after, Refused):
                    return answer
        return None

    def _ask(self, facts: JobFacts, text: str, before: Tables, after: Tables) -> Rebinding | None:
        if self._rebind is None:
            return None
        if text == facts.sql:
            beside = self._beside(facts)
            return self._rebind(text, dialect=facts.dialect, before=before, after=after, beside=beside)
        old = self._rebind(facts.sql, dialect=facts.dialect, before=before, after=before)
        new = self._rebind(text, dialect=facts.dialect, before=after, after=after)
        if old is None or new is None:
            return None
        if isinstance(old.before, Refused) and isinstance(new.after, Bound):
            return Rebinding(new.after, new.after)
        return Rebinding(old.before, new.after)

    def _beside(self, facts: JobFacts) -> dict[str, Beside]:
        found = {
            table: beside_of(
                self._changed.changes.get(dataset, ()),
                self.flowed.datasets[dataset].key,
                self._fitting_columns(dataset),
            )
            for table, dataset in facts.tables.items()
            if dataset in self.flowed.datasets
        }
        return {table: beside for table, beside in found.items() if beside != Beside()}

    def _tables(self, facts: JobFacts, *, after: bool = False, window: str = "") -> Tables | None:
        """None: the columns of one of them are not known. `window`: what the inputs show of which the job reads several
        partitions: `mixed` of old and new ones, or `old` ones only where it reads none but earlier ones."""
        found: dict[str, tuple[Column, ...]] = {}
        for table, dataset in facts.tables.items():
            known = self.flowed.datasets.get(dataset)
            layout = self.flowed.layouts.get(dataset)
            columns = (known.columns if known else ()) or (layout.before if layout else ())
            if not columns:
                return None
            several = table in facts.windows
            if after and layout:
                if several and window == "mixed":
                    columns = side_by_side(columns, layout.after)
                elif window != "old" or table not in facts.looking_back:
                    columns = layout.after
            if not columns:
                continue  # nothing is left of it
            name = self._changed.new_name(dataset) if after else None
            called = name.name if name else table
            if dataset in self._changed.dropped and after:
                continue
            found[called] = (*columns, PARTITION_COLUMN) if several else columns
        return found

    def _promised(self, output: DatasetFacts) -> Mapping[str, str]:
        """What the contract of an output promises and the set says nothing else about."""
        layout = self._changed.layouts.get(output.id)
        if layout is None:
            return output.promised
        stays = {new for new, old in layout.came_from.items() if new == old}
        own = {column.path: column for column in layout.before}
        same = {column.path for column in layout.after if column.path in stays and own[column.path] == column}
        return {path: type_ for path, type_ in output.promised.items() if path in same}

    def _pass_on(self, job: str, answer: Held) -> None:
        made = self._facts.makes.get(job, ())
        if len(made) != 1 or answer.layout is None or answer.layout.stays:
            return
        node = self._facts.datasets.nodes.get(made[0].edge.target)
        if node is None:
            return  # beyond where the walk was cut off
        for path, outcome in answer.outcomes.items():
            self._note(node, path, outcome)
        explicit = self._changed.layouts.get(node.id)
        self.flowed.layouts[node.id] = _both(explicit, answer.layout) if explicit else answer.layout
        if not explicit and not answer.rewritten and self._fits(self.flowed.jobs[job].tables.values()):
            self._fitting.add(node.id)
        self._touch([node.id])

    def _note(self, node: LineageNode, path: str, outcome: ColumnOutcome) -> None:
        id_ = self._facts.field_ids.get((node.name, path.lower())) or field_id(node.id, path)
        self.flowed.outcomes[id_] = (LineageNode(id_, "COLUMN", node.name, path, members=node.members), outcome)


def _both(explicit: Layout, made: Layout) -> Layout:
    """What a set does to a dataset and what its maker does: the set is right about what it speaks of."""
    spoken = {column.path for column in explicit.before} ^ {column.path for column in explicit.after}
    gone = {path.lower() for path in made.gone} - {path.lower() for path in spoken}
    types = {column.path.lower(): column for column in made.after}
    own = {column.path: column for column in explicit.before}
    after = tuple(
        types.get(column.path.lower(), column) if own.get(column.path) == column else column
        for column in explicit.after
        if column.path.lower() not in gone
    )
    there = {column.path.lower() for column in (*explicit.before, *after)}
    new = tuple(column for column in made.after if column.path in made.added and column.path.lower() not in there)
    came_from = {path: was for path, was in explicit.came_from.items() if path.lower() not in gone}
    return Layout(explicit.before, (*after, *new), came_from)
