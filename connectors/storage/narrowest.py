"""The narrowest type that holds all values of a column, as they are: said of each column, and no value is kept.

For a number it is the smallest width (`int16`, `decimal(5,2)`). For all else it is the type that a file of
texts would show for sure: a text column of which some value is read as nothing but a text, a float of which some value
has a fraction. A column of which neither can be said is left out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal as Number
from typing import Any

from connectors.storage.csv_files import DEFAULT_NULLS
from connectors.storage.scan import Field
from graph_model.schemas.types import STRING, Decimal, Float, Integer, Timestamp, read

_ALWAYS_SHOWN = ("boolean", "date")
_PLAIN_TEXT = re.compile(r"[^\W\d_].*", re.DOTALL)
_NO_PLAIN_TEXTS = ("true", "false", "nan", "inf", "infinity")
_ENOUGH = 12
"""So many characters tell a text from a number, a date and the like."""


def asked(name: str, field: Field) -> list[str]:
    """The aggregates over a column from which `told` says its type; `name` is its identifier."""
    type_ = read(field.exact or field.type)
    if isinstance(type_, Integer | Decimal):
        return [f"min({name})", f"max({name})"]
    if isinstance(type_, Float):
        return [f"coalesce(bool_or(isfinite({name}) AND {name} <> trunc({name})), false)"]
    if type_ == STRING:
        blanks = ", ".join(f"'{text}'" for text in DEFAULT_NULLS)
        ends = [f"left({end}({name}), {_ENOUGH})" for end in ("min", "max")]
        return [*ends, f"coalesce(bool_or({name} IN ({blanks})), false)"]
    return [f"count({name}) > 0"]


def told(fields: Mapping[str, Field], answers: Sequence[Any]) -> dict[str, str]:
    """By column, the type that the answers to all that was asked of `fields` show, in their order."""
    found: dict[str, str] = {}
    rest = iter(answers)
    for path, field in fields.items():
        answer = [next(rest) for _ in asked(path, field)]
        type_ = _shown(field.exact or field.type, answer)
        if type_:
            found[path] = type_
    return found


def _shown(exact: str, answer: Sequence[Any]) -> str:
    type_ = read(exact)
    if answer[0] is None:
        return ""
    if isinstance(type_, Integer):
        return _integer(answer[0], answer[1])
    if isinstance(type_, Decimal):
        return _decimal(max(abs(answer[0]), abs(answer[1])), type_.scale)
    if type_ == STRING:
        least, most, blank = answer
        return "string" if not blank and (_is_plain(least) or _is_plain(most)) else ""
    is_shown = isinstance(type_, Float | Timestamp) or exact in _ALWAYS_SHOWN
    return exact if is_shown and answer[0] else ""


def _integer(least: int, most: int) -> str:
    signed = (bits for bits in (8, 16, 32, 64) if -(1 << bits - 1) <= least and most < 1 << bits - 1)
    bits = next(signed, None)
    return f"int{bits}" if bits else "uint64"


def _decimal(most: Number, scale: int) -> str:
    whole = int(most)
    digits = len(str(whole)) if whole else 0
    return f"decimal({max(digits + scale, 1)},{scale})"


def _is_plain(text: str) -> bool:
    return _PLAIN_TEXT.fullmatch(text) is not None and text.lower() not in _NO_PLAIN_TEXTS
