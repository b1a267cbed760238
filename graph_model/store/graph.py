"""The gate to the graph: named queries in explicit transactions, retried by rules of our own.

The driver's managed transactions wait about a second before their first retry and give up on an ambiguous commit. Here
the first wait is milliseconds, every unit of work has a deadline, and a commit whose reply was lost is resolved by an
operation id that was written in the same transaction.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, LiteralString, Self, TypeVar

import neo4j
from neo4j import GraphDatabase, NotificationMinimumSeverity
from neo4j.exceptions import DriverError, Neo4jError

from graph_model.errors import GraphPaused, GraphUnavailable
from graph_model.failpoints import failpoint
from graph_model.settings import GraphSettings, origin
from graph_model.store.clock import SYSTEM_CLOCK, Clock
from graph_model.store.packing import FIRST_PROTOCOL
from graph_model.store.queries import NamedQuery, load_queries
from graph_model.store.sending import Send, as_written, with_lists_together, with_packed_times
from graph_model.store.transaction import Row, Transaction, begin, mark, roll_back
from graph_model.store.trouble import NotVisible, Trouble, WrongQuery, classify, one_line, translated

T = TypeVar("T")
FIRST_WAIT = 0.004
LONGEST_WAIT = 0.4


class CommitUnknown(Exception):
    """Inside the gate only: the reply to a COMMIT was lost."""


class Graph:
    """A connection to the graph. Safe to share between threads; close it, or use it as a context manager."""

    def __init__(
        self, settings: GraphSettings, *, driver: neo4j.Driver | None = None, clock: Clock = SYSTEM_CLOCK
    ) -> None:
        """`driver` and `clock` stand in for those of this machine, where time and the graph are simulated."""
        self.settings = settings
        self._driver = _driver_of(settings) if driver is None else driver
        self._clock = clock
        self._engine: str | None = None
        self._send: Send = as_written

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._driver.close()

    @property
    def engine(self) -> str:
        """`neo4j` or `arcadedb`, learned from the server once. Raises GraphUnavailable."""
        if self._engine is None:
            with self._translated():
                server = self._driver.get_server_info()
            self._engine = "arcadedb" if "arcadedb" in server.agent.lower() else "neo4j"
            if server.protocol_version >= FIRST_PROTOCOL:
                self._send = with_lists_together if self._engine == "neo4j" else with_packed_times
        return self._engine

    def query(self, name: str) -> NamedQuery:
        queries = load_queries(self.engine)
        if name not in queries:
            raise WrongQuery(f"there is no query {name} below cypher/")
        return queries[name]

    def rows(self, name: str, **parameters: Any) -> list[Row]:
        """The rows of one named query in a transaction of its own."""
        if self.query(name).access == "write":
            return self.write(lambda tx: tx.rows(name, **parameters))
        return self.read(lambda tx: tx.rows(name, **parameters))

    def read(self, work: Callable[[Transaction], T]) -> T:
        """What `work` returns, from one read transaction. `work` may be called again: it must have no other effect."""
        return self._until_deadline(lambda timeout: self._attempt(work, timeout, writes=False))

    def write(self, work: Callable[[Transaction], T], *, step: str = "write", while_paused: bool = False) -> T:
        """What `work` returns once its transaction is durable.

        `work` may be called several times and must have no effect outside the transaction. Any error that `work` raises
        rolls everything back. Raises GraphUnavailable when the deadline passes first, and GraphPaused after
        `pause_seconds` of a pause of writes. `while_paused` is for what no backup holds: leases and the pause itself.
        `step` names the fail-points on both sides of the commit.
        """

        def to_its_end(tx: Transaction) -> T:
            result = work(tx)
            failpoint(f"{step}.before_commit")
            return result

        result = self._until_deadline(lambda timeout: self._write_once(to_its_end, timeout, while_paused=while_paused))
        failpoint(f"{step}.after_commit")
        return result

    def run_schema(self, statement: LiteralString) -> None:
        """One schema statement of a migration, outside an explicit transaction (Neo4j keeps schema and data apart)."""

        def attempt(timeout: float) -> None:
            with self._session(writes=True) as session:
                session.run(neo4j.Query(statement, timeout=timeout)).consume()

        self._until_deadline(attempt)

    def _write_once(self, work: Callable[[Transaction], T], timeout: float, *, while_paused: bool) -> T:
        operation = uuid.uuid4().hex
        done: list[T] = []

        def marked(tx: Transaction) -> T:
            tx.operation = operation
            done.append(work(tx))
            if (reason := mark(tx, while_paused=while_paused)) is not None:
                raise GraphPaused(reason)
            return done[-1]

        try:
            return self._attempt(marked, timeout, writes=True)
        except CommitUnknown:
            if self._took_effect(operation):
                return done[-1]
            raise

    def _took_effect(self, operation: str) -> bool:
        """Whether the transaction that wrote `operation` committed. Once this answers no, it never can any more.

        Asking writes the same unique operation id. Found: it committed. Created: the lost transaction, should it
        still be on its way, runs into the unique constraint.
        """

        def ask(timeout: float) -> bool:
            ours = uuid.uuid4().hex
            return self._attempt(
                lambda tx: tx.rows("store.ask_operation", id=operation, token=ours)[0]["committed"],
                timeout,
                writes=True,
            )

        return self._until_deadline(ask)

    def _attempt(self, work: Callable[[Transaction], T], timeout: float, *, writes: bool) -> T:
        committing = False
        with self._session(writes=writes) as session:
            bolt = begin(session, timeout)
            try:
                tx = Transaction(bolt, self.query, writes=writes, send=self._send)
                result = work(tx)
                committing = True
                bolt.commit()
            except BaseException as error:
                roll_back(bolt)
                if (
                    isinstance(error, Exception)
                    and classify(error, self.engine, committing=committing) is Trouble.UNKNOWN
                ):
                    raise CommitUnknown from error
                raise
            return result

    def _session(self, *, writes: bool) -> neo4j.Session:
        return self._driver.session(
            database=self.settings.database,
            default_access_mode=neo4j.WRITE_ACCESS if writes else neo4j.READ_ACCESS,
        )

    def _until_deadline(self, attempt: Callable[[float], T]) -> T:
        started = self._clock.monotonic()
        deadline = started + self.settings.timeout
        wait = FIRST_WAIT
        with self._translated():
            engine = self.engine
            while True:
                left = deadline - self._clock.monotonic()
                try:
                    return attempt(max(left, 0.1))
                except CommitUnknown as error:
                    trouble: BaseException = error.__cause__ or error
                except GraphPaused as error:
                    if self._clock.monotonic() - started >= self.settings.pause_seconds:
                        raise
                    trouble, wait = error, LONGEST_WAIT
                except NotVisible as error:
                    trouble = error
                except (Neo4jError, DriverError, OSError) as error:
                    if classify(error, engine, committing=False) is not Trouble.RETRY:
                        raise
                    trouble = error
                pause = random.uniform(wait / 2, wait)
                if self._clock.monotonic() + pause >= deadline:
                    raise GraphUnavailable(
                        f"the graph at {self.settings.uri} gave no result within {self.settings.timeout:g} s: "
                        f"{one_line(trouble)}"
                    ) from trouble
                self._clock.sleep(pause)
                wait = min(wait * 2, LONGEST_WAIT)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (Neo4jError, DriverError, OSError) as error:
            raise translated(error, self.settings, origin("HEADWATER_GRAPH_URI")) from error


def _driver_of(settings: GraphSettings) -> neo4j.Driver:
    password = settings.password.get_secret_value()
    return GraphDatabase.driver(
        settings.uri,
        auth=(settings.user, password) if password else None,
        connection_acquisition_timeout=5,
        connection_timeout=5,
        liveness_check_timeout=30,
        # The tests look at every remark that an engine has on a query; here they would only cost time.
        notifications_min_severity=NotificationMinimumSeverity.OFF,
    )
