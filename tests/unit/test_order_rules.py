"""How people say what is to run, what is good already, and what a step of an order wants next."""

from __future__ import annotations

import random
from datetime import UTC, datetime

import pytest

from graph_model.errors import InvalidParameter, InvalidPartition, InvalidSelector
from graph_model.estate.entities import ParameterSpec
from graph_model.jobs.parameters import all_of, as_text, given
from graph_model.names import Name
from graph_model.orders.choose import keys_of
from graph_model.orders.entities import Cause
from graph_model.orders.rules import Look, Made, Run, Wish, difference, failed_before, next_move
from graph_model.orders.selectors import ALL_OF_THEM, Keys, Method, parse_selector
from graph_model.partitions.rules import PartitionScheme
from graph_model.replays.entities import StepState
from graph_model.runs.entities import RunState

NOW = datetime(2013, 3, 10, 12, tzinfo=UTC)
JOB = Name("shop", "tidy")


@pytest.mark.parametrize(
    ("text", "method", "value", "up", "down", "keys"),
    [
        ("tidy", Method.JOB, "tidy", 0, 0, None),
        ("tidy@2013-01-05", Method.JOB, "tidy", 0, 0, Keys("2013-01-05", "2013-01-05")),
        ("+tidy+2@2013-01-05", Method.JOB, "tidy", ALL_OF_THEM, 2, Keys("2013-01-05", "2013-01-05")),
        ("3+shop/tidy+", Method.JOB, "shop/tidy", 3, ALL_OF_THEM, None),
        ("tidy@2013-01..2013-03", Method.JOB, "tidy", 0, 0, Keys("2013-01", "2013-03")),
        ("tidy@2013-01..", Method.JOB, "tidy", 0, 0, Keys("2013-01", None)),
        ("tag:daily+@..2013-03", Method.TAG, "daily", 0, ALL_OF_THEM, Keys(None, "2013-03")),
        ("owner:ana@example.org", Method.OWNER, "ana@example.org", 0, 0, None),
        ("owner:ana@example.org@EU", Method.OWNER, "ana@example.org", 0, 0, Keys("EU", "EU")),
        ("postgres://u@host:5432/db.t", Method.JOB, "postgres://u@host:5432/db.t", 0, 0, None),
    ],
)
def test_a_selector_says_what_it_goes_by_how_far_and_which_partitions(
    text: str, method: Method, value: str, up: int, down: int, keys: Keys | None
):
    found = parse_selector(text)

    assert (found.method, found.value, found.up, found.down, found.keys) == (method, value, up, down, keys)


@pytest.mark.parametrize("text", ["", "+", "+@2013-01-05", "tag:", "tidy@..", "tidy@"])
def test_what_says_nothing_is_refused_with_what_could_be_written(text: str):
    with pytest.raises(InvalidSelector, match="write JOB"):
        parse_selector(text)


def test_a_star_names_jobs_of_any_letters_with_or_without_their_namespace():
    assert parse_selector("ti*").names(JOB, tags=(), owners=())
    assert parse_selector("shop/*").names(JOB, tags=(), owners=())
    assert not parse_selector("shop").names(JOB, tags=(), owners=())
    assert parse_selector("namespace:shop").names(JOB, tags=(), owners=())


DAILY, MONTHLY = PartitionScheme("day", "2013-01-01"), PartitionScheme("month", "2013-01")
LISTED = PartitionScheme("list", keys=("DE", "FR", "US"))


@pytest.mark.parametrize(
    ("scheme", "keys", "found"),
    [
        (DAILY, Keys("2013-01-30", "2013-02-01"), ("2013-01-30", "2013-01-31", "2013-02-01")),
        (DAILY, Keys("2013-03-08", None), ("2013-03-08", "2013-03-09")),
        (DAILY, Keys("2012-12-30", "2013-01-01"), ("2013-01-01",)),
        (DAILY, Keys("2010-01-01", "2010-12-31"), ()),
        (DAILY, Keys("2013-02", "2013-02"), tuple(f"2013-02-{day:02d}" for day in range(1, 29))),
        (MONTHLY, Keys("2013-01-15", "2013-02-15"), ("2013-01", "2013-02")),
        (LISTED, Keys("FR", None), ("FR", "US")),
        (PartitionScheme(), Keys("2013-01-01", "2013-01-31"), ("",)),
    ],
)
def test_a_range_means_the_partitions_that_it_touches(scheme: PartitionScheme, keys: Keys, found: tuple[str, ...]):
    assert keys_of(scheme, keys, JOB, now=NOW) == found


def test_what_is_no_partition_says_what_would_be():
    with pytest.raises(InvalidPartition, match="2013-01-05"):
        keys_of(DAILY, Keys("yesterday", "yesterday"), JOB, now=NOW)


MADE = Made("v", "r", "code", "", frozenset({"a"}))
WISH = Wish("code", {"a": "raw"})


