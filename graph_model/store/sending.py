"""Statements as they go to a server.

Neo4j keeps a plan for a statement and the kinds of its parameters, and the kind of a list is also whether it is empty,
has one item, ten at most, a hundred, and so on. A statement that takes eight lists would be planned anew hundreds
of times, for up to a quarter of a second each. Into a map it does not look, so several lists travel in one.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Any, LiteralString, cast

from graph_model.store.packing import packed
from graph_model.store.queries import NOT_CODE, PARAMETER, NamedQuery

LISTS = "lists"
"""The parameter that holds them; no query has one of this name."""
SEVERAL = 3
"""Fewer lists make few plans, and what is planned for their sizes may suit them better."""

Row = dict[str, Any]
Statement = tuple[LiteralString, Row]
Send = Callable[[NamedQuery, Row], Statement]

_CODE_OR_NOT = re.compile(f"({NOT_CODE.pattern})|{PARAMETER.pattern}")


def as_written(query: NamedQuery, parameters: Row) -> Statement:
    return query.text, parameters


def with_packed_times(query: NamedQuery, parameters: Row) -> Statement:
    return query.text, packed(parameters)


def with_lists_together(query: NamedQuery, parameters: Row) -> Statement:
    """The same with times that are packed, and several lists in one map."""
    if len(query.lists) < SEVERAL:
        return query.text, packed(parameters)
    sent: Row = packed(parameters)
    lists = {name: value for name, value in sent.items() if name in query.lists}
    others = {name: value for name, value in sent.items() if name not in query.lists}
    return text_with_lists_together(query), {**others, LISTS: lists}


@cache
def text_with_lists_together(query: NamedQuery) -> LiteralString:
    def place(found: re.Match[str]) -> str:
        name = found.group(2)
        return f"${LISTS}.{name}" if name in query.lists else found.group()

    return cast(LiteralString, _CODE_OR_NOT.sub(place, query.text))
