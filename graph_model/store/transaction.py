"""One transaction of the gate: named queries in, plain rows out."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain
from typing import Any

import neo4j
from neo4j.exceptions import DriverError, Neo4jError

from graph_model.store.queries import NamedQuery
from graph_model.store.sending import Send, as_written
from graph_model.store.trouble import WrongQuery
from graph_model.store.unpacking import read_times
from graph_model.store.values import exact

Row = dict[str, Any]
Asked = Callable[[], list[Row]]

_PLAIN = frozenset((str, int, float, bool, type(None)))
_LISTS = frozenset((list,))
_PLAIN_OR_LISTS = _PLAIN | _LISTS


@dataclass(slots=True)
class Marked:
    """That a transaction left its mark, what it heard of a pause when it did, and whether that was its last word."""

    paused: str | None
    is_last: bool = True


class Transaction:
    """One open transaction. `token` is fresh for each attempt: the value to lock nodes with.

    `operation` is the id of the mark that a unit of work leaves. A query that takes it leaves the mark itself, and says
    as `paused` why writes are paused, or null: a gate that finds it done saves itself the way.
    """

    def __init__(
        self,
        bolt: neo4j.Transaction,
        queries: Callable[[str], NamedQuery],
        *,
        writes: bool,
        send: Send = as_written,
    ) -> None:
        self._bolt, self._queries, self._writes, self._send = bolt, queries, writes, send
        self.token = secrets.token_hex(8)
        self.operation = ""
        self.marked: Marked | None = None

    def rows(self, name: str, **parameters: Any) -> list[Row]:
        """The rows of a named query, with times in UTC. Pass `token=tx.token` yourself where a query locks."""
        rows = self.ask(name, **parameters)()
        if "operation" in parameters:
            self.marked = Marked(rows[0]["paused"])
        return rows

    def ask(self, name: str, **parameters: Any) -> Asked:
        """Sends a named query, and gives what its rows are got by, once: the graph works on it while the caller does
        something else. It goes through what it is asked one after the other, so asking waits for what was asked before;
        whatever goes wrong is raised here or there."""
        records = self._run(name, parameters)
        return lambda: [{key: plain(value) for key, value in record.items()} for record in records]

    def exact_rows(self, name: str, **parameters: Any) -> list[Row]:
        """The rows of a named query in the form of `store.values`: nothing is rounded, and JSON can hold all of it."""
        return [{key: exact(value) for key, value in record.items()} for record in self._run(name, parameters)]

    def _run(self, name: str, parameters: Row) -> neo4j.Result:
        query = self._queries(name)
        if parameters.keys() != query.parameters:
            raise WrongQuery(f"{name} takes {sorted(query.parameters)}, got {sorted(parameters)}")
        if query.access == "write" and not self._writes:
            raise WrongQuery(f"{name} writes, but was called in a read")
        if self.marked:
            self.marked.is_last = False
        return self._bolt.run(*self._send(query, parameters))


def plain(value: Any) -> Any:
    """A driver value as a plain Python one. Times come out in UTC, whatever zone name the engine gave them."""
    kind = type(value)
    if kind in _PLAIN:  # nearly all are, and an answer can have a hundred thousand of them
        return value
    if kind is list:
        if _is_plain(value):
            return value
        return [item if type(item) in _PLAIN else plain(item) for item in value]
    native = value.to_native() if isinstance(value, neo4j.time.DateTime) else value
    if isinstance(native, datetime):
        return native.replace(tzinfo=UTC) if native.tzinfo is None else native.astimezone(UTC)
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return value


def _is_plain(values: Sequence[Any]) -> bool:
    """Whether lists hold nothing but plain values and such lists. Looks at all lists of one depth at once: one after
    the other takes twice as long."""
    kinds = set(map(type, values))
    if kinds <= _PLAIN:
        return True
    if not kinds <= _PLAIN_OR_LISTS:
        return False
    lists = values if kinds == _LISTS else [value for value in values if type(value) is list]
    return _is_plain(list(chain.from_iterable(lists)))


def mark(tx: Transaction, *, while_paused: bool) -> str | None:
    """Leaves the mark of a unit of work, if it has not done so; why writes are paused. The last statement of all looks,
    so that the look costs no way of its own."""
    if tx.marked is None:
        mark = "store.mark_exempt_operation" if while_paused else "store.mark_operation"
        return tx.rows(mark, id=tx.operation)[0].get("paused")
    if tx.marked.is_last:
        return tx.marked.paused
    return next((row["reason"] for row in tx.rows("store.who_pauses")), None)


def begin(session: neo4j.Session, timeout: float) -> neo4j.Transaction:
    """BEGIN goes along with the first statement and costs no way of its own. The driver does so for `execute_query`
    alone, and promises nobody the switch: where there is none, BEGIN goes ahead."""
    together = getattr(session, "_pipelined_begin", None) or nullcontext()
    with together:
        bolt = session.begin_transaction(timeout=timeout)
    read_times(bolt)
    return bolt


def roll_back(bolt: neo4j.Transaction) -> None:
    # The connection may be gone, and the transaction with it; the first error is the one to tell.
    with suppress(Neo4jError, DriverError, OSError):
        bolt.close()
