"""The package that partners fetch: one CSV file per airport, and a manifest that says what must be in them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import sqlalchemy as sa
from pyarrow import csv


def build(inputs: Mapping[str, Any], outputs: Mapping[str, Any], partition: str) -> dict[str, int]:  # noqa: ARG001  every job takes all three
    """Writes the files first and the manifest last: a package without one is not there yet."""
    manifest = Path(outputs["delay_feed"].path)
    delays = pq.read_table(inputs["rolling_delays"].path, columns=["carrier", "origin", "flights", "expected_delay"])
    expected = with_airline(delays, airlines(inputs["carrier_daily"]))
    airports = sorted(set(expected["origin"].to_pylist()))
    files = [write_airport(manifest.parent, expected, airport) for airport in airports]
    manifest.write_text(json.dumps({"files": files}, indent=2))
    return {"files": len(files)}


def airlines(carrier_daily: Any) -> dict[str, str]:
    """The name of every carrier that flew, out of the database."""
    engine = sa.create_engine(carrier_daily.url)
    table = sa.table(carrier_daily.table, sa.column("carrier"), sa.column("airline"))
    with engine.connect() as connection:
        names = {row.carrier: row.airline for row in connection.execute(sa.select(table.c.carrier, table.c.airline))}
    engine.dispose()
    return names


def with_airline(expected: pa.Table, names: Mapping[str, str]) -> pa.Table:
    return expected.append_column(
        "airline", pa.array([names[carrier] for carrier in expected["carrier"].to_pylist()], pa.string())
    )


def write_airport(folder: Path, expected: pa.Table, airport: str) -> dict[str, Any]:
    """Writes the file of one airport and returns its line of the manifest."""
    rows = expected.filter(pc.equal(expected["origin"], airport)).select(
        ["carrier", "airline", "flights", "expected_delay"]
    )
    path = folder / f"{airport}.csv"
    csv.write_csv(rows, path)
    content = path.read_bytes()
    return {
        "path": path.name,
        "format": "csv",
        "size_bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        "row_count": rows.num_rows,
    }
