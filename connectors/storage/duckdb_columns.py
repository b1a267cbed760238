"""Columns of DuckDB's tables: their types as DuckDB itself tells them, and the expressions that read them whole."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal as Number
from typing import Any

import pyarrow as pa
import sqlalchemy as sa

from connectors.storage.duckdb_types import from_duckdb
from graph_model.schemas.types import OBJECT, STRING, DataType


class DuckDBType(sa.types.UserDefinedType[Any]):
    """A type by its own name. Those of SQLAlchemy do not tell units of time, and not all that is nested."""

    cache_ok = False

    def __init__(self, kind: Any) -> None:
        self.kind = kind
        self.is_json = str(kind) == "JSON"  # to DuckDB a text that promises more

    def get_col_spec(self, **_: Any) -> str:
        return str(self.kind)

    def __repr__(self) -> str:
        return str(self.kind)

    @property
    def word(self) -> str:
        """The canonical type, without what is inside."""
        if self.is_json:
            return "object"
        return _WORDS.get(self.kind.id, "unknown")

    @property
    def canonical(self) -> DataType:
        """The canonical type, whole."""
        if self.is_json:
            return OBJECT
        return STRING if self.kind.id in _AS_TEXT else from_duckdb(self.kind)

    @property
    def arrow(self) -> pa.DataType | None:
        """The Arrow type of its values, where that of its word would not hold them all."""
        return _ARROW.get(self.kind.id)

    @property
    def fit(self) -> Callable[[Any], Any] | None:
        return _FIT.get(self.kind.id)


_WORDS = {
    "boolean": "boolean",
    **dict.fromkeys(("tinyint", "smallint", "integer", "bigint", "hugeint", "bignum"), "integer"),
    **dict.fromkeys(("utinyint", "usmallint", "uinteger", "ubigint", "uhugeint"), "integer"),
    **dict.fromkeys(("float", "double"), "number"),
    "decimal": "decimal",
    **dict.fromkeys(("varchar", "uuid", "enum", "interval", "bit", "time with time zone"), "string"),
    "blob": "binary",
    "date": "date",
    **dict.fromkeys(("time", "time_ns"), "time"),
    **dict.fromkeys(("timestamp", "timestamp_s", "timestamp_ms", "timestamp_ns"), "timestamp"),
    **dict.fromkeys(("timestamp with time zone", "timestamptz_ns"), "timestamp"),
    **dict.fromkeys(("list", "array"), "array"),
    **dict.fromkeys(("struct", "map", "union"), "object"),
}
_AS_TEXT = ("interval", "bit", "time with time zone")
_NANOSECONDS = ("time_ns", "timestamp_ns", "timestamptz_ns")
_MAY_BE_INFINITE = ("date", "timestamp", "timestamp_s", "timestamp_ms", "timestamp with time zone")
_HUGE = ("hugeint", "uhugeint", "bignum")


_EPOCH = datetime.fromisoformat("1970-01-01T00:00")


def _nanoseconds(text: str) -> int:
    """Since 1970: Python's own times end at microseconds."""
    moment, _, fraction = text.removesuffix("+00").partition(".")
    seconds = (datetime.fromisoformat(moment) - _EPOCH) // timedelta(seconds=1)
    return seconds * 1_000_000_000 + int(fraction.ljust(9, "0"))


def _nanoseconds_of_day(text: str) -> int:
    return _nanoseconds(f"1970-01-01T{text}")


_ARROW = {
    "ubigint": pa.uint64(),
    **dict.fromkeys(_HUGE, pa.decimal128(38, 0)),
    "time_ns": pa.time64("ns"),
    "timestamp_ns": pa.timestamp("ns"),
    "timestamptz_ns": pa.timestamp("ns", tz="UTC"),
    "timestamp with time zone": pa.timestamp("us", tz="UTC"),
}
_FIT: dict[str, Callable[[Any], Any]] = {
    **dict.fromkeys(_HUGE, Number),
    "time_ns": _nanoseconds_of_day,
    "timestamp_ns": _nanoseconds,
    "timestamptz_ns": _nanoseconds,
}


def read_whole(name: str, type: DuckDBType, raw: Any) -> Any:
    """The expression that reads a column. The driver would show infinity as the last day there is, which others use as
    a date; what Python has no whole value for comes as DuckDB's own text, what is nested as JSON."""
    kind = type.kind.id
    if kind in _MAY_BE_INFINITE:
        return sa.case((sa.func.isinf(raw), sa.func.error(f"the column {name} holds infinity")), else_=raw)
    if type.word in ("array", "object") and not type.is_json:
        return sa.cast(sa.func.to_json(raw), sa.Text())
    if type.word in ("object", "unknown") or kind in (*_AS_TEXT, *_NANOSECONDS, "enum"):
        return sa.cast(raw, sa.Text())
    return raw


def typed_by_duckdb(connection: sa.Connection, table: sa.TableClause, columns: Sequence[Any]) -> list[Any]:
    """What an inspector found of columns, with DuckDB's own types in it."""
    quoted = connection.dialect.identifier_preparer.format_table(table)
    cursor: Any = connection.exec_driver_sql(f"SELECT * FROM {quoted} LIMIT 0").cursor  # noqa: S608  quoted
    kinds = {name: kind for name, kind, *_ in cursor.description}
    return [{**column, "type": DuckDBType(kinds[column["name"]])} for column in columns]
