"""Two transactions that meet, on a real engine or on the model: who waits, who fails."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, LiteralString, cast

import neo4j
from neo4j.exceptions import Neo4jError

from graph_model.store.queries import load_queries
from tests.simulation.model.driver import ModelDriver
from tests.simulation.model.engines import Optimistic, Waiting
from tests.simulation.model.records import Committed
from tests.simulation.scheduler import Process, Scheduler

Statement = tuple[str, dict[str, Any]]
"""A named query and its parameters."""
Script = Sequence[tuple[int, Statement | None]]
"""Who does what, in this order as far as nobody waits; None: commit."""
# How long somebody who is not done counts as waiting. Who does not wait is given as long as it takes.
A_WHILE = 1.0
ABOUT_TO_COMMIT = "about to commit"


def play_really(driver: neo4j.Driver, database: str, engine: str, script: Script) -> list[str]:
    """What became of each step, in the order in which they ended."""
    queries = load_queries(engine)
    told: list[str] = []
    sessions = [driver.session(database=database) for _ in range(2)]
    try:
        transactions = [session.begin_transaction() for session in sessions]

        def run(who: int, statement: Statement | None) -> None:
            bolt = transactions[who]
            if statement is None:
                bolt.commit()
            else:
                bolt.run(queries[statement[0]].text, statement[1]).consume()

        with ThreadPoolExecutor(1) as first, ThreadPoolExecutor(1) as second:
            pools, pending = (first, second), cast("list[Future[None]]", [])
            for who, statement in script:
                if statement is None:
                    told.append(ABOUT_TO_COMMIT)
                pending.append(pools[who].submit(_tell, told, who, statement, run))
                _until_done_or_waiting(pending[-1], waits=engine == "neo4j")
            for future in pending:
                future.result()
    finally:
        for session in sessions:
            session.close()
    return told


def _until_done_or_waiting(future: Future[None], *, waits: bool) -> None:
    done = threading.Event()
    future.add_done_callback(lambda _: done.set())
    done.wait(A_WHILE if waits else None)


def play_on_model(engine: str, prepared: Sequence[Statement], script: Script) -> list[str]:
    scheduler = Scheduler()
    kind: Callable[..., Any] = Waiting if engine == "neo4j" else Optimistic
    model = ModelDriver(kind(Committed(), scheduler))
    texts = {name: query.text for name, query in load_queries(engine).items()}
    told: list[str] = []

    def prepare() -> None:
        for name, parameters in prepared:
            transaction = model.session().begin_transaction(timeout=60.0)
            transaction.run(texts[name], parameters)
            transaction.commit()

    def live(who: int) -> None:
        transaction = model.session().begin_transaction(timeout=60.0)

        def run(_: int, statement: Statement | None) -> None:
            if statement is None:
                transaction.commit()
            else:
                transaction.run(texts[statement[0]], statement[1])

        for number, (whose, statement) in enumerate(script):
            if whose == who:
                scheduler.sleep(max(0.0, number + 1 - scheduler.now))
                if statement is None:
                    told.append(ABOUT_TO_COMMIT)
                _tell(told, who, statement, run)

    process = Process("both")
    scheduler.spawn(process, prepare)
    for who in range(2):
        scheduler.spawn(process, lambda who=who: live(who), after=0.5)
    scheduler.run(most_seconds=100.0)
    return told


def _tell(told: list[str], who: int, statement: Statement | None, run: Callable[[int, Statement | None], None]) -> None:
    what = f"{'first' if who == 0 else 'second'} {statement[0] if statement else 'commits'}"
    try:
        run(who, statement)
    except Neo4jError as error:
        told.append(f"{what}: {type(error).__name__}")
    except neo4j.exceptions.DriverError:
        # The driver's own words for a transaction that the server has ended already.
        told.append(f"{what}: over")
    else:
        told.append(what)


def prepare_really(driver: neo4j.Driver, database: str, engine: str, statements: Sequence[Statement]) -> None:
    for name, parameters in statements:
        text: LiteralString = load_queries(engine)[name].text
        driver.execute_query(text, parameters, database_=database)


def outcome(told: Sequence[str]) -> tuple[list[str], list[str]]:
    """What was done before anybody went to commit, and all in all: beyond that, replies may overtake each other."""
    return sorted(told[: told.index(ABOUT_TO_COMMIT)]), sorted(told)
