"""Files of events, line by line."""

from __future__ import annotations

import gzip
import io
import json

import pytest

from connectors.openlineage import ndjson
from connectors.openlineage.ndjson import WrongLine, read_lines
from graph_model.errors import ContentError
from tests.support.events import run_event

EVENT = json.dumps(run_event("START", "01:00:00")).encode()


def lines(content: bytes, start: int = 1) -> list[tuple[int, str]]:
    """The number of each line and what is wrong with it; empty: nothing."""
    found = read_lines(io.BufferedReader(io.BytesIO(content)), called="it", start=start)  # type: ignore[arg-type]
    return [(number, one.problem if isinstance(one, WrongLine) else "") for number, one in found]


def test_empty_lines_are_none() -> None:
    assert lines(b"\n" + EVENT + b"\r\n\n" + EVENT) == [(2, ""), (4, "")]
    assert lines(b"") == []


def test_lines_before_the_start_are_left_out() -> None:
    assert lines(b"\n".join([EVENT] * 3), start=3) == [(3, "")]


@pytest.mark.parametrize(
    "line",
    [b"[" * 100_000, b'{"a": NaN}', b"\xff\xfe", b"[]", b'{"job": 1}'],
    ids=["deep", "nan", "bytes", "list", "job"],
)
def test_a_wrong_line_is_told_and_costs_nobody_else(line: bytes) -> None:
    (_, first), (wrong, problem), (_, last) = lines(b"\n".join([EVENT, line, EVENT]))
    assert (first, wrong, bool(problem), last) == ("", 2, True, "")


def test_a_line_that_is_too_long_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ndjson, "LONGEST_LINE", len(EVENT) + 1)
    assert lines(b"\n".join([EVENT, b"x" * 5 * len(EVENT), EVENT])) == [
        (1, ""),
        (2, f"longer than {len(EVENT) + 1} bytes"),
        (3, ""),
    ]


def test_gzip_that_is_cut_short_is_told_after_what_came_before() -> None:
    packed = gzip.compress(b"\n".join([EVENT] * 3))
    assert [number for number, _ in lines(packed)] == [1, 2, 3]
    with pytest.raises(ContentError, match="it is damaged after line"):
        lines(packed[:-20])
