# ruff: noqa: S608  (all of it is written here)
"""Ten questions in SQL that somebody wrote by hand for this very file: `python -m … FORMAT PATH`, answers as JSON."""

from __future__ import annotations

import json
import sys

import duckdb

from benchmarks.validating.rows import CARRIERS, DELAYS, FEWEST_ROWS, FLIGHTS, LONGEST_TAIL, ORIGIN_PATTERN, TYPES

QUESTIONS = f"""
    SELECT
        count(*) < {FEWEST_ROWS},
        count(*) FILTER (WHERE id IS NULL),
        count(*) FILTER (WHERE tail IS NULL),
        count(id) - count(DISTINCT id),
        count(*) FILTER (WHERE carrier NOT IN {CARRIERS}),
        count(*) FILTER (WHERE flight NOT BETWEEN {FLIGHTS[0]} AND {FLIGHTS[1]}),
        count(*) FILTER (WHERE delay NOT BETWEEN {DELAYS[0]} AND {DELAYS[1]}),
        count(*) FILTER (WHERE NOT regexp_full_match(origin, '{ORIGIN_PATTERN}')),
        count(*) FILTER (WHERE length(tail) > {LONGEST_TAIL})
"""


def answers(format: str, path: str) -> list[int]:
    columns = ", ".join(f"'{name}': '{kind}'" for name, kind in TYPES.items())
    reads = {
        "parquet": f"read_parquet('{path}')",
        "csv": f"read_csv('{path}', auto_detect=false, header=true, delim=',', quote='\"', columns={{{columns}}})",
    }
    with duckdb.connect() as connection:
        described = connection.sql(f"SELECT * FROM {reads[format]}")
        found = dict(zip(described.columns, map(str, described.types), strict=True))
        (counts,) = connection.execute(f"{QUESTIONS} FROM {reads[format]}").fetchall()
    return [sum(found.get(name) != kind for name, kind in TYPES.items()), *map(int, counts)]


if __name__ == "__main__":
    sys.stdout.write(json.dumps(answers(sys.argv[1], sys.argv[2])))
