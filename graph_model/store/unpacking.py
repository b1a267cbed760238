"""Times on their way from the driver: they are read here, as they are written in `packing.py`.

The driver takes fifty microseconds for a time, by arithmetic in Python and through a type of its own. Whatever its
zone, it arrives as seconds since 1970 in UTC, so an addition is enough. `tests/unit/test_unpacking.py` holds both ways
to the same moments.
"""

from __future__ import annotations

from typing import Any

import neo4j
from neo4j._codec.hydration.bolt.v2.temporal import hydrate_datetime

from graph_model.moments import moment_at

_WITH_ZONE = (b"I", b"i")
"""Times with an offset, and with the name of a zone. Older protocols have other tags; there the driver does it."""


def read_times(bolt: neo4j.Transaction) -> None:
    """From now on the connection of `bolt` gives moments in UTC for times with a zone. Nobody promises where it keeps
    how it reads them: where it is not found, times come as the driver reads them, and mean the same."""
    handler = getattr(getattr(bolt, "_connection", None), "hydration_handler", None)
    readers = getattr(handler, "struct_hydration_functions", {})
    readers.update(dict.fromkeys(readers.keys() & _WITH_ZONE, moment))


def moment(seconds: int, nanoseconds: int, zone: int | str) -> Any:
    """The moment in UTC; what Python cannot hold is left to the driver."""
    if nanoseconds % 1000:
        return hydrate_datetime(seconds, nanoseconds, zone)
    try:
        return moment_at(seconds * 1_000_000 + nanoseconds // 1000)
    except OverflowError:
        return hydrate_datetime(seconds, nanoseconds, zone)
