"""The statements of a script, each with its line: one that cannot be parsed takes no other along."""

from __future__ import annotations

import re
from collections.abc import Iterator

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.tokenizer_core import TokenType

# Batches are parted by words of a client, which no server ever sees.
_PARTED_BY = {
    "tsql": re.compile(r"^[ \t]*GO(?:[ \t]+\d+)?[ \t]*;?[ \t]*$", re.IGNORECASE | re.MULTILINE),
    "oracle": re.compile(r"^[ \t]*/[ \t]*$", re.MULTILINE),
}
MOST_SHOWN = 60


def statements(text: str, *, dialect: str) -> Iterator[tuple[int, str]]:
    """Line and text of each statement, without the comments before it."""
    parted_by = _PARTED_BY.get(dialect)
    start = 0
    for mark in parted_by.finditer(text) if parted_by else ():
        yield from _of_batch(text, start, mark.start(), dialect)
        start = mark.end()
    yield from _of_batch(text, start, len(text), dialect)


def parsed(text: str, *, dialect: str) -> exp.Expr | None:
    """None: it cannot be read."""
    try:
        found = sqlglot.parse(text, dialect=dialect)
    except (SqlglotError, RecursionError, ValueError, TypeError, AttributeError, KeyError, IndexError):
        return None
    return found[0] if len(found) == 1 else None


def shown(text: str) -> str:
    """The beginning of a statement, on one line."""
    plain = " ".join(text.split())
    return plain if len(plain) <= MOST_SHOWN else f"{plain[:MOST_SHOWN]}…"


def _of_batch(text: str, start: int, end: int, dialect: str) -> Iterator[tuple[int, str]]:
    batch = text[start:end]
    try:
        tokens = sqlglot.tokenize(batch, dialect=dialect)
    except (SqlglotError, ValueError, IndexError):
        if batch.strip():
            yield _line(text, start + len(batch) - len(batch.lstrip())), batch.strip()
        return
    first = last = None
    for token in tokens:
        if token.token_type is TokenType.SEMICOLON:
            if first is not None and last is not None:
                yield _line(text, start + first), batch[first : last + 1]
            first = last = None
            continue
        first = token.start if first is None else first
        last = token.end
    if first is not None and last is not None:
        yield _line(text, start + first), batch[first : last + 1]


def _line(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1
