"""A graph in the middle of its work moves to the other engine and goes on there."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from graph_model.audit.seal import seal_audit
from graph_model.audit.verify_chain import verify_chain
from graph_model.backup.restore import restore
from graph_model.backup.take import take_backup
from graph_model.runs.claim import claim
from graph_model.runs.entities import RunState
from graph_model.runs.lease import heartbeat
from graph_model.runs.repository import run as get_run
from graph_model.runs.repository import runs
from graph_model.runs.sweeps import expire_leases
from graph_model.store.graph import Graph
from graph_model.verify.canonical import content_hash_of, state_hash_of
from graph_model.verify.check import verify
from tests.support.backups import declare_line, empty_graph, fill, report
from tests.support.protocol import Fleet, name
from tests.support.servers import Server, driver_for

# Both engines in one process, so that neither is started a second time.
pytestmark = pytest.mark.xdist_group("neo4j")


@pytest.fixture(params=["arcadedb to neo4j", "neo4j to arcadedb"])
def both(request: pytest.FixtureRequest, arcadedb_server: Server, neo4j_server: Server) -> tuple[Server, Server]:
    """Where the graph is, and where it goes."""
    if request.param == "arcadedb to neo4j":
        return arcadedb_server, neo4j_server
    return neo4j_server, arcadedb_server


def test_every_kind_of_thing_and_value_is_the_same_on_the_other_engine(
    both: tuple[Server, Server], tmp_path: Path
) -> None:
    here, there = both
    path = tmp_path / "graph.backup"
    with empty_graph(here.settings) as source, empty_graph(there.settings) as target:
        with driver_for(here.settings) as driver:
            fill(driver, here.settings.database)
        backup = take_backup(source, path)
        restored = restore(target, path)

        assert restored.content_hash == backup.content_hash == content_hash_of(source)


def test_a_run_that_was_running_is_taken_back_and_goes_on(both: tuple[Server, Server], tmp_path: Path) -> None:
    here, there = both
    path = tmp_path / "graph.backup"
    with empty_graph(here.settings) as source, empty_graph(there.settings) as target:
        with driver_for(here.settings) as driver:
            declare_line(driver, here.settings.database)
        old = Fleet(source, worker="w-old")
        report(source, 1, "day-1")
        old.work()
        seal_audit(source, grace_ms=0)
        report(source, 2, "day-2")
        old.work(most=1)
        claimed = claim(source, "w-old", slots=1)
        assert [run.fence for run in claimed] == [1]

        backup = take_backup(source, path)
        restored = restore(target, path)

        assert restored.content_hash == backup.content_hash
        assert state_hash_of(source) == state_hash_of(target)
        assert not heartbeat(target, "w-old", lease_seconds=600), "workers stay behind"
        assert get_run(target, claimed[0].id).state == RunState.RUNNING
        assert expire_leases(target) == (claimed[0].id,)
        _let_retries_come_due(target, claimed[0].id)
        new = Fleet(target, worker="w-new")
        new.work()
        assert new.settle() == ()
        assert (claimed[0].id, 2) in [(run.id, run.fence) for run in new.finished]
        assert {run.state for run in runs(target, job=name("summary"))} == {RunState.SUCCEEDED}
        seal_audit(target, grace_ms=0)
        assert verify_chain(target).broken is None
        assert verify(target) == ()


def _let_retries_come_due(graph: Graph, run: str) -> None:
    deadline = time.monotonic() + 60
    while (due := get_run(graph, run).not_before) and due > graph.rows("doctor.clock")[0]["now"]:
        assert time.monotonic() < deadline
        time.sleep(0.05)
