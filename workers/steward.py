"""The steward: the loop that runs the sweeps. Every worker has one; a lease in the graph makes one of them lead."""

from __future__ import annotations

import random
import threading
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog

from connectors.bell import ring
from connectors.notify import deliver_due
from connectors.openlineage.sql import read_sql
from connectors.run_logs import forget_logs
from graph_model.archive.runs import RunArchive
from graph_model.audit.seal import AT_ONCE, seal_audit
from graph_model.deadlines.durations import learn
from graph_model.deadlines.predict import foresee
from graph_model.emitting.repository import forget
from graph_model.errors import Unavailable
from graph_model.holds.skip import expire_holds, skip_runs
from graph_model.observed.lost import close_lost
from graph_model.observed.publish import look_at_joined, publish_marked
from graph_model.observed.sql import read_reported_sql
from graph_model.orders.control import clear_abandoned
from graph_model.policies.outdated import give_way
from graph_model.readiness.evaluate import evaluate_marks
from graph_model.readiness.sweeps import follow, lapse, look_again
from graph_model.replays.carry_on import carry_on
from graph_model.retention.expire import expire_versions
from graph_model.runs.lease import become_leader
from graph_model.runs.sweeps import dead_attempts, expire_leases, mark_swept, unclaimed
from graph_model.schedules.tick import tick
from graph_model.settings import NotifySettings
from graph_model.store.graph import Graph
from graph_model.versions.roots import Roots
from workers.arrivals import Watcher
from workers.places import sweep_attempt

# A leader that has not come back for so many sweeps is followed by another one.
LEADER_SWEEPS = 3
# Batches of one sweep that follow each other without a pause, before the other sweeps get their turn.
MOST_BATCHES = 50
# What is not sealed yet, nothing protects: the leader wakes this often at least.
SEAL_SECONDS = 1.0
OPERATIONS_KEPT_SECONDS = 900
OPERATIONS_AT_ONCE = 2_000
# A worker that is gone for a day is of no interest to `doctor` any more.
WORKERS_KEPT_SECONDS = 86_400

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Sweep:
    """Something to look for, again and again, about every `every_seconds`; None: at the pace of the steward."""

    name: str
    run: Callable[[], object]
    every_seconds: float | None = None


def guarded(what: str, work: Callable[[], object]) -> object:
    """One sweep that fails never stops the others, nor the next round."""
    try:
        return work()
    except Unavailable as error:
        log.warning("a sweep failed, it is tried again", sweep=what, error=str(error))
    except Exception:
        log.exception("a sweep failed, it is tried again", sweep=what)
    return None


