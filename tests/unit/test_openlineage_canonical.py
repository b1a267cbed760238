"""The text of an event that decides its identity is the same, however it is made; so is what is read of a dataset."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.openlineage.canonical import canonical
from connectors.openlineage.events import read_event
from tests.support.events import ORDERS, dataset, facet, run_event

NUMBERS = st.integers() | st.floats() | st.sampled_from([1e16, 1e-5, -0.0, 2**63, 2**64, -(2**63) - 1])
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


def as_it_always_was(document: Any) -> str:
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


@given(st.dictionaries(st.text(max_size=5), JSON, max_size=4))
def test_the_text_is_the_one_that_python_writes(document: dict[str, Any]) -> None:
    assert canonical(document) == (as_it_always_was(document), as_it_always_was(document).encode())


@pytest.mark.parametrize(
    "value",
    [1e16, 123456789012345680.0, 1e-7, [0.1], [1, 1e22], {"n": -1.5e-7}, math.inf, [math.nan], 2**70, None, [1, None]],
    ids=repr,
)
def test_numbers_keep_the_spelling_of_python(value: Any) -> None:
    event = run_event("START", "01:00:00", job_facets={"f": facet(value=value)})
    assert read_event(event).body == as_it_always_was(event)


@pytest.mark.parametrize("text", ["e", ".5", "\x7f\u2028", "\x00\x1f", '":.', "[e,.n", "é\U0001f600", "\\"], ids=ascii)
def test_texts_keep_their_spelling(text: str) -> None:
    event = run_event("START", "01:00:00", job_facets={"f": facet(value=text, more=[text], **{text: 1})})
    assert read_event(event).body == as_it_always_was(event)


def test_a_deep_event_is_read() -> None:
    deep: Any = 1
    for _ in range(300):
        deep = [deep]
    event = run_event("START", "01:00:00", job_facets={"f": facet(value=deep)})
    assert read_event(event).body == as_it_always_was(event)


# --- a content is read once ---


def test_a_dataset_that_was_read_before_is_read_the_same() -> None:
    first, again = (
        read_event(run_event(kind, "01:00:00", outputs=[ORDERS])).datasets for kind in ("START", "COMPLETE")
    )
    assert first == again
    assert first[0].columns


def test_what_is_odd_is_named_wherever_it_stands() -> None:
    odd = dataset("t", schema=facet(fields=1))
    found = read_event(run_event("START", "01:00:00", inputs=[ORDERS, odd], outputs=[ORDERS]))
    again = read_event(run_event("START", "01:00:00", inputs=[odd]))
    assert [warning.partition(": ")[0] for warning in found.warnings] == ["/inputs/1/facets/schema/fields"]
    assert [warning.partition(": ")[0] for warning in again.warnings] == ["/inputs/0/facets/schema/fields"]


@pytest.mark.parametrize(("one", "other"), [(1, True), (1, 1.0), (0.0, -0.0), (2**70, 2**70 + 1), (None, math.inf)])
def test_contents_that_differ_are_read_apart(one: Any, other: Any) -> None:
    read = [
        read_event(run_event("START", "01:00:00", outputs=[dataset("t", f=facet(value=value))]))
        for value in (one, other, one)
    ]
    assert [repr(found.datasets[0].facets["f"]["value"]) for found in read] == [repr(one), repr(other), repr(one)]


def test_a_change_of_what_was_sent_does_not_reach_what_was_read() -> None:
    event = run_event("START", "01:00:00", outputs=[dataset("t", f=facet(value=[1]))])
    read_event(event)
    event["outputs"][0]["facets"]["f"]["value"].append(2)
    again = run_event("START", "01:00:00", outputs=[dataset("t", f=facet(value=[1]))])
    assert read_event(again).datasets[0].facets["f"]["value"] == [1]
