"""Which tables a statement means by the names it writes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from sqlglot import exp


@dataclass(slots=True)
class Catalog:
    """The tables that a text can mean, as dotted names in lower case.

    `strict`: only these, spelled in full. Otherwise a name also means the one table that ends like it, the one in the
    `path` (database and schema of the connection) first, and what nobody has heard of becomes a table of its own.
    """

    known: set[str]
    path: tuple[str, ...] = ()
    strict: bool = False
    found: dict[str, str] = field(default_factory=dict)

    def key(self, name: str) -> str | None:
        """The table that a dotted name means; None when it is none of these."""
        if self.strict:
            return name if name in self.known else None
        if name not in self.found:
            self.found[name] = self._search(name)
        return self.found[name]

    def _search(self, name: str) -> str:
        parts = name.split(".")
        full = ".".join([*self.path[: max(0, len(self.path) + 1 - len(parts))], *parts])
        for sure in (full, name):
            if sure in self.known:
                return sure
        longer = [one for one in self.known if one.endswith(f".{name}")]
        shorter = [one for one in self.known if name.endswith(f".{one}")]
        if len(longer) == 1:
            return longer[0]
        return max(shorter, key=len) if shorter and not longer else full


def name_tables(statement: exp.Expr, catalog: Catalog) -> None:
    """Makes one identifier of every table name that means a table: `FROM a.b.c` reads the table `a.b.c`."""
    for table in list(_real_tables(statement)):
        parts = [part.name for part in table.parts]
        key = catalog.key(".".join(parts).lower())
        if key is None or (len(parts) == 1 and key == parts[0]):
            continue
        if not table.alias:
            table.set("alias", exp.TableAlias(this=exp.to_identifier(parts[-1])))
        table.set("this", exp.to_identifier(key, quoted=True))
        table.set("db", None)
        table.set("catalog", None)


def _real_tables(statement: exp.Expr) -> Iterator[exp.Table]:
    """The tables of a statement that are no references to its own common table expressions."""
    for table in statement.find_all(exp.Table):
        if not isinstance(table.this, exp.Identifier):
            continue
        if not table.args.get("db") and table.name.lower() in _common_names(table):
            continue
        yield table


def _common_names(table: exp.Table) -> set[str]:
    """The common table expressions that can be seen from here: of a list those before, and itself if it recurs."""
    names: set[str] = set()
    inside: exp.Expr = table
    outer = table.parent
    while outer is not None:
        if isinstance(outer, exp.With):
            names |= _before(outer.expressions, inside, recursive=bool(outer.args.get("recursive")))
        else:
            common = outer.args.get("with_")
            if isinstance(common, exp.With) and common is not inside:
                names |= {one.alias.lower() for one in common.expressions}
        inside, outer = outer, outer.parent
    return names


def _before(commons: Sequence[exp.Expr], inside: exp.Expr, *, recursive: bool) -> set[str]:
    position = next((index for index, one in enumerate(commons) if one is inside), len(commons))
    return {one.alias.lower() for one in (commons if recursive else commons[:position])}
