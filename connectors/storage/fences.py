"""Fences inside a database: who may still write there is decided where the rows are, in the same transaction.

The graph knows who owns a run, but a process that was stopped for an hour does not ask the graph before its next
statement. So the table `headwater_fence`, in the schema of the table that is written, holds one row for each partition
of a dataset: `fence` is the attempt that may write it, `exposed` the one whose rows stand at the fixed place.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, IntegrityError

from connectors.storage.database import exists, named
from graph_model.errors import FenceOver

FENCES = "headwater_fence"
# Only one process at a time has a file of these open for writing, or writes at all; they know no lock on a row.
_ONE_WRITER = ("sqlite", "duckdb")


@dataclass(frozen=True, slots=True)
class Fence:
    """What one attempt may write. `number` is greater for a later attempt, and for a later run of the same partition.

    `holder` names the attempt for people who look into the table.
    """

    dataset: str
    partition: str
    number: int
    holder: str


def fence_table(table: str) -> sa.Table:
    """The table of fences beside `table`, in its schema."""
    schema, _ = named(table)
    return sa.Table(
        FENCES,
        sa.MetaData(),
        sa.Column("dataset", sa.String(255), primary_key=True),
        sa.Column("partition", sa.String(255), primary_key=True),
        sa.Column("fence", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("holder", sa.String(64), nullable=False),
        sa.Column("exposed", sa.BigInteger, nullable=False, autoincrement=False),
        schema=schema,
    )


def fences_beside(table: str) -> str:
    """What the table of fences is called that stands beside `table`."""
    schema, _ = named(table)
    return f"{schema}.{FENCES}" if schema else FENCES


def make_fence_table(engine: sa.Engine, table: str) -> None:
    """In a transaction of its own; whoever makes it at the same time is welcome."""
    with engine.connect().execution_options(writes=True) as connection:
        if exists(connection, fences_beside(table)):
            return
        try:
            fence_table(table).create(connection)
            connection.commit()
        except DBAPIError:
            connection.rollback()
            if not exists(connection, fences_beside(table)):
                raise


def raise_fence(connection: sa.Connection, table: str, fence: Fence) -> None:
    """From now on only this attempt may write. Raises FenceOver when a later one has begun."""
    row = _locked(connection, table, fence)
    if row.fence > fence.number:
        raise FenceOver(fence.dataset, fence.partition, row.holder)
    _set(connection, table, fence, {"fence": fence.number, "holder": fence.holder})


def hold_fence(connection: sa.Connection, table: str, fence: Fence) -> None:
    """Keeps every later attempt out until the transaction ends. Raises FenceOver when one has begun already."""
    row = _locked(connection, table, fence)
    if row.fence != fence.number:
        raise FenceOver(fence.dataset, fence.partition, row.holder)


def may_expose(connection: sa.Connection, table: str, fence: Fence) -> bool:
    """Whether nothing later stands at the fixed place; then this is noted as what stands there, with the commit."""
    row = _locked(connection, table, fence)
    if row.exposed > fence.number:
        return False
    _set(connection, table, fence, {"exposed": fence.number})
    return True


def end_fence(connection: sa.Connection, table: str, fence: Fence) -> None:
    """An attempt that is dead may write no more, even where it never came to begin; later ones may."""
    if not exists(connection, fences_beside(table)):
        return
    if _locked(connection, table, fence).fence <= fence.number:
        _set(connection, table, fence, {"fence": fence.number + 1, "holder": ""})


def _locked(connection: sa.Connection, table: str, fence: Fence) -> Any:
    """The row of the fence, made where it is missing and locked until the transaction ends."""
    fences = fence_table(table)
    asked = sa.select(fences.c.fence, fences.c.holder, fences.c.exposed).where(*_of(fences, fence))
    if connection.dialect.name not in _ONE_WRITER:
        asked = asked.with_for_update()
    found = connection.execute(asked).one_or_none()
    if found is not None:
        return found
    with _whoever_was_first(connection):
        values = {"dataset": fence.dataset, "partition": fence.partition, "fence": 0, "holder": "", "exposed": 0}
        connection.execute(fences.insert().values(values))
    return connection.execute(asked).one()


@contextmanager
def _whoever_was_first(connection: sa.Connection) -> Iterator[None]:
    """Two may make the same row: the second waits for the first, and goes on with its row."""
    if connection.dialect.name in _ONE_WRITER:
        yield
        return
    savepoint = connection.begin_nested()
    try:
        yield
        savepoint.commit()
    except IntegrityError:
        savepoint.rollback()


def _set(connection: sa.Connection, table: str, fence: Fence, values: dict[str, Any]) -> None:
    fences = fence_table(table)
    connection.execute(fences.update().where(*_of(fences, fence)).values(values))


def _of(fences: sa.Table, fence: Fence) -> tuple[sa.ColumnElement[bool], ...]:
    return fences.c.dataset == fence.dataset, fences.c.partition == fence.partition
