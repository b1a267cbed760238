"""Whether the new SQL of a job follows what a set changes in its tables, and does nothing else."""

from __future__ import annotations

from collections.abc import Mapping

from graph_model.impact.binding import Rebind, Refused, Tables
from graph_model.impact.casting import casting_view, coming_back, only_retypes, raises
from graph_model.impact.declared import DatasetFacts, JobFacts
from graph_model.impact.facts import Facts
from graph_model.impact.layout import top
from graph_model.impact.renaming import differs_in_names_only, reads_under_old_names


class Mending:
    def __init__(self, facts: Facts, rebind: Rebind | None) -> None:
        self._changed, self._rebind = facts.changed, rebind
        self._made = {hop.edge.target for made in facts.makes.values() for hop in made}

    def follows_names(self, facts: JobFacts, text: str) -> bool:
        """Whether it says the new names, or reads its tables under the old ones."""
        if differs_in_names_only(facts.sql, text, self._renames(facts)):
            return True
        called: dict[str, dict[str, str]] = {}
        for table, dataset in facts.tables.items():
            layout, renames = self._changed.layouts.get(dataset), self._changed.renames(dataset)
            if layout and renames:
                called[table] = {path: renames.get(path, path) for path in top(layout.before)}
        return bool(called) and reads_under_old_names(facts.sql, text, called)

    def _renames(self, facts: JobFacts) -> Mapping[str, str]:
        found: dict[str, str] = {}
        for table, dataset in facts.tables.items():
            found |= self._changed.renames(dataset)
            new = self._changed.new_name(dataset)
            if new is not None:
                found[table] = new.name
        return found

    def cast_back(
        self, facts: JobFacts, text: str, before: Tables, after: Tables, known: Mapping[str, DatasetFacts]
    ) -> frozenset[tuple[str, str]] | None:
        """Where it gives one table the types back that it had, as its engine sees it, and nothing else: the columns
        (dataset and name in lower case) whose values come back as they were. The others lack what does not, and go on
        to be columns whose values change. None: it does something else."""
        for table, dataset in facts.tables.items():
            retyped = self._only_retyped(dataset, known.get(dataset))
            if not retyped or table in facts.windows:
                continue
            view = casting_view(facts.sql, text, table, top(self._changed.layouts[dataset].before), retyped)
            back = self._comes_back(dataset)
            if view and not raises(view, retyped - back) and self._is_seen_alike(facts, table, view, before, after):
                return frozenset((dataset, column.lower()) for column in back)
        return None

    def _only_retyped(self, dataset: str, known: DatasetFacts | None) -> frozenset[str]:
        """The columns of a typed dataset that get another type; none, if anything else happens to it."""
        if dataset not in self._changed.layouts or known is None or known.format != "parquet":
            return frozenset()
        return frozenset(one.column for one in only_retypes(self._changed.changes.get(dataset, ())))

    def _comes_back(self, dataset: str) -> frozenset[str]:
        """Of these, the columns whose values come back from their new types, and are no others by what makes them."""
        if dataset in self._made:
            return frozenset()
        types = {column.path: column.type for column in self._changed.layouts[dataset].before}
        return coming_back(types, self._changed.changes.get(dataset, ()))

    def _is_seen_alike(self, facts: JobFacts, table: str, view: str, before: Tables, after: Tables) -> bool:
        if self._rebind is None:
            return False
        was = self._rebind(f"SELECT * FROM {table}", dialect=facts.dialect, before=before, after=before)  # noqa: S608
        now = self._rebind(view, dialect=facts.dialect, before=after, after=after)
        if was is None or now is None or isinstance(was.before, Refused) or isinstance(now.after, Refused):
            return False
        kinds = [[(column.path.lower(), column.type) for column in one.columns] for one in (was.before, now.after)]
        return kinds[0] == kinds[1]
