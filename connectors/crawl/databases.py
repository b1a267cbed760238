"""Proposes the tables and views of a database, as it describes them itself."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

from connectors.crawl.entities import Crawled, Guess, Proposal, Skipped
from connectors.crawl.sample import SAMPLED_ROWS, unique_in
from connectors.secrets import looked_up
from connectors.storage.database import engine_of, first_line, is_of_the_system
from connectors.storage.duckdb_columns import typed_by_duckdb
from connectors.storage.fences import FENCES
from connectors.storage.locations import DATABASE_FILES
from connectors.storage.sqlalchemy_types import of_column
from graph_model.contracts.entities import Column
from graph_model.errors import InvalidInput, SecretMissing, StorageUnavailable
from graph_model.jobs.secrets import is_reference

_WIDEST = 8


def is_address(text: str) -> bool:
    return is_reference(text) or "://" in text


def crawl_database(address: str, root: Path, *, schema: str | None = None, table: str | None = None) -> Crawled:
    """Every table and view of one schema, or of all that are not the system's own; or only `table`.

    Raises InvalidInput for an address that is none or that holds a password, and StorageUnavailable.
    """
    url = _url(address, root)
    address = _portable(address, url, root)
    found: list[Proposal] = []
    skipped: list[Skipped] = []
    with _connected(url) as connection:
        seen = sa.inspect(connection)
        default = seen.default_schema_name
        for space in [schema] if schema else _schemas(connection, seen, default):
            for name, kind in _tables(seen, space):
                full = name if space in (None, default) else f"{space}.{name}"
                if table in (None, full):
                    found += _looked_at(connection, seen, _Table(address, space, name, kind, full), skipped)
    return Crawled(address, tuple(_named_apart(sorted(found, key=lambda one: one.table))), tuple(skipped))


def _named_apart(found: Iterable[Proposal]) -> Iterator[Proposal]:
    """A table may be called anything; a dataset has a name that is a file's, too."""
    taken: set[str] = set()
    for one in found:
        name = re.sub(r"[^\w.+-]+", "_", one.table).strip("_.") or "table"
        while name in taken:
            name += "_"
        taken.add(name)
        yield replace(one, name=name)


def _portable(address: str, url: URL, root: Path) -> str:
    """A database file is named below the storage root where it lies there, else by its whole path."""
    if is_reference(address) or url.get_backend_name() not in DATABASE_FILES or not url.database:
        return address
    file = Path(url.database).resolve()
    folder = root.resolve()
    place = f"{{root}}/{file.relative_to(folder).as_posix()}" if file.is_relative_to(folder) else str(file)
    return f"{url.drivername}:///{place}"


class _Table:
    def __init__(self, address: str, schema: str | None, name: str, kind: str, full: str) -> None:
        self.address, self.schema, self.name, self.kind, self.full = address, schema, name, kind, full


def _url(address: str, root: Path) -> URL:
    try:
        text = looked_up(address)
    except SecretMissing as error:
        raise InvalidInput(address, error.why) from None
    try:
        url = make_url(text.replace("{root}", str(root.absolute())))
    except ArgumentError:
        raise InvalidInput(address, "is not an address: write DRIVER://USER@HOST/DATABASE") from None
    if url.password is not None and not is_reference(address):
        shown = url.render_as_string(hide_password=True)
        raise InvalidInput(shown, "holds a password, which no estate may: name a variable that holds it, as env:NAME")
    if url.get_backend_name() in DATABASE_FILES and url.database and not Path(url.database).is_file():
        raise InvalidInput(address, f"there is no file {url.database}")
    return url


@contextmanager
def _connected(url: URL) -> Iterator[sa.Connection]:
    where = url.render_as_string(hide_password=True)
    try:
        with engine_of(url, writes=False).connect() as connection:
            yield connection
    except (NoSuchModuleError, ModuleNotFoundError) as error:
        raise StorageUnavailable(f"no driver for {url.drivername} is installed here ({error})") from error
    except SQLAlchemyError as error:
        raise StorageUnavailable(f"the database {where} cannot be looked into: {first_line(error)}") from error


