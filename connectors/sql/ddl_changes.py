"""What a script of definitions comes to, as changes of the datasets that it speaks of."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from connectors.sql.ddl_state import TableState, UnknownConstraint
from connectors.sql.ddl_steps import Act, Script, Step, loads
from connectors.sql.ddl_tables import Tables
from connectors.sql.reader import reader
from connectors.sql.reads import UnreadableSqlError
from graph_model.impact.entities import Change
from graph_model.names import Name


@dataclass(frozen=True, slots=True)
class FromScript:
    """`unread` says of each statement that could not be followed its line and why; `strangers` are the tables that
    nobody has heard of, so that nobody is known to read them."""

    changes: tuple[Change, ...] = ()
    unread: tuple[str, ...] = ()
    strangers: tuple[str, ...] = ()


def changes_of_script(text: str, *, dialect: str, tables: Tables, path: Sequence[str] = ()) -> FromScript:
    """Read in a process of its own, with limits. Changes name everything as it is called before the script.

    Raises UnreadableSqlError for a dialect that there is not, for a text that is too long or takes too much time.
    """
    return come_to(read_apart(text, dialect=dialect), tables, path)


def read_apart(text: str, *, dialect: str) -> Script:
    answer = reader().ask({"ddl": text, "dialect": dialect})
    if answer.startswith('{"unreadable"'):
        raise UnreadableSqlError(json.loads(answer)["unreadable"])
    return loads(answer)


def come_to(script: Script, tables: Tables, path: Sequence[str] = ()) -> FromScript:
    """Follows a script step by step: what is added and dropped again, or renamed twice, comes to what is left."""
    running = _Running(tables, tuple(path))
    for step in script.steps:
        running.take(step)
    changes = tuple(change for state in running.states.values() for change in state.changes())
    unread = [(line, why) for line, why in script.unread] + running.unread
    told = tuple(f"line {line}: {why}" for line, why in sorted(unread))
    return FromScript(changes, told, tuple(running.strangers))


@dataclass(slots=True)
class _Running:
    """`called` are the tables by the name that they have now, in lower case; None: made by the script itself."""

    tables: Tables
    path: tuple[str, ...]
    called: dict[str, TableState | None] = field(default_factory=dict)
    states: dict[Name, TableState] = field(default_factory=dict)
    strangers: dict[str, None] = field(default_factory=dict)
    unread: list[tuple[int, str]] = field(default_factory=list)

    def take(self, step: Step) -> None:
        if step.act is Act.USE:
            self.path = tuple(step.to.split("."))
            return
        state = self._state(step)
        if state is None:
            self._replace(step)
            return
        if step.act in (Act.RENAME_TABLE, Act.MOVE_TABLE):
            self._rename(step, state)
        elif step.act is Act.QUERY and not state.known.jobs:
            self.unread.append((step.line, f"which job makes {state.known.dataset} is not known here"))
        else:
            self._give(step, state)

    def _replace(self, step: Step) -> None:
        """A table of the script itself that comes into the place of one that it has dropped."""
        gone = self.called.get(step.to.lower()) if step.act is Act.RENAME_TABLE else None
        if gone is not None and gone.gone:
            gone.gone = False
            self.unread.append((step.line, f"how {step.table}, which becomes {step.to}, was made is not followed"))

    def _give(self, step: Step, state: TableState) -> None:
        try:
            state.take(step)
        except UnknownConstraint:
            self.unread.append((step.line, f"what the constraint {step.name} promised is not known"))

    def _state(self, step: Step) -> TableState | None:
        key = step.table.lower()
        if key in self.called:
            return self.called[key]
        known = self.tables.find(step.table, self.path)
        if known is None:
            is_made_here = step.act in (Act.CREATE, Act.QUERY)
            if not is_made_here:
                self.strangers[step.table] = None
            self.called[key] = None
            return None
        self.called[key] = self.states.setdefault(known.dataset, TableState(known))
        return self.called[key]

    def _rename(self, step: Step, state: TableState) -> None:
        """A name that says no schema stays in that of the old one; a table that comes into the place of one that went
        is that dataset from now on."""
        namespace, name = state.known.dataset.namespace, (state.renamed or state.known.dataset).name
        before = name.split(".")
        if step.act is Act.MOVE_TABLE:
            new = [*before[:-2], step.to, before[-1]]
            called = ".".join([step.to, step.table.split(".")[-1]])
        else:
            parts = step.to.split(".")
            new = [*before[: max(0, len(before) - len(parts))], *parts]
            called = ".".join([*step.table.split(".")[:-1], step.to]) if len(parts) == 1 else step.to
        self.called[step.table.lower()] = None
        self.called[called.lower()] = self.called[step.to.lower()] = state
        state.renamed = Name(namespace, ".".join(new))
        if state.renamed == state.known.dataset:
            state.renamed = None
