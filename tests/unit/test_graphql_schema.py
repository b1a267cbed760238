"""The schema that clients rely on is written down, and does not break unannounced."""

from __future__ import annotations

from graphql import GraphQLObjectType, build_schema, find_breaking_changes

from app.graphql.export import RELEASED_FILE, SCHEMA_FILE, sdl


def breaking_changes(old: str, new: str) -> list[str]:
    return [change.description for change in find_breaking_changes(build_schema(old), build_schema(new))]


def test_the_schema_in_the_repository_is_the_one_that_runs() -> None:
    assert SCHEMA_FILE.read_text() == sdl(), "run `python -m app.graphql.export`"


def test_nothing_of_the_released_schema_is_broken() -> None:
    assert breaking_changes(RELEASED_FILE.read_text(), sdl()) == []


def test_a_field_that_goes_is_reported_as_breaking() -> None:
    without = sdl().replace("  contentHash: String\n", "")

    assert breaking_changes(sdl(), without) == ["Field Version.contentHash was removed."]


def test_an_argument_that_becomes_required_is_reported_as_breaking() -> None:
    assert breaking_changes("type Query { a(x: Int): Int }", "type Query { a(x: Int, y: Int!): Int }") != []


def test_every_answer_that_was_walked_for_says_whether_it_is_complete() -> None:
    schema = build_schema(sdl())

    for name in ("Lineage", "Impact"):
        found = schema.get_type(name)
        assert isinstance(found, GraphQLObjectType)
        assert {"asOf", "computedAt", "isComplete", "incompleteReasons"} <= found.fields.keys()
