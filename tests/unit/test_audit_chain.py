"""The links of the audit chain, without a graph."""

from __future__ import annotations

from typing import Any

import pytest

from graph_model.audit.chain import Break, Head, follow, links


def a_record(number: int) -> dict[str, Any]:
    at = {"time": f"2013-01-05T07:00:{number:02}.000000000Z"}
    return {"id": f"r{number}", "at": at, "subject": "vs_1", "transition": "PUBLISHED", "actor": "me", "detail": "{}"}


def a_chain(length: int) -> list[dict[str, Any]]:
    records = [a_record(number) for number in range(1, length + 1)]
    return [record | link for record, link in zip(records, links(Head(), records), strict=True)]


def test_an_untouched_chain_leads_to_its_head() -> None:
    chain = a_chain(5)

    assert follow(Head(), chain) == Head(5, chain[-1]["hash"])


def test_a_chain_may_be_followed_in_stretches() -> None:
    chain = a_chain(5)

    middle = follow(Head(), chain[:2])

    assert isinstance(middle, Head)
    assert follow(middle, chain[2:]) == follow(Head(), chain)


@pytest.mark.parametrize("key", ["id", "at", "subject", "transition", "actor", "detail"])
def test_whatever_is_altered_in_a_record_is_seen(key: str) -> None:
    chain = a_chain(3)
    chain[1][key] = "altered"

    broken = follow(Head(), chain)

    assert isinstance(broken, Break)
    assert broken.seq == 2
    assert "altered" in broken.message


def test_a_record_that_was_altered_and_hashed_anew_is_given_away_by_the_next_one() -> None:
    chain = a_chain(3)
    forged = a_record(2) | {"actor": "somebody else"}
    chain[1] = forged | links(Head(1, chain[0]["hash"]), [forged])[0]

    assert follow(Head(), chain) == Break(3, "r3", "does not follow the record before it")


def test_a_record_that_is_gone_is_named_by_its_place() -> None:
    chain = a_chain(4)
    del chain[2]

    assert follow(Head(), chain) == Break(3, None, "is missing: the next one is 4 (r4)")


def test_records_that_changed_places_are_seen() -> None:
    chain = a_chain(3)
    chain[1]["seq"], chain[2]["seq"] = 3, 2

    broken = follow(Head(), sorted(chain, key=lambda record: record["seq"]))

    assert isinstance(broken, Break)
    assert broken.seq == 2


def test_a_second_record_in_one_place_is_seen() -> None:
    chain = a_chain(3)

    assert follow(Head(), [*chain[:2], chain[1], chain[2]]) == Break(2, "r2", "shares its place with another record")
