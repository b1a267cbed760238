"""Values of the driver as plain ones, however deep they lie."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import neo4j.time
import pytest

from graph_model.store.transaction import plain

TIME = neo4j.time.DateTime(2013, 1, 5, 7, tzinfo=UTC)
PLAIN = datetime(2013, 1, 5, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (TIME, PLAIN),
        (["a", 1, None, True, 1.5], ["a", 1, None, True, 1.5]),
        ([["a", ["b", []]], "c"], [["a", ["b", []]], "c"]),
        ([["a"], [["b", TIME]]], [["a"], [["b", PLAIN]]]),
        ([["a", {"at": [TIME]}], []], [["a", {"at": [PLAIN]}], []]),
        ({"at": TIME, "list": [[TIME]]}, {"at": PLAIN, "list": [[PLAIN]]}),
    ],
)
def test_times_are_found_at_any_depth_and_the_rest_stays(value: Any, expected: Any) -> None:
    assert plain(value) == expected
