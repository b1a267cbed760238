"""Nominal times on a real graph: each comes once, and what it makes of its job partition."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import neo4j
import pytest

from graph_model.estate.entities import InputSpec
from graph_model.holds.entities import HoldKind, HoldTarget
from graph_model.holds.hold import hold, release
from graph_model.names import Name, job_id
from graph_model.partitions.rules import PartitionScheme, parse_mapping
from graph_model.runs.claim import runnable
from graph_model.runs.repository import run
from graph_model.schedules.entities import NotBefore, Rule, Schedule
from graph_model.schedules.repository import cursors
from graph_model.schedules.tick import tick
from graph_model.store.graph import Graph, Transaction
from graph_model.verify.check import verify
from tests.integration.api import app_on, data
from tests.support.estates import a_dataset, a_job
from tests.support.schedules import EACH_HOUR, HOUR, Shop, hourly, hourly_job, key_of

WHOLE = PartitionScheme()
MADE = a_dataset("made", partitions=WHOLE)
RAW, OTHER, CLEAN = hourly("raw"), hourly("other"), hourly("clean")


def ping(**fields: Any) -> Any:
    """A job that reads nothing."""
    return replace(a_job("ping", {}, "made", partitions=WHOLE, schedule=EACH_HOUR), **fields)


@pytest.fixture
def shop(graph: Graph, side_driver: neo4j.Driver) -> Shop:
    return Shop(graph, side_driver)


def test_a_job_that_reads_nothing_runs_once_for_each_nominal_time(shop: Shop) -> None:
    shop.apply(MADE, ping())

    made = shop.tick("ping")

    assert [each.nominal for each in shop.ticks("ping")] == [shop.hour()]
    assert [each.run for each in shop.ticks("ping")] == list(made)
    assert run(shop.graph, made[0]).state == "READY"
    shop.set_back("ping", shop.hour() - timedelta(minutes=1))
    assert tick(shop.graph) == ()
    assert len(shop.ticks("ping")) == 1
    shop.fleet.work()
    assert run(shop.graph, made[0]).state == "SUCCEEDED"
    assert shop.fleet.settle() == ()


def test_a_schedule_begins_when_it_is_applied(shop: Shop) -> None:
    shop.apply(MADE, ping())
    before = cursors(shop.graph, [job_id(Name("shop", "ping"))])[job_id(Name("shop", "ping"))]
    shop.set_back("ping", shop.hour(5))

    shop.apply(MADE, ping(schedule=Schedule((Rule(every=7200.0),))))

    assert before.next_at == shop.hour() + HOUR
    assert tick(shop.graph) == ()
    shop.apply(MADE, ping(schedule=None))
    assert next(iter(cursors(shop.graph, [job_id(Name("shop", "ping"))]).values())).next_at is None
    assert verify(shop.graph) == ()


def test_two_that_tick_at_once_make_one_run(shop: Shop) -> None:
    jobs = [ping(name=Name("shop", f"ping{number}"), outputs=(Name("shop", f"made{number}"),)) for number in range(6)]
    shop.apply(*(a_dataset(f"made{number}", partitions=WHOLE) for number in range(6)), *jobs)
    for number in range(6):
        shop.set_back(f"ping{number}", shop.hour() - timedelta(minutes=1))

    with ThreadPoolExecutor(3) as pool:
        made = [run for found in pool.map(lambda _: tick(shop.graph), range(3)) for run in found]

    assert len(made) == len(set(made)) == 6
    assert [len(shop.ticks(f"ping{number}")) for number in range(6)] == [1] * 6
    assert verify(shop.graph) == ()


def test_a_tick_that_crashes_on_the_way_leaves_nothing(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.apply(MADE, ping())
    shop.set_back("ping", shop.hour() - timedelta(minutes=1))
    true = Transaction.rows

    def rows(self: Transaction, name: str, **parameters: Any) -> Any:
        if name == "schedules.advance":
            raise KeyboardInterrupt
        return true(self, name, **parameters)

    with monkeypatch.context() as patched:
        patched.setattr(Transaction, "rows", rows)
        with pytest.raises(KeyboardInterrupt):
            tick(shop.graph)

    assert shop.ticks("ping") == []
    assert len(tick(shop.graph)) == 1


def test_the_first_run_waits_for_its_time_and_a_correction_does_not(shop: Shop) -> None:
    shop.apply(RAW, CLEAN, hourly_job("tidy", {"raw": "same"}, "clean"))
    key = key_of(shop.hour(1))

    shop.report("raw", key, "one")
    shop.fleet.work()
    assert shop.fleet.settle() == ()
    assert [each for each in shop.fleet.finished if each.kind == "job"] == []

    assert len(shop.tick("tidy")) == 1
    assert [(each.partition, each.state) for each in shop.ticks("tidy")] == [(key, "RUN")]
    shop.fleet.work()
    shop.report("raw", key, "two")
    shop.fleet.work()
    assert len([each for each in shop.fleet.finished if each.kind == "job"]) == 2
    assert shop.fleet.settle() == ()


def test_a_nominal_time_waits_for_required_inputs(shop: Shop) -> None:
    shop.apply(RAW, CLEAN, hourly_job("tidy", {"raw": "same"}, "clean"))
    key = key_of(shop.hour(1))

    assert shop.tick("tidy") == ()
    assert shop.states("tidy") == ["WAITING"]
    shop.report("raw", key, "one")
    shop.fleet.work()

    (found,) = shop.ticks("tidy")
    assert (found.state, found.partition) == ("RUN", key)
    assert run(shop.graph, found.run or "").state == "SUCCEEDED"
    assert shop.fleet.settle() == ()


def test_what_waits_makes_way_for_a_later_time_of_the_same_partition(shop: Shop) -> None:
    daily = PartitionScheme("day", "2024-01-01")
    raw, clean = a_dataset("raw", partitions=daily), a_dataset("clean", partitions=daily)
    shop.apply(raw, clean, a_job("tidy", {"raw": "same"}, "clean", schedule=replace(EACH_HOUR, partition="previous 3")))
    shop.tick("tidy", missed=2)
    first = shop.ticks("tidy")
    shop.age()

    shop.tick("tidy")

    assert len(first) == 1
    assert shop.states("tidy") == ["SUPERSEDED", "WAITING"]


@pytest.mark.parametrize(("catch_up", "at_once", "in_all"), [("latest", 1, 1), ("none", 0, 0), ("all", 1, 3)])
def test_after_an_outage_the_policy_decides_what_runs(shop: Shop, catch_up: Any, at_once: int, in_all: int) -> None:
    half_past = shop.now().replace(second=0, microsecond=0, tzinfo=None) - timedelta(hours=48, minutes=30)
    rule = Rule(every=3600.0, anchor=half_past.isoformat(timespec="minutes"))
    shop.apply(MADE, ping(schedule=Schedule((rule,), catch_up=catch_up)))
    shop.set_back("ping", shop.now() - HOUR * 3)

    assert len(tick(shop.graph)) == at_once
    for _ in range(4):
        shop.fleet.work()
        shop.ask("MATCH (s:Schedule) SET s.look_at = datetime.realtime()")
        tick(shop.graph)

    assert len([each for each in shop.fleet.finished if each.kind == "job"]) == in_all
    told = shop.ask("MATCH (n:Outbox) WHERE n.kind = 'left_out' RETURN n.body AS body")
    assert len(told) == (0 if catch_up == "all" else 1)
    assert verify(shop.graph) == ()


def test_at_its_time_a_job_runs_with_what_is_there(shop: Shop) -> None:
    schedule = replace(EACH_HOUR, takes="what_is_there")
    shop.apply(RAW, OTHER, CLEAN, hourly_job("tidy", {"raw": "same", "other": "same"}, "clean", schedule=schedule))
    key = key_of(shop.hour(1))
    shop.report("raw", key, "one")
    shop.fleet.work()

    (made,) = shop.tick("tidy")

    assert run(shop.graph, made).missing == (f"shop/other@{key}",)
    by_graphql = "query($id: ID!) { run(id: $id) { ... on Run { missing } } }"
    assert data(app_on(shop.graph), by_graphql, id=made)["run"]["missing"] == [f"shop/other@{key}"]
    assert [each.reason for each in shop.ticks("tidy")] == [f"without shop/other@{key}"]
    told = shop.ask("MATCH (n:Outbox) WHERE n.kind = 'what_is_there' RETURN n.recipients AS who, n.body AS body")
    assert told == [{"who": ["owner@example.org"], "body": f"at its time it runs without shop/other@{key}"}]
    shop.fleet.work()
    shop.report("other", key, "late")
    shop.fleet.work()
    assert [len(each.inputs) for each in shop.fleet.finished if each.kind == "job"] == [1, 2]
    assert shop.fleet.settle() == ()


def test_what_has_run_already_does_not_run_for_its_time(shop: Shop) -> None:
    schedule = replace(EACH_HOUR, takes="what_is_there")
    shop.apply(RAW, CLEAN, hourly_job("tidy", {"raw": "same"}, "clean", schedule=schedule))
    shop.report("raw", key_of(shop.hour(1)), "one")
    shop.fleet.work()

    assert shop.tick("tidy") == ()
    assert shop.states("tidy") == ["HAD_RUN"]


def test_where_nothing_is_there_its_owners_are_told(shop: Shop) -> None:
    schedule = replace(EACH_HOUR, takes="what_is_there")
    shop.apply(RAW, CLEAN, hourly_job("tidy", {"raw": "same"}, "clean", schedule=schedule))

    assert shop.tick("tidy") == ()
    assert shop.states("tidy") == ["NOTHING_THERE"]
    assert len(shop.ask("MATCH (n:Outbox) WHERE n.kind = 'what_is_there' RETURN n")) == 1
    shop.report("raw", key_of(shop.hour(1)), "one")
    shop.fleet.work()
    assert len([each for each in shop.fleet.finished if each.kind == "job"]) == 1
    assert shop.fleet.settle() == ()


def test_inputs_that_trigger_nothing_are_read_at_each_time(shop: Shop) -> None:
    inputs = (InputSpec(Name("shop", "codes"), parse_mapping("whole"), correction="ignore"),)
    codes = a_dataset("codes", partitions=WHOLE)
    shop.apply(codes, MADE, ping(inputs=inputs))
    shop.report("codes", "", "one")
    shop.fleet.work()
    assert [each for each in shop.fleet.finished if each.kind == "job"] == []

    shop.tick("ping")
    shop.fleet.work()
    shop.age()
    shop.tick("ping")
    shop.fleet.work()

    assert len([each for each in shop.fleet.finished if each.kind == "job"]) == 2


def test_under_a_hold_nominal_times_come_and_only_the_newest_waits(shop: Shop) -> None:
    shop.apply(MADE, ping())
    target = HoldTarget(HoldKind.JOB, Name("shop", "ping"))
    hold(shop.graph, target, by="someone", reason="stop")
    first = shop.tick("ping")
    shop.age()
    second = shop.tick("ping")

    assert len(first) == len(second) == 1
    assert run(shop.graph, f"old-{first[0]}").state == "SUPERSEDED"
    assert shop.fleet.work() == []
    release(shop.graph, target, by="someone")
    assert [each.id for each in shop.fleet.work()] == list(second)


def test_each_key_of_a_list_has_its_own_run(shop: Shop) -> None:
    keys = PartitionScheme("list", keys=("emea", "us"))
    shop.apply(a_dataset("made", partitions=keys), ping(partitions=keys))

    assert len(shop.tick("ping")) == 2
    assert sorted(each.partition for each in shop.ticks("ping")) == ["emea", "us"]


def test_no_run_starts_before_the_time_of_the_day_after(shop: Shop) -> None:
    shop.apply(
        RAW, CLEAN, hourly_job("tidy", {"raw": "same"}, "clean", schedule=None, not_before=NotBefore("06:00", days=5))
    )
    ago = shop.hour(24 * 10)
    for hour in (shop.hour(1), ago):
        shop.report("raw", key_of(hour), "one")
    shop.fleet.work()

    assert [each.partition for each in shop.fleet.finished if each.kind == "job"] == [key_of(ago)]
    (waiting,) = shop.ask("MATCH (r:Run) WHERE r.open = 1 RETURN r.id AS id")
    assert run(shop.graph, waiting["id"]).not_before == shop.hour(1).replace(hour=6) + timedelta(days=5)
    assert runnable(shop.graph) == ()
    assert shop.fleet.settle() == ()


def test_a_retired_job_is_not_ticked(shop: Shop) -> None:
    shop.apply(MADE, ping())
    shop.apply(MADE)
    shop.set_back("ping", shop.hour(3))

    assert tick(shop.graph) == ()
    assert verify(shop.graph) == ()


def test_a_missed_nominal_time_and_a_lost_run_are_found(shop: Shop) -> None:
    shop.apply(MADE, ping())
    shop.tick("ping")
    assert verify(shop.graph) == ()

    shop.ask("MATCH (s:Schedule) SET s.look_at = datetime.realtime() - duration({minutes: 1})")
    shop.ask("MATCH (t:Tick) SET t.run = 'gone'")

    assert [each.invariant for each in verify(shop.graph)] == [11, 11]


def test_ten_thousand_schedules_that_are_not_due_cost_one_question(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.ask(
        "UNWIND range(1, 10000) AS n CREATE (:Schedule {id: 'sc' + n, job: 'jb' + n, "
        "look_at: datetime.realtime() + duration({hours: n})})"
    )
    asked: list[str] = []
    true = Transaction.rows
    monkeypatch.setattr(
        Transaction, "rows", lambda self, name, **more: (asked.append(name), true(self, name, **more))[1]
    )

    assert tick(shop.graph) == ()
    assert asked == ["schedules.due"]
    if shop.graph.engine == "neo4j":
        query = f"EXPLAIN {shop.graph.query('schedules.due').text}"
        summary = shop.driver.execute_query(query, most=10, database_=shop.graph.settings.database).summary
        assert "NodeIndexSeek" in str(summary.plan)
