"""The short cut for plain lists gives what the usual way gives, errors too, and is really taken."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import Enum
from typing import Any

import pytest
import strawberry

from app.graphql.execution import PlainListExecutor, Read

NOON = datetime(2024, 1, 1, 12, tzinfo=UTC)


@strawberry.enum
class Color(Enum):
    RED = "r"


@strawberry.interface
class Thing:
    id: strawberry.ID


@strawberry.type
class Part:
    text: str


@strawberry.type
class Plain(Thing):
    text: str
    number: int
    color: Color
    at: datetime | None
    part: Part | None
    words: list[str]
    parts: list[Part]


@strawberry.type
class Own(Thing):
    @strawberry.field
    def text(self, loud: bool = False) -> str:
        return "A" if loud else "a"


def a_plain(**different: object) -> Plain:
    values: dict[str, object] = {
        "id": "1",
        "text": "one",
        "number": 1,
        "color": Color.RED,
        "at": NOON,
        "part": Part(text="p"),
        "words": ["x", "y"],
        "parts": [Part(text="q")],
    }
    return Plain(**{**values, **different})  # pyright: ignore[reportArgumentType]


class Stranger:
    id, text = "9", "not of the type"


@strawberry.type
class Query:
    @strawberry.field
    def plain(self) -> list[Plain]:
        return [a_plain(), a_plain(at=None, part=None, words=[])]

    @strawberry.field
    def own(self) -> list[Own]:
        return [Own(id=strawberry.ID("2"))]

    @strawberry.field
    def things(self) -> list[Thing]:
        return [a_plain(), Own(id=strawberry.ID("2"))]

    @strawberry.field
    def wrong_null(self) -> list[Plain]:
        return [a_plain(), a_plain(text=None)]

    @strawberry.field
    def wrong_number(self) -> list[Plain | None] | None:
        return [a_plain(number=2**40)]

    @strawberry.field
    def stranger(self) -> list[Plain | None]:
        return [Stranger()]  # pyright: ignore[reportReturnType]

    @strawberry.field
    def gaps(self) -> list[Plain | None]:
        return [None, a_plain()]


class Watched(PlainListExecutor):
    taken = 0

    def _plain(self, wanted: Any, details: Any) -> Read | None:
        read = super()._plain(wanted, details)
        Watched.taken += read is not None
        return read


USUAL = strawberry.Schema(Query, types=[Own, Plain])
SHORT = strawberry.Schema(Query, types=[Own, Plain], execution_context_class=Watched)

WHOLE = "id text number color at part { text } words parts { text }"


@pytest.mark.parametrize(
    "query",
    [
        f"{{ plain {{ {WHOLE} }} }}",
        "{ plain { __typename mine: text again: text part { __typename t: text } } }",
        (
            "query($no: Boolean = false) { plain { id @skip(if: $no) text @include(if: $no) ...F } } "
            "fragment F on Plain { number }"
        ),
        "{ plain { ... on Thing { id } ... on Plain { color } part { text } part { more: text } } }",
        "{ own { id text(loud: true) } }",
        "{ things { id __typename ... on Plain { text } ... on Own { shout: text(loud: true) } } }",
        "{ wrongNull { id text } }",
        "{ wrongNumber { id number } }",
        "{ stranger { id text } }",
        "{ gaps { id part { text } } }",
    ],
)
def test_it_answers_what_the_usual_way_answers(query: str) -> None:
    usual, short = USUAL.execute_sync(query), SHORT.execute_sync(query)

    assert short.data == usual.data
    assert [error.formatted for error in short.errors or ()] == [error.formatted for error in usual.errors or ()]


def test_it_is_taken_for_plain_lists_and_for_no_others() -> None:
    Watched.taken = 0
    SHORT.execute_sync(f"{{ plain {{ {WHOLE} }} }}")
    plain = Watched.taken
    SHORT.execute_sync("{ own { id text } things { id } }")

    assert (plain, Watched.taken) == (1, 1)
