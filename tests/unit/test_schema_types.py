"""Canonical types: their text, what every other type system makes of them, and what that loses."""

from __future__ import annotations

import io
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import sqlalchemy as sa
from hypothesis import given
from sqlalchemy.dialects import postgresql

from connectors.storage.arrow_types import from_arrow, to_arrow, to_parquet
from connectors.storage.duckdb_types import from_duckdb
from connectors.storage.sqlalchemy_types import from_sqlalchemy, of_column, to_sqlalchemy
from graph_model.contracts.entities import CANONICAL_TYPES
from graph_model.schemas.documents import from_odcs, from_openlineage, to_csv, to_odcs, to_openlineage
from graph_model.schemas.spark_names import from_spark, to_spark
from graph_model.schemas.sql_names import from_sql
from graph_model.schemas.types import (
    MOST_NESTED,
    UNKNOWN,
    DataType,
    ListOf,
    MapOf,
    NotAType,
    Plain,
    StructOf,
    kind,
    parse,
    read,
)
from tests.support import types as drawn


@given(drawn.types | drawn.odd_decimals)
def test_the_text_of_a_type_parses_back(type: DataType):
    assert parse(str(type)) == type
    assert kind(type) in CANONICAL_TYPES


@pytest.mark.parametrize("name", CANONICAL_TYPES)
def test_what_was_stored_before_types_were_exact_still_reads(name: str):
    assert read(name) == Plain(name)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "int",
        "int128",
        "list",
        "list<>",
        "list<int64",
        "list<int64>>",
        "map<string>",
        "struct<a>",
        "struct<a:int64,>",
        'struct<"a:int64>',
        "decimal(0,0)",
        "decimal(1,2,3)",
        "decimal(a)",
        "time(h)",
        "time(us,UTC)",
        "timestamp(us,)",
        "timestamp(us, a b)",
        "string(10)",
        "int64 int64",
        "list<" * (MOST_NESTED + 1) + "int64" + ">" * (MOST_NESTED + 1),
        "list<" * 100_000,
    ],
)
def test_other_texts_are_refused_when_parsed_and_unknown_when_read(text: str):
    with pytest.raises(NotAType):
        parse(text)
    assert read(text) == UNKNOWN


@given(drawn.types)
def test_arrow_gives_back_what_it_did_not_say_it_loses(type: DataType):
    there = to_arrow(type)
    back = from_arrow(there.value)

    assert back.lost == ()
    assert (back.value == type) == (not there.lost)


@given(drawn.types)
def test_a_parquet_file_shows_what_the_mapping_says(type: DataType):
    said, arrow = to_parquet(type), to_arrow(type).value
    file = io.BytesIO()
    if not _storable(arrow):
        return
    pq.write_table(pa.table({"c": pa.array([], arrow)}), file, store_schema=False)
    found = from_arrow(pq.read_schema(file).field("c").type).value

    assert found == said.value
    assert (found == type) == (not said.lost)


def _storable(type: pa.DataType) -> bool:
    """Parquet has no structs without members, and Arrow writes no map whose key is nested in a list of nothing."""
    if pa.types.is_struct(type):
        return type.num_fields > 0 and all(_storable(type.field(i).type) for i in range(type.num_fields))
    if pa.types.is_map(type):
        return _storable(type.key_type) and _storable(type.item_type)
    return _storable(type.value_type) if pa.types.is_list(type) else True


@given(drawn.types)
def test_a_database_column_gives_back_what_it_did_not_say_it_loses(type: DataType):
    there = to_sqlalchemy(type)

    assert (from_sqlalchemy(there.value).value == type) == (not there.lost)


@given(drawn.types)
def test_spark_gives_back_what_it_did_not_say_it_loses(type: DataType):
    there = to_spark(type)
    back = from_spark(there.value)

    assert back.lost == ()
    assert (back.value == type) == (not there.lost)


@given(drawn.types)
def test_openlineage_loses_nothing(type: DataType):
    field = to_openlineage("c", type)

    assert field["name"] == "c"
    assert from_openlineage(field).value == type
    assert from_openlineage(field).lost == ()


