"""Carries out what a job says inside of its database, as one attempt: a query, or the call of a procedure."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from connectors.databases.attempt import Attempt, attempt_of
from connectors.databases.cancel import Cancelling
from connectors.databases.guard import has_guard
from connectors.databases.sqlite_typing import make_typed
from connectors.databases.statements import answer_of, calling, copying, creating
from connectors.storage.backends import configured
from connectors.storage.database import engine_of
from connectors.storage.locations import address_of
from graph_model.errors import ContentError

Job = Mapping[str, Any]


class NoGuard(ContentError):
    """A procedure that writes a fixed table is fenced by a guard on it, and there is none."""

    def __init__(self, table: str, dataset: str) -> None:
        super().__init__(
            f"{table} has no guard, so an older attempt could still write it:"
            f" run `headwater database guard URL {table} --dataset {dataset}`"
        )


def carry_out(job: Job, cancelling: Cancelling) -> dict[str, Any]:
    """Runs the work of a job file, whose outputs lie in their own tables afterwards; what it measured."""
    attempt = attempt_of(**job["attempt"])
    engine = engine_of(address_of(job["database"]), writes=True)
    settings = attempt.settings(timeout_seconds=job["timeout_seconds"], partition=job["partition"])
    try:
        attempt.begin(configured(engine, settings))
        work = _query if "query" in job["work"] else _procedure
        return work(job, engine, attempt, cancelling)
    finally:
        engine.dispose()


def _query(job: Job, engine: sa.Engine, attempt: Attempt, cancelling: Cancelling) -> dict[str, Any]:
    (output,) = job["outputs"].values()
    answer = answer_of(
        engine.dialect,
        job["work"]["query"],
        inputs=job["inputs"],
        windows=job["work"]["windows"],
        partition=job["partition"],
    )
    with _connected(engine, cancelling) as connection, connection.begin():
        attempt.hold(connection)
        if engine.dialect.name == "sqlite":
            make_typed(connection, output["table"], answer)
        else:
            creating(engine.dialect, output["table"], answer).on(connection)
    return {}


def _procedure(job: Job, engine: sa.Engine, attempt: Attempt, cancelling: Cancelling) -> dict[str, Any]:
    """One that commits itself runs outside of any transaction; its rows are taken over in one that holds the fence."""
    work = job["work"]
    call = calling(engine.dialect, work["call"], work["arguments"])
    results: dict[str, Any] = {}
    if work["commits_itself"]:
        with _connected(engine.execution_options(isolation_level="AUTOCOMMIT"), cancelling) as connection:
            _check_guards(connection, job)
            results = _results(call.on(connection))
    with _connected(engine, cancelling) as connection, connection.begin():
        _check_guards(connection, job)
        attempt.hold(connection)
        if not work["commits_itself"]:
            results = _results(call.on(connection))
        _take_over(connection, job)
    return results


@contextmanager
def _connected(engine: sa.Engine, cancelling: Cancelling) -> Iterator[sa.Connection]:
    with engine.connect().execution_options(writes=True) as connection:
        cancelling.watch(connection)
        yield connection


def _take_over(connection: sa.Connection, job: Job) -> None:
    """The rows that a procedure left in fixed tables become versions: each in a table of the run's own."""
    if job["work"]["fence"] != "guard":
        return
    for output in job["outputs"].values():
        options = output["options"]
        key = options.get("partition_column")
        copying(connection.dialect, options["table"], output["table"], key=key, partition=output["partition"]).on(
            connection
        )


def _check_guards(connection: sa.Connection, job: Job) -> None:
    if job["work"]["fence"] != "guard":
        return
    for output in job["attempt"]["outputs"]:
        if not has_guard(connection, output["fixed"]):
            raise NoGuard(output["fixed"], output["dataset"])


def _results(result: sa.CursorResult[Any]) -> dict[str, Any]:
    """The values that a procedure gives back, as metrics."""
    rows = result.mappings().all() if result.returns_rows else ()
    return {name: _metric(value) for row in rows for name, value in row.items()}


def _metric(value: Any) -> Any:
    if isinstance(value, Decimal):
        value = int(value) if value == value.to_integral_value() else float(value)
    is_plain = isinstance(value, (bool, int, str)) or (isinstance(value, float) and math.isfinite(value))
    return value if value is None or is_plain else str(value)
