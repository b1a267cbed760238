"""The views of a database: each reads its base tables by column, as its definition says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import sqlalchemy as sa
from sqlalchemy.engine import make_url

from connectors.sql.columns import flows_into
from connectors.sql.dialects import dialect_of
from connectors.sql.reader import reader
from connectors.sql.reads import RESULT, UnreadableSqlError
from connectors.storage.database import database, is_of_the_system
from connectors.storage.locations import split_table
from connectors.storage.sqlalchemy_types import of_column
from graph_model.contracts.entities import Column, Contract
from graph_model.errors import ContentError, StorageUnavailable
from graph_model.estate.entities import DatasetSpec
from graph_model.imports.entities import Declarations, ImportedJob
from graph_model.lineage.entities import ColumnFlows
from graph_model.names import Name
from graph_model.schemas.sql_names import from_sql
from graph_model.versions.entities import Content

_DUCKDB_RELATIONS = """
SELECT c.database_name || '.' || c.schema_name || '.' || c.table_name AS name, c.column_name, c.data_type,
  c.is_nullable, v.sql AS definition
FROM duckdb_columns() AS c
LEFT JOIN duckdb_views() AS v
  ON v.database_oid = c.database_oid AND v.schema_oid = c.schema_oid AND v.view_name = c.table_name
WHERE NOT c.internal
ORDER BY 1, c.column_index
"""


@dataclass(frozen=True, slots=True)
class Relation:
    """A table or view; `definition` is the SQL of a view."""

    name: str
    columns: tuple[Column, ...]
    definition: str | None = None


def read_views(url: str, *, source: str, namespace: str) -> Declarations:
    """The views of the database at `url`, and the tables they read. Other tables are left out.

    Relations are named in `namespace`: by their whole name (`database.schema.table`), in SQLite by the name alone.
    `url` is an address of SQLAlchemy, or `env:NAME` for one in the environment. Raises StorageUnavailable when the
    database does not answer, ContentError for an address that leads to none.
    """
    url, _ = split_table(f"{url}#views")
    relations = _relations_of_duckdb(url) if url.startswith("duckdb:") else _relations(url)
    known = {relation.name.lower(): relation for relation in relations}
    path = _path(relations)
    jobs = tuple(_job(one, known, namespace, path, dialect_of(url)) for one in relations if one.definition)
    named = {name for job in jobs for name in (*job.inputs, *job.outputs)}
    datasets = tuple(
        DatasetSpec(
            Name(namespace, one.name), "view" if one.definition else "table", contract=Contract(columns=one.columns)
        )
        for one in relations
        if Name(namespace, one.name) in named
    )
    return Declarations(source, datasets, jobs)


def _job(view: Relation, known: dict[str, Relation], namespace: str, path: Sequence[str], dialect: str) -> ImportedJob:
    target = Name(namespace, view.name)
    tables = {relation.name: [column.path for column in relation.columns] for relation in known.values()}
    try:
        reads = reader().read_script(view.definition or "", dialect=dialect, tables=tables, path=path)
    except UnreadableSqlError as error:
        return ImportedJob(target, "view", (), (target,), ColumnFlows(known=False, unresolved=(str(error),)))
    sources = {table: Name(namespace, known[table].name if table in known else table) for table in reads.reads}
    written = next((one for one in reads.written if one.table in (RESULT, view.name.lower())), None)
    inputs = tuple(sorted(set(sources.values()) - {target}))
    if written is None:
        reason = ("its definition gives no result", *reads.unresolved)
        return ImportedJob(target, "view", inputs, (target,), ColumnFlows(known=False, unresolved=reason))
    flows, shapes = flows_into(written, reads, sources, target, view.columns)
    return ImportedJob(
        target, "view", inputs, (target,), ColumnFlows(tuple(flows), tuple(shapes), "parsed", reads.unresolved)
    )


def _path(relations: Sequence[Relation]) -> Sequence[str]:
    """The database and the schema that short names mean, where all relations lie in one."""
    places = {relation.name.rpartition(".")[0] for relation in relations}
    only = next(iter(places)) if len(places) == 1 else ""
    return only.split(".") if only else ()


def _relations(url: str) -> list[Relation]:
    with database(Content("table", f"{url}#views")) as (engine, _), engine.connect() as connection:
        return list(_inspected(sa.inspect(connection), engine))


def _inspected(inspector: sa.Inspector, engine: sa.Engine) -> Iterator[Relation]:
    prefix = f"{engine.url.database}." if engine.dialect.name not in ("sqlite", "mysql", "mariadb") else ""
    for schema in _schemas(inspector, engine):
        views = {*inspector.get_view_names(schema=schema), *_materialized(inspector, schema)}
        for table in sorted({*inspector.get_table_names(schema=schema), *views}):
            columns = tuple(
                Column(column["name"], str(of_column(column["type"], engine.dialect.name)), bool(column["nullable"]))
                for column in inspector.get_columns(table, schema=schema)
            )
            definition = inspector.get_view_definition(table, schema=schema) if table in views else None
            yield Relation(f"{prefix}{f'{schema}.' if schema else ''}{table}", columns, definition)


def _schemas(inspector: sa.Inspector, engine: sa.Engine) -> Sequence[str | None]:
    if engine.dialect.name == "sqlite":
        return (None,)
    return [name for name in inspector.get_schema_names() if not is_of_the_system(name)]


def _materialized(inspector: sa.Inspector, schema: str | None) -> Sequence[str]:
    try:
        return inspector.get_materialized_view_names(schema=schema)
    except NotImplementedError:
        return ()


def _relations_of_duckdb(url: str) -> list[Relation]:
    """DuckDB tells its own catalog, of all schemas at once."""
    file = make_url(url).database or ""
    if not Path(file).is_file():
        raise ContentError(f"there is no database {file}")
    try:
        with duckdb.connect(file, read_only=True) as connection:
            rows = connection.execute(_DUCKDB_RELATIONS).fetchall()
    except duckdb.Error as error:
        raise StorageUnavailable(f"the database {file} does not answer: {str(error).splitlines()[0]}") from error
    found: dict[str, tuple[list[Column], str | None]] = {}
    for name, column, kind, nullable, definition in rows:
        columns, _ = found.setdefault(name, ([], definition))
        columns.append(Column(column, str(from_sql(kind).value), nullable=bool(nullable)))
    return [Relation(name, tuple(columns), definition) for name, (columns, definition) in found.items()]
