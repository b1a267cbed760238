"""The small words of Marquez' API: moments, ids, patterns."""

from __future__ import annotations

import re
import uuid

import pytest

from app.rest.marquez.forms import id_of, moment, uuid_of
from graph_model.listing.found import expression


@pytest.mark.parametrize(
    ("at", "text"),
    [
        (None, None),
        (0, "1970-01-01T00:00:00Z"),
        (1_500_000, "1970-01-01T00:00:01.500Z"),
        (1_357_347_600_123_456, "2013-01-05T01:00:00.123456Z"),
        (1_357_347_600_000_001, "2013-01-05T01:00:00.000001Z"),
        (1_357_347_600_120_000, "2013-01-05T01:00:00.120Z"),
    ],
)
def test_a_moment_has_as_many_digits_as_it_needs(at: int | None, text: str | None) -> None:
    assert moment(at) == text


@pytest.mark.parametrize("kind", ["rn", "or", "vs"])
def test_an_id_comes_back_from_its_uuid(kind: str) -> None:
    id_ = f"{kind}_0123456789abcdef01234567"
    told = uuid_of(id_)

    assert uuid.UUID(told).version == 8
    assert uuid.UUID(told).variant == uuid.RFC_4122
    assert id_of(told) == id_of(told.upper()) == id_


def test_what_is_no_id_of_ours_stays_as_it_is() -> None:
    for text in ("vs_good", "x", "", str(uuid.uuid4()), "0194e5b0-0000-8000-a000-000000990000"):
        assert uuid_of(text) == text
        assert id_of(text) == text


@pytest.mark.parametrize(
    ("pattern", "name", "fits"),
    [
        ("orders", "shop.orders_daily", True),
        ("ORD%LY", "shop.orders_daily", True),
        ("ord_rs", "shop.orders", True),
        ("o.d", "ord", False),
        ("[", "a[b", True),
        ("(", "a", False),
        ("", "anything", True),
    ],
)
def test_a_pattern_knows_two_signs_and_takes_the_rest_as_it_is(pattern: str, name: str, *, fits: bool) -> None:
    assert bool(re.fullmatch(expression(pattern), name)) is fits
