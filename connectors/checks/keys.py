# ruff: noqa: S608  (names and texts go through identifier())
"""Where keys may repeat: whole numbers that lie close together are found out by bits, which is much less than a table
of all keys."""

from __future__ import annotations

from connectors.storage.scan import Field, Scan
from connectors.storage.session import one_row

# Neighbouring keys share a bucket, with one bit for each of them.
BUCKET = 4096
# How many numbers there may be for one that is used: a bucket must not be much larger than the keys in it.
SPARSEST = 16
# With more suspicious buckets than this the bits have told nothing.
MOST_SUSPECTS = 2000
_FITTING = ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32")


def suspicious(scan: Scan, keys: list[Field]) -> str:
    """A condition for all rows whose key may occur twice, and few others where that is cheap to say; else `true`."""
    if len(keys) != 1 or keys[0].exact not in _FITTING or not scan.relation.knows_rows:
        return "true"
    key, rows = keys[0].expression, f"({scan.relation.sql})"
    least, most, count = one_row(scan.connection, f"SELECT min({key}), max({key}), count({key}) FROM {rows}")
    if not count or most - least > SPARSEST * count:
        return "true"
    offset = f"({key}::BIGINT - {least})"
    bucket, bit = f"({offset} // {BUCKET})", f"({offset} % {BUCKET})::INTEGER"
    found = scan.connection.execute(
        f"SELECT {bucket} AS bucket FROM {rows} WHERE {key} IS NOT NULL GROUP BY bucket"
        f" HAVING count(*) > bit_count(bitstring_agg({bit}, 0, {BUCKET - 1})) LIMIT {MOST_SUSPECTS + 1}"
    ).fetchall()
    if len(found) > MOST_SUSPECTS:
        return "true"
    return f"{bucket} IN ({', '.join(str(number) for (number,) in found)})" if found else "false"
