"""How a step comes to run again, in which order, and what it wants next."""

from __future__ import annotations

import random

import pytest

from graph_model.replays.entities import StepState, Way
from graph_model.replays.rules import NOTHING_LEFT, Input, Look, PastRun, Standing, in_order, next_move, way_of
from graph_model.runs.entities import RunState


def an_input(**said: object) -> Input:
    facts: dict[str, object] = {
        "where": "raw", "required": True, "triggers": True, "asks": False, "spoiled": True, "coming": False,
    }  # fmt: skip
    return Input(**facts | said)  # pyright: ignore[reportArgumentType]


def a_look(**said: object) -> Look:
    facts: dict[str, object] = {"avoids": ("bad",), "still_wrong": True}
    return Look(**facts | said)  # pyright: ignore[reportArgumentType]


def a_run(state: RunState, *, wrong: bool = False, id: str = "r1") -> PastRun:
    return PastRun(id, state, wrong, "inputs")


WRONG = a_run(RunState.SUCCEEDED, wrong=True, id="r0")


@pytest.mark.parametrize(
    ("standing", "way"),
    [
        (Standing((an_input(coming=True),)), Way.BY_ITSELF),
        (Standing((an_input(),), (WRONG,), "fresh"), Way.BY_ITSELF),
        (Standing((an_input(),), (WRONG,), "inputs"), Way.RUN),
        (Standing((an_input(triggers=False),)), Way.RUN),
        (Standing((an_input(triggers=False, asks=True),)), Way.ASKS),
        (Standing((an_input(triggers=False, asks=True), an_input(coming=True))), Way.BY_ITSELF),
        (Standing((an_input(spoiled=False),)), Way.RUN),
        (Standing((an_input(), an_input(spoiled=False, gone="it has expired"))), Way.CANNOT),
        (Standing((an_input(), an_input(spoiled=False, required=False, gone="gone")), (), "new"), Way.BY_ITSELF),
        (Standing((an_input(gone="its place holds another version"),)), Way.CANNOT),
        (Standing((an_input(coming=True, gone="nothing good is there"),)), Way.BY_ITSELF),
        (Standing((an_input(triggers=False),), (a_run(RunState.READY),)), Way.BY_ITSELF),
        (Standing((an_input(triggers=False),), (a_run(RunState.READY, wrong=True),)), Way.RUN),
    ],
)  # fmt: skip
def test_how_it_comes_to_run_again(standing: Standing, way: Way):
    assert way_of(standing)[0] == way


def test_why_it_cannot_names_what_is_gone():
    gone = an_input(where="rates@2013-01-05", spoiled=False, gone="it has expired")

    assert way_of(Standing((an_input(), gone)))[1] == "rates@2013-01-05: it has expired"


@pytest.mark.parametrize(
    ("look", "state"),
    [
        (a_look(avoids=()), StepState.NOT_NEEDED),
        (a_look(runs=(a_run(RunState.RUNNING), WRONG)), StepState.RUNNING),
        (a_look(runs=(a_run(RunState.SUCCEEDED), WRONG)), StepState.DONE),
        (a_look(still_wrong=False, runs=(WRONG,)), StepState.DONE),
        (a_look(here=False), StepState.WAITING),
        (a_look(spoils=("raw",), runs=(WRONG,)), StepState.WAITING),
        (a_look(missing="waits for rates"), StepState.WAITING),
        (a_look(asks=True), StepState.WAITING),
        (a_look(asks=True, answer="ignore"), StepState.IGNORED),
        (a_look(given="r1", runs=(a_run(RunState.FAILED), WRONG)), StepState.FAILED),
        (a_look(given="r1", runs=(a_run(RunState.CANCELLED),)), StepState.FAILED),
    ],
)
def test_what_a_step_wants_without_a_run(look: Look, state: StepState):
    move = next_move(look)

    assert (move.state, move.run) == (state, False)
    assert move.why


@pytest.mark.parametrize(
    "look",
    [
        a_look(runs=(WRONG,)),
        a_look(),
        a_look(runs=(a_run(RunState.FAILED), WRONG)),  # a run that it was not given
        a_look(still_wrong=False, runs=(a_run(RunState.RUNNING, wrong=True),)),  # about to publish something wrong
        a_look(asks=True, answer="rerun", runs=(WRONG,)),
        a_look(runs=(WRONG, a_run(RunState.SUCCEEDED))),  # what is wrong came after what was good
    ],
)
def test_when_it_is_given_a_run(look: Look):
    assert next_move(look).run


def test_nothing_left_to_avoid_comes_before_everything():
    assert next_move(a_look(avoids=(), spoils=("raw",), asks=True)).why == NOTHING_LEFT


def test_a_step_comes_after_all_that_it_reads():
    after = {"draw": ["sum", "clean"], "sum": ["clean"], "clean": ["raw, which is no step"]}

    assert in_order(after) == {"clean": 1, "sum": 2, "draw": 3}


@pytest.mark.parametrize("seed", range(20))
def test_any_graph_is_put_in_order(seed: int):
    draw = random.Random(seed)
    names = [f"s{n}" for n in range(30)]
    after = {name: draw.sample(names[:place], min(place, draw.randrange(4))) for place, name in enumerate(names)}
    shuffled = dict(sorted(after.items(), key=lambda _: draw.random()))

    order = in_order(shuffled)

    assert all(order[name] > order[one] for name, before in after.items() for one in before)
    assert all(order[name] == 1 + max((order[one] for one in before), default=0) for name, before in after.items())


def test_a_circle_ends_all_the_same():
    assert set(in_order({"a": ["b"], "b": ["a"], "c": []})) == {"a", "b", "c"}
