"""Ten questions in pyarrow that somebody wrote by hand for this very file: `python -m … FORMAT PATH`, answers as JSON.

Batch by batch, as a stream; of the keys alone all are kept, since a repeated one may come at any time.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pyarrow import csv

from benchmarks.validating.rows import CARRIERS, DELAYS, FEWEST_ROWS, FLIGHTS, LONGEST_TAIL, ORIGIN_PATTERN, TYPES

USED = ["id", "carrier", "flight", "origin", "delay", "tail"]
ARROW = {
    "BIGINT": pa.int64(),
    "INTEGER": pa.int32(),
    "VARCHAR": pa.string(),
    "DATE": pa.date32(),
    "DOUBLE": pa.float64(),
}
BATCH = 1 << 17


def answers(format: str, path: str) -> list[int]:
    functions: Any = pc
    schema, batches = _opened(format, path)
    wrong = sum(schema.field(name).type != ARROW[TYPES[name]] for name in schema.names)
    rows, totals, keys = 0, [0] * 7, []
    for batch in batches:
        rows += batch.num_rows
        keys.append(batch.column("id"))
        totals = [total + found for total, found in zip(totals, _counts(batch), strict=True)]
    repeated = len(pa.chunked_array(keys)) - functions.count_distinct(pa.chunked_array(keys)).as_py() - totals[0]
    return [wrong, int(rows < FEWEST_ROWS), *totals[:2], repeated, *totals[2:]]


def _opened(format: str, path: str) -> tuple[pa.Schema, Iterator[pa.RecordBatch]]:
    if format == "parquet":
        file = pq.ParquetFile(path)
        return file.schema_arrow, file.iter_batches(BATCH, columns=USED)
    types = {name: ARROW[kind] for name, kind in TYPES.items()}
    options = csv.ConvertOptions(column_types=types, strings_can_be_null=True, null_values=[""], include_columns=USED)
    reader = csv.open_csv(path, read_options=csv.ReadOptions(block_size=8 << 20), convert_options=options)
    return reader.schema, iter(reader)


def _counts(batch: pa.RecordBatch) -> list[int]:
    functions: Any = pc
    flight, delay = batch.column("flight"), batch.column("delay")
    fails = [
        functions.invert(functions.is_in(batch.column("carrier"), value_set=pa.array([*CARRIERS, None], pa.string()))),
        functions.or_(functions.less(flight, FLIGHTS[0]), functions.greater(flight, FLIGHTS[1])),
        functions.or_(functions.less(delay, DELAYS[0]), functions.greater(delay, DELAYS[1])),
        functions.invert(functions.match_substring_regex(batch.column("origin"), f"^(?:{ORIGIN_PATTERN})$")),
        functions.greater(functions.utf8_length(batch.column("tail")), LONGEST_TAIL),
    ]
    nulls = [batch.column("id").null_count, batch.column("tail").null_count]
    return [*nulls, *(functions.sum(failing).as_py() or 0 for failing in fails)]


if __name__ == "__main__":
    sys.stdout.write(json.dumps(answers(sys.argv[1], sys.argv[2])))
