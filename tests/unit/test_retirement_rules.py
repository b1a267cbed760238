"""Whether something is in use."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from graph_model.retirement.entities import Standing, Use
from graph_model.retirement.rules import Judged, Known, cadence_of, gap_of, judge, worst

NOW = datetime(2024, 6, 1, tzinfo=UTC)
DAY = timedelta(days=1)


def known(*uses: Use, cadence: timedelta | None = DAY, since: int | None = 1000) -> Known:
    return Known("shop/orders", NOW, uses, cadence, None if since is None else NOW - since * DAY)


def a_use(*, ago: int | None = None, **said: object) -> Use:
    facts: dict[str, object] = {"kind": "JOB", "name": "shop/tidy", "declared": False}
    return Use(**facts | {"last_read": None if ago is None else NOW - ago * DAY} | said)  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize(
    ("facts", "standing"),
    [
        (known(a_use(declared=True)), Standing.IN_USE),
        (known(a_use(declared=True, ago=900)), Standing.IN_USE),
        (known(a_use(ago=1)), Standing.IN_USE),
        (known(a_use(ago=300, gap=200 * DAY)), Standing.IN_USE),  # it reads as rarely as that
        (known(a_use(declared=True, certain=False)), Standing.NOT_KNOWN),
        (known(a_use(ago=1, certain=False)), Standing.NOT_KNOWN),
        (known(a_use(ago=20), cadence=None), Standing.IN_USE),
        (known(since=1), Standing.NOT_KNOWN),  # too new to say that nobody wants it
        (known(since=20, cadence=None), Standing.NOT_KNOWN),
        (known(a_use(ago=3)), Standing.MAY_BE_RETIRED),
        (known(a_use(ago=1, gone=True)), Standing.MAY_BE_RETIRED),
        (known(a_use(ago=400), cadence=366 * DAY), Standing.IN_USE),
        (known(a_use(ago=800), cadence=366 * DAY), Standing.MAY_BE_RETIRED),
        (known(a_use(ago=40), cadence=None), Standing.MAY_BE_RETIRED),
        (known(a_use(ago=300, certain=False)), Standing.MAY_BE_RETIRED),
        (known(), Standing.MAY_BE_RETIRED),
        (known(since=None), Standing.MAY_BE_RETIRED),
    ],
)
def test_whether_it_is_in_use(facts: Known, standing: Standing):
    judged = judge(facts)

    assert judged.standing is standing
    assert judged.why
    assert bool(judged.settle) == (standing is Standing.NOT_KNOWN)


def test_the_reason_says_who_was_the_last():
    assert judge(known(a_use(ago=300, gone=True))).why == (
        "nobody has read it for 300 days; the last was job shop/tidy, which is retired",
    )


def test_of_several_the_one_most_in_use_counts():
    used, unknown, free = (Judged(standing, (standing.value,)) for standing in Standing)

    assert worst([free, unknown, used, used]) == Judged(Standing.IN_USE, ("in use", "in use"))
    assert worst([free, unknown]) == unknown
    assert worst([]) is None


def test_how_often_something_is_renewed():
    times = [NOW, NOW - 7 * DAY, NOW - 14 * DAY, NOW - 50 * DAY]

    assert cadence_of("day", times) == DAY
    assert cadence_of(None, times) == 7 * DAY
    assert cadence_of(None, [NOW]) is None
    assert gap_of(NOW - 10 * DAY, NOW, 3) == 5 * DAY
    assert gap_of(NOW, NOW, 1) is None
