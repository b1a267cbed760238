"""Where the product meets the machine: each place that is bent towards the simulation, and everything that is random.

Nothing here changes what the protocol does. Threads, time, the broker, processes and notices are led to the process
that the running fiber belongs to; ids and jitter come from the seed of the history.
"""

from __future__ import annotations

import logging
import random
import secrets
import sys
import threading
import uuid
import zlib
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from random import Random
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch
from weakref import WeakKeyDictionary

from greenlet import getcurrent

from app import services
from connectors.notify import deliver as notices
from graph_model.runs.entities import ClaimedRun
from graph_model.store import grouping
from tests.simulation.actors import ModelCelery, ModelListener, add_tasks
from tests.simulation.machines import ModelSupervisor, ModelTemplates, UserProcess, remove_outputs
from tests.simulation.scheduler import Fiber, current
from tests.simulation.threads import Threading, Time
from workers import __main__ as program
from workers import fleet, held, identity, steward, supervisor, watchdog

_start_thread = threading.Thread.start
_join_thread = threading.Thread.join
_thread_is_alive = threading.Thread.is_alive
# The fibers that stand in for threads, for as long as somebody knows the thread.
_fibers: WeakKeyDictionary[threading.Thread, Fiber] = WeakKeyDictionary()
# How long a simulated thread waits between two looks whether another has ended.
_A_LOOK = 0.05
_uuid4 = uuid.uuid4
_token_hex = secrets.token_hex
_STORAGE = SimpleNamespace(root=program.StorageSettings().root)


class _Quiet:
    """A log that nobody reads. What nobody foresaw is remembered: the product should foresee everything here."""

    def exception(self, event: str, *_: object, **__: object) -> None:
        error = sys.exc_info()[1]
        current().process.world.surprises.append(f"{event}: {type(error).__name__}: {error}")

    def __getattr__(self, name: str) -> Any:
        return _say_nothing


class _Id:
    """As much of a UUID as anybody looks at, for a tenth of the time."""

    __slots__ = ("hex",)

    def __init__(self, text: str) -> None:
        self.hex = text


def _say_nothing(*_: object, **__: object) -> None:
    pass


def _ring(url: str | None, runs: Iterable[str]) -> bool:
    return current().process.world.broker.ring(runs)


def _deliver(notice: Any, settings: object) -> None:
    world = current().process.world
    world.spend(0.01)
    if world.faults.active and world.chance.random() < 0.2:
        raise notices.NotDelivered("the receiver is busy")
    world.told.append(notice.id)


def _sweep(attempt: ClaimedRun, root: object) -> None:
    remove_outputs(attempt)


def _start(thread: threading.Thread) -> None:
    fiber = getcurrent()
    if isinstance(fiber, Fiber):
        _fibers[thread] = fiber.process.world.scheduler.spawn(fiber.process, thread.run)
    else:
        _start_thread(thread)


def _join(thread: threading.Thread, timeout: float | None = None) -> None:
    if thread not in _fibers:
        _join_thread(thread, timeout)
        return
    scheduler = current().process.world.scheduler
    deadline = scheduler.now + (timeout or float("inf"))
    while not _fibers[thread].dead and scheduler.now < deadline:
        scheduler.sleep(_A_LOOK)


def _is_alive(thread: threading.Thread) -> bool:
    return not _fibers[thread].dead if thread in _fibers else _thread_is_alive(thread)


def _hash_of_held(self: held.Held) -> int:
    # Sets of these are walked through, and the order must not come from a place in memory.
    return zlib.crc32(f"{self.run.id}/{self.run.fence}".encode())


def _replacements() -> Iterator[tuple[object, str, object]]:
    quiet = _Quiet()
    for module in (fleet, identity, steward, held, grouping, watchdog):
        yield module, "threading", Threading
    for module in (fleet, identity, steward):
        yield module, "time", Time
    for module in (fleet, steward, program, services):
        yield module, "ring", _ring
    for module in (fleet, identity, steward, supervisor, program, watchdog):
        yield module, "log", quiet
    yield held, "Process", UserProcess
    yield steward, "sweep_attempt", _sweep
    yield held.Held, "__hash__", _hash_of_held
    yield program, "Supervisor", ModelSupervisor
    yield program, "Templates", ModelTemplates
    yield program, "Listener", ModelListener
    yield program, "make_celery", ModelCelery
    yield program, "add_tasks", add_tasks
    yield program, "StorageSettings", lambda: _STORAGE
    yield program, "NotifySettings", lambda: None
    yield notices, "deliver", _deliver
    yield threading.Thread, "start", _start
    yield threading.Thread, "join", _join
    yield threading.Thread, "is_alive", _is_alive


@contextmanager
def bent() -> Iterator[None]:
    """The product on simulated machines, for as long as this lasts."""
    level = logging.root.manager.disable
    with ExitStack() as stack:
        for target, name, replacement in _replacements():
            stack.enter_context(patch.object(target, name, replacement))
        logging.disable(logging.CRITICAL)
        try:
            yield
        finally:
            logging.disable(level)


@contextmanager
def all_random_from(chance: Random) -> Iterator[None]:
    """Every id, token and jitter is drawn from `chance`."""
    state = random.getstate()
    random.seed(chance.getrandbits(64))
    uuid.uuid4 = lambda: _Id(f"{chance.getrandbits(128):032x}")  # type: ignore[assignment, return-value]
    secrets.token_hex = lambda nbytes=None: f"{chance.getrandbits(64):0{(nbytes or 8) * 2}x}"
    try:
        yield
    finally:
        uuid.uuid4, secrets.token_hex = _uuid4, _token_hex
        random.setstate(state)
