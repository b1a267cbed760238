"""Statements as they go to a server: one plan serves whatever the size of lists."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from neo4j._codec.packstream._common import PackableBuffer
from neo4j._codec.packstream.v1 import Packer

from graph_model.store.queries import NamedQuery, load_queries, parse_query
from graph_model.store.sending import LISTS, with_lists_together, with_packed_times

QUERY = """\
// name:    lineage.step
// purpose: One hop.
// param:   ids list of string - the frontier
// param:   more list of string
// param:   others list of string
// param:   id string
// param:   at datetime
// returns: id string - one row each
// access:  read
// Of $ids, only those that are there.
UNWIND $ids AS one
MATCH (n:Dataset {id: one})
WHERE n.id <> $id AND n.at < $at AND n.name <> 'costs $ids'
RETURN n.id AS id, size($ids) AS many, size($more + $others) AS more
"""
AT = datetime(2013, 1, 5, tzinfo=UTC)


def query(folder: Path) -> NamedQuery:
    path = folder / "step.cypher"
    path.write_text(QUERY)
    return parse_query(path, name="lineage.step")


def test_lists_travel_in_one_map_and_everything_else_as_it_is(tmp_path: Path) -> None:
    text, sent = with_lists_together(
        query(tmp_path), {"ids": ["a", "b"], "more": [], "others": [], "id": "c", "at": AT}
    )

    assert sent.pop("at") is not AT
    assert sent == {LISTS: {"ids": ["a", "b"], "more": [], "others": []}, "id": "c"}
    assert "UNWIND $lists.ids AS one" in text
    assert "size($lists.ids)" in text
    assert "n.id <> $id AND n.at < $at" in text


def test_text_and_remarks_of_a_query_stay_as_they_are(tmp_path: Path) -> None:
    text, _ = with_lists_together(query(tmp_path), {"ids": [], "more": [], "others": [], "id": "c", "at": AT})

    assert "'costs $ids'" in text
    assert "// Of $ids, only" in text


def test_a_query_with_fewer_lists_is_sent_as_it_is_written() -> None:
    without = load_queries("neo4j")["store.mark_operation"]
    few = load_queries("neo4j")["identity.named"]

    assert with_lists_together(few, {"ids": ["x"]}) == (few.text, {"ids": ["x"]})
    assert (
        with_lists_together(without, {"id": "x"})
        == with_packed_times(without, {"id": "x"})
        == (without.text, {"id": "x"})
    )


def test_the_log_of_the_driver_does_not_cost_what_is_sent(tmp_path: Path) -> None:
    """It is written for every statement, by `repr`, whether anybody reads it or not; what is sent is the same."""
    rows = [{"id": "a" * 100, "at": AT} for _ in range(100)]
    parameters = {"ids": rows, "more": [], "others": [], "id": "c", "at": AT}
    few = load_queries("neo4j")["identity.named"]

    for text, sent in (
        with_lists_together(query(tmp_path), parameters),
        with_lists_together(few, {"ids": rows}),
        with_packed_times(few, {"ids": tuple(rows)}),
    ):
        assert len(repr(str(text))) + len(repr(dict(sent))) < 200
        assert as_bytes(sent) == as_bytes(plainly(sent))
        assert as_bytes(text) == as_bytes("".join(text))


def plainly(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: plainly(item) for key, item in value.items()}
    return [plainly(item) for item in value] if isinstance(value, list) else value


def as_bytes(value: Any) -> bytes:
    buffer = PackableBuffer()
    Packer(buffer).pack(value)
    return bytes(buffer.data)


def test_no_query_has_a_parameter_of_the_name_that_holds_the_lists() -> None:
    assert [name for name, one in load_queries("neo4j").items() if LISTS in one.parameters] == []
