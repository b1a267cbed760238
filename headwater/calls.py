"""What a program may ask of Headwater."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from headwater.api import ask
from headwater.errors import Invalid
from headwater.resolved import Resolved


def resolve(
    dataset: str,
    partition: str = "",
    *,
    as_of: datetime | str | None = None,
    reader: str | None = None,
    url: str | None = None,
    timeout: float = 30.0,
) -> Resolved:
    """The last good version of a partition, or the one that was current at `as_of` (with its offset from UTC).

    `reader` says who reads: NAMESPACE/NAME of a declared consumer, or any text. It is remembered, so that whoever
    sets the version aside later knows whom to tell. `url`: of the API; without it HEADWATER_URL, else this machine.
    Raises NotFound, Invalid, Unavailable.
    """
    query = {"dataset": dataset, "partition": partition, "as_of": _moment(as_of), "reader": reader}
    return Resolved.of(ask("/api/v1/versions/resolve", query=query, url=url, timeout=timeout))


def report_read(
    consumer: str,
    dataset: str,
    partition: str = "",
    *,
    version: str | None = None,
    at: datetime | str | None = None,
    columns: Sequence[str] = (),
    key: str | None = None,
    url: str | None = None,
    timeout: float = 30.0,
) -> bool:
    """Tells that a declared consumer read a version: the one named, or what was current at `at`, or is now.

    False: the same report was known by its `key` already. Raises NotFound, Invalid, Unavailable.
    """
    body: dict[str, Any] = {
        "consumer": consumer,
        "dataset": dataset,
        "partition": partition,
        "version": version,
        "at": _moment(at),
        "columns": list(columns),
        "key": key,
    }
    return bool(ask("/api/v1/reads", body=body, url=url, timeout=timeout)["counted"])


def _moment(value: datetime | str | None) -> str | None:
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise Invalid("a time needs its offset from UTC: datetime(2013, 1, 5, tzinfo=timezone.utc)")
        return value.isoformat()
    return value