@pytest.mark.parametrize(
    ("made", "wish", "cause"),
    [
        ([MADE], WISH, None),
        ([MADE, None], WISH, Cause.NEW),
        ([Made(None)], WISH, Cause.NEW),
        ([Made("v")], WISH, Cause.CODE),
        ([MADE], Wish("other", {"a": "raw"}), Cause.CODE),
        ([MADE], Wish("code", {"a": "raw"}, '{"rate":2}'), Cause.PARAMETERS),
        ([MADE], Wish("code", {"b": "raw"}), Cause.INPUT),
        ([MADE], Wish("code", {}), Cause.INPUT),
    ],
)
def test_what_a_run_would_make_otherwise_is_not_good_already(made: list[Made | None], wish: Wish, cause: Cause | None):
    found = difference(made, wish)

    assert (found and found[0]) == cause


def look(**said: object) -> Look:
    facts: dict[str, object] = {"before": {}, "differs": True, "forced": False}
    return Look(**facts | said)  # pyright: ignore[reportArgumentType]


def a_run(state: RunState, *, fits: bool = True, later: bool = True, id: str = "r1") -> Run:
    return Run(id, state, fits, later)


@pytest.mark.parametrize(
    ("seen", "state", "runs"),
    [
        (look(), StepState.RUNNING, True),
        (look(differs=False), StepState.NOT_NEEDED, False),
        (look(differs=False, forced=True), StepState.RUNNING, True),
        (look(missing="waits for raw"), StepState.WAITING, False),
        (look(before={"raw": ""}), StepState.WAITING, False),
        (look(before={"raw": ""}, runs=(a_run(RunState.READY),)), StepState.WAITING, False),
        (look(runs=(a_run(RunState.READY),)), StepState.RUNNING, False),
        (look(runs=(a_run(RunState.READY, fits=False),)), StepState.RUNNING, True),
        (look(runs=(a_run(RunState.SUCCEEDED),)), StepState.DONE, False),
        (look(runs=(a_run(RunState.SUCCEEDED, later=False),), forced=True), StepState.RUNNING, True),
        (look(runs=(a_run(RunState.FAILED),), given="r1"), StepState.FAILED, False),
        (look(runs=(a_run(RunState.FAILED, later=False),)), StepState.RUNNING, True),
        (look(runs=(a_run(RunState.SUCCEEDED, fits=False),), given="r1"), StepState.DONE, False),
        (look(runs=(a_run(RunState.SUCCEEDED, id="r2"), a_run(RunState.FAILED)), given="r1"), StepState.DONE, False),
    ],
)
def test_what_a_step_wants_follows_from_what_is_there(seen: Look, state: StepState, runs: bool):
    move = next_move(seen)

    assert (move.state, move.run) == (state, runs)


def test_a_step_that_waits_names_what_failed_before_it_however_far():
    first = next_move(look(before={"b@1": failed_before("b@1", StepState.FAILED, "run r is FAILED")}))
    second = next_move(look(before={"c@1": failed_before("c@1", first.state, first.why)}))

    assert first.why == second.why == "waits for b@1, which failed"
    assert failed_before("d@1", StepState.WAITING, "waits for e@1") == ""


def test_a_step_always_wants_something():
    chance = random.Random(8)
    for _ in range(2000):
        runs = tuple(
            Run(f"r{n}", chance.choice(list(RunState)), chance.random() < 0.5, chance.random() < 0.5)
            for n in range(chance.randrange(4))
        )
        seen = Look(
            before=chance.choice(({}, {"a": ""}, {"a": "a"})),
            differs=chance.random() < 0.5,
            forced=chance.random() < 0.5,
            missing=chance.choice(("", "raw")),
            runs=runs,
            given=chance.choice((None, "r0", "r1")),
        )
        move = next_move(seen)
        assert not (move.run and (seen.before or seen.missing))
        assert move.run or move.why


RATE = ParameterSpec("rate", "number", 1.0)
MODE = ParameterSpec("mode", "text", "full", ("full", "fast"))


def test_parameters_are_read_by_their_type_and_defaults_are_none_of_them():
    assert given((RATE, MODE), {"rate": "0.9", "mode": "full"}, job=JOB) == {"rate": 0.9}
    assert all_of((RATE, MODE), as_text({"rate": 0.9})) == {"rate": 0.9, "mode": "full"}
    assert as_text({}) == ""


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ({"rat": "1"}, r"did you mean rate\?"),
        ({"rate": "much"}, "'much' is not a number like 0.5"),
        ({"rate": "inf"}, "is not a number"),
        ({"mode": "slow"}, "is none of full, fast"),
    ],
)
def test_a_wrong_parameter_says_what_would_be_right(written: dict[str, str], told: str):
    with pytest.raises(InvalidParameter, match=told):
        given((RATE, MODE), written, job=JOB)
