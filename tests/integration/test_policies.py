"""Pools, labels, priorities, the order of partitions and retries by rule, on both engines."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier
from typing import LiteralString

import neo4j
import pytest

from connectors.sql.columns import read_columns
from graph_model.errors import InvalidEstate, InvalidInput, PoolNotFound
from graph_model.estate.apply import apply
from graph_model.estate.entities import Estate, JobSpec
from graph_model.estate.limits import pools_of
from graph_model.names import Name, job_id, pool_id
from graph_model.policies.entities import Backoff, Policies, PoolKind, PoolSpec, Retries, RetryRule, RunOrder
from graph_model.policies.outdated import give_way
from graph_model.policies.pools import lower, pool, pools, restore
from graph_model.readiness.explain import readiness
from graph_model.runs.claim import claim, runnable
from graph_model.runs.entities import ClaimedRun, Failure, RunState
from graph_model.runs.fail import fail_run
from graph_model.runs.lease import register
from graph_model.runs.repository import run as get_run
from graph_model.runs.repository import runs
from graph_model.runs.sweeps import unclaimed
from graph_model.store.graph import Graph
from graph_model.verify.check import verify
from graph_model.versions.entities import Report
from graph_model.versions.report import report_version
from tests.integration.test_protocol_races import FULL
from tests.support.estates import a_dataset, a_job, an_estate
from tests.support.protocol import DAILY, Fleet, audited

RAW = replace(a_dataset("raw", "id"), location="raw/{date}.csv")
CLEAN, OTHER = a_dataset("clean", "id"), a_dataset("other", "id")
WAREHOUSE = Name("shop", "warehouse")
DAYS = tuple(DAILY.shift("2024-01-01", step) for step in range(6))
CLEANING, OTHERING = Name("shop", "cleaning"), Name("shop", "othering")
WHO, WHY = "ops", "the warehouse is slow today"
CLAIMERS, ROUNDS = (200, 20) if FULL else (12, 4)


def cleaning(**policies: object) -> JobSpec:
    return a_job("cleaning", {"raw": "same"}, "clean", policies=replace(Policies(), **policies))


def declared(*jobs: JobSpec, slots: int | None = None, limits: tuple[PoolSpec, ...] = ()) -> Estate:
    datasets = (RAW, CLEAN, OTHER)
    named = (PoolSpec(WAREHOUSE, PoolKind.POOL, slots),) if slots is not None else ()
    estate = an_estate(*datasets, *jobs)
    return replace(estate, pools=(*named, *limits, *pools_of(estate.datasets, estate.jobs)))


def settle(graph: Graph, estate: Estate, *, days: int = 4) -> Fleet:
    """The estate declared, and `days` days of raw published: each job has a ready run for each of them."""
    apply(graph, estate, read_columns=read_columns, actor="me")
    fleet = Fleet(graph)
    for day in DAYS[:days]:
        report_version(graph, Report(RAW.name, day))
        fleet.play(claimed(graph, fleet.worker)[0])
    return fleet


def claimed(graph: Graph, worker: str, *, slots: int = 1, **terms: object) -> tuple[ClaimedRun, ...]:
    return claim(graph, worker, slots=slots, **terms)  # type: ignore[arg-type]


def partitions(found: tuple[ClaimedRun, ...]) -> list[str]:
    return [run.partition for run in found]


def ask(driver: neo4j.Driver, graph: Graph, statement: LiteralString, **parameters: object) -> list[neo4j.Record]:
    return driver.execute_query(statement, parameters, database_=graph.settings.database).records


def test_a_pool_gives_no_more_than_it_has_and_says_by_whom_it_is_full(graph: Graph) -> None:
    fleet = settle(graph, declared(cleaning(pool=WAREHOUSE), slots=2))

    first = claimed(graph, fleet.worker, slots=4)

    assert partitions(first) == list(DAYS[:2])
    assert claimed(graph, fleet.worker, slots=4) == ()
    assert unclaimed(graph) == (), "nobody is rung for what has no room"
    waits = readiness(graph, CLEANING, DAYS[2])
    assert not waits.runnable
    assert waits.reason == (
        "its pool shop/warehouse is full: 2 of 2 by shop/cleaning@2024-01-01, shop/cleaning@2024-01-02"
    )
    assert (pool(graph, WAREHOUSE).taken, pool(graph, WAREHOUSE).waiting) == (2, 2)

    fleet.play(first[0])
    fail_run(graph, first[1], Failure("no disk", 1, retry=False))

    assert partitions(claimed(graph, fleet.worker, slots=4)) == list(DAYS[2:4])
    assert [each for each in verify(graph) if each.invariant == 12] == []


def test_verify_finds_slots_that_nobody_holds_and_that_nobody_counts(graph: Graph, side_driver: neo4j.Driver) -> None:
    fleet = settle(graph, declared(cleaning(pool=WAREHOUSE), slots=2), days=1)
    (run,) = claimed(graph, fleet.worker)

    def told() -> list[str]:
        return [each.message for each in verify(graph) if each.invariant == 12]

    assert told() == []
    ask(side_driver, graph, "MATCH (r:Run {id: $run}) REMOVE r.taking", run=run.id)
    assert told() == ["goes on and is not counted with the slots that its attempt took"]
    ask(side_driver, graph, "MATCH (r:Run {id: $run}) SET r.taking = 1, r.took = []", run=run.id)
    assert told() == ["goes on and is not counted with the slots that its attempt took"]
    fleet.play(run)
    assert told() == []
    ask(side_driver, graph, "MATCH (r:Run {id: $run}) SET r.taking = 1", run=run.id)
    assert told() == ["takes slots, and is SUCCEEDED"]


def test_a_run_takes_as_many_slots_as_its_job_says_and_others_are_not_kept_by_it(graph: Graph) -> None:
    wide = cleaning(pool=WAREHOUSE, slots=3)
    narrow = a_job("othering", {"raw": "same"}, "other", policies=Policies(WAREHOUSE), priority=-1)
    fleet = settle(graph, declared(wide, narrow, slots=4), days=2)

    found = claimed(graph, fleet.worker, slots=4)

    assert [(run.subject.name, run.partition) for run in found] == [("cleaning", DAYS[0]), ("othering", DAYS[0])]
    assert readiness(graph, CLEANING, DAYS[1]).reason.startswith("its pool shop/warehouse is full: 4 of 4 by")


def test_many_claimers_of_one_pool_never_win_more_than_it_has(graph: Graph) -> None:
    fleet = settle(graph, declared(cleaning(pool=WAREHOUSE), slots=3), days=6)
    claimers = min(CLAIMERS, 8) if graph.engine == "arcadedb" else CLAIMERS
    workers = [f"w{number}" for number in range(claimers)]
    for worker in workers:
        register(graph, worker, host="h", pid=1, slots=1, lease_seconds=36_000)
    together = Barrier(claimers)

    def try_to_win(worker: str) -> tuple[ClaimedRun, ...]:
        together.wait(600)
        return claim(graph, worker)

    with ThreadPoolExecutor(claimers) as threads:
        for number in range(ROUNDS):
            won = [run for found in threads.map(try_to_win, workers) for run in found]
            assert len(won) <= 3, f"in round {number}"
            assert pool(graph, WAREHOUSE).taken == len(won)
            while more := claimed(graph, fleet.worker):
                won.extend(more)
            assert len(won) == 3, f"in round {number}"
            for run in won:
                fail_run(graph, run, Failure("again", 1))
            ask_again(graph)
    assert [each for each in verify(graph) if each.invariant == 12] == []


def ask_again(graph: Graph) -> None:
    """What failed is due at once, by replaying it."""
    from graph_model.runs.replay import replay

    for day in DAYS:
        replay(graph, CLEANING, day, by=WHO, reason=WHY)


def test_one_at_a_time_holds_for_a_job_an_owner_and_the_writers_of_a_dataset(graph: Graph) -> None:
    owned = replace(a_job("othering", {"raw": "same"}, "other"), owners=("team",))
    at_once = replace(CLEAN, at_once=(PoolSpec(CLEAN.name, PoolKind.WRITERS, 1),))
    estate = an_estate(RAW, at_once, OTHER, cleaning(at_once=2), owned)
    limit = PoolSpec(Name("shop", "team"), PoolKind.OWNER, 1)
    fleet = settle(graph, replace(estate, pools=(limit, *pools_of(estate.datasets, estate.jobs))), days=3)

    found = claimed(graph, fleet.worker, slots=6)

    assert sorted(run.subject.name for run in found) == ["cleaning", "othering"]
    assert {(one.kind, one.slots, one.taken) for one in pools(graph)} == {
        (PoolKind.JOB, 2, 1),
        (PoolKind.WRITERS, 1, 1),
        (PoolKind.OWNER, 1, 1),
    }
    assert readiness(graph, OTHERING, DAYS[1]).reason == (
        "what may run at once for owner team is full: 1 of 1 by shop/othering@2024-01-01"
    )


def test_a_dataset_of_one_scope_limits_the_jobs_of_another(graph: Graph) -> None:
    readers = replace(RAW, at_once=(PoolSpec(RAW.name, PoolKind.READERS, 1),))
    outer = replace(an_estate(readers, CLEAN, cleaning()), pools=tuple(pools_of((readers,), ())))
    inner = an_estate(OTHER, a_job("othering", {"raw": "same"}, "other"), scope="inner")
    apply(graph, outer, read_columns=read_columns, actor="me")
    apply(graph, inner, read_columns=read_columns, actor="me")
    fleet = Fleet(graph)
    report_version(graph, Report(RAW.name, DAYS[0]))
    fleet.play(claimed(graph, fleet.worker)[0])

    assert len(claimed(graph, fleet.worker, slots=4)) == 1


def test_a_pool_is_lowered_with_a_reason_and_restored(graph: Graph, side_driver: neo4j.Driver) -> None:
    fleet = settle(graph, declared(cleaning(pool=WAREHOUSE), slots=3))

    lower(graph, WAREHOUSE, 1, by=WHO, reason=WHY)
    assert partitions(claimed(graph, fleet.worker, slots=4)) == [DAYS[0]]
    apply(graph, declared(cleaning(pool=WAREHOUSE), slots=4), read_columns=read_columns, actor="me")
    assert pool(graph, WAREHOUSE).slots == 1, "a declaration does not undo what a person said"
    restore(graph, WAREHOUSE, by=WHO, reason="it is fast again")

    assert partitions(claimed(graph, fleet.worker, slots=4)) == list(DAYS[1:4])
    told = audited(side_driver, graph, pool_id(PoolKind.POOL, WAREHOUSE))
    assert [what for what, who in told if who == WHO] == ["LOWERED", "RESTORED"]
    with pytest.raises(InvalidInput, match="declare more in its estate"):
        lower(graph, WAREHOUSE, 5, by=WHO, reason=WHY)
    with pytest.raises(PoolNotFound, match="did you mean shop/warehouse"):
        lower(graph, Name("shop", "warehose"), 1, by=WHO, reason=WHY)


def test_a_pool_must_be_known_and_is_not_taken_from_under_another_scope(graph: Graph) -> None:
    with pytest.raises(InvalidEstate, match="job cleaning: warehouse is not a known pool"):
        apply(graph, declared(cleaning(pool=WAREHOUSE)), read_columns=read_columns, actor="me")
    apply(graph, declared(cleaning(), slots=2), read_columns=read_columns, actor="me")
    inner = an_estate(OTHER, a_job("othering", {"raw": "same"}, "other", policies=Policies(WAREHOUSE)), scope="inner")
    other = replace(inner, datasets=(), jobs=(replace(inner.jobs[0], outputs=(Name("shop", "more"),)),))
    more = replace(other, datasets=(a_dataset("more", "id"),))
    apply(graph, more, read_columns=read_columns, actor="me")

    with pytest.raises(InvalidEstate, match="pool warehouse is declared no more, and job shop/othering takes from it"):
        apply(graph, declared(cleaning()), read_columns=read_columns, actor="me")


def test_only_a_worker_with_the_labels_of_a_job_runs_it(graph: Graph) -> None:
    labelled = cleaning(runs_on=("spark",))
    plain = replace(a_job("othering", {"raw": "same"}, "other"), priority=-1)
    fleet = settle(graph, declared(labelled, plain), days=1)

    assert [run.subject for run in claimed(graph, fleet.worker, slots=4)] == [OTHERING]
    assert runnable(graph) == ()
    assert unclaimed(graph) == (), "nobody alive could take it"
    assert readiness(graph, CLEANING, DAYS[0]).reason == "no live worker has the label spark; there are w-test []"
    register(graph, "w-spark", host="h", pid=1, slots=1, lease_seconds=600, labels=("spark", "gpu"))

    assert readiness(graph, CLEANING, DAYS[0]).runnable
    assert len(runnable(graph, labels=("spark", "gpu"))) == 1
    assert partitions(claimed(graph, "w-spark", labels=("spark", "gpu"))) == [DAYS[0]]


def test_many_runs_that_need_a_label_do_not_hide_what_anybody_may_run(graph: Graph) -> None:
    labelled = replace(cleaning(runs_on=("spark",)), priority=5)
    fleet = settle(graph, declared(labelled, a_job("othering", {"raw": "same"}, "other")), days=6)
    found = graph.rows("runs.claimable", most=2, most_losses=2, labels=[], age_ms=600_000)

    assert len(found) == 2
    assert [run.subject for run in claimed(graph, fleet.worker, slots=2)] == [OTHERING, OTHERING]


@pytest.mark.parametrize("order", ["serial", "strict"])
def test_partitions_run_one_after_the_other(graph: Graph, order: RunOrder) -> None:
    fleet = settle(graph, declared(cleaning(order=order)))

    first = claimed(graph, fleet.worker, slots=4)

    assert partitions(first) == [DAYS[0]]
    assert readiness(graph, CLEANING, DAYS[1]).reason == "waits for shop/cleaning@2024-01-01, which comes first"
    fail_run(graph, first[0], Failure("broken", 1, retry=False))
    after = partitions(claimed(graph, fleet.worker, slots=4))
    if order == "serial":
        assert after == [DAYS[1]]
        return
    assert after == []
    assert readiness(graph, CLEANING, DAYS[1]).reason == "waits for shop/cleaning@2024-01-01, which must succeed first"


def test_a_strict_order_waits_for_a_partition_that_is_not_there_yet(graph: Graph) -> None:
    estate = declared(cleaning(order="strict"))
    apply(graph, estate, read_columns=read_columns, actor="me")
    fleet = Fleet(graph)
    for day in (DAYS[1], DAYS[0]):
        report_version(graph, Report(RAW.name, day))
        fleet.play(claimed(graph, fleet.worker)[0])
        assert not readiness(graph, CLEANING, DAYS[1]).runnable

    assert [run.partition for run in fleet.work() if run.subject == CLEANING] == list(DAYS[:2])


def test_only_the_latest_partition_is_run_and_the_others_give_way(graph: Graph) -> None:
    fleet = settle(graph, declared(cleaning(order="latest")))

    assert readiness(graph, CLEANING, DAYS[0]).reason == (
        "gives way to shop/cleaning@2024-01-04: only the latest partition is run"
    )
    assert partitions(claimed(graph, fleet.worker, slots=4)) == [DAYS[3]]
    assert len(give_way(graph)) == 3
    assert {run.state for run in runs(graph, job=CLEANING)} == {RunState.RUNNING, RunState.SUPERSEDED}
    assert give_way(graph) == ()
    assert [each for each in verify(graph) if each.invariant == 1] == []


def test_who_waits_becomes_more_urgent_and_background_comes_last(graph: Graph, side_driver: neo4j.Driver) -> None:
    urgent = replace(cleaning(), priority=3)
    fleet = settle(graph, declared(urgent, a_job("othering", {"raw": "same"}, "other")), days=1)
    waits = "MATCH (r:Run) WHERE r.job = $job SET r.created_at = datetime.realtime() - duration({minutes: $minutes})"

    def first(minutes: int) -> str:
        ask(side_driver, graph, waits, job=job_id(OTHERING), minutes=minutes)
        rows = graph.rows("runs.claimable", most=2, most_losses=2, labels=[], age_ms=600_000)
        return get_run(graph, rows[0]["id"]).subject.name

    assert [first(minutes) for minutes in (0, 25, 45)] == ["cleaning", "cleaning", "othering"]
    ask(side_driver, graph, "MATCH (r:Run) WHERE r.job = $job SET r.background = 1", job=job_id(OTHERING))
    assert first(100_000) == "cleaning"
    assert [run.subject for run in claimed(graph, fleet.worker, slots=2)] == [CLEANING, OTHERING]


def test_a_run_of_its_own_pool_takes_from_that_one_alone(graph: Graph, side_driver: neo4j.Driver) -> None:
    backfill = PoolSpec(Name("shop", "backfill"), PoolKind.POOL, 1)
    fleet = settle(graph, declared(cleaning(pool=WAREHOUSE), slots=4, limits=(backfill,)), days=3)
    own = "MATCH (r:Run) WHERE r.job = $job SET r.pool = $pool"
    ask(side_driver, graph, own, job=job_id(CLEANING), pool=pool_id(PoolKind.POOL, backfill.name))

    assert len(claimed(graph, fleet.worker, slots=3)) == 1
    assert {one.name.name: one.taken for one in pools(graph)} == {"backfill": 1, "warehouse": 0}


def test_failures_are_counted_by_their_rules(graph: Graph) -> None:
    rules = (RetryRule(2, exit_code=75), RetryRule(0, error="ValueError"))
    policy = Retries(Backoff(0.001, 1, 0.001), rules)
    fleet = settle(graph, declared(replace(cleaning(retries=policy), retries=1)), days=1)
    busy, other = Failure("exited with 75", 75), Failure("exited with 1", 1)

    states = [_fail_next(graph, fleet, failure) for failure in (busy, other, busy, busy)]

    assert states == [RunState.READY, RunState.READY, RunState.READY, RunState.FAILED]
    (run,) = runs(graph, job=CLEANING)
    assert run.reason == "exited with 75 (exit code 75 is tried again 2 times at most)"
    assert [each for each in verify(graph) if each.invariant == 8] == []


def _fail_next(graph: Graph, fleet: Fleet, failure: Failure) -> RunState:
    found: tuple[ClaimedRun, ...] = ()
    while not found:  # its next try is due in a moment
        found = claimed(graph, fleet.worker)
    return fail_run(graph, found[0], failure)
