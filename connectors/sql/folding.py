"""How names compare in a dialect, and how they are spelled afterwards.

Everywhere names compare without case, but where a dialect tells names apart by case and somebody makes use of it: a
table with the columns `a` and `A`, a query with an `x` and an `"X"`. So a schema that was written down in another case
than the database keeps it still fits.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sqlglot import exp
from sqlglot.dialects.dialect import Dialect, NormalizationStrategy

_FOLDS = {NormalizationStrategy.LOWERCASE: str.lower, NormalizationStrategy.UPPERCASE: str.upper}
# Whether names are files there, MySQL tells tables apart by case, but columns never.
_NEVER_BY_CASE = frozenset({"mysql", "doris", "starrocks"})


class Folding:
    """One way to compare for all statements of a text. `tables` hold the known columns as they are spelled."""

    def __init__(self, dialect: str, statements: Iterable[exp.Expr], tables: Mapping[str, Sequence[str]]) -> None:
        found = Dialect.get_or_raise(dialect)
        self.dialect = dialect
        self._fold = _FOLDS.get(found.normalization_strategy)
        by_case = found.normalization_strategy in (*_FOLDS, NormalizationStrategy.CASE_SENSITIVE)
        self._exact = (
            by_case
            and dialect not in _NEVER_BY_CASE
            and (any(map(_collide, tables.values())) or any(_collide(self._columns(one)) for one in statements))
        )
        self._written: dict[str, str] = {}
        self._aliases: set[str] = set()
        self._known = {
            table: {self.key(column, quoted=True): column for column in columns} for table, columns in tables.items()
        }

    @property
    def qualifying_dialect(self) -> str:
        """The dialect, made to leave names alone: they are folded already."""
        return f"{self.dialect}, normalization_strategy=case_sensitive"

    def key(self, name: str, *, quoted: bool = False) -> str:
        """What a name is compared by."""
        if not self._exact:
            return name.lower()
        return name if quoted or self._fold is None else self._fold(name)

    def fold(self, statement: exp.Expr) -> None:
        """Puts the keys of all names in place of the names, which are kept for `spelled`."""
        aliases = [alias.args["alias"] for alias in statement.find_all(exp.Alias) if alias.args.get("alias")]
        aliases += [column for table in statement.find_all(exp.TableAlias) for column in table.columns]
        aliases = [alias for alias in aliases if isinstance(alias, exp.Identifier)]
        identifiers = list(statement.find_all(exp.Identifier))
        for identifier in (*aliases, *identifiers):
            key = self.key(identifier.name, quoted=bool(identifier.quoted))
            self._written.setdefault(key, self._stored(identifier))
        self._aliases |= {self.key(alias.name, quoted=bool(alias.quoted)) for alias in aliases}
        for identifier in identifiers:
            identifier.set("this", self.key(identifier.name, quoted=bool(identifier.quoted)))

    def columns_of(self, table: str) -> tuple[str, ...]:
        return tuple(self._known.get(table, ()))

    def learn(self, table: str, columns: Iterable[str]) -> None:
        """A table that the text itself has made; `columns` as they compare."""
        self._known[table] = {column: self._written.get(column, column) for column in columns}

    def knows(self, table: str) -> bool:
        return table in self._known

    def is_named(self, column: str) -> bool:
        """Whether the author gave this name to a column."""
        return column in self._aliases

    def input(self, table: str, column: str) -> str:
        """A column that is read, as its table spells it, else as the author does."""
        return self._known.get(table, {}).get(column) or self._written.get(column, column)

    def output(self, table: str, column: str, namesakes: Iterable[str]) -> str:
        """A column that is made: as its table spells it, else, without an alias, as the column it comes from."""
        known = self._known.get(table, {}).get(column)
        inherited = () if self.is_named(column) else namesakes
        return known or next(iter(inherited), self._written.get(column, column))

    def _stored(self, identifier: exp.Identifier) -> str:
        plain = self._fold is None or identifier.quoted
        return identifier.name if plain else self._fold(identifier.name)  # type: ignore[misc]

    def _columns(self, statement: exp.Expr) -> list[str]:
        """The names of a statement as its dialect keeps them."""
        return [self._stored(identifier) for identifier in statement.find_all(exp.Identifier)]


def _collide(names: Iterable[str]) -> bool:
    distinct = set(names)
    return len({name.lower() for name in distinct}) < len(distinct)
