"""A job is a plain function; it imports nothing of Headwater."""

import pyarrow as pa
from pyarrow import csv, parquet


def build(inputs, outputs, partition):
    types = {"id": pa.int64(), "customer": pa.string(), "amount": pa.float64()}
    rows = csv.read_csv(inputs["paid"].path, convert_options=csv.ConvertOptions(column_types=types))
    parquet.write_table(rows.sort_by("id"), outputs["clean"].path)
    return {"rows": rows.num_rows}
