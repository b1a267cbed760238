"""Rows that look like flights, with a few mistakes of every kind: `python -m …rows ROWS FORMAT PATH`.

The same number of rows is the same file, whoever makes it: every value comes from the number of its row.
"""

from __future__ import annotations

import sys

import duckdb

from graph_model.contracts.entities import Check

TYPES = {
    "id": "BIGINT",
    "carrier": "VARCHAR",
    "flight": "INTEGER",
    "origin": "VARCHAR",
    "day": "DATE",
    "delay": "DOUBLE",
    "tail": "VARCHAR",
    "distance": "DOUBLE",
}
CARRIERS = ("9E", "AA", "AS", "B6", "DL", "EV", "F9", "FL", "HA", "MQ", "OO", "UA", "US", "VX", "WN", "YV")
ORIGIN_PATTERN = "[A-Z]{3}"
FLIGHTS, DELAYS, LONGEST_TAIL, FEWEST_ROWS = (1, 9999), (-100.0, 1900.0), 6, 1000

ROWS = """
    SELECT
        CASE WHEN i % 49999 = 49998 THEN i - 1 ELSE i END AS id,
        CASE WHEN i % 9991 = 7 THEN 'ZZ' ELSE {carriers}[1 + (hash(i) % 16)::INT] END AS carrier,
        CASE WHEN i % 8887 = 5 THEN 0 ELSE 1 + (hash(i + 1) % 9999)::INT END AS flight,
        CASE WHEN i % 7777 = 3 THEN 'jfk' ELSE ['EWR', 'JFK', 'LGA'][1 + (hash(i + 2) % 3)::INT] END AS origin,
        DATE '2013-01-01' + (i * 365 // {rows})::INT AS day,
        CASE WHEN hash(i + 3) % 40 = 0 THEN NULL WHEN i % 6661 = 9 THEN 5000.5
            ELSE (hash(i + 4) % 20000)::DOUBLE / 10 - 100 END AS delay,
        CASE WHEN i % 5557 = 1 THEN NULL WHEN i % 4447 = 2 THEN 'N1234567'
            ELSE 'N' || (10000 + hash(i // 3) % 4000)::VARCHAR END AS tail,
        (hash(i + 5) % 5000)::DOUBLE AS distance
    FROM range({rows}) t(i)
"""
WRITTEN_AS = {"parquet": "FORMAT parquet", "csv": "FORMAT csv, HEADER true"}
_CANONICAL = {"BIGINT": "integer", "INTEGER": "integer", "VARCHAR": "string", "DATE": "date", "DOUBLE": "number"}


def checks() -> tuple[Check, ...]:
    """The ten questions, as a contract asks them. The others answer them in the order of these names."""
    columns = {name: _CANONICAL[kind] for name, kind in TYPES.items()}
    return (
        Check("schema", "schema", {"columns": columns}),
        Check("rows", "row_count", {"min": FEWEST_ROWS}),
        Check("id_there", "not_null", {"columns": ["id"]}),
        Check("tail_there", "not_null", {"columns": ["tail"]}),
        Check("id_once", "unique", {"columns": ["id"]}),
        Check("carriers", "allowed_values", {"column": "carrier", "values": list(CARRIERS)}),
        Check("flights", "range", {"column": "flight", "min": FLIGHTS[0], "max": FLIGHTS[1]}),
        Check("delays", "range", {"column": "delay", "min": DELAYS[0], "max": DELAYS[1]}),
        Check("origins", "matches", {"column": "origin", "pattern": ORIGIN_PATTERN}),
        Check("tails", "length", {"column": "tail", "max": LONGEST_TAIL}),
    )


def write(rows: int, format: str, path: str) -> None:
    select = ROWS.format(rows=rows, carriers=list(CARRIERS))
    with duckdb.connect() as connection:
        connection.execute(f"COPY ({select}) TO '{path}' ({WRITTEN_AS[format]})")


if __name__ == "__main__":
    write(int(sys.argv[1]), sys.argv[2], sys.argv[3])
