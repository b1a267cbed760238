"""How a csv file is written, found out by looking at it; and whether it still is written as those before it.

The encoding is that of the whole file, all else is seen in its beginning. Where a file leaves something open (a single
column shows no delimiter, texts alone no header) the usual is taken, and nothing that was fixed is contradicted.
"""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from io import StringIO
from itertools import islice, zip_longest
from pathlib import Path
from typing import Any

from connectors.storage.files import CHUNK, bytes_of
from graph_model.errors import ContentError
from graph_model.versions.dialects import FIXED, OF_VERSION, OPTION, SNIFFABLE, SNIFFED

LOOKED_AT = 256 * 1024
_FITTED_ROWS = 100
_DELIMITERS = (",", ";", "\t", "|")
_QUOTES = ('"', "'")
_UTF_16 = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_ENCODINGS = ("utf-8", "latin-1", "utf-16", "utf-16-le", "utf-16-be")
_NULLS = ("", "NA")
_MORE_NULLS = ("N/A", "n/a", "NULL", "null", "None", "NaN", "nan", "\\N", "-", "?")
_TYPED = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?|\d{4}-\d\d-\d\d([T ]\d\d:\d\d.*)?|(?i:true|false)")


def settled(path: Path, options: Mapping[str, Any]) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """The options to read a file with, and what is to be remembered of it: nothing where its dialect is declared.

    Raises ContentError for a file that is written otherwise than the versions before it.
    """
    asked = options.get(OPTION)
    if asked is None:
        return options, {}
    if isinstance(asked, Mapping):
        _hold(path, options, asked)
    elif asked == SNIFFED:
        options = {**options, **sniff(path, options)}
    else:
        raise ContentError(f"the option {OPTION} must be {SNIFFED}, not {asked!r}")
    found = {name: options[name] for name in SNIFFABLE}
    return {name: value for name, value in options.items() if name != OPTION}, {OPTION: found}


def sniff(path: Path, declared: Mapping[str, Any], *, whole: bool = True) -> dict[str, Any]:
    """All options that say how a file is written; `declared` ones as they are.

    `whole` False: the encoding too is that of the beginning, which is quick and can be wrong.
    """
    encoding = declared.get("encoding") or _usual(_encoding(path, whole=whole))
    text = _beginning(path, encoding)
    quote = declared.get("quote") or _quote_shown(text, declared.get("delimiter")) or '"'
    delimiter = declared.get("delimiter") or _widest(text, quote, _DELIMITERS)
    rows = _rows(text, delimiter, quote)
    header = declared["header"] if "header" in declared else _header_shown(rows) is not False
    nulls = declared["nulls"] if "nulls" in declared else _nulls(rows[1:] if header else rows)
    return {"delimiter": delimiter, "quote": quote, "header": header, "encoding": encoding, "nulls": nulls}


def _hold(path: Path, options: Mapping[str, Any], asked: Mapping[str, Any]) -> None:
    for name, seen in _contradictions(path, options):
        if name in asked[FIXED]:
            before = f"version {asked[OF_VERSION]} had {_shown(options[name])}"
            hint = f"if that is meant, declare the option {name}"
            raise ContentError(f"{path.name} has the {name} {_shown(seen)}, and {before}; {hint}")


