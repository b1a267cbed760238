"""When a job on terms begins: as the decision itself says, asked again at each event of a replayed day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph_model.deadlines.dates import kinds_of_day
from graph_model.deadlines.declared import plan_of
from graph_model.deadlines.entities import StepState, Timing
from graph_model.deadlines.network import LIKELY, latest_ends, run_through
from graph_model.deadlines.plan import Plan
from graph_model.deadlines.planned import Slice
from graph_model.deadlines.repository import NOTHING_THERE, PartitionFact
from graph_model.deadlines.situation import Situation
from graph_model.deadlines.spread import Spread
from graph_model.deadlines.steps import build, not_counted
from graph_model.deadlines.told import Network
from graph_model.names import job_partition_id, partition_id
from graph_model.readiness.control import Stands
from graph_model.readiness.decide import Good, There, Waits, decide
from graph_model.readiness.rules import JobNeeds
from graph_model.readiness.terms import Group, LatestGood, Terms, dumps
from graph_model.schedules import entities as schedules

KEY, BEFORE = "2013-01-05", "2013-01-04"
NOW = datetime(2013, 1, 6, tzinfo=UTC)
"""The end of the day: what comes from outside comes so many seconds later."""
DAY, HOUR = 86_400.0, 3600.0
JOB, OTHER = Slice("job", KEY), Slice("other", KEY)
NEVER = float("inf")


@dataclass
class Given:
    """Inputs of `job` by name: (required, terms); when each comes, in seconds from now: what is there came before."""

    inputs: dict[str, tuple[bool, Terms]]
    comes: Mapping[str, float]
    schedule: str | None = None
    not_before: str | None = None
    called: float | None = None
    after: str = ""
    other_takes: float = 0.0
    slots: bool = False
    unknown: frozenset[str] = field(default_factory=frozenset)

    def plan(self) -> Plan:
        names = [*self.inputs, "out", *(["between"] if self.after else [])]
        other = [("other", "n", "other", "shell", "day", KEY, None, None, None, None, False)] if self.after else []
        return plan_of(
            jobs=[
                (
                    "job",
                    "n",
                    "job",
                    "shell",
                    "day",
                    "2013-01-01",
                    None,
                    self.schedule,
                    self.not_before,
                    None,
                    self.slots,
                ),
                *other,
            ],
            inputs=[("job", name, "same", must, True, dumps(terms)) for name, (must, terms) in self.inputs.items()],
            outputs=[("job", "out"), *([("other", "between")] if self.after else [])],
            datasets=[(name, "n", name, "day", "2013-01-01", None) for name in names],
            promises=[],
            controls=[("job", "other", "same", self.after)] if self.after else [],
        )

    def situation(self) -> Situation:
        plan, jobs = self.plan(), [JOB, *([OTHER] if self.after else [])]
        found = Situation(plan, NOW, open=jobs, needs={job: plan.needs(job) for job in jobs})
        for name in self.inputs:
            # The day before is there since it was over, and of this day whatever came before now.
            found.partitions[Slice(name, BEFORE)] = PartitionFact(True, _micros(-DAY))
            came = self.comes[name]
            found.partitions[Slice(name, KEY)] = PartitionFact(True, _micros(came)) if came < 0 else NOTHING_THERE
        found.holds = {partition_id(name, KEY): "held" for name, at in self.comes.items() if at == NEVER}
        found.calls = {JOB: NOW + timedelta(seconds=self.called)} if self.called is not None else {}
        return found

    def network(self, situation: Situation | None = None) -> Network:
        found = situation or self.situation()
        known = {
            (name, kinds_of_day(found.plan.datasets[name].scheme, KEY)): _takes(at)
            for name, at in self.comes.items()
            if at != NEVER and name not in self.unknown
        }
        known["job", kinds_of_day(found.plan.jobs["job"].scheme, KEY)] = _takes(0.0)
        known["other", kinds_of_day(found.plan.jobs["job"].scheme, KEY)] = _takes(self.other_takes)
        return build(found, known)

    def begins(self) -> float:
        network = self.network()
        network.settle()
        return float(run_through(network.steps).ends[_place(network), LIKELY])


def _place(network: Network) -> int:
    return network.place[Slice("out", KEY)]


def _takes(seconds: float) -> Timing:
    return Timing(Spread((seconds,), 20), None, "20 runs")


def _micros(seconds: float) -> int:
    return int((NOW.timestamp() + seconds) * 1_000_000)


def replayed(given: Given) -> float:
    """When a run would be made: the decision is asked whenever something comes, the clock calls or time may matter."""
    plan, now = given.plan(), 0.0
    job = plan.jobs["job"]
    inputs = tuple(need for item in job.inputs if (need := plan.input_need(item)))
    needs = JobNeeds("job", job.scheme, "", 0, inputs, ("out",), after=job.after, schedule=job.schedule)
    events = sorted({*given.comes.values(), given.other_takes, given.called or 0.0} - {NEVER})
    for _ in range(50):
        there = _there(given, now)
        is_paced, called = job.is_paced, given.called
        take = called is not None and not is_paced and now == called
        answer = decide(needs, KEY, there, take_what_is_there=take)
        if not isinstance(answer, Waits) and not (is_paced and called is not None and now < called):
            return now
        again = answer.look_again_at
        moments = [one for one in events if one > now]
        if again is not None and again > there.now:
            moments.append((again - NOW).total_seconds())
        if not moments:
            return NEVER
        now = min(moments)
    raise AssertionError("it goes on and on")


def _there(given: Given, now: float) -> There:
    since = {(name, KEY): at for name, at in given.comes.items()} | {(name, BEFORE): -DAY for name in given.inputs}
    good = {
        partition_id(*one): Good(f"v-{one}", came := NOW + timedelta(seconds=at), came, came)
        for one, at in since.items()
        if at <= now
    }
    run = Stands("r", "SUCCEEDED" if given.other_takes <= now else "RUNNING")
    return There(NOW + timedelta(seconds=now), good, controls={job_partition_id("other", KEY): run})


moments = st.one_of(st.integers(-5, -1), st.integers(0, 12), st.just(None)).map(
    lambda hours: NEVER if hours is None else hours * HOUR
)
waits = st.integers(0, 6).map(lambda hours: hours * HOUR)


@st.composite
def estates(draw: st.DrawFn) -> Given:
    """Any mixture of terms."""
    inputs: dict[str, tuple[bool, Terms]] = {}
    for at in range(draw(st.integers(0, 2))):
        inputs[f"required{at}"] = (True, Terms())
    for at in range(draw(st.integers(0, 2))):
        inputs[f"optional{at}"] = (False, Terms(wait=draw(waits)))
    members = draw(st.integers(0, 3))
    group = Group("g", draw(st.integers(1, max(members, 1))), draw(waits))
    for at in range(members):
        inputs[f"member{at}"] = (False, Terms(group=group))
    # When what another one stands in for comes after all, a waiting time begins anew: that is not foreseen.
    if not any(terms.wait or (terms.group and group.wait) for _, terms in inputs.values()) and draw(st.booleans()):
        inputs["tolerant"] = (True, Terms(latest_good=LatestGood(1, draw(waits))))
    if not inputs:
        inputs["required0"] = (True, Terms())
    takes = draw(st.sampled_from([None, *get_args(schedules.Takes)]))
    schedule = schedules.dumps(schedules.Schedule((schedules.Rule(at=("06:00",)),), takes=takes)) if takes else None
    return Given(
        inputs,
        {name: draw(moments) for name in inputs},
        schedule=schedule,
        called=draw(st.integers(0, 12)) * HOUR if takes else None,
        after=draw(st.sampled_from(["", "success", "done"])),
        other_takes=draw(st.integers(1, 12)) * HOUR,
    )


@given(estates())
@settings(max_examples=120)
def test_a_job_begins_when_the_decision_lets_it(given: Given) -> None:
    assert given.begins() == replayed(given)


EITHER = {"optional0": (False, Terms()), "optional1": (False, Terms())}


@pytest.mark.parametrize(
    ("other", "begins"), [(-HOUR, 0.0), (2 * HOUR, 2 * HOUR), (NEVER, NEVER)], ids=["there", "comes", "held too"]
)
def test_what_is_held_keeps_nobody_who_can_do_with_another_input(other: float, begins: float) -> None:
    given = Given(EITHER, {"optional0": NEVER, "optional1": other})

    assert given.begins() == replayed(given) == begins


def test_a_job_that_one_input_is_enough_for_waits_for_no_other_once_that_is_there() -> None:
    given = Given(EITHER, {"optional0": 5 * HOUR, "optional1": -HOUR})

    assert given.begins() == replayed(given) == 0.0


@given(estates(), st.integers(0, 30))
@settings(max_examples=60)
def test_whatever_is_later_by_its_slack_is_in_time(given: Given, limit: int) -> None:
    network = given.network()
    times, at = run_through(network.steps), _place(network)
    latest = latest_ends(times, [(at, limit * HOUR)])[:, LIKELY]

    for name, came in given.comes.items():
        place = network.place.get(Slice(name, KEY))
        if place is None or came == NEVER or times.ends[at, LIKELY] > limit * HOUR:
            continue
        later = min(float(latest[place]), 100 * HOUR)
        moved = Given(**{**vars(given), "comes": {**given.comes, name: later}})
        assert moved.begins() <= limit * HOUR


REQUIRED = {"orders": (True, Terms())}


BY_SIX, AT_SIX = '{"at": "06:00"}', '{"rules": [{"at": ["06:00"]}]}'


@pytest.mark.parametrize(
    ("given", "begins", "note"),
    [
        (Given(REQUIRED, {"orders": HOUR}), HOUR, ""),
        (Given(REQUIRED, {"orders": HOUR}, not_before=BY_SIX), 6 * HOUR, "; not before 2013-01-06 06:00 UTC"),
        (Given(REQUIRED, {"orders": 7 * HOUR}, not_before=BY_SIX), 7 * HOUR, "; not before 2013-01-06 06:00 UTC"),
        (Given({}, {}, schedule=AT_SIX, called=6 * HOUR), 6 * HOUR, "; by its schedule at 2013-01-06 06:00 UTC"),
    ],
)
def test_the_clock_is_told_beside_what_a_step_rests_on(given: Given, begins: float, note: str) -> None:
    network = given.network()

    assert given.begins() == begins
    assert network.told[_place(network)].basis == f"20 runs{note}"


def test_a_partition_that_no_time_will_call_is_blocked() -> None:
    given = Given(REQUIRED, {"orders": HOUR}, schedule=AT_SIX)
    situation = given.situation()
    situation.calls = {JOB: None}

    told = given.network(situation).told[_place(given.network(situation))]

    assert (told.state, told.why[:22]) == (StepState.BLOCKED, "no nominal time stands")


def test_an_optional_input_of_which_nothing_is_known_is_taken_to_come_too_late() -> None:
    inputs = {**REQUIRED, "weather": (False, Terms(wait=2 * HOUR))}
    given = Given(inputs, {"orders": HOUR, "weather": HOUR}, unknown=frozenset({"weather"}))
    network = given.network()

    unknown = network.settle()

    assert unknown[_place(network)] == ""
    assert given.begins() == 3 * HOUR
    alone = Given(REQUIRED, {"orders": HOUR}, unknown=frozenset({"orders"})).network()
    assert alone.settle()[_place(alone)] == f"orders@{KEY}: nothing is known of when it arrives"


def test_a_run_that_ended_otherwise_than_is_waited_for_leaves_it_unknown() -> None:
    given = Given(REQUIRED, {"orders": HOUR}, after="failure", other_takes=HOUR)
    network = given.network()

    assert network.settle()[_place(network)].startswith("it waits for the run of other@2013-01-05 to end (failure)")


def test_what_is_not_counted_is_said() -> None:
    given = Given({"orders": (True, Terms(max_age=60.0))}, {"orders": HOUR}, slots=True)

    said = not_counted(given.situation())

    assert [words.split(",")[0] for words in said] == ["slots of pools", "how old or new inputs must be (max_age"]


def test_terms_are_shown_nobody() -> None:
    inputs = {**REQUIRED, "weather": (False, Terms(wait=2 * HOUR))}
    network = Given(inputs, {"orders": HOUR, "weather": NEVER}).network()
    times = run_through(network.steps)

    path = [at for at in times.path_to([_place(network)]) if at < network.shown]

    assert [network.told[at].slice.of for at in path] == ["orders", "job"]
    assert len(network.steps) > network.shown
