"""One table while a script runs over it: what it was, and what it has become."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from connectors.sql.ddl_steps import FIRST, PRIMARY, Act, Step
from connectors.sql.ddl_tables import Known
from graph_model.contracts.entities import Column
from graph_model.impact.between.columns import between_columns
from graph_model.impact.between.contracts import allowed_values, between_keys, keys_of
from graph_model.impact.entities import (
    AddColumn,
    Change,
    ChangeAllowedValues,
    ChangeDefault,
    ChangeJob,
    ChangeNullability,
    DropColumn,
    DropDataset,
    RenameColumn,
    RenameDataset,
    RetypeColumn,
)
from graph_model.names import Name
from graph_model.schemas.sql_names import from_sql


@dataclass(slots=True)
class _Column:
    """`origin` is its name before the script; None: it is new. What is None was not said."""

    name: str
    origin: str | None
    type: str | None = None
    nullable: bool | None = None
    says_default: bool = False
    default: str | None = None
    says_values: bool = False
    values: tuple[str, ...] | None = None
    place: str | None = None


@dataclass(slots=True)
class TableState:
    """`renamed` is its name now, if it has another one. `text`: the query that makes it from now on."""

    known: Known
    columns: dict[str, _Column] = field(default_factory=dict)
    dropped: list[str] = field(default_factory=list)
    constraints: dict[str, Step] = field(default_factory=dict)
    keys: list[tuple[str, ...]] | None = None
    gone: bool = False
    made_anew: tuple[Column, ...] | None = None
    renamed: Name | None = None
    text: str | None = None

    def take(self, step: Step) -> None:
        """One step that is about this table alone. Raises UnknownConstraint."""
        takers = {
            Act.ADD: self._add,
            Act.DROP: self._drop,
            Act.RENAME: self._rename,
            Act.TYPE: self._retype,
            Act.NULLS: self._nulls,
            Act.DEFAULT: self._default,
            Act.KEY: self._key,
            Act.VALUES: self._values,
            Act.FREE: self._free,
            Act.CREATE: self._create,
            Act.QUERY: self._query,
            Act.DROP_TABLE: self._gone,
        }
        takers[step.act](step)

    def changes(self) -> Iterator[Change]:
        name = self.known.dataset
        if self.gone:
            yield DropDataset(name)
            return
        if self.renamed is not None:
            yield RenameDataset(name, self.renamed)
        if self.text is not None:
            yield from (ChangeJob(job, self.text) for job in self.known.jobs)
        if self.made_anew is not None:
            yield from between_columns(name, self.known.columns, self.made_anew)
        yield from (DropColumn(name, column) for column in self.dropped)
        places = self._places()
        for column in tuple(self.columns.values()):
            yield from self._of_column(column, places)
        if self.keys is not None:
            yield from between_keys(name, keys_of(self.known.contract), [self._former(key) for key in self.keys])

    def _of_column(self, column: _Column, places: Mapping[str, int]) -> Iterator[Change]:
        name = self.known.dataset
        if column.origin is None:
            nullable = column.nullable is not False
            kind = column.type or "unknown"
            yield AddColumn(name, column.name, kind, nullable, column.default, places.get(column.name))
            return
        before = next((one for one in self.known.columns if one.path.lower() == column.origin.lower()), None)
        if column.name.lower() != column.origin.lower():
            yield RenameColumn(name, column.origin, column.name)
        if column.type is not None and (before is None or column.type != before.type):
            yield RetypeColumn(name, column.origin, column.type)
        if column.nullable is not None and (before is None or column.nullable != before.nullable):
            yield ChangeNullability(name, column.origin, column.nullable)
        if column.says_default and (before is None or column.default != before.default):
            yield ChangeDefault(name, column.origin, column.default)
        values = allowed_values(self.known.contract).get(column.origin)
        if column.says_values and values != column.values:
            yield ChangeAllowedValues(name, column.origin, values, column.values)

    def _former(self, columns: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(column.origin or column.name for column in map(self.column, columns))

    def _places(self) -> dict[str, int]:
        """Of new columns that do not come last, among all afterwards; where no columns are known, only the first."""
        gone = {name.lower() for name in self.dropped}
        order = [one.path.lower() for one in self.known.columns if "." not in one.path and one.path.lower() not in gone]
        placed: list[_Column] = []
        for column in [one for one in self.columns.values() if one.origin is None]:
            at = self._place(column, order)
            order.insert(len(order) if at is None else at, f"+{column.name}")
            placed += [column] if at is not None else []
        return {column.name: order.index(f"+{column.name}") for column in placed}

    def _place(self, column: _Column, order: list[str]) -> int | None:
        if column.place is None or column.place == FIRST:
            return None if column.place is None else 0
        before = self.columns.get(column.place.lower())
        spelled = column.place.lower() if before is None else (before.origin or f"+{before.name}").lower()
        known = [name.lower() for name in order]
        return known.index(spelled) + 1 if spelled in known else None

    def column(self, name: str) -> _Column:
        """A column by its name now; one that nobody has spoken of yet is as it was."""
        key = name.lower()
        if key not in self.columns:
            spelled = next((one.path for one in self.known.columns if one.path.lower() == key), name)
            self.columns[key] = _Column(spelled, spelled)
        return self.columns[key]

    def _add(self, step: Step) -> None:
        made = _Column(step.column, None, _type(step.type), step.nullable, default=step.default, place=step.place)
        self.columns[step.column.lower()] = made

    def _drop(self, step: Step) -> None:
        column = self.column(step.column)
        del self.columns[step.column.lower()]
        if column.origin is not None:
            self.dropped.append(column.origin)

    def _rename(self, step: Step) -> None:
        column = self.column(step.column)
        del self.columns[step.column.lower()]
        column.name = step.to
        self.columns[step.to.lower()] = column

    def _retype(self, step: Step) -> None:
        self.column(step.column).type = _type(step.type)

    def _nulls(self, step: Step) -> None:
        self.column(step.column).nullable = step.nullable

    def _default(self, step: Step) -> None:
        column = self.column(step.column)
        column.says_default, column.default = True, step.default

    def _key(self, step: Step) -> None:
        known = keys_of(self.known.contract) if self.keys is None else self.keys
        self.keys = [step.columns, *known] if step.name == PRIMARY else [*known, step.columns]
        self.constraints |= {name.lower(): step for name in (step.name, step.text) if name}

    def _values(self, step: Step) -> None:
        column = self.column(step.column)
        column.says_values, column.values = True, step.values
        self.constraints |= {step.name.lower(): step} if step.name else {}

    def _free(self, step: Step) -> None:
        """What a constraint promised that was there before the script is not known, but for the first key."""
        made = self.constraints.pop(step.name.lower(), None)
        known = keys_of(self.known.contract) if self.keys is None else self.keys
        if made is not None and made.act is Act.VALUES:
            self.column(made.column).values = None
        elif made is not None:
            self.keys = [key for key in known if key != made.columns]
        elif step.name == PRIMARY:
            self.keys = known[1:]
        else:
            raise UnknownConstraint(step.name)

    def _create(self, step: Step) -> None:
        """The columns that a definition lists in place of those there were."""
        fresh = TableState(Known(self.known.dataset))
        for inner in step.inner:
            fresh.take(inner)
        listed = [
            Column(one.name, one.type or "unknown", one.nullable is not False, default=one.default)
            for one in fresh.columns.values()
        ]
        self.columns, self.dropped, self.keys = {}, [], fresh.keys or []
        self.made_anew, self.gone = tuple(listed), False

    def _query(self, step: Step) -> None:
        self.text, self.gone = step.text, False

    def _gone(self, _: Step) -> None:
        self.gone = True


class UnknownConstraint(Exception):
    """A constraint that goes, of which nobody knows what it promised."""


def _type(text: str) -> str | None:
    return str(from_sql(text).value) if text else None
