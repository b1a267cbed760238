"""What delay to expect today, from what happened on the days before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

GROUP = ["carrier", "origin"]
NOTHING_BEFORE = pa.table(
    {"carrier": pa.array([], pa.string()), "origin": pa.array([], pa.string()), "dep_delay": pa.array([], pa.int64())}
)


def build(inputs: Mapping[str, Any], outputs: Mapping[str, Any], partition: str) -> dict[str, int]:  # noqa: ARG001  every job takes all three
    """Joins today's flights to the mean delay of the days before. The first day has none before it, hence nulls."""
    today = by_group(pq.read_table(inputs["flight_weather"].path))
    before = expected(inputs["clean_flights"].paths)
    joined = today.join(before, keys=GROUP, join_type="left outer")
    rests_on = pc.fill_null(joined["rests_on"], 0)
    joined = joined.set_column(joined.column_names.index("rests_on"), "rests_on", rests_on)
    ordered = joined.select([*GROUP, "flights", "wettest", "expected_delay", "rests_on"]).sort_by(
        [(column, "ascending") for column in GROUP]
    )
    pq.write_table(ordered, outputs["rolling_delays"].path)
    return {"days": len(inputs["clean_flights"].paths)}


def by_group(flights: pa.Table) -> pa.Table:
    """Flights, and the wettest hour, of each carrier at each airport."""
    counted = flights.group_by(GROUP).aggregate([("flight", "count"), ("precip", "max")])
    return counted.rename_columns({"flight_count": "flights", "precip_max": "wettest"})


def expected(paths: Sequence[str]) -> pa.Table:
    """The mean delay of each carrier at each airport over all of `paths`, and how many flights it rests on."""
    days = [pq.read_table(path, columns=["carrier", "origin", "dep_delay"]) for path in paths]
    flown = pa.concat_tables(days) if days else NOTHING_BEFORE
    meant = flown.group_by(GROUP).aggregate([("dep_delay", "mean"), ("dep_delay", "count")])
    return meant.rename_columns({"dep_delay_mean": "expected_delay", "dep_delay_count": "rests_on"})