def _shown(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else repr(value)


def _contradictions(path: Path, fixed: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """What a file shows to be otherwise. After the first one the others mean little, unless that one is declared."""
    encoding = _encoding(path, whole=True)
    if not _is_in(encoding, str(fixed["encoding"])):
        yield "encoding", encoding
    text = _beginning(path, fixed["encoding"])
    quote = _quote_shown(text, fixed["delimiter"])
    if quote not in (None, fixed["quote"]) and fixed["quote"] in _QUOTES:
        yield "quote", quote
    best = _widest(text, fixed["quote"], (fixed["delimiter"], *_DELIMITERS))
    if _fit(text, best, fixed["quote"])[0] and not _fit(text, fixed["delimiter"], fixed["quote"])[0]:
        yield "delimiter", best
    header = _header_shown(_rows(text, fixed["delimiter"], fixed["quote"]))
    if header not in (None, fixed["header"]):
        yield "header", header


def _is_in(seen: str, fixed: str) -> bool:
    """Whether what is seen can be the fixed encoding: ASCII any but UTF-16, and anything one that is never sniffed."""
    name = codecs.lookup(fixed).name
    if name not in {codecs.lookup(each).name for each in _ENCODINGS}:
        return True
    return not name.startswith("utf-16") if seen == "ascii" else codecs.lookup(seen).name == name


def _usual(encoding: str) -> str:
    return "utf-8" if encoding == "ascii" else encoding


def _encoding(path: Path, *, whole: bool) -> str:
    """Whatever is neither UTF-16 nor UTF-8 is read as Latin-1, which every byte is."""
    with bytes_of(path) as file:
        start = file.read(LOOKED_AT)
        if wide := _utf_16(start):
            return wide
        decoder = codecs.getincrementaldecoder("utf-8")()
        plain, chunk = True, start
        try:
            while chunk:
                plain = plain and chunk.isascii()
                decoder.decode(chunk)
                chunk = file.read(CHUNK) if whole else b""
            decoder.decode(b"", final=whole or len(start) < LOOKED_AT)
        except UnicodeDecodeError:
            return "latin-1"
    return "ascii" if plain else "utf-8"


def _utf_16(start: bytes) -> str | None:
    """By its mark, or by the zero bytes that plain letters have on one side only."""
    for mark, name in _UTF_16:
        if start.startswith(mark):
            return name
    first, second = start[0::2].count(0), start[1::2].count(0)
    if first + second < len(start) // 4 or not first + second:
        return None
    return None if first and second else "utf-16-be" if first else "utf-16-le"


def _beginning(path: Path, encoding: str) -> str:
    """Whole lines, if there are any."""
    with bytes_of(path) as file:
        start = file.read(LOOKED_AT)
    try:
        text = start.decode("utf-8-sig" if codecs.lookup(encoding).name == "utf-8" else encoding, errors="ignore")
    except (LookupError, TypeError, ValueError):
        return ""  # the reader says what is wrong with it
    end = text.rfind("\n") + 1
    return text[:end] if len(start) == LOOKED_AT and end else text


def _quote_shown(text: str, delimiter: str | None) -> str | None:
    """The sign that whole fields stand in, if only one of the two does that."""
    between = re.escape("".join(_DELIMITERS) if delimiter is None else delimiter)
    shown = [
        sign
        for sign in _QUOTES
        if re.search(rf"(?m)(?:^|[{between}]){sign}(?:[^{sign}\r\n]|{sign}{sign})*{sign}(?=[{between}\r]|$)", text)
    ]
    return shown[0] if len(shown) == 1 else None


def _widest(text: str, quote: str, delimiters: Sequence[str]) -> str:
    return max(delimiters, key=lambda sign: _fit(text, sign, quote))


def _fit(text: str, delimiter: str, quote: str) -> tuple[bool, int]:
    """Whether all rows have as many fields as the first, more than one, and how many."""
    rows = _rows(text, delimiter, quote, most=_FITTED_ROWS)
    may_be_cut = len(text) >= LOOKED_AT // 4 and len(rows) > 1
    counts = {len(row) for row in (rows[:-1] if may_be_cut else rows)}
    return len(counts) == 1 and max(counts) > 1, len(rows[0]) if rows else 0


def _rows(text: str, delimiter: str, quote: str, *, most: int | None = None) -> list[list[str]]:
    """The rows that can be read; none where these are no signs that a csv file can have."""
    rows: list[list[str]] = []
    with suppress(csv.Error, TypeError, ValueError):
        reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter, quotechar=quote)
        rows.extend(islice((row for row in reader if row), most))
    return rows


@dataclass(frozen=True, slots=True)
class _Typed:
    """A column of numbers, dates or truth values below its first row: that one, and what else stands in it."""

    first: str
    others: frozenset[str]


def _typed(rows: Sequence[Sequence[str]]) -> list[_Typed]:
    found: list[_Typed] = []
    for first, *values in zip_longest(*rows, fillvalue=""):
        others = {value for value in values if not _TYPED.fullmatch(value)}
        if len(others) < len(set(values)) and others <= {*_NULLS, *_MORE_NULLS}:
            found.append(_Typed(first, frozenset(others)))
    return found


def _header_shown(rows: Sequence[Sequence[str]]) -> bool | None:
    """Whether the first row names the columns; None: it could be either."""
    firsts = [column.first for column in _typed(rows) if column.first not in (*_NULLS, *_MORE_NULLS)]
    named = [not _TYPED.fullmatch(first) for first in firsts]
    return named[0] if named and len(set(named)) == 1 else None


def _nulls(rows: Sequence[Sequence[str]]) -> list[str]:
    """The usual, and the spellings among values of a type. Among texts they may well be texts."""
    below = [[""] * max(map(len, rows)), *rows] if rows else []
    seen = frozenset[str]().union(*(column.others for column in _typed(below)))
    return [*_NULLS, *(text for text in _MORE_NULLS if text in seen)]
