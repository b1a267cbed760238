"""Times as they come from the graph: ours are the moments that the driver would read."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from neo4j._codec.hydration.bolt.v2.hydration_handler import HydrationHandler
from neo4j._codec.hydration.bolt.v2.temporal import hydrate_datetime

from graph_model.store.transaction import plain
from graph_model.store.unpacking import moment, read_times
from graph_model.store.values import exact

ARRIVED: tuple[tuple[int, int, int | str], ...] = (
    (1357365600, 123456000, 0),
    (1357365600, 0, 7200),
    (1357365600, 999999000, -19800),
    (1357365600, 123456789, 0),
    (1357365600, 5000, "Europe/Paris"),
    (-1, 1000, 0),
    (-62135596800, 0, 0),
    (253402300799, 999999000, 0),
    (253370764800, 0, 0),
)


@pytest.mark.parametrize("arrived", ARRIVED, ids=repr)
def test_a_time_means_what_the_driver_reads(arrived: tuple[int, int, Any]) -> None:
    theirs = hydrate_datetime(*arrived)

    assert plain(moment(*arrived)) == plain(theirs)
    assert str(plain(moment(*arrived))) == str(plain(theirs))
    assert exact(moment(*arrived)) == exact(theirs)


def test_a_connection_reads_times_with_a_zone_our_way_and_the_rest_as_it_did() -> None:
    handler, untouched = HydrationHandler(), HydrationHandler()
    bolt: Any = SimpleNamespace(_connection=SimpleNamespace(hydration_handler=handler))

    read_times(bolt)

    ours = {tag for tag, read in handler.struct_hydration_functions.items() if read is moment}
    assert ours == {b"I", b"i"}
    assert handler.struct_hydration_functions.keys() == untouched.struct_hydration_functions.keys()


def test_a_driver_that_keeps_it_elsewhere_is_left_alone() -> None:
    nothing: Any = object()

    read_times(nothing)
