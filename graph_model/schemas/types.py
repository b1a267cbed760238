"""The canonical types: what the types of every format become, and a text form that parses back.

`int64` · `uint8` · `float32` · `decimal(10,2)` · `time(us)` · `timestamp(us)` · `timestamp(us,UTC)` · `list<T>` ·
`map<K,V>` · `struct<a:T,"odd name":T>`, and the plain ones. A plain type says less: `integer` is a whole number of a
width that is not known, which is all that a text can show and most contracts declare.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias, cast

from graph_model.contracts.entities import CANONICAL_TYPES

Unit = Literal["s", "ms", "us", "ns"]
UNITS: tuple[Unit, ...] = ("s", "ms", "us", "ns")
MOST_NESTED = 32
"""Inside so many lists, maps and structs all is `unknown`: honest schemas end before, a hostile one costs a stack."""


@dataclass(frozen=True, slots=True)
class Plain:
    """One of CANONICAL_TYPES, which say no more than a kind."""

    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Integer:
    bits: int
    signed: bool = True

    def __str__(self) -> str:
        return f"{'' if self.signed else 'u'}int{self.bits}"


@dataclass(frozen=True, slots=True)
class Float:
    bits: int

    def __str__(self) -> str:
        return f"float{self.bits}"


@dataclass(frozen=True, slots=True)
class Decimal:
    """`precision` digits, `scale` of them behind the point; a negative scale counts zeros in front of it."""

    precision: int
    scale: int

    def __str__(self) -> str:
        return f"decimal({self.precision},{self.scale})"


@dataclass(frozen=True, slots=True)
class Time:
    unit: Unit

    def __str__(self) -> str:
        return f"time({self.unit})"


@dataclass(frozen=True, slots=True)
class Timestamp:
    """With a zone it is an instant, shown in that zone; without one it is what a clock on some wall said."""

    unit: Unit
    zone: str | None = None

    def __str__(self) -> str:
        return f"timestamp({self.unit},{self.zone})" if self.zone else f"timestamp({self.unit})"


@dataclass(frozen=True, slots=True)
class ListOf:
    item: DataType

    def __str__(self) -> str:
        return f"list<{self.item}>"


@dataclass(frozen=True, slots=True)
class MapOf:
    key: DataType
    value: DataType

    def __str__(self) -> str:
        return f"map<{self.key},{self.value}>"


@dataclass(frozen=True, slots=True)
class Member:
    name: str
    type: DataType

    def __str__(self) -> str:
        return f"{self.name if _IDENTIFIER.fullmatch(self.name) else json.dumps(self.name)}:{self.type}"


@dataclass(frozen=True, slots=True)
class StructOf:
    members: tuple[Member, ...]

    def __str__(self) -> str:
        return f"struct<{','.join(map(str, self.members))}>"


DataType: TypeAlias = Plain | Integer | Float | Decimal | Time | Timestamp | ListOf | MapOf | StructOf

UNKNOWN = Plain("unknown")
BOOLEAN, INTEGER, NUMBER, DECIMAL, STRING, BINARY = map(
    Plain, ("boolean", "integer", "number", "decimal", "string", "binary")
)
DATE, TIME, TIMESTAMP, OBJECT, ARRAY = map(Plain, ("date", "time", "timestamp", "object", "array"))

_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
ZONE = re.compile(r"[A-Za-z0-9_+\-:/]+")
_KINDS = {
    Integer: "integer",
    Float: "number",
    Decimal: "decimal",
    Time: "time",
    Timestamp: "timestamp",
    ListOf: "array",
    MapOf: "object",
    StructOf: "object",
}


class NotAType(ValueError):
    """`text` is not the text form of a type."""

    def __init__(self, text: str, where: int) -> None:
        super().__init__(f"{text!r} is not a type (at character {where + 1})")


def kind(type: DataType) -> str:
    """The plain type that says only what kind of value it is: one of CANONICAL_TYPES."""
    return type.name if isinstance(type, Plain) else _KINDS[type.__class__]


def parse(text: str) -> DataType:
    """The type whose text form this is. Raises NotAType."""
    return Reader(text, _leaf, {"list": "list", "map": "map", "struct": "struct"}).whole()


def read(text: str | None) -> DataType:
    """As `parse`, for what a graph holds: a text that is no type says that nothing is known."""
    try:
        return parse(text or "unknown")
    except NotAType:
        return UNKNOWN


Leaf = Callable[[str, list[str]], "DataType | None"]
_TOKEN = re.compile(r'\s*("(?:[^"\\]|\\.)*"|`(?:[^`]|``)*`|[<>(),:]|[^<>(),:"`\s]+)')


class Reader:
    """Reads `NAME`, `NAME(ARGUMENTS)` and nested `NAME<…>`. `leaf` makes a type of a name and its arguments, None where
    there is no such type; `nested` tells which names are a list, a map and a struct."""

    def __init__(self, text: str, leaf: Leaf, nested: dict[str, str]) -> None:
        self.text, self.leaf, self.nested = text, leaf, nested
        self.at = self.depth = 0

    def whole(self) -> DataType:
        found = self._type()
        if self.text[self.at :].strip():
            raise NotAType(self.text, self.at)
        return found

    def _type(self) -> DataType:
        self.depth += 1
        if self.depth > MOST_NESTED + 1:
            raise NotAType(self.text, self.at)
        start = self.at
        name = self._take()
        if self._peek() == "<" and name in self.nested:
            found = self._nested(self.nested[name])
        else:
            found = self.leaf(name, self._arguments())
        if found is None:
            raise NotAType(self.text, start)
        self.depth -= 1
        return found

    def _nested(self, what: str) -> DataType:
        self._expect("<")
        if what == "struct":
            return StructOf(tuple(self._members()))
        first = self._type()
        if what == "map":
            self._expect(",")
            first = MapOf(first, self._type())
        self._expect(">")
        return ListOf(first) if what == "list" else first

    def _members(self) -> list[Member]:
        members: list[Member] = []
        if self._peek() == ">":
            self._take()
            return members
        while True:
            name = _unquoted(self._take())
            self._expect(":")
            members.append(Member(name, self._type()))
            if self._peek() != ",":
                self._expect(">")
                return members
            self._take()

    def _arguments(self) -> list[str]:
        if self._peek() != "(":
            return []
        end = self.text.find(")", self.at)
        if end < 0:
            raise NotAType(self.text, self.at)
        inner = self.text[self.text.index("(", self.at) + 1 : end]
        self.at = end + 1
        return [argument.strip() for argument in inner.split(",")]

    def _peek(self) -> str:
        found = _TOKEN.match(self.text, self.at)
        return found[1] if found else ""

    def _take(self) -> str:
        found = _TOKEN.match(self.text, self.at)
        if not found:
            raise NotAType(self.text, self.at)
        self.at = found.end()
        return found[1]

    def _expect(self, token: str) -> None:
        start = self.at
        if self._take() != token:
            raise NotAType(self.text, start)


def _unquoted(token: str) -> str:
    if token.startswith("`"):
        return token[1:-1].replace("``", "`")
    if not token.startswith('"'):
        return token
    try:
        return json.loads(token)
    except ValueError:
        raise NotAType(token, 0) from None


_SIZED: dict[str, DataType] = {
    **{str(made): made for made in (Integer(bits, signed) for bits in (8, 16, 32, 64) for signed in (True, False))},
    **{str(made): made for made in map(Float, (16, 32, 64))},
}


def _leaf(name: str, arguments: list[str]) -> DataType | None:
    if not arguments:
        return Plain(name) if name in CANONICAL_TYPES else _SIZED.get(name)
    if name == "decimal":
        return decimal_of(arguments)
    unit = arguments[0]
    if name not in ("time", "timestamp") or unit not in UNITS:
        return None
    if len(arguments) == 1:
        return Time(cast("Unit", unit)) if name == "time" else Timestamp(cast("Unit", unit))
    zone = arguments[1] if name == "timestamp" and len(arguments) == 2 else ""
    return Timestamp(cast("Unit", unit), zone) if ZONE.fullmatch(zone) else None


def decimal_of(arguments: list[str]) -> Decimal | None:
    """`(P)` or `(P,S)`; None where these are no digits."""
    if len(arguments) not in (1, 2) or not all(re.fullmatch(r"-?\d{1,4}", argument) for argument in arguments):
        return None
    precision, scale = int(arguments[0]), int(arguments[1]) if len(arguments) == 2 else 0
    return Decimal(precision, scale) if precision > 0 else None
