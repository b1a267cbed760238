"""How a search is cut into words, and in which order what it finds is given."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph_model.errors import InvalidInput
from graph_model.names import Name
from graph_model.search.entities import Rank, Said, Thing
from graph_model.search.rules import ranked, snippet
from graph_model.search.words import is_almost_in, wanted, words_in


def a_thing(name: str, *said: Said) -> tuple[Thing, list[Said]]:
    return Thing("dataset", f"ds_{name}", Name("shop", name)), [Said("name", name), *said]


def found(text: str, *things: tuple[Thing, list[Said]], typos: bool = False) -> list[tuple[str, Rank]]:
    return [(hit.thing.name.name, hit.rank) for hit in ranked(wanted(text), dict(things), typos=typos)]


def test_the_ranks_come_in_the_promised_order():
    things = [
        a_thing("said", Said("description", "All orders there are")),
        a_thing("spaced", Said("namespace", "orders")),
        a_thing("owned", Said("owner", "orders@example.org")),
        a_thing("tagged", Said("tag", "orders")),
        a_thing("partly", Said("column", "reorders")),
        a_thing("column", Said("column", "all_orders")),
        a_thing("reorders"),
        a_thing("big_orders"),
        a_thing("orders_2013"),
        a_thing("Orders"),
    ]

    assert found("orders", *things) == [
        ("Orders", Rank.EXACT_NAME),
        ("orders_2013", Rank.START_OF_NAME),
        ("big_orders", Rank.WORD_OF_NAME),
        ("reorders", Rank.PART_OF_NAME),
        ("column", Rank.COLUMN),
        ("partly", Rank.PART_OF_COLUMN),
        ("tagged", Rank.LABEL),
        ("owned", Rank.OWNER),
        ("spaced", Rank.NAMESPACE),
        ("said", Rank.DESCRIPTION),
    ]


def test_every_word_must_be_somewhere():
    both = a_thing("orders", Said("column", "amount"))
    one = a_thing("orders_old")

    assert found("amount orders", both, one) == [("orders", Rank.COLUMN)]


def test_what_is_almost_so_comes_after_all_that_is_exactly_so_and_only_where_asked():
    things = a_thing("orders"), a_thing("x", Said("description", "ordres of the day"))

    assert found("ordres", *things) == [("x", Rank.DESCRIPTION)]
    assert found("ordres", *things, typos=True) == [("x", Rank.DESCRIPTION), ("orders", Rank.ALMOST_NAME)]


def test_a_second_name_counts_as_its_own():
    assert found("sales", a_thing("orders", Said("name", "sales"))) == [("orders", Rank.EXACT_NAME)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Raw_Flights-2013", ["raw", "flights", "2013"]),
        ("customerOrders", ["customer", "orders"]),
        ("URLParts", ["urlparts"]),
        ("délai.départ", ["délai", "départ"]),
        ("航空_公司", ["航空", "公司"]),
        ("_-*", []),
    ],
)
def test_texts_are_cut_at_whatever_is_no_letter_or_digit(text: str, words: list[str]):
    assert words_in(text) == words


@pytest.mark.parametrize(
    ("word", "name", "almost"),
    [
        ("fligths", "raw_flights", True),
        ("fights", "flights", True),
        ("flightts", "flights", True),
        ("flugtsh", "flights", False),
        ("order", "ordr", True),
        ("order", "odrr", False),
        ("abc", "abd", False),
        ("q12345", "q12346", False),
        ("flights", "f_l_i_g_h_t_s", False),
    ],
)
def test_a_word_is_almost_another_by_few_letters(word: str, name: str, almost: bool):
    assert is_almost_in(word, name) is almost


def test_a_text_that_nobody_means_is_refused():
    with pytest.raises(InvalidInput, match="201 characters"):
        wanted("x" * 201)
    with pytest.raises(InvalidInput, match="9 words"):
        wanted("a b c d e f g h i")
    assert wanted("a a a a a a a a a").words == ("a",)


def test_a_long_text_is_shortened_around_the_word():
    text = "start " + "x" * 100 + " the needle\nlies here " + "y" * 100

    shown = snippet(text, "needle")

    assert shown.startswith("…")
    assert shown.endswith("…")
    assert "the needle lies here" in shown
    assert snippet("short text", "text") == "short text"
    assert snippet("needle " + "y" * 100, "needle").startswith("needle")


@given(st.text(max_size=15))
def test_no_text_can_mean_anything_to_an_index(text: str):
    """Lucene gives meaning to signs, and to three words in capitals."""
    for word in wanted(text).words:
        assert not set(word) & set('+-&|!(){}[]^"~*?:\\/_ ')
        assert word not in ("AND", "OR", "NOT", "TO")


@given(st.text(alphabet="abcdefg", min_size=4, max_size=12), st.integers(0, 11), st.sampled_from("xyz"))
def test_one_wrong_letter_never_hides_a_name(word: str, place: int, letter: str):
    position = place % len(word)

    assert is_almost_in(word, f"raw_{word[:position]}{letter}{word[position + 1 :]}")
    assert is_almost_in(word, f"{word[:position]}{letter}{word[position:]}_2013")
