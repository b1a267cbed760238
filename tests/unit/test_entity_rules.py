"""Which datasets are one, and which name stands for all of them."""

from __future__ import annotations

import random
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from graph_model.identity.entities import Evidence, Held, Kind, Member
from graph_model.identity.rules import decide
from graph_model.names import Name


def a_member(id_: str, scope: str = "") -> Member:
    return Member(id_, Name("ns", id_), scope)


def members(ids: str, **scopes: str) -> list[Member]:
    return [a_member(id_, scopes.get(id_, "")) for id_ in ids]


def said(pair: str, kind: Kind = Kind.SYMLINK, form: str = "", hour: int = 1) -> Evidence:
    at = datetime(2013, 1, 5, hour, tzinfo=UTC)
    return Evidence(f"{kind} {pair} {form}", kind, pair[0], pair[1], form, at)


def apart(*pairs: str) -> list[frozenset[str]]:
    return [frozenset(pair) for pair in pairs]


def test_what_nothing_is_said_of_stands_for_itself() -> None:
    assert decide(members("ab"), []).entities == {}


def test_a_chain_of_names_is_one_dataset() -> None:
    decided = decide(members("abcd"), [said("cb"), said("ab"), said("cd")])

    assert decided.entities == dict.fromkeys("abcd", "a")


def test_both_ways_of_saying_it_prefer_the_table() -> None:
    """Spark calls the table an other name of the path, Hive the path an other name of the table."""
    spark = decide(members("ps"), [said("ps", form="TABLE")])
    hive = decide(members("ps"), [said("sp", form="LOCATION")])

    assert spark == hive
    assert spark.entities == {"p": "s", "s": "s"}


def test_the_new_name_of_a_rename_is_preferred_also_when_it_went_back_and_forth() -> None:
    once = said("ba", Kind.RENAME, hour=1), said("ac", Kind.RENAME, hour=2)
    assert decide(members("abc"), once).entities == dict.fromkeys("abc", "c")

    back = (*once, said("cb", Kind.RENAME, hour=3))
    assert decide(members("abc"), back).entities == dict.fromkeys("abc", "b")


def test_what_is_declared_stands_for_what_was_seen_whatever_its_name() -> None:
    evidence = [said("az", form="LOCATION"), said("za", Kind.RENAME)]

    assert decide(members("az", z="shop"), evidence).entities == {"a": "z", "z": "z"}
    assert decide(members("az", z="import:dbt"), evidence).entities == {"a": "z", "z": "z"}
    assert decide(members("az", a="import:dbt", z="shop"), evidence).entities == {"a": "z", "z": "z"}


def test_two_declared_datasets_are_never_made_one() -> None:
    decided = decide(members("abc", a="shop", c="other"), [said("ab"), said("bc")])

    assert decided.entities == {"a": "a", "b": "a"}
    assert decided.held == {said("bc").id: Held.BOTH_DECLARED}


def test_what_is_held_apart_is_not_joined_by_way_of_others() -> None:
    evidence = [said("ab"), said("bc"), said("ac")]

    decided = decide(members("abc"), evidence, apart("ac"))

    assert decided.entities == {"a": "a", "b": "a"}
    assert set(decided.held.values()) == {Held.APART}


def test_the_stronger_evidence_is_taken_first() -> None:
    decided = decide(members("abc", a="shop", c="other"), [said("ba"), said("bc", Kind.RENAME)])

    assert decided.entities == {"b": "c", "c": "c"}


@given(
    st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from("abcdef"), st.sampled_from(list(Kind))), max_size=12),
    st.lists(st.frozensets(st.sampled_from("abcdef"), min_size=2, max_size=2), max_size=3),
    st.dictionaries(st.sampled_from("abcdef"), st.sampled_from(["shop", "import:dbt"]), max_size=4),
    st.randoms(use_true_random=False),
)
def test_order_never_matters_and_what_must_not_be_one_never_is(
    pairs: list[tuple[str, str, Kind]], held: list[frozenset[str]], scopes: dict[str, str], chance: random.Random
) -> None:
    evidence = [said(a + b, kind, hour=n + 1) for n, (a, b, kind) in enumerate(pairs) if a != b]
    known = members("abcdef", **scopes)

    decided = decide(known, evidence, held)

    shuffled, others = evidence[:], known[:]
    chance.shuffle(shuffled)
    chance.shuffle(others)
    assert decide(others, shuffled, held) == decided
    groups = {root: {id_ for id_, its in decided.entities.items() if its == root} for root in decided.entities.values()}
    assert all(root in group and not any(pair <= group for pair in held) for root, group in groups.items())
    declared = {id_ for id_, scope in scopes.items() if scope == "shop"}
    assert all(len(group & declared) <= 1 for group in groups.values())
