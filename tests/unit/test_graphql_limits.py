"""What a GraphQL document may cost, and that finding out is cheap."""

from __future__ import annotations

from typing import Any

import pytest
from graphql import GraphQLError, build_schema, get_introspection_query, parse, validate

from app.graphql import limits
from app.graphql.limits import Limits, check

SCHEMA = build_schema("""
    type Query {
      dataset(name: String): Dataset
      datasets(first: Int! = 50, after: String): Datasets!
      everything: [Dataset!]!
    }
    type Datasets { edges: [Edge!]! totalCount: Int }
    type Edge { node: Dataset! }
    type Dataset { name: String! upstream: Dataset datasets(first: Int! = 50): Datasets! }
""")


def problems(
    text: str, *, variables: dict[str, Any] | None = None, operation: str | None = None, **limits: Any
) -> list[str]:
    document = parse(text)
    assert validate(SCHEMA, document) == []
    found = check(SCHEMA, document, operation_name=operation, variables=variables, limits=Limits(**limits))
    assert all(error.extensions == {"code": "TOO_COMPLEX"} for error in found)
    return [error.message for error in found]


def bomb(fragments: int, body: str) -> str:
    """Each fragment spreads the next one twice: the text grows by a line, the unfolded document doubles."""
    lines = [body.replace("NEXT", f"f{number + 1}").replace("SELF", f"f{number}") for number in range(fragments)]
    return "\n".join(["{ dataset { ...f0 } }", *lines, f"fragment f{fragments} on Dataset {{ name }}"])


def test_an_ordinary_question_is_within_the_limits() -> None:
    assert problems("{ datasets(first: 20) { totalCount edges { node { name upstream { name } } } } }") == []


def test_depth_counts_fields_through_fragments() -> None:
    text = "{ dataset { ...up } } fragment up on Dataset { upstream { ... on Dataset { upstream { name } } } }"

    assert problems(text, depth=4) == []
    assert problems(text, depth=3) == ["this asks for 4 levels of fields; 3 is the most"]


def test_aliases_count_wherever_they_stand() -> None:
    text = "{ a: dataset { ...f } b: dataset { ...f } } fragment f on Dataset { x: name }"

    assert problems(text, aliases=4) == []
    assert problems(text, aliases=3) == ["this asks for 4 aliases; 3 is the most"]


def test_fields_at_the_top_count_through_fragments() -> None:
    text = "{ ...f ...f } fragment f on Query { a: dataset { name } everything { name } }"

    assert problems(text, root_fields=3) == ["this asks for 4 fields at the top; 3 is the most"]


def test_a_page_inside_of_a_page_costs_their_product() -> None:
    inner = "datasets(first: 30) { edges { node { name } } }"

    # The page itself, and for each of its elements the edge, the node, and a page of its own.
    assert (
        problems(f"{{ datasets(first: 20) {{ edges {{ node {{ {inner} }} }} }} }}", cost=1 + 20 * (2 + 1 + 30 * 2))
        == []
    )
    assert problems(f"{{ datasets(first: 20) {{ edges {{ node {{ {inner} }} }} }} }}", cost=1260) != []


def test_a_page_size_in_a_variable_counts_with_its_value() -> None:
    text = "query ($n: Int! = 150) { datasets(first: $n) { edges { node { name } } } }"

    assert problems(text, variables={"n": 10}, cost=21) == []
    assert problems(text, variables={"n": 100}, cost=21) != []
    assert problems(text, variables={}, cost=300) != []
    assert problems(text, variables={}, cost=301) == []


def test_a_page_without_a_size_counts_with_its_default() -> None:
    text = "{ datasets { edges { node { name } } } }"

    assert problems(text, cost=101) == []
    assert problems(text, cost=100) != []


def test_a_list_without_a_size_counts_as_ten() -> None:
    assert problems("{ everything { upstream { name } } }", cost=11) == []
    assert problems("{ everything { upstream { name } } }", cost=10) != []


def test_weights_are_by_type_and_field() -> None:
    text = "{ datasets(first: 1) { totalCount } dataset { name } }"

    assert problems(text, cost=51, weights={"Datasets.totalCount": 50}) == [
        "this asks for 52 points of cost; 51 is the most"
    ]


@pytest.mark.parametrize("first", [0, -1, 201])
def test_a_page_size_out_of_range_is_refused(first: int) -> None:
    expected = [f"Query.datasets: first is {first}; it goes from 1 to 200"]

    assert problems(f"{{ datasets(first: {first}) {{ totalCount }} }}") == expected
    assert problems("query ($n: Int!) { datasets(first: $n) { totalCount } }", variables={"n": first}) == expected


def test_a_field_may_have_a_largest_size_of_its_own() -> None:
    assert problems("{ datasets(first: 2000) { totalCount } }", most={"Query.datasets": 2000}) == []


def test_only_the_operation_that_runs_is_measured() -> None:
    text = (
        "query small { dataset { name } } query big { datasets(first: 200) { edges { node { upstream { name } } } } }"
    )

    assert problems(text, operation="small", cost=10) == []
    assert problems(text, operation="big", cost=10) != []


def test_the_standard_introspection_is_within_the_limits() -> None:
    assert problems(get_introspection_query(descriptions=True)) == []


@pytest.mark.parametrize(
    "body",
    [
        "fragment SELF on Dataset { a: upstream { ...NEXT } b: upstream { ...NEXT } }",
        "fragment SELF on Dataset { upstream { ...NEXT ...NEXT } }",
        "fragment SELF on Dataset { ...NEXT ...NEXT }",
        "fragment SELF on Dataset { a: name ...NEXT ...NEXT }",
        "fragment SELF on Dataset { datasets(first: 200) { edges { node { ...NEXT } } } }",
    ],
)
def test_each_fragment_of_a_bomb_is_measured_once(body: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # Unfolded there are 2 to the power of 80; in the text, each fragment has at most eight, seen in two contexts.
    looks, most_looks = 0, 81 * 8 * 2
    look = limits._Meter._selections

    def counted(self: limits._Meter, *args: Any, **options: Any) -> limits.Measure:
        nonlocal looks
        looks += 1
        assert looks <= most_looks, "a fragment was measured again"
        return look(self, *args, **options)

    monkeypatch.setattr(limits._Meter, "_selections", counted)

    document = parse(bomb(80, body))
    found: list[GraphQLError] = check(SCHEMA, document, operation_name=None, variables=None, limits=Limits())

    assert found != []


def test_a_chain_of_fragments_longer_than_the_stack_is_refused_in_words() -> None:
    document = parse(bomb(900, "fragment SELF on Dataset { ...NEXT }"))

    found = check(SCHEMA, document, operation_name=None, variables=None, limits=Limits())

    assert [error.message for error in found] == ["this asks for 14 levels of fields; 12 is the most"]


def test_a_bomb_of_aliases_is_refused_with_a_number_that_can_be_read() -> None:
    body = "fragment SELF on Dataset { a: upstream { ...NEXT } b: upstream { ...NEXT } }"

    assert "this asks for more than a billion aliases; 30 is the most" in problems(bomb(80, body))