class Aside:
    """A sweep that may take its time, in a thread of its own: the others do not wait for it. One at a time."""

    def __init__(self, name: str, work: Callable[[], object]) -> None:
        self._name, self._work = name, work
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begins, unless the last time is still going on."""
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=guarded, args=(self._name, self._work), name=self._name, daemon=True)
            self._thread.start()


class Sweeps:
    """What the leader does. Each of these is safe to run by two leaders at once, and after any crash."""

    def __init__(
        self,
        graph: Graph,
        *,
        broker_url: str | None,
        notify: NotifySettings,
        roots: Roots,
        staging_grace: float,
        lost_after: float,
        logs_days: float = 30.0,
        archive: RunArchive | None = None,
    ) -> None:
        """`archive` None: details of runs stay in the graph for ever."""
        self._graph, self._broker_url, self._notify = graph, broker_url, notify
        self._roots, self._staging_grace, self._lost_after = roots, staging_grace, lost_after
        self._logs_days = logs_days
        self._reading = Aside("read reported SQL", self.read_reported_sql)
        self._watching = Aside("look for files", Watcher(graph, broker_url=broker_url, roots=roots).look)
        self._archiving = Aside("archive runs", self.archive_runs)
        self._archive = archive
        self._foreseeing = Aside("foresee deadlines", self.foresee_deadlines)

    def all(self) -> tuple[Sweep, ...]:
        return (
            Sweep("publish what others wrote", self.publish_observed),
            Sweep("evaluate marks", self.evaluate_marks),
            Sweep("look again", self.look_again),
            Sweep("tick schedules", self.tick_schedules),
            Sweep("follow runs", self.follow_runs),
            Sweep("end holds", self.end_holds),
            Sweep("skip runs", self.skip_runs),
            Sweep("carry replays on", self.carry_replays_on),
            Sweep("let runs lapse", self.let_runs_lapse),
            Sweep("expire leases", self.expire_leases),
            Sweep("let the outdated give way", self.let_outdated_go),
            Sweep("ring for the unclaimed", self.ring_unclaimed),
            Sweep("deliver notices", self.deliver_notices),
            Sweep("sweep staging", self.sweep_staging, every_seconds=10),
            Sweep("expire versions", self.expire_versions),
            Sweep("read reported SQL", self._reading.start),
            Sweep("seal the audit", self.seal_audit, every_seconds=SEAL_SECONDS),
            Sweep("close lost runs", self.close_lost, every_seconds=30),
            Sweep("foresee deadlines", self._foreseeing.start, every_seconds=30),
            Sweep("look for files", self._watching.start, every_seconds=1),
            Sweep("clear abandoned orders", self.clear_abandoned_orders, every_seconds=60),
            Sweep("archive runs", self._archiving.start, every_seconds=60),
            Sweep("forget operations", self.forget_operations, every_seconds=60),
            Sweep("forget workers", self.forget_workers, every_seconds=3600),
            Sweep("forget logs", self.forget_logs, every_seconds=3600),
            Sweep("forget events", self.forget_events, every_seconds=3600),
        )

    def publish_observed(self) -> None:
        """What the process that recorded the runs did not come to."""
        look_at_joined(self._graph)
        ring(self._broker_url, publish_marked(self._graph))

    def evaluate_marks(self) -> None:
        ring(self._broker_url, evaluate_marks(self._graph))

    def look_again(self) -> None:
        """Where time alone may have made something ready."""
        ring(self._broker_url, look_again(self._graph))

    def tick_schedules(self) -> None:
        ring(self._broker_url, tick(self._graph))

    def follow_runs(self) -> None:
        """What waits by control, for how another job ends."""
        ring(self._broker_url, follow(self._graph))

    def carry_replays_on(self) -> None:
        ring(self._broker_url, carry_on(self._graph))

    def clear_abandoned_orders(self) -> None:
        cleared = clear_abandoned(self._graph)
        if cleared:
            log.warning("orders that were not written to their end are cancelled", orders=list(cleared))

    def let_runs_lapse(self) -> None:
        lapsed = lapse(self._graph)
        if lapsed:
            log.warning("runs lapsed: nobody started them in time", runs=list(lapsed))

    def end_holds(self) -> None:
        ring(self._broker_url, expire_holds(self._graph))

    def skip_runs(self) -> None:
        skipped = skip_runs(self._graph)
        if skipped:
            log.info("runs skipped", runs=list(skipped))

    def expire_leases(self) -> None:
        taken_back = expire_leases(self._graph)
        if taken_back:
            log.warning("runs taken back from workers that are gone", runs=list(taken_back))
            ring(self._broker_url, taken_back)

    def let_outdated_go(self) -> None:
        gone = give_way(self._graph)
        if gone:
            log.info("runs gave way to newer partitions of their jobs", runs=list(gone))

    def ring_unclaimed(self) -> None:
        ring(self._broker_url, unclaimed(self._graph, limit=100))

    def deliver_notices(self) -> None:
        deliver_due(self._graph, self._notify)

    def sweep_staging(self) -> None:
        """What is left on disk of attempts that were killed. All workers see the same storage root."""
        dead = dead_attempts(self._graph, grace_seconds=self._staging_grace)
        for attempt in dead:
            sweep_attempt(attempt, self._roots)
        if dead:
            mark_swept(self._graph, dead)

    def expire_versions(self) -> None:
        """Decides only; what has expired, `headwater sweep` deletes."""
        expired = expire_versions(self._graph)
        if expired:
            log.info("versions expired", versions=len(expired))

    def close_lost(self) -> None:
        lost = close_lost(self._graph, silent_seconds=self._lost_after)
        if lost:
            log.info("runs of others whose end was lost", runs=list(lost))

    def read_reported_sql(self) -> None:
        read = read_reported_sql(self._graph, read_sql)
        if read:
            log.info("SQL that was reported is read by column", jobs=len(read))

    def seal_audit(self) -> None:
        for _ in range(MOST_BATCHES):
            if seal_audit(self._graph) < AT_ONCE:
                return

    def foresee_deadlines(self) -> None:
        """By what is learned of durations and arrivals, a few more each time."""
        learn(self._graph)
        for recorded in foresee(self._graph):
            log.info("what becomes of a deadline", deadline=recorded.id, state=recorded.state)

    def archive_runs(self) -> None:
        archived = self._archive.advance() if self._archive else 0
        if archived:
            log.info("runs archived", runs=archived)

    def forget_operations(self) -> None:
        # Every unit of work leaves one: a minute of a busy graph is many batches.
        for _ in range(MOST_BATCHES):
            found = self._graph.rows("store.sweep_operations", keep=OPERATIONS_KEPT_SECONDS, most=OPERATIONS_AT_ONCE)
            if found[0]["forgotten"] < OPERATIONS_AT_ONCE:
                return

    def forget_workers(self) -> None:
        self._graph.rows("runs.forget_workers", keep_s=WORKERS_KEPT_SECONDS)

    def forget_logs(self) -> None:
        """All workers see the same storage root."""
        forgotten = forget_logs(self._roots.folder, days=self._logs_days)
        if forgotten:
            log.info("what old runs printed is gone", attempts=forgotten)

    def forget_events(self) -> None:
        """Of runs that nobody is told of any more. Who is told, the emitter tells."""
        forgotten = forget(self._graph)
        if forgotten:
            log.warning("events of runs that nobody takes were let go", events=forgotten)


class Steward(threading.Thread):
    """Asks to lead, sweeps when it does, and goes on whatever happens."""

    def __init__(self, graph: Graph, sweeps: Sequence[Sweep], *, every_seconds: float) -> None:
        super().__init__(name="steward", daemon=True)
        self._graph, self._sweeps, self._every = graph, sweeps, every_seconds
        self._holder = f"steward-{uuid.uuid4().hex[:16]}"
        self._due = {sweep.name: 0.0 for sweep in sweeps}
        self._leads = False
        self._stopping = threading.Event()

    def run(self) -> None:
        while not self._stopping.wait(random.uniform(0.7, 1.0) * self._nap()):
            if guarded("lead", self._ask_to_lead):
                self._sweep()
        if self._leads:
            guarded("hand over", lambda: become_leader(self._graph, self._holder, seconds=0))

    def stop(self) -> None:
        self._stopping.set()

    def _nap(self) -> float:
        """Who does not lead has nothing to do in between but to ask."""
        return min(SEAL_SECONDS, self._every) if self._leads else self._every

    def _ask_to_lead(self) -> bool:
        leads = become_leader(self._graph, self._holder, seconds=self._every * LEADER_SWEEPS)
        if leads != self._leads:
            log.info("this steward leads now" if leads else "another steward leads now", steward=self._holder)
        self._leads = leads
        return leads

    def _sweep(self) -> None:
        for sweep in self._sweeps:
            if self._stopping.is_set() or time.monotonic() < self._due[sweep.name]:
                continue
            # A little less than the pace, or a nap that is a little shorter would miss every other turn.
            every = self._every if sweep.every_seconds is None else sweep.every_seconds
            self._due[sweep.name] = time.monotonic() + every * 0.7
            guarded(sweep.name, sweep.run)