def _schemas(connection: sa.Connection, seen: sa.Inspector, default: str | None) -> list[str | None]:
    found = seen.get_schema_names()
    if connection.dialect.name == "duckdb":
        own = f"{connection.exec_driver_sql('SELECT current_database()').scalar()}."
        found = [name.removeprefix(own) for name in found if name.startswith(own)]
    names = [name for name in found if not is_of_the_system(name)]
    return [*names] if default in names else [default, *names]


def _tables(seen: sa.Inspector, schema: str | None) -> list[tuple[str, str]]:
    tables = [(name, "table") for name in seen.get_table_names(schema=schema)]
    found = [*tables, *((name, "view") for name in seen.get_view_names(schema=schema))]
    return sorted(one for one in found if one[0] != FENCES)


def _looked_at(
    connection: sa.Connection, seen: sa.Inspector, table: _Table, skipped: list[Skipped]
) -> Iterator[Proposal]:
    try:
        described: Sequence[Any] = seen.get_columns(table.name, schema=table.schema)
        if connection.dialect.name == "duckdb":
            described = typed_by_duckdb(connection, sa.table(table.name, schema=table.schema), described)
        key = tuple(seen.get_pk_constraint(table.name, schema=table.schema)["constrained_columns"] or ())
        columns = tuple(_column(found, key, connection.dialect.name) for found in described)
        guesses = () if key else _guessed_keys(connection, table, [found["name"] for found in described])
        unique = () if table.kind == "view" else _unique(seen, table, columns)
        comment = _comment(seen, table)
        owners = _owners(connection, table)
    except SQLAlchemyError as error:
        connection.rollback()
        skipped.append(Skipped(table.full, f"it cannot be read: {first_line(error)}"))
        return
    yield Proposal(
        name=table.full,
        format="table",
        place=f"{table.address}#{table.full}",
        url=table.address,
        table=table.full,
        columns=columns,
        key=key,
        unique=unique,
        keys=guesses,
        owners=owners,
        description=comment,
        summary=f"{table.kind}, {len(columns)} column{'' if len(columns) == 1 else 's'}",
    )


def _column(found: Any, key: tuple[str, ...], dialect: str) -> Column:
    nullable = bool(found["nullable"]) and found["name"] not in key
    return Column(found["name"], str(of_column(found["type"], dialect)), nullable, found.get("comment") or "")


def _unique(seen: sa.Inspector, table: _Table, columns: tuple[Column, ...]) -> tuple[str, ...]:
    """Columns that a constraint keeps unique; one that may be null is not unique as a contract means it."""
    never_null = {column.path for column in columns if not column.nullable}
    constraints = seen.get_unique_constraints(table.name, schema=table.schema)
    names = [tuple(map(str, one["column_names"])) for one in constraints]
    return tuple(sorted(only[0] for only in names if len(only) == 1 and only[0] in never_null))


def _guessed_keys(connection: sa.Connection, table: _Table, names: list[str]) -> tuple[Guess, ...]:
    wanted = [sa.column(name) for name in names[:_WIDEST]]
    source = sa.table(table.name, *wanted, schema=table.schema)
    rows = connection.execute(sa.select(*wanted).select_from(source).limit(SAMPLED_ROWS)).all()
    values = {name: [_comparable(row[place]) for row in rows] for place, name in enumerate(names[:_WIDEST])}
    return unique_in(values, len(rows))


def _comparable(value: Any) -> Any:
    """Arrays and documents cannot be put into sets; none of them is a key."""
    return None if isinstance(value, (list, dict, float)) else value


def _comment(seen: sa.Inspector, table: _Table) -> str:
    try:
        return seen.get_table_comment(table.name, schema=table.schema).get("text") or ""
    except NotImplementedError:
        return ""


def _owners(connection: sa.Connection, table: _Table) -> tuple[Guess, ...]:
    if connection.dialect.name != "postgresql":
        return ()
    asked = sa.text(
        "SELECT pg_get_userbyid(relowner) FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace "
        "WHERE relname = :name AND nspname = coalesce(:schema, current_schema())"
    )
    owner = connection.execute(asked, {"name": table.name, "schema": table.schema}).scalar()
    return (Guess(owner, "the role that owns it"),) if owner else ()
