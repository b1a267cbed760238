"""Who takes part: workers as they are, an API, and the clients that report to it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.services import Services, report_and_ring
from graph_model.errors import GraphUnavailable, Unavailable
from graph_model.settings import GraphSettings, WorkerSettings
from graph_model.store.graph import Graph
from graph_model.versions.entities import Receipt, Report
from tests.simulation.estates import Delivery
from tests.simulation.line import LEASE_SECONDS, Line
from tests.simulation.model.driver import ModelDriver
from tests.simulation.scheduler import Process, current
from tests.simulation.threads import Event, VirtualClock
from tests.support.protocol import name
from workers import __main__ as worker_program
from workers.fleet import Fleet

if TYPE_CHECKING:
    from tests.simulation.world import World

BROKER = "redis://model"
_SETTINGS = GraphSettings(uri="bolt://model", timeout=30.0)
_HURRIED = GraphSettings(uri="bolt://model", timeout=worker_program.HEARTBEAT_TIMEOUT_SECONDS)
_WORKERS = {
    slots: WorkerSettings(
        slots=slots, lease_seconds=LEASE_SECONDS, heartbeat_seconds=5.0, sweep_seconds=2.0, stop_seconds=0.2
    )
    for slots in (1, 2)
}


def connected(world: World, process: Process, settings: GraphSettings = _SETTINGS) -> Graph:
    driver: Any = ModelDriver(world.engine, Line(world, process))
    return Graph(settings, driver=driver, clock=VirtualClock(world.scheduler))


class WorkerMachine:
    """One worker process after the other: whenever one ends, the next is started."""

    def __init__(self, world: World, name: str, *, slots: int) -> None:
        self._world, self._name, self._slots, self._lives = world, name, slots, 0
        self.process = Process(name, world)
        self._stop = Event()
        self.start()

    def start(self) -> None:
        self._lives += 1
        self.process = Process(f"{self._name}.{self._lives}", self._world)
        self._world.machines[self.process] = self
        self._stop = Event()
        self._world.scheduler.spawn(self.process, self._work)

    def stop(self) -> None:
        """SIGTERM."""
        self._stop.set()

    def _work(self) -> None:
        graph = connected(self._world, self.process)
        lease_graph = connected(self._world, self.process, _HURRIED)
        try:
            stop: Any = self._stop
            worker = worker_program.Worker(
                graph, lease_graph, broker_url=BROKER, settings=_WORKERS[self._slots], stop=stop
            )
            worker.run()
        except GraphUnavailable:
            pass  # exit code 3; whoever supervises processes starts it again
        self._world.ended(self.process)


class ModelListener:
    """Celery's place: as many rings are answered at once as there are slots."""

    def __init__(self, app: ModelCelery) -> None:
        self._app, self.hears = app, True

    def start(self) -> None:
        process = current().process
        for _ in range(self._app.slots):
            process.world.scheduler.spawn(process, self._listen)

    def stop(self) -> None:
        self.hears = False

    def _listen(self) -> None:
        broker = current().process.world.broker
        while self.hears:
            self._app.answer(broker.take())


class ModelCelery:
    def __init__(self, url: str, *, slots: int) -> None:
        self.slots = slots
        self.answer: Callable[[str], object] = str


def add_tasks(app: ModelCelery, fleet: Fleet) -> None:
    app.answer = lambda run: fleet.work_off(prefer=run)


class Call:
    def __init__(self) -> None:
        self.done = Event()
        self.receipt: Receipt | None = None


class ApiMachine:
    """Answers reports: 2xx with a receipt, or nothing that a client could rely on."""

    def __init__(self, world: World) -> None:
        self._world, self._lives = world, 0
        self._calls: list[Call] = []
        self.start()

    def start(self) -> None:
        self._lives += 1
        self._break_off()
        self.process = Process(f"api.{self._lives}", self._world)
        self._world.machines[self.process] = self
        self._services = Services(connected(self._world, self.process), BROKER, Path())

    def report(self, report: Report) -> Receipt | None:
        """Called by a client; None: no answer, or a refusal worth another try."""
        if not self.process.alive:
            return None
        call = Call()
        self._calls.append(call)
        self._world.scheduler.spawn(self.process, lambda: self._serve(call, report))
        call.done.wait(60.0)
        return call.receipt

    def _serve(self, call: Call, report: Report) -> None:
        try:
            receipt = report_and_ring(self._services, report)
        except Unavailable:
            receipt = None
        call.receipt = receipt
        call.done.set()
        self._calls.remove(call)

    def _break_off(self) -> None:
        calls, self._calls = self._calls, []
        for call in calls:
            call.done.set()


def deliver(world: World, delivery: Delivery, *, after: float, first: bool) -> None:
    """A client with one report: it tries again until it has an answer, or loses patience."""
    report = Report(
        name(delivery.dataset),
        delivery.day,
        location=delivery.place,
        key=delivery.key,
        source_time=delivery.source_time,
        reported_by="client",
    )
    world.scheduler.sleep(after)
    if first:
        world.files.write(delivery.place, delivery.file)
    while True:
        receipt = world.api.report(report)
        if receipt is not None:
            world.acknowledged.append((delivery, receipt))
            break
        if delivery.gives_up:
            break
        world.scheduler.sleep(world.chance.uniform(0.2, 3.0))
    world.clients -= 1
