"""Forecasts and delays on both engines: what is read of history, and what follows from it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import neo4j
import pytest

from graph_model.deadlines.delay import Delayed, DelayForecast, forecast_delay
from graph_model.deadlines.durations import learn
from graph_model.deadlines.entities import Outlook, StepForecast, StepState
from graph_model.deadlines.forecast import forecast
from graph_model.errors import DatasetNotFound, InvalidPartition
from graph_model.estate.entities import Follows
from graph_model.impact.assess import assess
from graph_model.impact.entities import Affected, Delay, Verdict
from graph_model.names import job_id
from graph_model.readiness.terms import Group, Terms
from graph_model.runs.claim import claim
from graph_model.schedules.declare import declare_schedules
from graph_model.store.graph import Graph
from graph_model.versions.entities import Report
from graph_model.versions.report import report_version
from tests.support.histories import LONG_AGO, Past, end_of
from tests.support.protocol import OWNER, Fleet, a_job, bad, declare, name

TODAY = datetime.now(UTC).date()
AHEAD = TODAY + timedelta(days=3)
"""A date whose time is not over: what comes is told from history alone, whenever the test runs."""
DAYS = [TODAY - timedelta(days=back) for back in range(20, 0, -1)]
HOUR, MINUTE = 3600.0, 60.0


@pytest.fixture
def past(graph: Graph, side_driver: neo4j.Driver) -> Past:
    """raw comes 2 h after its day, clean takes 10 min (and 1 min to begin), totals 30 min over three days of clean; the
    board reads totals by 03:00, the feed clean by 02:30."""
    database = graph.settings.database
    jobs = (a_job("clean", {"raw": "same"}, "clean"), a_job("totals", {"clean": "last 3"}, "totals"))
    declare(side_driver, database, datasets=("raw", "clean", "totals"), jobs=jobs)
    past = Past(side_driver, database)
    past.arrived(name("raw"), DAYS, after=2 * HOUR)
    past.arrived(name("clean"), DAYS, after=3 * HOUR)
    past.arrived(name("totals"), DAYS, after=4 * HOUR)
    past.ran_often(name("clean"), [(day, 10 * MINUTE, MINUTE) for day in DAYS])
    past.ran_often(name("totals"), [(day, 30 * MINUTE, 0.0) for day in DAYS])
    past.promised(name("board"), (name("totals"),), owner=OWNER, by="03:00")
    past.promised(name("feed"), (name("clean"),), owner=OWNER, by="02:30")
    # The days between are there too, so that only one date is open; nothing is learned from how they came.
    between = {TODAY + timedelta(days=ahead): LONG_AGO for ahead in range(3)}
    for dataset in ("raw", "clean", "totals"):
        past.arrived_at(name(dataset), between)
    return past


def step(steps: tuple[StepForecast, ...], called: str) -> StepForecast:
    (found,) = [each for each in steps if each.name == name(called)]
    return found


def after_end(moment: datetime | None, day: date = AHEAD) -> float:
    assert moment is not None
    return (moment - end_of(day)).total_seconds()


def test_a_date_ahead_is_told_from_history_step_by_step(graph: Graph, past: Past) -> None:
    found = forecast(graph, AHEAD)

    raw, clean, totals = (step(found.steps, called) for called in ("raw", "clean", "totals"))
    assert [each.state for each in (raw, clean, totals)] == [StepState.EXPECTED, StepState.WAITING, StepState.WAITING]
    assert after_end(raw.ends.likely) == after_end(raw.ends.late) == 2 * HOUR
    assert after_end(clean.ends.likely) == 2 * HOUR + 11 * MINUTE
    assert after_end(totals.ends.late) == 2 * HOUR + 41 * MINUTE
    assert (raw.basis, clean.basis) == ("20 arrivals", "20 runs")
    assert (clean.slack, totals.slack, raw.slack) == (19 * MINUTE, 19 * MINUTE, 19 * MINUTE)
    assert found.incomplete == ()


def test_each_deadline_has_its_outlook_its_way_and_its_owners(graph: Graph, past: Past) -> None:
    found = forecast(graph, AHEAD)

    board, feed = sorted(found.deadlines, key=lambda each: each.consumer)
    assert (board.outlook, board.over, board.owners) == (Outlook.ON_TIME, -19 * MINUTE, (OWNER,))
    assert [found.steps[at].name.name for at in board.path] == ["raw", "clean", "totals"]
    assert (feed.outlook, feed.over) == (Outlook.ON_TIME, -19 * MINUTE)
    assert board.missing == (f"test/totals@{AHEAD}",)


def test_what_is_learned_is_what_is_measured(graph: Graph, past: Past) -> None:
    more = [TODAY - timedelta(days=back) for back in range(70, 20, -1)]
    past.arrived(name("raw"), more, after=2 * HOUR)
    past.ran_often(name("clean"), [(day, 5 * MINUTE, 0.0) for day in more])
    measured = forecast(graph, AHEAD)

    assert learn(graph) == 3, "two jobs, and the dataset from outside"
    assert learn(graph) == 0, "nobody's turn yet"

    learned = forecast(graph, AHEAD)
    ends = [[(each.ends.likely, each.ends.late, each.basis) for each in found.steps] for found in (measured, learned)]
    assert ends[0] == ends[1]
    assert step(learned.steps, "clean").basis == "70 runs"


def test_what_was_learned_is_not_measured_again(graph: Graph, past: Past) -> None:
    more = [TODAY - timedelta(days=back) for back in range(70, 20, -1)]
    past.ran_often(name("clean"), [(day, 10 * MINUTE, 0.0) for day in more])
    learn(graph)

    past.forget_runs()

    assert step(forecast(graph, AHEAD).steps, "clean").basis == "70 runs"


def test_history_by_weekday_counts_where_it_differs(graph: Graph, past: Past) -> None:
    weeks = [AHEAD - timedelta(days=back) for back in range(28, 28 + 84)]
    slow = [(day, HOUR if day.weekday() == AHEAD.weekday() else 10 * MINUTE, MINUTE) for day in weeks]
    past.ran_often(name("clean"), slow)

    clean = step(forecast(graph, AHEAD).steps, "clean")

    assert clean.basis == f"15 runs on {AHEAD:%A}s", "three in the 20 days, and twelve"
    assert after_end(clean.ends.likely) == 2 * HOUR + 61 * MINUTE


def test_a_job_without_history_is_judged_by_what_is_similar_or_not_at_all(graph: Graph, past: Past) -> None:
    past.forget_runs()
    nothing = forecast(graph, AHEAD)
    assert step(nothing.steps, "clean").ends.unknown == f"clean@{AHEAD}: nothing is known of how long it takes"
    assert {each.outlook for each in nothing.deadlines} == {Outlook.UNKNOWN}

    past.ran_often(name("clean"), [(day, 10 * MINUTE, 0.0) for day in DAYS])
    similar = forecast(graph, AHEAD)

    assert step(similar.steps, "totals").basis == "20 runs of 1 similar job"
    assert {each.outlook for each in similar.deadlines} == {Outlook.ON_TIME}


def test_a_run_under_way_is_over_after_what_is_left_of_it(graph: Graph, past: Past) -> None:
    past.arrived_at(name("raw"), {})
    report_version(graph, Report(name("raw"), AHEAD.isoformat(), location="raw"))
    fleet = Fleet(graph)
    fleet.work(most=1)
    (running,) = claim(graph, "w-test", slots=1)

    clean = step(forecast(graph, AHEAD).steps, "clean")

    assert running.partition == AHEAD.isoformat()
    assert clean.state == StepState.RUNNING
    left = (clean.ends.likely - datetime.now(UTC)).total_seconds() if clean.ends.likely else 0.0
    assert 0 < left <= 10 * MINUTE


def test_what_failed_blocks_the_deadline_and_says_so(graph: Graph, past: Past) -> None:
    fleet = Fleet(graph)
    report_version(graph, Report(name("raw"), AHEAD.isoformat(), location="raw"))
    fleet.work()
    past.rows("MATCH (:Partition {key: $key})-[c:CURRENT]->(v {dataset: $of}) DELETE c", key=AHEAD.isoformat(),
              of=past.rows("MATCH (d:Dataset {name: 'totals'}) RETURN d.id AS id")[0]["id"])  # fmt: skip
    past.rows("MATCH (r:Run {key: $key}) WHERE r.job STARTS WITH 'jb' SET r.state = 'FAILED', r.reason = 'exit code 3'",
              key=AHEAD.isoformat())  # fmt: skip

    found = forecast(graph, AHEAD)

    board = next(each for each in found.deadlines if each.consumer == name("board"))
    assert (board.outlook, board.over, board.ends.likely) == (Outlook.LATE, None, None)
    assert board.reason == f"test/totals@{AHEAD} is not made: its last run failed: exit code 3"


def test_a_delay_breaks_what_it_reaches_and_leaves_what_has_time(graph: Graph, past: Past) -> None:
    until = end_of(AHEAD) + timedelta(hours=2, minutes=15)
    past.promised(name("late_riser"), (name("totals"),), owner=OWNER, by="09:00")

    found = forecast_delay(graph, [Delay(name("raw"), AHEAD.isoformat(), until)])

    by_name = of_the_day(found)
    assert {called: each.deadline.outlook for called, each in by_name.items()} == {
        "board": Outlook.ON_TIME, "feed": Outlook.ON_TIME, "late_riser": Outlook.ON_TIME,
    }  # fmt: skip
    assert by_name["board"].deadline.over == -4 * MINUTE
    assert by_name["board"].later == 15 * MINUTE
    later = forecast_delay(graph, [Delay(name("raw"), AHEAD.isoformat(), until + timedelta(minutes=30))])
    outlooks = {called: each.deadline.outlook for called, each in of_the_day(later).items()}
    assert outlooks == {"board": Outlook.LATE, "feed": Outlook.LATE, "late_riser": Outlook.ON_TIME}
    board = of_the_day(later)["board"]
    assert (board.deadline.over, board.without) == (26 * MINUTE, Outlook.ON_TIME)


def of_the_day(found: DelayForecast, day: date = AHEAD) -> dict[str, Delayed]:
    return {each.deadline.consumer.name: each for each in found.deadlines if each.deadline.day == day}


def verdicts(affected: tuple[Affected, ...]) -> dict[str, tuple[Verdict, str]]:
    return {each.node.name.name: (each.verdict, each.rule) for each in affected}


def test_impact_gives_its_verdicts_on_a_delay(graph: Graph, past: Past) -> None:
    past.promised(name("late_riser"), (name("totals"),), owner=OWNER, by="09:00")
    until = end_of(AHEAD) + timedelta(hours=2, minutes=45)

    report = assess(graph, [Delay(name("raw"), AHEAD.isoformat(), until)])

    assert verdicts(report.affected) == {
        "board": (Verdict.BREAKS, "deadline_breaks"),
        "feed": (Verdict.BREAKS, "deadline_breaks"),
        "clean": (Verdict.BREAKS, "deadline_breaks"),
        "totals": (Verdict.BREAKS, "deadline_breaks"),
        "late_riser": (Verdict.SAFE, "slack_suffices"),
    }
    feed = next(each for each in report.affected if each.node.name.name == "feed")
    assert (
        feed.reason
        == f"it misses its deadline for {AHEAD} at {end_of(AHEAD):%Y-%m-%d} 02:30 UTC by 26 min (95 %: 26 min)"
    )
    assert feed.remedy == f"there by {end_of(AHEAD):%Y-%m-%d} 02:19 UTC, it would be kept with 95 % certainty"
    assert (feed.owners, feed.deadline) == ((OWNER,), "02:30 UTC")
    assert [edge.kind for edge in feed.path] == ["CONSUMED_BY", "PRODUCES", "CONSUMED_BY"]


def test_a_delay_of_what_is_there_already_hurts_nobody(graph: Graph, past: Past) -> None:
    until = datetime.now(UTC) + timedelta(days=2)

    report = assess(graph, [Delay(name("raw"), DAYS[-1].isoformat(), until)])

    assert {each.rule for each in report.affected} == {"already_there"}


def test_a_delay_in_the_past_is_looked_at_as_if_it_were_ahead(graph: Graph, past: Past) -> None:
    day = DAYS[-1]

    found = forecast_delay(graph, [Delay(name("raw"), day.isoformat(), end_of(day) - timedelta(hours=20))])
    harmless = {each.deadline.outlook for each in of_the_day(found, day).values()}
    late = forecast_delay(graph, [Delay(name("clean"), day.isoformat(), end_of(day) + timedelta(hours=2, minutes=40))])

    assert harmless == {Outlook.ON_TIME}
    if end_of(day) + timedelta(hours=3) < datetime.now(UTC):
        outlooks = {
            each.deadline.consumer.name: each.deadline.outlook for each in late.deadlines if each.deadline.day == day
        }
        assert outlooks == {"board": Outlook.LATE, "feed": Outlook.LATE}


def test_without_durations_nothing_is_called_safe(graph: Graph, past: Past) -> None:
    past.forget_runs()
    until = end_of(AHEAD) + timedelta(hours=2, minutes=15)

    report = assess(graph, [Delay(name("raw"), AHEAD.isoformat(), until)])

    assert {each.verdict for each in report.affected} == {Verdict.UNKNOWN}
    assert {each.rule for each in report.affected} == {"duration_is_unknown"}
    too_late = assess(graph, [Delay(name("raw"), AHEAD.isoformat(), until + timedelta(days=1))])
    assert {each.verdict for each in too_late.affected} == {Verdict.BREAKS}, "however quick the jobs are"


def test_what_is_not_known_of_others_is_not_the_fault_of_a_delay(graph: Graph, past: Past) -> None:
    past.rows("MATCH (v:DatasetVersion) WHERE v.dataset = $raw DETACH DELETE v",
              raw=past.rows("MATCH (d:Dataset {name: 'raw'}) RETURN d.id AS id")[0]["id"])  # fmt: skip
    until = end_of(AHEAD) + timedelta(hours=2, minutes=15)

    found = forecast_delay(graph, [Delay(name("clean"), AHEAD.isoformat(), until)])

    assert {each.deadline.outlook for each in found.deadlines} == {Outlook.ON_TIME}
    assert f"raw@{AHEAD}: nothing is known of when it arrives" in found.taken


def test_mistakes_are_told(graph: Graph, past: Past) -> None:
    with pytest.raises(DatasetNotFound):
        forecast_delay(graph, [Delay(name("row"), AHEAD.isoformat(), datetime.now(UTC))])
    with pytest.raises(InvalidPartition):
        forecast_delay(graph, [Delay(name("raw"), "2013-13-01", datetime.now(UTC))])


def test_what_was_set_aside_is_waited_for(graph: Graph, past: Past) -> None:
    fleet = Fleet(graph, contents={"raw": bad()})
    report_version(graph, Report(name("raw"), AHEAD.isoformat(), location="raw"))
    fleet.work()

    raw = step(forecast(graph, AHEAD).steps, "raw")

    assert raw.ends.unknown.startswith(f"raw@{AHEAD}: what came was set aside: ")


def test_the_clock_and_terms_decide_when_a_job_begins(graph: Graph, past: Past) -> None:
    group = Terms(group=Group("either", 1))
    jobs = (
        a_job("early", {"clean": "same"}, "o_early"),
        a_job("timed", {"clean": "same"}, "o_timed"),
        replace(a_job("after", {"raw": "same"}, "o_after"), after=(Follows(name("timed")),)),
        a_job("either", {"clean": "same", "raw": "same"}, "o_either", terms={"clean": group, "raw": group}),
        a_job("newest", {"clean": "same", "raw": "latest"}, "o_newest"),
    )
    declare(past.driver, past.database, datasets=tuple(job.outputs[0].name for job in jobs), jobs=jobs)
    for job in jobs:
        past.ran_often(job.name, [(day, 5 * MINUTE, 0.0) for day in DAYS])
    past.rows("MATCH (j:Job {name: 'early'}) SET j.not_before = $said", said='{"at": "06:00"}')
    at_eight = '{"rules": [{"at": ["08:00"]}]}'
    past.rows("MATCH (j:Job {name: 'timed'}) SET j.schedule = $said", said=at_eight)
    timed = job_id(name("timed"))
    graph.write(lambda tx: declare_schedules(tx, {timed: at_eight}, now=datetime.now(UTC)))

    steps = forecast(graph, AHEAD).steps

    ends = {job.name.name: after_end(step(steps, job.name.name).ends.likely) for job in jobs}
    assert ends == {
        "early": 6 * HOUR + 5 * MINUTE,
        "timed": 8 * HOUR + 5 * MINUTE,
        "after": 8 * HOUR + 10 * MINUTE,
        "either": 2 * HOUR + 5 * MINUTE,
        "newest": 2 * HOUR + 16 * MINUTE,
    }
    assert step(steps, "early").basis == f"20 runs; not before {AHEAD + timedelta(days=1)} 06:00 UTC"
