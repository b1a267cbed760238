"""The model is held to both engines: the same steps give the same rows, and leave the same graph."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta
from typing import Any, ClassVar
from unittest.mock import patch

import neo4j
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from connectors.notify import outbox
from graph_model.contracts.entities import CheckResult, Column
from graph_model.readiness import evaluate
from graph_model.readiness.sweeps import follow, lapse, look_again
from graph_model.retention import expire
from graph_model.runs import lease, rules, sweeps
from graph_model.runs.claim import claim
from graph_model.runs.entities import ClaimedRun, Failure, OutputVersion, RunOutput
from graph_model.runs.fail import fail_run
from graph_model.runs.finish import Ending, finish_runs
from graph_model.store.graph import Graph
from graph_model.versions.entities import Inspection, Report, Validated
from graph_model.versions.report import report_versions
from tests.conftest import wipe
from tests.simulation.declared import RETENTION
from tests.simulation.estates import DAYS, ENDLESSLY, ESTATES
from tests.simulation.model.view import EPOCH
from tests.simulation.twins import Twins, model_state, real_state
from tests.support.protocol import declare, name

_KEEP = "MATCH (d:Dataset) SET d.retention = $retention"
_SHARE = """
CREATE (p:Pool {id: 'pl'}) SET p += $pool
WITH p MATCH (j:Job) SET j.pool_takes = ['pl', 'pl'], j.limited = 1
"""
WORKERS = st.sampled_from(["w1", "w2"])
EXAMPLES = int(os.environ.get("CONFORMANCE_EXAMPLES", "12"))
STEPS = 15
# For ever, or over before it begins.
LEASES = st.sampled_from([600.0, 600.0, -1.0])


class Conformance(RuleBasedStateMachine):
    graph: ClassVar[Graph]
    side_driver: ClassVar[neo4j.Driver]

    @initialize(estate=st.sampled_from((*ESTATES, *ENDLESSLY)), pooled=st.booleans())
    def begin(self, estate: Any, pooled: bool) -> None:
        database = self.graph.settings.database
        wipe(self.side_driver, database)
        declare(self.side_driver, database, datasets=estate.datasets, jobs=estate.jobs, whole=estate.whole)
        self.side_driver.execute_query(_KEEP, retention=RETENTION, database_=database)
        self.estate, self.twins = estate, Twins(self.graph, estate)
        self.claimed: list[ClaimedRun] = []
        if pooled:
            self._share_a_pool()

    def _share_a_pool(self) -> None:
        """Wider than what ever runs: which of several goes first is decided by moments, which the two do not share."""
        pool = {"namespace": "test", "name": "shared", "kind": "pool", "slots": 100, "scope": "test"}
        self.side_driver.execute_query(_SHARE, pool=pool, database_=self.graph.settings.database)
        view = self.twins.engine.begin(60.0)
        for job in view.of("Job"):
            view.set(job, pool_takes=["pl", "pl"], limited=1)
        view.create("Pool", "pl", **pool)
        self.twins.engine.commit(view)

    def both(self, act: Callable[[Graph], Any]) -> Any:
        return self.twins.both(act)

    @rule(
        what=st.lists(
            st.tuples(st.integers(0, 5), st.sampled_from(DAYS[:2]), st.sampled_from("abc"), st.integers(0, 2)),
            min_size=1,
            max_size=3,
        )
    )
    def report(self, what: list[tuple[int, str, str, int]]) -> None:
        self.both(lambda graph: report_versions(graph, [self._report(*item) for item in what]))

    def _report(self, source: int, day: str, key: str, hour: int) -> Report:
        dataset = self.estate.sources[source % len(self.estate.sources)]
        partition = "" if dataset in self.estate.whole else day
        return Report(name(dataset), partition, f"in/{key}", f"{key}{hour}", EPOCH + timedelta(hours=hour), "client")

    @rule(worker=WORKERS, seconds=LEASES)
    def register(self, worker: str, seconds: float) -> None:
        self.both(lambda graph: lease.register(graph, worker, host="h", pid=1, slots=2, lease_seconds=seconds))

    @rule(worker=WORKERS)
    def claim(self, worker: str) -> None:
        # More than ever wait: which of several goes first is decided by moments, which the two do not share.
        self.claimed += self.both(lambda graph: claim(graph, worker, slots=12))

    @precondition(lambda self: self.claimed)
    @rule(data=st.data(), texts=st.lists(st.sampled_from("abx"), min_size=3, max_size=3))
    def finish(self, data: st.DataObject, texts: list[str]) -> None:
        """Some runs, of this fence or an older one; `x` is a bad content."""
        chosen = data.draw(st.sets(st.integers(0, len(self.claimed) - 1), min_size=1, max_size=3))
        runs = {self.claimed[index].id: self.claimed[index] for index in sorted(chosen)}
        endings = [_ending(run, text) for run, text in zip(runs.values(), texts, strict=False)]
        self.both(lambda graph: finish_runs(graph, endings))

    @precondition(lambda self: self.claimed)
    @rule(data=st.data(), retry=st.booleans(), wait=st.sampled_from([0.0, 3600.0]))
    def fail(self, data: st.DataObject, retry: bool, wait: float) -> None:
        run = self.claimed[data.draw(st.integers(0, len(self.claimed) - 1))]
        with patch.object(rules, "backoff_seconds", lambda *_: wait):
            self.both(lambda graph: fail_run(graph, run, Failure("exited with 1", 1, retry=retry)))

    @rule(worker=WORKERS)
    def heartbeat(self, worker: str) -> None:
        self.both(lambda graph: lease.heartbeat(graph, worker, lease_seconds=600))

    @rule(worker=WORKERS)
    def retire(self, worker: str) -> None:
        self.both(lambda graph: lease.retire(graph, worker))

    @rule(holder=WORKERS, seconds=LEASES)
    def lead(self, holder: str, seconds: float) -> None:
        self.both(lambda graph: lease.become_leader(graph, holder, seconds=seconds))

    @rule()
    def sweep(self) -> None:
        self.both(sweeps.expire_leases)
        with patch.object(evaluate, "MARK_GRACE_MS", -1_000):
            self.both(evaluate.evaluate_marks)
        self.both(look_again)
        self.both(lapse)
        self.both(follow)
        with patch.object(expire, "MARK_GRACE_MS", -1_000):
            self.both(expire.expire_versions)
        with patch.object(sweeps, "PATIENCE_MS", -1_000):
            self.both(sweeps.unclaimed)
        self.both(lambda graph: sweeps.mark_swept(graph, sweeps.dead_attempts(graph, grace_seconds=-1)))

    @rule(delivered=st.booleans())
    def notify(self, delivered: bool) -> None:
        due = self.both(outbox.unsent)
        if delivered:
            self.both(lambda graph: outbox.mark_sent(graph, due))
        elif due:
            self.both(lambda graph: outbox.postpone(graph, min(due, key=lambda notice: notice.id)))

    @rule(operation=st.sampled_from("abc"))
    def ask(self, operation: str) -> None:
        self.both(lambda graph: graph.rows("store.ask_operation", id=operation, token="t"))

    @rule()
    def forget(self) -> None:
        self.both(lambda graph: graph.rows("store.sweep_operations", keep=3600, most=10))
        self.both(lambda graph: graph.rows("runs.forget_workers", keep_s=3600))
        self.both(lambda graph: graph.rows("emitting.forget", keep_ms=3_600_000, most=10))

    def teardown(self) -> None:
        if not hasattr(self, "twins"):
            return
        expected = model_state(self.twins.engine)
        found = real_state(self.side_driver, self.graph.settings.database)
        for ours, theirs in zip(expected, found, strict=True):
            assert [item for item in ours if item not in theirs] == []
            assert [item for item in theirs if item not in ours] == []


def _ending(run: ClaimedRun, text: str) -> Ending:
    return Ending(run, tuple(OutputVersion(output, _validated(output, text)) for output in run.outputs))


def _validated(output: RunOutput, text: str) -> Validated:
    check = CheckResult("unique id", "unique", passed=text != "x", failed_rows=0, message="3 rows repeat a key")
    found = Inspection((Column("id", "integer"), Column(f"of_{output.dataset.name}", "text")), 3, 30, text)
    return Validated(found, (check,))


@pytest.mark.usefixtures("graph")
def test_the_model_gives_what_the_engine_gives(graph: Graph, side_driver: neo4j.Driver) -> None:
    machine = type("Machine", (Conformance,), {"graph": graph, "side_driver": side_driver})

    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            derandomize=True,
            # Without shrinking: a difference is told at the query where it first shows, and an engine is slow to ask.
            phases=[Phase.generate],
            database=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
        ),
    )
