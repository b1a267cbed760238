"""What a set of observations says does not depend on how it is told."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from connectors.openlineage.events import read_event
from graph_model.observed.gather import gather
from graph_model.observed.record import run_state
from graph_model.observed.stamped import latest, stamped
from tests.support.events import dataset, facet, run_event, two_runs

NAMES = st.sampled_from(["a", "b", "c"])
DATASETS = st.lists(st.builds(dataset, NAMES, st.sampled_from(["x int4", "x text"])), max_size=2)
EVENTS = st.builds(
    run_event,
    st.sampled_from(["START", "RUNNING", "COMPLETE", "FAIL", None]),
    st.integers(0, 59).map(lambda minute: f"01:{minute:02}:00"),
    run=st.sampled_from(["r1", "r2"]),
    job=st.sampled_from(["j1", "j2"]),
    inputs=DATASETS,
    outputs=DATASETS,
    job_facets=st.dictionaries(NAMES, st.builds(lambda text: facet(text=text), NAMES), max_size=2),
)


@given(
    st.lists(EVENTS, max_size=6).flatmap(
        lambda events: st.tuples(st.just(events), st.permutations(events + events[:2]))
    )
)
def test_order_and_repetition_do_not_matter(told: tuple[list[Any], list[Any]]) -> None:
    once, again = (gather(map(read_event, events)) for events in told)
    assert once == again


@given(st.lists(st.tuples(st.sampled_from("ab"), st.text(max_size=2), NAMES), max_size=5))
def test_facets_are_the_latest_in_any_grouping(said: list[tuple[str, str, str]]) -> None:
    parts = [stamped({name: text}, f"{stamp} {text}") for name, stamp, text in said]
    left, right = {}, {}
    for part in parts:
        left = latest(left, part)
    for part in reversed(parts):
        right = latest(part, right)
    assert left == right


def test_a_run_without_an_end_stays_open() -> None:
    assert run_state(["START", "RUNNING"]) == "RUNNING"
    assert run_state([]) is None


def test_a_failure_is_stronger_than_an_end() -> None:
    assert run_state(["COMPLETE", "FAIL", "START"]) == "FAIL"


def test_two_jobs_may_use_one_run_id() -> None:
    said = gather(read_event(run_event("START", "01:00:00", run="same", job=job)) for job in ("a", "b"))
    assert len(said.runs) == 2


def test_it_gathers_what_two_runs_say() -> None:
    said = gather(map(read_event, two_runs()))
    assert (len(said.jobs), len(said.runs), len(said.datasets)) == (2, 3, 3)