@given(drawn.types)
def test_a_contract_loses_nothing(type: DataType):
    said = to_odcs(type)
    back = from_odcs(said.get("logicalType"), said.get("physicalType"))

    assert back.value == type
    assert back.lost == ()


@given(drawn.types)
def test_a_csv_file_shows_a_kind_at_most(type: DataType):
    seen = to_csv(type)

    assert (seen.value == type) == (not seen.lost)
    assert isinstance(seen.value, Plain)


@pytest.mark.parametrize(
    ("text", "type", "lost"),
    [
        ("VARCHAR(20)", "string", "that a text has at most 20 characters"),
        ("character varying", "string", ""),
        ("CHAR", "string", "that a text has 1 characters"),
        ("NUMERIC(10, 2)", "decimal(10,2)", ""),
        ("number", "decimal", ""),
        ("DOUBLE PRECISION", "float64", ""),
        ("FLOAT", "number", "whether it has 32 or 64 bits: databases differ"),
        ("Timestamp(3) with time zone", "timestamp(ms,UTC)", ""),
        ("timestamp without time zone", "timestamp(us)", ""),
        ("timestamp(4)", "timestamp(us)", "that a second has 4 digits"),
        ("timetz", "time(us)", "its time zone"),
        ("int[]", "list<int32>", ""),
        ("varchar(9)[]", "list<string>", "that a text has at most 9 characters"),
        ("uuid", "string", "that it is a UUID"),
        ("int(11)", "int32", "the display width 11"),
        ("geometry", "unknown", "everything: geometry is no type that is known here"),
        ("int with time zone", "unknown", "everything: int with time zone is no type that is known here"),
        ("", "unknown", "everything:  is no type that is known here"),
    ],
)
def test_names_of_sql_types(text: str, type: str, lost: str):
    found = from_sql(text)

    assert (str(found.value), "; ".join(found.lost)) == (type, lost)


@pytest.mark.parametrize(
    ("field", "type", "lost"),
    [
        ({"type": "long"}, "int64", False),
        ({"type": "VARCHAR(16)"}, "string", True),
        ({"type": "float"}, "number", True),
        ({"type": "decimal(10,2)"}, "decimal(10,2)", False),
        ({"type": "struct"}, "object", True),
        ({"type": "struct", "fields": [{"name": "a", "type": "short"}]}, "struct<a:int16>", False),
        ({"type": "array", "fields": [{"name": "a", "type": "int"}]}, "list<struct<a:int32>>", False),
        ({"type": "array", "fields": [{"name": "_element", "type": "string"}]}, "list<string>", False),
        ({"name": "x"}, "unknown", False),
        ({"type": "hllsketch"}, "unknown", True),
    ],
)
def test_fields_that_others_report(field: dict[str, Any], type: str, lost: bool):
    found = from_openlineage(field)

    assert (str(found.value), bool(found.lost)) == (type, lost)


@pytest.mark.parametrize(
    ("logical", "physical", "type", "lost"),
    [
        ("number", "DECIMAL(10,2)", "decimal(10,2)", False),
        ("integer", "NUMBER(10,0)", "decimal(10,0)", False),
        ("integer", "NUMBER(10,2)", "integer", True),
        ("integer", "bigint", "int64", False),
        ("string", "geometry", "string", True),
        (None, "date", "date", False),
        (None, None, "unknown", False),
    ],
)
def test_a_physical_type_counts_where_it_fits_the_logical_one(
    logical: str | None, physical: str | None, type: str, lost: bool
):
    found = from_odcs(logical, physical)

    assert (str(found.value), bool(found.lost)) == (type, lost)


