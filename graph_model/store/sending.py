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


# The driver writes every statement out for a log, whether or not anybody keeps one, with all that it takes: that was a
# fifth of what a batch of events cost. So what is large says only how large it is.
class _Map(dict[str, Any]):
    def __repr__(self) -> str:
        return f"{{{len(self)} values}}"


class _List(list[Any]):
    def __repr__(self) -> str:
        return f"[{len(self)} values]"


class _Text(str):
    __slots__ = ()

    def __str__(self) -> str:
        return self

    def __repr__(self) -> str:
        return f"({len(self)} characters)"


_QUIET: dict[type, Callable[[Any], Any]] = {dict: _Map, list: _List, tuple: _List}


def _quiet(parameters: Row) -> Row:
    return {name: _QUIET[type(value)](value) if type(value) in _QUIET else value for name, value in parameters.items()}


def with_packed_times(query: NamedQuery, parameters: Row) -> Statement:
    return _text(query), _quiet(packed(parameters))


@cache
def _text(query: NamedQuery) -> LiteralString:
    return cast(LiteralString, _Text(query.text))


def with_lists_together(query: NamedQuery, parameters: Row) -> Statement:
    """The same with times that are packed, and several lists in one map."""
    if len(query.lists) < SEVERAL:
        return with_packed_times(query, parameters)
    sent: Row = packed(parameters)
    lists = {name: value for name, value in sent.items() if name in query.lists}
    others = {name: value for name, value in sent.items() if name not in query.lists}
    return text_with_lists_together(query), _quiet({**others, LISTS: lists})


@cache
def text_with_lists_together(query: NamedQuery) -> LiteralString:
    def place(found: re.Match[str]) -> str:
        name = found.group(2)
        return f"${LISTS}.{name}" if name in query.lists else found.group()

    return cast(LiteralString, _Text(_CODE_OR_NOT.sub(place, query.text)))
