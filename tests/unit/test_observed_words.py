"""Words about outputs: what facets say, and which words count."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.openlineage.events import read_event
from graph_model.names import Name, implicit_job
from graph_model.observed.entities import Role
from graph_model.observed.gather import gather
from graph_model.observed.words import Output, SaidWord, are_known_by_column, made_from
from tests.support.events import WAREHOUSE, dataset, facet, run_event
from tests.support.events import made_from as column_lineage

START = datetime(2013, 1, 5, tzinfo=UTC)


def source(name: str, field: str | None = None, **more: Any) -> dict[str, Any]:
    found = {"namespace": WAREHOUSE, "name": name, "type": "DATASET", **more}
    return {**found, "field": field} if field else found


def words(*entries: dict[str, Any], outputs: tuple[dict[str, Any], ...] = ()) -> set[tuple[str, str, str]]:
    """As (output, kind, source)."""
    event = run_event("COMPLETE", "01:00:00", outputs=outputs, job_facets={"lineage": facet(entries=list(entries))})
    return {
        (word.target.name, word.kind.value, word.source.name if word.source else "") for word in read_event(event).words
    }


def test_an_entry_says_all_that_goes_into_its_dataset() -> None:
    entry = {**source("a"), "inputs": [source("x")], "fields": {"c": {"inputs": [source("x", "k"), source("y", "l")]}}}
    assert words(entry) == {("a", "EXPLICIT", ""), ("a", "FROM", "x"), ("a", "FROM", "y"), ("a", "WHOLE", "")}


def test_a_dataset_without_a_column_is_not_known_by_column() -> None:
    assert words({**source("a"), "inputs": [source("x")]}) == {("a", "EXPLICIT", ""), ("a", "FROM", "x")}


def test_no_tracked_upstream_is_all_that_there_is_to_know() -> None:
    assert words({**source("a"), "inputs": []}) == {("a", "EXPLICIT", ""), ("a", "WHOLE", "")}


OWN, NAMED = {"type": "JOB"}, {"type": "JOB", "namespace": "scheduler", "name": "nightly.orders"}
OTHER = {"type": "JOB", "namespace": "scheduler", "name": "another"}


@pytest.mark.parametrize("job", [OWN, NAMED])
def test_what_goes_into_the_job_goes_into_what_is_made_from_the_job(job: dict[str, Any]) -> None:
    found = words({**job, "inputs": [source("x")]}, {**source("a"), "inputs": [job]}, outputs=(dataset("b"),))
    assert found == {
        ("a", "EXPLICIT", ""),
        ("a", "FROM", "x"),
        ("b", "EXPLICIT", ""),
        ("b", "FROM", "x"),
    }


def test_what_goes_into_another_job_is_not_said_of_this_one() -> None:
    assert words({**OTHER, "inputs": [source("x")]}, outputs=(dataset("b"),)) == set()


@pytest.mark.parametrize(
    ("said", "kinds"),
    [
        (column_lineage(c=[("x", "k", "DIRECT")]), {"WHOLE"}),
        (facet(fields={"c": {"inputFields": [source("x", "k", transformations=[])]}}), {"VALUES"}),
        (facet(fields={"c": {"inputFields": [source("x", "k")]}}, dataset=[source("x", "k")]), {"WHOLE"}),
        (facet(fields={}), set()),
        (facet(fields={}, _deleted=True), set()),
    ],
    ids=["typed", "untyped", "rows", "empty", "deleted"],
)
def test_column_lineage_says_how_much_it_tells(said: dict[str, Any], kinds: set[str]) -> None:
    event = run_event("COMPLETE", "01:00:00", outputs=[dataset("a", columnLineage=said)])
    assert {word.kind.value for word in read_event(event).words} == kinds


def about(**facets: Any) -> Any:
    return read_event({"eventTime": "2013-01-05T01:00:00Z", "producer": "p", "dataset": dataset("a", **facets)})


def test_a_dataset_event_that_says_what_a_dataset_is_made_from_is_of_an_implicit_job() -> None:
    found = about(lineage=facet(inputs=[source("x")]))

    assert found.implicit
    assert found.job == implicit_job(Name(WAREHOUSE, "a"))
    assert [(seen.name.name, seen.role) for seen in found.datasets] == [("a", Role.OUTPUT), ("x", Role.INPUT)]


def test_another_dataset_event_has_no_job() -> None:
    found = about(documentation=facet(description="what it is"))

    assert (found.implicit, found.job, [seen.role for seen in found.datasets]) == (False, None, [Role.SUBJECT])


def test_a_facet_that_is_not_of_its_form_is_pointed_at() -> None:
    found = about(lineage=facet(inputs="x"))

    assert (found.job, found.warnings) == (None, ("/dataset/facets/lineage: not of its form; left out",))


def at(hours: float) -> datetime:
    return START + timedelta(hours=hours)


def output(complete: float | None, *, stale: bool = False) -> Output:
    return Output("edge", "a", None if complete is None else at(complete), stale, None)


def word(kind: str, last: float, complete: float | None = None, source: str = "") -> SaidWord:
    return SaidWord(kind, "a", source, at(last), None if complete is None else at(complete))


@pytest.mark.parametrize(
    ("complete", "said", "expected"),
    [
        (1, [], None),
        (1, [word("FROM", 1, 1, "x")], None),
        (1, [word("EXPLICIT", 1, 1), word("FROM", 1, 1, "x")], ("x",)),
        (2, [word("EXPLICIT", 1, 1), word("FROM", 1, 1, "x")], None),
        (2, [word("EXPLICIT", 2, 2), word("FROM", 1, 1, "x"), word("FROM", 2, 2, "y")], ("y",)),
        (2, [word("EXPLICIT", 3), word("FROM", 3, None, "x")], ("x",)),
        (None, [word("EXPLICIT", 1)], ()),
    ],
    ids=["nothing", "no claim to be all", "all", "later without", "later other", "while it runs", "none"],
)
def test_the_newest_complete_word_counts(complete: float | None, said: list[SaidWord], expected: Any) -> None:
    assert made_from(output(complete), said) == expected


def test_a_job_that_makes_nothing_is_not_known_by_column() -> None:
    assert not are_known_by_column([output(1, stale=True)], [word("WHOLE", 1, 1)], sql_is_read=True)
    assert are_known_by_column([output(1)], [], sql_is_read=True)
    assert not are_known_by_column([output(1)], [word("VALUES", 1, 1)], sql_is_read=False)


NAMES = st.sampled_from(["a", "b", "x"])
ENTRIES = st.lists(
    st.builds(
        lambda target, inputs: {**source(target), "inputs": [source(name) for name in inputs]}, NAMES, st.sets(NAMES)
    ),
    max_size=2,
)
EVENTS = st.builds(
    lambda kind, minute, run, entries: run_event(
        kind, f"01:{minute:02}:00", run=run, outputs=[dataset("a")], job_facets={"lineage": facet(entries=entries)}
    ),
    st.sampled_from(["START", "COMPLETE"]),
    st.integers(0, 59),
    st.sampled_from(["r1", "r2"]),
    ENTRIES,
)


@given(st.lists(EVENTS, max_size=5).flatmap(lambda events: st.tuples(st.just(events), st.permutations(events * 2))))
def test_order_and_repetition_do_not_matter(told: tuple[list[Any], list[Any]]) -> None:
    once, again = (gather(map(read_event, events)) for events in told)
    assert once == again