@pytest.mark.parametrize(
    ("column", "type", "lost"),
    [
        (sa.String(20), "string", True),
        (sa.Enum("a", "b"), "string", True),
        (sa.DateTime(timezone=True), "timestamp(us,UTC)", False),
        (sa.Numeric(10), "decimal(10,0)", False),
        (sa.Float(), "number", True),
        (postgresql.DOUBLE_PRECISION(), "float64", False),
        (postgresql.ARRAY(sa.Integer, dimensions=1), "list<int32>", False),
        (postgresql.UUID(), "string", True),
        (postgresql.INTERVAL(), "string", True),
        (postgresql.INT4RANGE(), "string", True),
        (postgresql.TIME(timezone=True), "string", True),
        (postgresql.DOMAIN("size", sa.Integer()), "int32", True),
        (sa.types.NullType(), "unknown", True),
    ],
)
def test_columns_of_databases(column: Any, type: str, lost: bool):
    found = from_sqlalchemy(column)

    assert (str(found.value), bool(found.lost)) == (type, lost)


@pytest.mark.parametrize(
    ("arrow", "type", "lost"),
    [
        (pa.large_string(), "string", False),
        (pa.dictionary(pa.int8(), pa.string()), "string", False),
        (pa.binary(16), "binary", True),
        (pa.duration("ms"), "int64", True),
        (pa.list_(pa.int8(), 3), "list<int8>", True),
        (pa.list_(pa.field("item", pa.int8(), nullable=False)), "list<int8>", True),
        (pa.timestamp("us", "a zone"), "timestamp(us,UTC)", True),
        (pa.uuid(), "binary", True),
        (pa.month_day_nano_interval(), "unknown", True),
        (pa.null(), "unknown", False),
    ],
)
def test_types_of_arrow_that_have_no_like(arrow: pa.DataType, type: str, lost: bool):
    found = from_arrow(arrow)

    assert (str(found.value), bool(found.lost)) == (type, lost)


def test_what_is_nested_too_deep_is_unknown_and_said_so():
    arrow, field = pa.int8(), {"name": "c", "type": "int8"}
    for _ in range(200):
        arrow, field = pa.list_(arrow), {"name": "c", "type": "array", "fields": [field | {"name": "_element"}]}

    for found in (from_arrow(arrow), from_openlineage(field)):
        assert parse(str(found.value)) == found.value
        assert any("deeper" in lost for lost in found.lost)


def test_losses_inside_are_told_once():
    found = from_openlineage({"type": "map", "fields": [{"name": n, "type": "char(3)"} for n in ("key", "value")]})

    assert isinstance(found.value, MapOf)
    assert len(found.lost) == 1
    assert to_spark(ListOf(StructOf(()))).value == "array<struct<>>"


@pytest.mark.parametrize(
    ("sql", "type"),
    [
        ("1::UTINYINT", "uint8"),
        ("1::HUGEINT", "integer"),
        ("1.5::DECIMAL(4, 1)", "decimal(4,1)"),
        ("uuid()", "string"),
        ("'a'::ENUM('a')", "string"),
        ("'{}'::JSON", "unknown"),
        ("NULL", "unknown"),
        ("TIMESTAMP_MS '2024-01-01'", "timestamp(ms)"),
        ("TIMESTAMPTZ '2024-01-01 00:00:00Z'", "timestamp(us,UTC)"),
        ("TIME '12:00'", "time(us)"),
        ("INTERVAL 1 DAY", "unknown"),
        ("[1, 2]::SMALLINT[2]", "list<int16>"),
        ("MAP {'a': [1::DOUBLE]}", "map<string,list<float64>>"),
        ("[{'a': 1::FLOAT, 'b c': 'x'::BLOB}]", 'list<struct<a:float32,"b c":binary>>'),
    ],
)
def test_types_of_duckdb(sql: str, type: str):
    with duckdb.connect() as connection:
        kind = connection.sql(f"SELECT {sql} AS c").types[0]

    assert str(from_duckdb(kind)) == type


@pytest.mark.parametrize(("dialect", "type"), [("sqlite", "integer"), ("postgresql", "int32")])
def test_sqlite_columns_hold_anything_so_that_only_their_kind_counts(dialect: str, type: str):
    assert str(of_column(sa.Integer(), dialect)) == type
