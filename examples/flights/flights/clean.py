"""Raw departures of a day, made fit for use."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pyarrow import csv

KEPT = (
    "date",
    "carrier",
    "airline",
    "flight",
    "tailnum",
    "origin",
    "dest",
    "hour",
    "dep_delay",
    "arr_delay",
    "distance",
)
KEY = ("carrier", "flight", "origin")

READ = [column for column in KEPT if column not in ("date", "airline")]
"""What it takes of the flights: a column that is new there is nothing to it."""


def build(inputs: Mapping[str, Any], outputs: Mapping[str, Any], partition: str) -> dict[str, int]:
    """Writes the flights that departed, in the order of their key, and counts those that did not."""
    scheduled = read(inputs["raw_flights"].path)
    departed = scheduled.filter(pc.is_valid(scheduled["dep_time"])).select(READ)
    named = with_airline(departed, read(inputs["airlines"].path))
    day = pa.array([date.fromisoformat(partition)] * named.num_rows, pa.date32())
    clean = named.append_column("date", day).select(KEPT).sort_by([(column, "ascending") for column in KEY])
    pq.write_table(clean, outputs["clean_flights"].path)
    return {"scheduled": scheduled.num_rows, "cancelled": scheduled.num_rows - departed.num_rows}


def read(path: str) -> pa.Table:
    """A CSV file in which NA, as in R, stands for a value that is not there."""
    return csv.read_csv(path, convert_options=csv.ConvertOptions(null_values=["NA", ""], strings_can_be_null=True))


def with_airline(flights: pa.Table, airlines: pa.Table) -> pa.Table:
    """`flights` with the column `airline`; a carrier without a name keeps its code as one."""
    names = airlines.select(["carrier", "name"]).rename_columns(["carrier", "airline"])
    joined = flights.join(names, keys="carrier", join_type="left outer")
    known = pc.coalesce(joined["airline"], joined["carrier"])
    return joined.set_column(joined.column_names.index("airline"), "airline", known)
