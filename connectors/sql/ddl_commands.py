"""Statements that the parser knows by their first word only, read as far as they say what happens to a table."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from sqlglot import exp

from connectors.sql.ddl_columns import NotFollowed, Table, modified
from connectors.sql.ddl_statements import parsed
from connectors.sql.ddl_steps import Act, Step
from connectors.sql.statements import is_harmless

Altered = Callable[[exp.Expr, Table], Iterator[Step]]
_HARMLESS_ALTERS = re.compile(
    r"^\s*\w+\s+.+?\s(?:OWNER\s+TO|VALIDATE\s+CONSTRAINT|SET\s+TABLESPACE|REPLICA\s+IDENTITY|CLUSTER\s+BY"
    r"|SET\s+COMMENT|COMMENT\s+ON|SET\s+TBLPROPERTIES)\b",
    re.IGNORECASE | re.DOTALL,
)
_NAME = r"(?:[\w$#]+|\"[^\"]+\"|`[^`]+`|\[[^\]]+\])"
_DOTTED = rf"{_NAME}(?:\.{_NAME})*"
_CHECK = re.compile(rf"^\s*TABLE\s+(?:ONLY\s+)?({_DOTTED})\s+ADD\s+(CHECK\b.*)$", re.IGNORECASE | re.DOTALL)
_MODIFY = re.compile(rf"^\s*TABLE\s+({_DOTTED})\s+MODIFY\s+(.*)$", re.IGNORECASE | re.DOTALL)
_SCHEMA = re.compile(
    rf"^\s*(?:TABLE|VIEW|MATERIALIZED\s+VIEW)\s+({_DOTTED})\s+SET\s+SCHEMA\s+({_NAME})\s*$", re.IGNORECASE
)
_RENAMES = re.compile(rf"^\s*TABLE\s+({_DOTTED})\s+(RENAME\s+COLUMN\s+.*)$", re.IGNORECASE | re.DOTALL)
_ONE_RENAME = re.compile(
    rf"RENAME\s+COLUMN\s+(?:IF\s+EXISTS\s+)?({_NAME})\s+TO\s+({_NAME})\s*(?:,\s*|$)", re.IGNORECASE
)
_RENAME_TABLE = re.compile(rf"^'?\s*(?:TABLE\s+)?({_DOTTED})\s+TO\s+({_DOTTED})\s*'?$", re.IGNORECASE)
_DROPPED = re.compile(
    rf"^\s*(?:COLUMN\s+)?(?:IF\s+EXISTS\s+)?\(?\s*({_NAME}(?:\s*,\s*{_NAME})*)\s*\)?\s*$", re.IGNORECASE
)


def commanded(command: exp.Expr, table: Table, altered: Altered) -> Iterator[Step]:
    """`altered` reads an ALTER that the parser knows. Raises NotFollowed."""
    word, rest = str(command.this).upper(), str(command.expression or "").strip()
    if word == "RENAME" and (found := _RENAME_TABLE.match(rest)):
        yield Step(Act.RENAME_TABLE, table.line, unquoted(found[1]), to=unquoted(found[2]))
    elif word == "ALTER":
        yield from _of_alter(rest, table, altered)
    elif not is_harmless(command):
        raise NotFollowed(word)


def _of_alter(rest: str, table: Table, altered: Altered) -> Iterator[Step]:
    if _HARMLESS_ALTERS.match(rest):
        return
    if found := _CHECK.match(rest):
        again = parsed(f"ALTER TABLE {found[1]} ADD CONSTRAINT unnamed {found[2]}", dialect=table.dialect)
        if not isinstance(again, exp.Alter):
            raise NotFollowed("this CHECK")
        yield from altered(again, table)
    elif found := _SCHEMA.match(rest):
        yield Step(Act.MOVE_TABLE, table.line, unquoted(found[1]), to=bare(found[2]))
    elif (found := _RENAMES.match(rest)) and _ONE_RENAME.sub("", found[2]).strip() == "":
        for one in _ONE_RENAME.finditer(found[2]):
            yield Step(Act.RENAME, table.line, unquoted(found[1]), column=bare(one[1]), to=bare(one[2]))
    elif found := _MODIFY.match(rest):
        yield from _modified_in_oracle(Table(unquoted(found[1]), table.line, table.dialect), found[2])
    else:
        raise NotFollowed("this ALTER")


def _modified_in_oracle(table: Table, said: str) -> Iterator[Step]:
    """`MODIFY (a NUMBER(10) NOT NULL, b DEFAULT 1)`: what is not said stays."""
    listed = said.strip()
    inner = listed[1:-1] if listed.startswith("(") and listed.endswith(")") else listed
    create = parsed(f"CREATE TABLE x ({inner})", dialect=table.dialect)
    schema = create.this if isinstance(create, exp.Create) else None
    if not isinstance(schema, exp.Schema) or not all(isinstance(one, exp.ColumnDef) for one in schema.expressions):
        raise NotFollowed("this MODIFY")
    for column in schema.expressions:
        yield from modified(table, column, whole=False)


def bare(name: str) -> str:
    """A name without its quotes."""
    return name.strip().strip('"`[]')


def unquoted(name: str) -> str:
    return ".".join(bare(part) for part in re.findall(_NAME, name))


def dropped_without_word(table: Table, command: exp.Expr) -> Iterator[Step]:
    """`DROP a` without the word COLUMN."""
    found = _DROPPED.match(str(command.expression)) if str(command.this).upper() == "DROP" else None
    if not found:
        raise NotFollowed(str(command.this).upper())
    yield from (table.step(Act.DROP, column=bare(name)) for name in found[1].split(","))
