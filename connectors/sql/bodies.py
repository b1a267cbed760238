"""One text to its statements: also those in the body of a procedure, and those around one that cannot be read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
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
_READS = re.compile(r"\bSELECT\b", re.IGNORECASE)
_DECLARED = re.compile(r"^\s*(?:DECLARE\s+)?@?(\w+)\s+(?:CONSTANT\s+)?[A-Za-z]", re.IGNORECASE)
_PARAMETER = re.compile(r"(?:^|,)\s*(?:IN\s+|OUT\s+|INOUT\s+|VARIADIC\s+)?(\w+)\s+\w", re.IGNORECASE)
_LAST_END = re.compile(r"\bEND(\s+\w+)?\s*$", re.IGNORECASE)
_MOST_LEVELS = 5


@dataclass(frozen=True, slots=True)
class Spread:
    """`statements` in order, those of bodies in place of their procedure; `lost` is told of what is not read.

    `variables` are names that mean no column, in lower case.
    """

    statements: tuple[exp.Expr, ...]
    lost: tuple[str, ...]
    variables: frozenset[str]


def spread(text: str, *, dialect: str) -> Spread:
    """What a text consists of. Raises UnreadableSqlError when nothing of it can be read."""
    spreader = _Spreader(dialect)
    spreader.text(text, _MOST_LEVELS)
    if spreader.lost and not spreader.statements:
        raise UnreadableSqlError(next(iter(spreader.lost)))
    return Spread(tuple(spreader.statements), tuple(spreader.lost), frozenset(spreader.variables))


class _Spreader:
    def __init__(self, dialect: str) -> None:
        self._dialect = dialect
        self.statements: list[exp.Expr] = []
        self.lost: dict[str, None] = {}
        self.variables: set[str] = set()

    def text(self, text: str, levels: int) -> None:
        try:
            statements = statements_of(text, dialect=self._dialect)
        except UnreadableSqlError as error:
            if len(text) > LONGEST_SQL:
                self.lost[str(error)] = None
                return
            self._piecewise(text, levels, str(error))
            return
        if any(_is_opaque(statement) for statement in statements):
            self._piecewise(text, levels, "")
            return
        for statement in statements:
            self._open(statement)

    def _open(self, statement: exp.Expr) -> None:
        """The statements of a body that the parser has read."""
        body = statement.expression if isinstance(statement, exp.Create) else statement
        if isinstance(body, exp.Block):
            self._note_parameters(statement.this)
            for one in body.expressions:
                self._open(one)
        elif isinstance(statement, exp.Declare):
            self.variables |= {one.name.lower() for one in statement.expressions}
            self._note_reading(statement.sql())
        elif isinstance(statement, exp.IfBlock | exp.WhileBlock):
            self._note_reading(statement.this.sql())
            for part in (statement.args.get(key) for key in ("true", "false", "body")):
                if isinstance(part, exp.Expr):
                    self._open(part)
        else:
            self.statements.append(statement)

    def _note_parameters(self, head: object) -> None:
        for parameter in head.expressions if isinstance(head, exp.Expr) else ():
            self.variables.add(parameter.name.lower())

    def _piecewise(self, text: str, levels: int, trouble: str) -> None:
        """Statement by statement, cut at the semicolons: one that cannot be read does not take the others with it."""
        if not levels:
            self.lost[trouble or "the SQL is nested too deeply"] = None
            return
        with readable():
            tokens = list(sqlglot.tokenize(text, read=self._dialect))
        for piece in _cut(text, tokens):
            if not _ROUTINE.match(piece):
                self._piece(piece)
                continue
            first, body = _body_of(piece, self._dialect)
            head = piece.removesuffix(first) if first else piece.replace(body or "", "")
            parameters = head.partition("(")[2].rpartition(")")[0]
            self.variables |= {name.lower() for name in _PARAMETER.findall(parameters)}
            if body is None:
                self._piece(first)
            elif body:
                self._piecewise(body, levels - 1, trouble)
            else:
                self.lost[f"{' '.join(piece.split())[:60]} …: its body is not SQL"] = None

    def _piece(self, piece: str) -> None:
        plain = piece
        while (control := _CONTROL.match(plain)) and control.end() > 0:
            self._note_reading(control[0])
            plain = plain[control.end() :]
        if not plain.strip():
            return
        if _NO_DATA.match(plain):
            self._note_reading(plain)
            declared = _DECLARED.match(plain)
            self.variables |= {declared[1].lower()} if declared else set()
            return
        try:
            found = _read(plain, self._dialect)
        except UnreadableSqlError as error:
            self.lost[f"{str(error)[:200]} (in: {' '.join(plain.split())[:60]})"] = None
            return
        for statement in found:
            self._open(statement)

    def _note_reading(self, text: str) -> None:
        """A condition, a loop or a variable that goes by data."""
        if _READS.search(text):
            where = " ".join(text.split())[:60]
            self.lost[f"what a condition or a variable reads is not followed (in: {where})"] = None


def _read(plain: str, dialect: str) -> list[exp.Expr]:
    """A statement, also where the END of what is around it follows without a semicolon."""
    try:
        return statements_of(plain, dialect=dialect)
    except UnreadableSqlError:
        without, ends = _LAST_END.subn("", plain)
        if not ends:
            raise
        return statements_of(without, dialect=dialect)


def _is_opaque(statement: exp.Expr) -> bool:
    """A routine whose body the parser has passed over."""
    if isinstance(statement, exp.Command):
        return True
    kind = str(statement.args.get("kind")).upper() if isinstance(statement, exp.Create) else ""
    return kind in ("PROCEDURE", "FUNCTION") and not isinstance(statement.expression, exp.Block)


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
