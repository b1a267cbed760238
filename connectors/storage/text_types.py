"""Texts as values: when a text is a value of a canonical type, and how it becomes one. All in SQL of DuckDB.

DuckDB's own casts are too kind to judge by: it reads '1.5' as the integer 2 and '2013-01-05 07:00' as a date.
"""

from __future__ import annotations

_NUMBER = r"\s*[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?\s*"
_NOT_FINITE = r"(?i)nan|[+-]?inf(?:inity)?"


def is_of(type_name: str, text: str) -> str:
    """A condition that is true when `text` (an expression) is a value of the type, and false or null when it is not."""
    return _CONDITIONS.get(type_name, "true").format(text=text)


def cast(type_name: str, text: str) -> str:
    """An expression with the value of `text` as this type; null where it is none."""
    target = _TARGETS.get(type_name)
    return f"TRY_CAST({text} AS {target})" if target else text


_CONDITIONS = {
    "boolean": "(lower({text}) IN ('true', 'false', 't', 'f', '0', '1'))",
    # The first half is what nearly all integers look like, and costs half as much as the second.
    "integer": "(TRY_CAST({text} AS BIGINT)::VARCHAR = {text} OR "
    "(regexp_full_match({text}, '\\s*[+-]?[0-9]+\\s*') AND TRY_CAST({text} AS HUGEINT) IS NOT NULL))",
    "number": f"(regexp_full_match({{text}}, '{_NUMBER}') OR regexp_full_match({{text}}, '{_NOT_FINITE}'))",
    "decimal": f"regexp_full_match({{text}}, '{_NUMBER}')",
    "date": "(regexp_full_match({text}, '[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}') AND TRY_CAST({text} AS DATE) IS NOT NULL)",
    "time": "(regexp_matches({text}, '^[0-9]{{1,2}}:[0-9]') AND TRY_CAST({text} AS TIME) IS NOT NULL)",
    "timestamp": "(regexp_matches({text}, '^[0-9]{{4}}-[0-9]') AND TRY_CAST({text} AS TIMESTAMP) IS NOT NULL)",
    "object": "(json_valid({text}) AND json_type({text}) = 'OBJECT')",
    "array": "(json_valid({text}) AND json_type({text}) = 'ARRAY')",
}
_TARGETS = {
    "boolean": "BOOLEAN",
    "integer": "BIGINT",
    "number": "DOUBLE",
    "decimal": "DECIMAL(38, 10)",
    "date": "DATE",
    "time": "TIME",
    "timestamp": "TIMESTAMP",
}

# The order in which a text is tried; each kind is a bit, so that the kinds of a whole column are one number.
_KINDS = ("integer", "number", "boolean", "date", "timestamp", "time", "string")
_SNIFFED = {
    "boolean": "lower({text}) IN ('true', 'false')",
    "integer": "({whole} AND TRY_CAST({text} AS BIGINT) IS NOT NULL)",
}


def kinds_seen(text: str, expected: str | None = None) -> str:
    """An aggregate: the bits of all kinds of values in a column. With `expected`, other kinds count as strings, which
    is cheaper and enough to confirm a guess."""
    kinds = _KINDS[:-1] if expected is None else (expected,)
    cases = " ".join(
        f"WHEN {_sniffed(kind, text)} THEN {1 << _KINDS.index(kind)}" for kind in kinds if kind != "string"
    )
    return f"bit_or(CASE WHEN {text} IS NULL THEN 0 {cases} ELSE {1 << _KINDS.index('string')} END)"


def type_of_kinds(bits: int | None) -> str:
    """The narrowest type that holds every kind that was seen; `unknown` for a column of nulls."""
    seen = {kind for position, kind in enumerate(_KINDS) if (bits or 0) >> position & 1}
    if not seen:
        return "unknown"
    if len(seen) == 1:
        return seen.pop()
    if seen == {"integer", "number"}:
        return "number"
    return "timestamp" if seen == {"date", "timestamp"} else "string"


def _sniffed(kind: str, text: str) -> str:
    return _SNIFFED.get(kind, "{whole}").format(text=text, whole=is_of(kind, text))
