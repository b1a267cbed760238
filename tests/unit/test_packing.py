"""Times as they are sent to the graph: ours are the bytes that the driver would send."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from neo4j._codec.hydration import DehydrationHooks
from neo4j._codec.hydration.bolt.v2.temporal import dehydrate_datetime
from neo4j._codec.packstream._common import PackableBuffer
from neo4j._codec.packstream.v1 import Packer

from graph_model.store.packing import packed

MOMENTS = (
    datetime(2013, 1, 5, 6, 7, 8, 123456, tzinfo=UTC),
    datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
    datetime(1, 1, 1, tzinfo=UTC),
    datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
)


def sent(value: Any) -> bytes:
    buffer = PackableBuffer()
    hooks = DehydrationHooks(exact_values={}, exact_types={datetime: dehydrate_datetime}, subtypes={})
    Packer(buffer).pack(value, hooks)
    return bytes(buffer.data)


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_time_is_sent_as_the_driver_sends_it(moment: datetime) -> None:
    assert packed(moment) is not moment
    assert sent(packed(moment)) == sent(moment)


def test_times_are_found_however_deep_they_lie() -> None:
    row = {"a": [{"b": MOMENTS[0], "c": (MOMENTS[1], None, [MOMENTS[2]])}], "d": "text", "e": 1.5, "f": True, "g": b"x"}

    assert sent(packed(row)) == sent(row)
    assert not [each for each in packed(row)["a"][0]["c"] if isinstance(each, datetime)]


def test_a_time_of_another_zone_is_left_to_the_driver() -> None:
    elsewhere = datetime(2013, 1, 5, tzinfo=timezone(timedelta(hours=5)))

    assert packed({"at": elsewhere}) == {"at": elsewhere}
