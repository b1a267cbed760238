"""One text to its statements: also those in the body of a procedure, and those around one that cannot be read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

import sqlglot
from sqlglot import exp
from sqlglot.tokenizer_core import Token, TokenType

from connectors.sql.parse import readable, statements_of
from connectors.sql.reads import LONGEST_SQL, UnreadableSqlError

_ROUTINE = re.compile(
    r"^\s*(CREATE|ALTER)\s+(OR\s+(REPLACE|ALTER)\s+)?(PROCEDURE|PROC|FUNCTION|TRIGGER|TASK)\b|^\s*(DO|EXECUTE\s+IMMEDIATE)\s*\$",
    re.IGNORECASE,
)
# What stands in a body before a statement, or instead of one.
_CONTROL = re.compile(
    r"^\s*(?:(BEGIN(\s+(ATOMIC|TRANSACTION|TRAN))?|ELSE|LOOP|REPEAT|EXCEPTION|THEN|AS|DO|TRY|CATCH)\b"
    r"|(IF|ELSEIF|ELSIF|WHEN)\b.*?\bTHEN\b|(WHILE|FOR)\b.*?\b(DO|LOOP)\b|<<\w+>>|\w+\s*:(?!=))\s*",
    re.IGNORECASE | re.DOTALL,
)
_NO_DATA = re.compile(
    r"^\s*(END|DECLARE|RETURN|RAISE|PERFORM\s+pg_|COMMIT|ROLLBACK|EXIT|CONTINUE|LEAVE|ITERATE|NULL|LET|OPEN|CLOSE|SIGNAL|GO"
    r"|PRINT|UNTIL|GET\s+DIAGNOSTICS|\w+\s*:=|SET\s|\w+\s+(INT|INTEGER|BIGINT|TEXT|VARCHAR|NUMERIC|DATE|TIMESTAMP)\b)",
    re.IGNORECASE,
)
_LAST_END = re.compile(r"\bEND(\s+\w+)?\s*$", re.IGNORECASE)
_MOST_LEVELS = 5


def spread(text: str, *, dialect: str) -> tuple[list[exp.Expr], list[str]]:
    """The statements of `text` in order, those of procedure bodies in place of the procedure; and what is not read.

    Raises UnreadableSqlError when nothing can be.
    """
    statements: list[exp.Expr] = []
    lost: list[str] = []
    for found in _spread(text, dialect, _MOST_LEVELS):
        (lost if isinstance(found, str) else statements).append(found)  # type: ignore[arg-type]
    if lost and not statements:
        raise UnreadableSqlError(lost[0])
    return statements, lost


def _spread(text: str, dialect: str, levels: int) -> Iterator[exp.Expr | str]:
    try:
        statements = statements_of(text, dialect=dialect)
    except UnreadableSqlError as error:
        if len(text) > LONGEST_SQL:
            yield str(error)
            return
        yield from _piecewise(text, dialect, levels, str(error))
        return
    if any(_is_opaque(statement) for statement in statements):
        yield from _piecewise(text, dialect, levels, "")
        return
    for statement in statements:
        yield from _opened(statement)


def _opened(statement: exp.Expr) -> Iterator[exp.Expr]:
    """The statements of a body that the parser has read."""
    body = statement.expression if isinstance(statement, exp.Create) else statement
    if isinstance(body, exp.Block):
        for one in body.expressions:
            yield from _opened(one)
        return
    if isinstance(statement, exp.IfBlock | exp.WhileBlock):
        for key in ("this", "true", "false", "body"):
            part = statement.args.get(key)
            if isinstance(
                part, exp.Block | exp.IfBlock | exp.WhileBlock | exp.Insert | exp.Update | exp.Delete | exp.Merge
            ):
                yield from _opened(part)
        return
    yield statement


def _is_opaque(statement: exp.Expr) -> bool:
    """A routine whose body the parser has passed over."""
    if isinstance(statement, exp.Command):
        return True
    is_routine = isinstance(statement, exp.Create) and str(statement.args.get("kind")).upper() in (
        "PROCEDURE",
        "FUNCTION",
    )
    return is_routine and not isinstance(statement.expression, exp.Block)


def _piecewise(text: str, dialect: str, levels: int, trouble: str) -> Iterator[exp.Expr | str]:
    """Statement by statement, cut at the semicolons: one that cannot be read does not take the others with it."""
    if not levels:
        yield trouble or "the SQL is nested too deeply"
        return
    with readable():
        tokens = list(sqlglot.tokenize(text, read=dialect))
    for piece in _cut(text, tokens):
        if not _ROUTINE.match(piece):
            yield from _one(piece, dialect)
            continue
        first, body = _body_of(piece, dialect)
        if body is None:
            yield from _one(first, dialect)
        elif body:
            yield from _piecewise(body, dialect, levels - 1, trouble)
        else:
            yield f"{' '.join(piece.split())[:60]} …: its body is not SQL"


def _one(piece: str, dialect: str) -> Iterator[exp.Expr | str]:
    plain = piece
    while (control := _CONTROL.match(plain)) and control.end() > 0:
        plain = plain[control.end() :]
    if not plain.strip() or _NO_DATA.match(plain):
        return
    try:
        found = _read(plain, dialect)
    except UnreadableSqlError as error:
        yield f"{str(error)[:200]} (in: {' '.join(plain.split())[:60]})"
        return
    for statement in found:
        yield from _opened(statement)


def _read(plain: str, dialect: str) -> list[exp.Expr]:
    """A statement, also where the END of what is around it follows without a semicolon."""
    try:
        return statements_of(plain, dialect=dialect)
    except UnreadableSqlError:
        without, ends = _LAST_END.subn("", plain)
        if not ends:
            raise
        return statements_of(without, dialect=dialect)


def _cut(text: str, tokens: Sequence[Token]) -> Iterator[str]:
    start = 0
    for token in tokens:
        if token.token_type is TokenType.SEMICOLON:
            yield text[start : token.start]
            start = token.end + 1
    if text[start:].strip():
        yield text[start:]


def _body_of(piece: str, dialect: str) -> tuple[str, str | None]:
    """What stands behind the head of a routine: its first statement and None, or a whole body in quotes."""
    tokens = list(sqlglot.tokenize(piece, read=dialect))
    for token in tokens:
        if token.token_type is TokenType.HEREDOC_STRING:
            return "", token.text
        if token.text.upper() == "BEGIN":
            return piece[token.end + 1 :], None
    for token, after in pairwise(tokens):
        if token.text.upper() == "AS":
            return ("", after.text) if after.token_type is TokenType.STRING else (piece[token.end + 1 :], None)
    return "", ""
