"""A bad version, what must run again because of it, and carrying that out, on both engines."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import neo4j
import pytest

from graph_model.names import Name
from graph_model.questions.answer import PersonsAnswer, answer
from graph_model.questions.entities import Answer
from graph_model.questions.repository import questions
from graph_model.replays.cancel import cancel_replay
from graph_model.replays.carry_on import carry_on
from graph_model.replays.entities import Replay, ReplayState, StepState, Way
from graph_model.replays.plan import plan_replay
from graph_model.replays.repository import replay as get_replay
from graph_model.replays.start import order_replay
from graph_model.runs.claim import claim
from graph_model.runs.repository import runs
from graph_model.store.graph import Graph
from graph_model.versions.entities import Report
from graph_model.versions.quarantine import quarantine
from graph_model.versions.report import report_version
from graph_model.versions.resolve import resolve
from tests.support.protocol import Fleet, a_job, audited, declare, name

DAY, NEXT = "2013-01-01", "2013-01-02"
WHO, WHY = "ops", "the amounts are in cents"


def report(graph: Graph, content: str, *, hour: int, dataset: str = "raw", day: str = DAY) -> str:
    time = datetime(2013, 1, 3, hour, tzinfo=UTC)
    return report_version(graph, Report(name(dataset), day, location=content, source_time=time)).version


def chain(graph: Graph, driver: neo4j.Driver, *, ignore: tuple[str, ...] = (), ask: tuple[str, ...] = ()) -> Fleet:
    """raw -> clean -> daily -> board; `ignore` and `ask`: how `clean` reads raw."""
    jobs = (
        a_job("clean", {"raw": "same"}, "clean", ignore=ignore, ask=ask),
        a_job("sum", {"clean": "same"}, "daily"),
        a_job("draw", {"daily": "same"}, "board"),
    )
    declare(driver, graph.settings.database, datasets=("raw", "clean", "daily", "board"), jobs=jobs)
    return Fleet(graph)


def bad_then_good(fleet: Fleet) -> str:
    """A bad version that had all its runs, and a good one that came after it, with its own."""
    bad = report(fleet.graph, "bad", hour=1)
    fleet.work()
    fleet.settle()
    report(fleet.graph, "good", hour=2)
    fleet.work()
    return bad


def finish(fleet: Fleet, replay: str) -> Replay:
    """Carries on until nothing happens any more."""
    for _ in range(20):
        made = carry_on(fleet.graph)
        played = fleet.work()
        if not made and not played:
            break
    fleet.settle()
    for _ in range(3):  # what ends by this lets others end
        carry_on(fleet.graph)
    return get_replay(fleet.graph, replay)


def current(graph: Graph, dataset: str, day: str = DAY) -> str:
    return resolve(graph, name(dataset), day).id


def ran(fleet: Fleet, since: int) -> list[str]:
    return [f"{run.subject.name}@{run.partition}" for run in fleet.finished[since:] if run.job]


def ways(graph: Graph, version: str) -> list[tuple[str, Way, int]]:
    return [(step.job.name, step.way, step.order) for step in plan_replay(graph, version).steps]


def test_a_replaced_version_has_its_readers_run_again_by_themselves(graph: Graph, side_driver: neo4j.Driver) -> None:
    fleet = chain(graph, side_driver)
    bad = report(graph, "bad", hour=1)
    fleet.work()
    good = report(graph, "good", hour=2)
    fleet.work(most=1)  # the validation alone: the runs are yet to come

    plan = plan_replay(graph, bad)

    assert (plan.ready, plan.root) == (True, f"test/raw@{DAY} was replaced by {good}")
    assert [(step.job.name, step.way, step.order) for step in plan.steps] == [
        ("clean", Way.BY_ITSELF, 1), ("sum", Way.BY_ITSELF, 2), ("draw", Way.BY_ITSELF, 3),
    ]  # fmt: skip
    fleet.work()
    assert plan_replay(graph, bad).steps == ()
    assert [one.why for one in plan_replay(graph, bad).not_needed] == ["a later version took its place"] * 3


def test_what_had_its_run_on_the_last_good_version_before_is_made_to_run_again(
    graph: Graph, side_driver: neo4j.Driver
) -> None:
    fleet = chain(graph, side_driver)
    report(graph, "good", hour=1)
    fleet.work()
    clean_history = [current(graph, dataset) for dataset in ("clean", "daily", "board")]
    bad = report(graph, "bad", hour=2)
    fleet.work()
    quarantine(graph, bad, by=WHO, reason=WHY)
    before = len(fleet.finished)

    assert fleet.work() == []
    assert ways(graph, bad) == [("clean", Way.RUN, 1), ("sum", Way.BY_ITSELF, 2), ("draw", Way.BY_ITSELF, 3)]
    ordered = order_replay(graph, bad, by=WHO, reason=WHY)
    done = finish(fleet, ordered.replay or "")

    assert (done.state, {step.state for step in done.steps}) == (ReplayState.DONE, {StepState.DONE})
    assert ran(fleet, before) == [f"clean@{DAY}", f"sum@{DAY}", f"draw@{DAY}"]
    assert plan_replay(graph, bad).steps == ()
    assert len(clean_history) == 3
    told = [what for what, _ in audited(side_driver, graph, done.id)]
    assert (told[0], told[-1], told.count("STEP_DONE")) == ("REPLAY_ORDERED", "REPLAY_DONE", 3)
    assert fleet.settle() == ()


def test_an_ignored_input_waits_for_nobody(graph: Graph, side_driver: neo4j.Driver) -> None:
    fleet = chain(graph, side_driver, ignore=("raw",))
    bad = bad_then_good(fleet)
    before = len(fleet.finished)

    assert ways(graph, bad)[0] == ("clean", Way.RUN, 1)
    done = finish(fleet, order_replay(graph, bad, by=WHO, reason=WHY).replay or "")

    assert done.state == ReplayState.DONE
    assert ran(fleet, before) == [f"clean@{DAY}", f"sum@{DAY}", f"draw@{DAY}"]


@pytest.mark.parametrize("said", [Answer.RERUN, Answer.IGNORE])
def test_who_asks_is_asked(said: PersonsAnswer, graph: Graph, side_driver: neo4j.Driver) -> None:
    fleet = chain(graph, side_driver, ask=("raw",))
    bad = bad_then_good(fleet)
    fleet.settle()
    (asked,) = questions(graph)

    step = plan_replay(graph, bad).steps[0]
    assert (step.way, step.question) == (Way.ASKS, asked.id)
    replay = order_replay(graph, bad, by=WHO, reason=WHY).replay or ""
    waiting = finish(fleet, replay)
    assert [one.why for one in waiting.steps][:2] == [
        "waits for an answer",
        f"waits until test/clean@{DAY} is replaced",
    ]
    answer(graph, asked.id, said, by="owner")
    done = finish(fleet, replay)

    if said == Answer.RERUN:
        assert (done.state, [one.state for one in done.steps]) == (ReplayState.DONE, [StepState.DONE] * 3)
    else:
        assert [one.state for one in done.steps] == [StepState.IGNORED, StepState.NOT_NEEDED, StepState.NOT_NEEDED]


def test_a_bad_version_that_readers_still_get_is_waited_for(graph: Graph, side_driver: neo4j.Driver) -> None:
    fleet = chain(graph, side_driver)
    bad = report(graph, "bad", hour=1)
    fleet.work()
    plan = plan_replay(graph, bad)
    assert (plan.ready, "report a good version" in plan.root) == (False, True)
    ordered = order_replay(graph, bad, by=WHO, reason=WHY)
    again = order_replay(graph, bad, by="another", reason=WHY)

    assert (again.replay, again.created, again.steps) == (ordered.replay, False, 0)
    assert {one.state for one in finish(fleet, ordered.replay or "").steps} == {StepState.WAITING}
    report(graph, "good", hour=2)
    assert finish(fleet, ordered.replay or "").state == ReplayState.DONE


def test_many_who_carry_on_give_each_step_one_run(graph: Graph, side_driver: neo4j.Driver) -> None:
    jobs = tuple(a_job(f"job{n}", {"raw": "same"}, f"out{n}", ignore=("raw",)) for n in range(6))
    outs = tuple(f"out{n}" for n in range(6))
    declare(side_driver, graph.settings.database, datasets=("raw", *outs), jobs=jobs)
    fleet = Fleet(graph)
    bad = bad_then_good(fleet)

    with ThreadPoolExecutor(4) as pool:
        orders = list(pool.map(lambda _: order_replay(graph, bad, by=WHO, reason=WHY), range(4)))
        made = [run for several in pool.map(lambda _: carry_on(graph), range(4)) for run in several]

    assert len({one.replay for one in orders}) == 1
    assert len(made) == len(set(made)) == 6
    assert finish(fleet, orders[0].replay or "").state == ReplayState.DONE
    assert {job.name.name: len(runs(graph, job=job.name)) for job in jobs} == dict.fromkeys(
        (job.name.name for job in jobs), 2
    )
    assert fleet.settle() == ()


def test_whoever_dies_in_between_leaves_a_replay_that_goes_on(graph: Graph, side_driver: neo4j.Driver) -> None:
    """Each look begins anew from the graph: nothing of a replay lives in a process."""
    fleet = chain(graph, side_driver, ignore=("raw",))
    bad = bad_then_good(fleet)
    replay = order_replay(graph, bad, by=WHO, reason=WHY).replay or ""
    assert len(carry_on(graph)) == 1
    (taken,) = claim(graph, fleet.worker)
    assert taken.subject == name("clean")
    assert carry_on(graph) == ()

    fleet.play(taken)
    fresh = Fleet(graph, "w-fresh")
    assert finish(fresh, replay).state == ReplayState.DONE
    assert len(runs(graph, job=name("clean"))) == 2


def test_a_run_that_fails_keeps_the_step_open_until_one_succeeds(graph: Graph, side_driver: neo4j.Driver) -> None:
    from graph_model.runs.cancel import cancel
    from graph_model.runs.replay import replay as run_again

    fleet = chain(graph, side_driver, ignore=("raw",))
    bad = bad_then_good(fleet)
    replay = order_replay(graph, bad, by=WHO, reason=WHY).replay or ""
    (run,) = carry_on(graph)
    cancel(graph, run, by=WHO, reason="not now")

    stuck = finish(fleet, replay)
    assert (stuck.steps[0].state, stuck.is_stuck) == (StepState.FAILED, True)
    assert stuck.steps[0].why == f"run {run} is CANCELLED"
    run_again(graph, Name("test", "clean"), DAY, by=WHO, reason=WHY)
    assert finish(fleet, replay).state == ReplayState.DONE


def test_a_cancelled_replay_begins_nothing_more(graph: Graph, side_driver: neo4j.Driver) -> None:
    fleet = chain(graph, side_driver, ignore=("raw",))
    bad = report(graph, "bad", hour=1)
    fleet.work()
    fleet.settle()
    replay = order_replay(graph, bad, by=WHO, reason=WHY).replay or ""
    done = cancel_replay(graph, replay, by=WHO, reason="a mistake")
    report(graph, "good", hour=2)
    fleet.work()

    assert (done.steps, carry_on(graph)) == (3, ())
    found = get_replay(graph, replay)
    assert (found.state, {one.state for one in found.steps}) == (ReplayState.CANCELLED, {StepState.CANCELLED})
    assert order_replay(graph, bad, by=WHO, reason=WHY).created
