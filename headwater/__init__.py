"""Where the last good data is, for programs that read it: a client of Headwater's API that needs the standard library
alone.

    import headwater

    flights = headwater.resolve("flights/clean_flights", "2013-01-05", reader="my notebook")
    flights.location, flights.version, flights.source_time
    flights.dataset()        # a pyarrow.dataset.Dataset, where pyarrow is installed
    flights.to_pandas()      # where pandas is, too
"""

from __future__ import annotations

from headwater.calls import report_read, resolve
from headwater.errors import Gone, HeadwaterError, Invalid, Missing, NotFound, Unavailable, Unreadable
from headwater.resolved import Column, HeadwaterWarning, Resolved

__all__ = [
    "Column",
    "Gone",
    "HeadwaterError",
    "HeadwaterWarning",
    "Invalid",
    "Missing",
    "NotFound",
    "Resolved",
    "Unavailable",
    "Unreadable",
    "report_read",
    "resolve",
]
