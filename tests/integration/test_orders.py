"""Orders: what was asked for runs in its order, once, and only what is another; on both engines."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import LiteralString

import neo4j
import pytest

from graph_model.errors import (
    NothingSelected,
    OrderEnded,
    OrderKeyTaken,
    OrderPlanChanged,
    OutsideRange,
)
from graph_model.names import job_id
from graph_model.orders.control import cancel, clear_abandoned, pause, resume
from graph_model.orders.entities import Cause, Obstacle, Order, OrderState, Origin, Request, Terms
from graph_model.orders.plan import plan_order
from graph_model.orders.progress import forecast, orders, steps
from graph_model.orders.progress import order as get_order
from graph_model.orders.restart import plan_restart, restart
from graph_model.orders.selectors import Keys
from graph_model.orders.start import order
from graph_model.replays.carry_on import carry_on
from graph_model.replays.entities import StepState
from graph_model.runs.claim import claim
from graph_model.runs.entities import Failure
from graph_model.runs.fail import fail_run
from graph_model.runs.repository import runs
from graph_model.store.graph import Graph
from graph_model.verify.check import verify
from graph_model.versions.entities import Report
from graph_model.versions.report import report_version
from graph_model.versions.resolve import resolve
from tests.support.protocol import Fleet, a_job, audited, declare, name

WHO, WHY = "ops", "the new code"
DAYS = [f"2013-01-{day:02d}" for day in range(1, 6)]
RANGE = Keys("2013-01-01", "2013-01-05")


def report(graph: Graph, day: str, content: str = "raw", *, hour: int = 1) -> str:
    time = datetime(2013, 2, 1, hour, tzinfo=UTC)
    return report_version(graph, Report(name("raw"), day, location=f"{content}-{day}", source_time=time)).version


def chain(graph: Graph, driver: neo4j.Driver, *, days: list[str] | None = None) -> Fleet:
    """raw -> clean -> daily -> board, and sums of clean with its own day before; all that is there has run."""
    declare(
        driver,
        graph.settings.database,
        datasets=("raw", "clean", "daily", "board", "total"),
        jobs=(
            a_job("clean", {"raw": "same"}, "clean"),
            a_job("sum", {"clean": "same"}, "daily"),
            a_job("draw", {"daily": "same"}, "board"),
            a_job("total", {"clean": "same", "total": "previous 1"}, "total"),
        ),
    )
    fleet = Fleet(graph)
    for day in DAYS if days is None else days:
        report(graph, day)
    fleet.work()
    fleet.settle()
    return fleet


def new_code(driver: neo4j.Driver, graph: Graph, *jobs: str) -> None:
    """Declares that these are made by other code."""
    statement = "UNWIND $ids AS id MATCH (j:Job {id: id}) SET j.definition_hash = j.definition_hash + 'x'"
    ids = [job_id(name(job)) for job in jobs]
    driver.execute_query(statement, ids=ids, database_=graph.settings.database)


def finish(fleet: Fleet, found: str, *, rounds: int = 60) -> Order:
    """Carries on until nothing happens any more."""
    quiet = 0
    for _ in range(rounds):
        made, played = carry_on(fleet.graph), fleet.work()
        quiet = 0 if made or played else quiet + 1
        if quiet == 3 or get_order(fleet.graph, found).ended_at:
            break
    fleet.settle()
    carry_on(fleet.graph)
    return get_order(fleet.graph, found)


def ran(fleet: Fleet, since: int) -> list[str]:
    return [f"{run.subject.name}@{run.partition}" for run in fleet.finished[since:] if run.job]


def backfill(*select: str, keys: Keys = RANGE, terms: Terms | None = None) -> Request:
    return Request(Origin.BACKFILL, select, keys=keys, terms=terms or Terms())


def run_request(*select: str, exclude: tuple[str, ...] = (), terms: Terms | None = None) -> Request:
    return Request(Origin.RUN, select, exclude, terms=terms or Terms())


def ordered(graph: Graph, request: Request, **more: str) -> str:
    made = order(graph, request, by=WHO, reason=WHY, **more)
    assert made.order is not None
    return made.order


def test_what_is_good_already_is_left_out_and_told(graph: Graph, side_driver: neo4j.Driver) -> None:
    chain(graph, side_driver)

    plan = plan_order(graph, run_request("+draw@2013-01-02"))

    assert plan.tasks == ()
    assert [(out.label, out.obstacle) for out in plan.left_out] == [
        ("test/clean@2013-01-02", Obstacle.UNCHANGED),
        ("test/sum@2013-01-02", Obstacle.UNCHANGED),
        ("test/draw@2013-01-02", Obstacle.UNCHANGED),
    ]
    assert order(graph, run_request("draw@2013-01-02"), by=WHO, reason=WHY).order is None


def test_new_code_runs_again_and_what_follows_from_it_in_order(graph: Graph, side_driver: neo4j.Driver) -> None:
    fleet = chain(graph, side_driver)
    new_code(side_driver, graph, "clean", "draw")
    before = len(fleet.finished)

    plan = plan_order(graph, run_request("clean+@2013-01-02"))
    done = finish(fleet, ordered(graph, run_request("clean+@2013-01-02")))

    assert [(task.label, task.cause) for task in plan.tasks] == [
        ("test/clean@2013-01-02", Cause.CODE),
        ("test/sum@2013-01-02", Cause.UPSTREAM),
        ("test/total@2013-01-02", Cause.UPSTREAM),
        ("test/draw@2013-01-02", Cause.CODE),
    ]
    # What clean makes is the same as it was, so nothing follows from it; draw has code of its own.
    assert ran(fleet, before) == ["clean@2013-01-02", "draw@2013-01-02"]
    assert (done.state, dict(done.counts)) == (OrderState.DONE, {StepState.DONE: 2, StepState.NOT_NEEDED: 2})
    told = [what for what, _ in audited(side_driver, graph, done.id)]
    assert (told[0], told[-1]) == ("RUN_ORDERED", "ORDER_DONE")
    assert fleet.settle() == ()


def test_a_backfill_runs_each_step_once_in_order_with_a_bounded_number_at_once(
    graph: Graph, side_driver: neo4j.Driver
) -> None:
    fleet = chain(graph, side_driver)
    terms = Terms(force=True, at_once=2, priority=-100, background=True)
    before = len(fleet.finished)
    found = ordered(graph, backfill("clean+", terms=terms))
    most = 0
    for _ in range(100):
        carry_on(graph)
        waiting = runs(graph, open_only=True)
        most = max(most, len(waiting))
        assert {run.order for run in waiting} <= {found}
        fleet.work(most=1)
        if get_order(graph, found).ended_at:
            break
    done = get_order(graph, found)

    assert (done.state, dict(done.counts)) == (OrderState.DONE, {StepState.DONE: 20})
    made = ran(fleet, before)
    assert sorted(made) == sorted(f"{job}@{day}" for day in DAYS for job in ("clean", "sum", "draw", "total"))
    for day in DAYS:
        assert made.index(f"clean@{day}") < made.index(f"sum@{day}") < made.index(f"draw@{day}")
    assert [one for one in made if one.startswith("total")] == [f"total@{day}" for day in DAYS]
    assert 0 < most <= 2
    rows = side_driver.execute_query(
        "MATCH (r:Run) WHERE r.order = $id RETURN DISTINCT r.background AS background, r.priority AS priority",
        id=found,
        database_=graph.settings.database,
    ).records
    assert [(row["background"], row["priority"]) for row in rows] == [(1, -100)]
    assert fleet.settle() == ()


def test_runs_that_follow_by_themselves_belong_to_the_order(graph: Graph, side_driver: neo4j.Driver) -> None:
    fleet = chain(graph, side_driver, days=[])
    for day in DAYS:
        report(graph, day)
    # The validations have been played and the runs of clean are cancelled, as if nobody had let them run.
    while claimed := claim(graph, fleet.worker, slots=1):
        if claimed[0].job:
            fail_run(graph, claimed[0], Failure("not now", retry=False))
        else:
            fleet.play(claimed[0])
    before = len(fleet.finished)

    found = ordered(graph, backfill("clean+", terms=Terms(priority=-100, at_once=3)))
    done = finish(fleet, found)

    assert (done.state, done.counts[StepState.DONE], done.failed) == (OrderState.DONE, 20, 0)
    assert len(ran(fleet, before)) == len(set(ran(fleet, before))) == 20
    statement = (
        "MATCH (r:Run) WHERE r.job IS NOT NULL AND r.order = $id RETURN count(*) AS runs, max(r.priority) AS most"
    )
    row = side_driver.execute_query(statement, id=found, database_=graph.settings.database).records[0]
    assert (row["runs"], row["most"]) == (20, -100)


def test_what_fails_stops_what_needs_it_and_nothing_else_until_it_is_started_again(
    graph: Graph, side_driver: neo4j.Driver
) -> None:
    fleet = chain(graph, side_driver)
    terms = Terms(force=True)
    found = ordered(graph, backfill("clean+", terms=terms))
    for _ in range(40):
        carry_on(graph)
        while claimed := claim(graph, fleet.worker, slots=1):
            if claimed[0].subject.name == "sum" and claimed[0].partition == "2013-01-03":
                fail_run(graph, claimed[0], Failure("no more space", retry=False))
            else:
                fleet.play(claimed[0])
    stuck = get_order(graph, found)

    assert (stuck.state, stuck.failed, stuck.left) == (OrderState.OPEN, 1, 2)
    told = {step.job.name: step.why for step in steps(graph, found)}
    assert told["draw"] == "waits for test/sum@2013-01-03, which failed"

    again = restart(graph, name("sum"), "2013-01-03", Terms(), by=WHO, reason="there is space")
    before = len(fleet.finished)
    done = finish(fleet, again.order or "")
    both = finish(fleet, found)

    assert ran(fleet, before) == ["sum@2013-01-03", "draw@2013-01-03"]
    assert (done.state, both.state) == (OrderState.DONE, OrderState.DONE)


def test_it_stops_at_the_first_failure_where_it_was_told_so(graph: Graph, side_driver: neo4j.Driver) -> None:
    fleet = chain(graph, side_driver)
    found = ordered(graph, backfill("clean", terms=Terms(force=True, at_once=1, stop_on_failure=True)))
    carry_on(graph)
    carry_on(graph)
    fail_run(graph, claim(graph, fleet.worker)[0], Failure("no more space", retry=False))
    for _ in range(3):
        carry_on(graph)
    paused = get_order(graph, found)

    assert (paused.state, paused.note) == (OrderState.PAUSED, "1 steps failed, and it was to stop then")
    assert fleet.work() == []
    resume(graph, found, by=WHO, reason="go on without it")
    assert get_order(graph, found).state == OrderState.OPEN


def test_a_paused_order_begins_nothing_and_goes_on_where_it_stood(graph: Graph, side_driver: neo4j.Driver) -> None:
    fleet = chain(graph, side_driver)
    found = ordered(graph, backfill("clean", terms=Terms(force=True, at_once=2)))
    carry_on(graph)
    carry_on(graph)
    assert pause(graph, found, by=WHO, reason="busy").was == OrderState.OPEN
    fleet.work()
    played = len(fleet.finished)

    for _ in range(3):
        assert carry_on(graph) == ()
    assert fleet.work() == []
    assert forecast(graph, get_order(graph, found)).basis == "it stands still: busy"
    assert pause(graph, found, by=WHO, reason="again").was == OrderState.PAUSED
    assert resume(graph, found, by=WHO, reason="quiet").was == OrderState.PAUSED
    done = finish(fleet, found)

    assert (done.state, done.counts[StepState.DONE]) == (OrderState.DONE, 5)
    assert len(ran(fleet, played)) == 3
    with pytest.raises(OrderEnded, match="is DONE"):
        pause(graph, found, by=WHO, reason="too late")


def test_a_cancelled_order_leaves_nothing_open(graph: Graph, side_driver: neo4j.Driver) -> None:
    fleet = chain(graph, side_driver)
    found = ordered(graph, backfill("clean", terms=Terms(force=True, at_once=1)))
    carry_on(graph)
    (made,) = carry_on(graph)

    done = cancel(graph, found, by=WHO, reason="wrong range")

    assert (done.state, done.steps, done.runs) == (OrderState.CANCELLED, 5, (made,))
    assert len(fleet.work()) == 1
    for _ in range(3):
        assert carry_on(graph) == ()
    assert (get_order(graph, found).left, orders(graph, open_only=True)) == (0, ())


def test_the_same_key_is_one_order_and_another_request_is_refused(graph: Graph, side_driver: neo4j.Driver) -> None:
    chain(graph, side_driver)
    request = backfill("clean", terms=Terms(force=True))

    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: order(graph, request, by=WHO, reason=WHY, key="K"), range(4)))

    assert len({one.order for one in made}) == 1
    assert get_order(graph, made[0].order or "").total == 5
    again = order(graph, request, by=WHO, reason=WHY, key="K")
    assert (again.order, again.created) == (made[0].order, False)
    with pytest.raises(OrderKeyTaken, match="take a new key"):
        order(graph, backfill("sum", terms=Terms(force=True)), by=WHO, reason=WHY, key="K")


def test_a_crash_while_it_is_written_is_gone_on_with_or_leaves_nothing(
    graph: Graph, side_driver: neo4j.Driver, monkeypatch: pytest.MonkeyPatch
) -> None:
    fleet = chain(graph, side_driver)
    request = backfill("clean+", terms=Terms(force=True))
    monkeypatch.setattr("graph_model.orders.start.AT_ONCE", 6)

    def crash(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr("graph_model.orders.start._open", crash)
        for key in ("gone-on-with", "left-alone"):
            with pytest.raises(KeyboardInterrupt):
                order(graph, request, by=WHO, reason=WHY, key=key)
    assert [found.state for found in orders(graph)] == [OrderState.STARTING] * 2
    assert carry_on(graph) == ()

    resumed = order(graph, request, by=WHO, reason=WHY, key="gone-on-with")
    assert (get_order(graph, resumed.order or "").total, resumed.created) == (20, False)
    cleared = clear_abandoned(graph, seconds=0)

    assert len(cleared) == 1
    assert get_order(graph, cleared[0]).counts == {StepState.CANCELLED: 20}
    assert finish(fleet, resumed.order or "").counts == {StepState.DONE: 20}
    assert clear_abandoned(graph, seconds=0) == ()


def test_two_stewards_at_once_give_each_step_one_run(graph: Graph, side_driver: neo4j.Driver) -> None:
    fleet = chain(graph, side_driver)
    before = len(fleet.finished)
    found = ordered(graph, backfill("clean+", terms=Terms(force=True, at_once=4)))

    with ThreadPoolExecutor(3) as pool:
        for _ in range(30):
            list(pool.map(lambda _: carry_on(graph), range(3)))
            fleet.work()
            if get_order(graph, found).ended_at:
                break

    assert sorted(ran(fleet, before)) == sorted(
        f"{job}@{day}" for day in DAYS for job in ("clean", "sum", "draw", "total")
    )
    assert fleet.settle() == ()


@pytest.mark.parametrize("at_once", [1, 4])
def test_a_step_that_stands_back_for_a_run_of_others_gets_its_own_afterwards(
    graph: Graph, side_driver: neo4j.Driver, at_once: int
) -> None:
    """A correction came just before the order: its run was made for it, and ends without the step being done by it."""
    fleet = chain(graph, side_driver)
    report(graph, DAYS[0], "corrected", hour=2)
    fleet.work(most=1)
    before = len(fleet.finished)
    one_day = Keys(DAYS[0], DAYS[0])
    found = ordered(graph, backfill("clean", keys=one_day, terms=Terms(force=True, at_once=at_once)))
    for _ in range(3):  # the step is put in turn, then looked at
        carry_on(graph)
    assert [(step.state, step.run) for step in steps(graph, found)] == [(StepState.RUNNING, None)]

    assert finish(fleet, found).state is OrderState.DONE
    assert ran(fleet, before).count(f"clean@{DAYS[0]}") == 2
    assert fleet.settle() == ()


def test_a_restart_of_a_job_partition_takes_only_what_waits_for_it(graph: Graph, side_driver: neo4j.Driver) -> None:
    chain(graph, side_driver)

    plan = plan_restart(graph, name("clean"), "2013-01-05", Terms())

    assert [(task.label, task.cause) for task in plan.tasks] == [
        ("test/clean@2013-01-05", Cause.FAILED),
        ("test/sum@2013-01-05", Cause.UPSTREAM),
        ("test/total@2013-01-05", Cause.UPSTREAM),
        ("test/draw@2013-01-05", Cause.UPSTREAM),
    ]


def test_what_is_not_there_is_told_and_what_stands_on_it_with_it(graph: Graph, side_driver: neo4j.Driver) -> None:
    chain(graph, side_driver, days=DAYS[:2])

    plan = plan_order(graph, backfill("+draw", keys=Keys("2013-01-02", "2013-01-03")))

    assert [(out.label, out.obstacle, out.why) for out in plan.left_out if out.partition == "2013-01-03"] == [
        ("test/clean@2013-01-03", Obstacle.NOT_READY, "test/raw@2013-01-03 is not there"),
        ("test/sum@2013-01-03", Obstacle.NOT_READY, "test/clean@2013-01-03 is not there"),
        ("test/draw@2013-01-03", Obstacle.NOT_READY, "test/daily@2013-01-03 is not there"),
    ]


def test_a_chosen_version_is_read_in_place_of_the_current_one(graph: Graph, side_driver: neo4j.Driver) -> None:
    from graph_model.orders.chosen import choose_version

    fleet = chain(graph, side_driver)
    old = resolve(graph, name("raw"), DAYS[0]).id
    new = report(graph, DAYS[0], "corrected", hour=2)
    fleet.work()
    before = len(fleet.finished)
    terms = Terms(chosen=(choose_version(graph, name("raw"), DAYS[0], old),))

    found = ordered(graph, run_request(f"clean@{DAYS[0]}", terms=terms))
    done = finish(fleet, found)

    assert done.state == OrderState.DONE
    run = next(run for run in fleet.finished[before:] if run.job)
    assert [one.version for one in run.inputs] == [old] != [new]
    told = runs(graph, job=name("clean"))[0]
    assert (told.chosen, told.order, told.inputs) == ((old,), found, (old,))
    assert resolve(graph, name("clean"), DAYS[0]).id in told.outputs


def test_what_cannot_be_is_refused_with_what_could(graph: Graph, side_driver: neo4j.Driver) -> None:
    chain(graph, side_driver)

    with pytest.raises(NothingSelected, match=r"did you mean clean\?"):
        plan_order(graph, run_request("claen@2013-01-01"))
    with pytest.raises(OutsideRange, match="the first is 2013-01-01"):
        plan_order(graph, backfill("clean", keys=Keys("2010-01-01", "2010-12-31")))
    with pytest.raises(OrderPlanChanged, match="look at it with --dry-run"):
        order(graph, backfill("clean", terms=Terms(force=True)), by=WHO, reason=WHY, expected="000000000000")
    assert orders(graph) == ()


def astray(graph: Graph) -> list[str]:
    return sorted(found.message.replace(found.subject, "X") for found in verify(graph) if found.invariant == 13)


def test_verify_finds_orders_and_steps_that_nobody_sees_to_any_more(graph: Graph, side_driver: neo4j.Driver) -> None:
    chain(graph, side_driver, days=DAYS[:1])

    def broken(statement: LiteralString) -> list[str]:
        """What verify says of a new order after that was done to it, or to its first step; it is mended again."""
        found = ordered(graph, run_request(f"clean+@{DAYS[0]}", terms=Terms(force=True)))
        carry_on(graph)
        assert astray(graph) == []
        run = side_driver.execute_query
        run(statement, order=found, database_=graph.settings.database)
        told = [message.replace(found, "ORDER") for message in astray(graph)]
        run("MATCH (x:Replay {id: $order}) DETACH DELETE x", order=found, database_=graph.settings.database)
        run("MATCH (s:ReplayStep {replay: $order}) DETACH DELETE s", order=found, database_=graph.settings.database)
        return told

    all_over: LiteralString = (
        "MATCH (s:ReplayStep {replay: $order}) SET s.state = 'DONE', s.ended_at = datetime('2013-01-01T00:00Z') "
    )
    assert broken(all_over + "REMOVE s.open") == ["is OPEN, and nothing of it is left"]
    assert broken(all_over + "SET s.ended_at = datetime.realtime() REMOVE s.open") == []  # the sweep is on its way
    over = "MATCH (x:Replay {id: $order}) SET x.state = 'CANCELLED' REMOVE x.open"
    assert broken(over) == ["is open, but ORDER is CANCELLED"] * 4
    forgotten = "MATCH (s:ReplayStep {replay: $order, order: 1}) SET s.open = 2"
    assert broken(forgotten) == ["stands in a line of ORDER that had its turn"]
    assert broken("MATCH (x:Replay {id: $order}) RETURN x") == []
