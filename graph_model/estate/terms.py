"""Reads on which terms a job waits for an input: groups, waiting times, how old it may be, what may stand in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import get_args

from graph_model.estate.sections import Section
from graph_model.estate.vocabulary import GROUP_KEYS, LATEST_GOOD_KEYS, OPTIONAL_KEYS
from graph_model.estate.yaml_lines import Entries, Scalar, Tree
from graph_model.partitions.rules import Mapping
from graph_model.readiness.terms import PLAIN, Group, LatestGood, NewerThan, Terms

MOST_BACK = 1000
_NEWER_THAN = get_args(NewerThan)


def read_members(section: Section) -> Iterator[tuple[Tree, Group | None]]:
    """The inputs as written one by one, those of a group with their group."""
    names: set[str] = set()
    for item in section.items("inputs"):
        if not isinstance(item, Entries) or not any(
            key.text in ("any_of", "at_least", "of") for key, _ in item.entries
        ):
            yield item, None
            continue
        inner = Section(item, section.mistakes, what=f"{section.what}: group", keys=GROUP_KEYS)
        group, members = _group(inner)
        if group and group.name in names:
            inner.wrong(inner.line("group"), f"{group.name} is there twice", "give each group a name of its own")
        names |= {group.name} if group else set()
        yield from ((member, group) for member in members)


def _group(inner: Section) -> tuple[Group | None, tuple[Tree, ...]]:
    key = "any_of" if "any_of" in inner else "of"
    members = inner.items(key)
    if "any_of" in inner and ("of" in inner or "at_least" in inner):
        inner.wrong(
            inner.line("any_of"), "says any_of and at_least", "`any_of` is for one, `at_least: N, of:` for more"
        )
        return None, members
    if key not in inner:
        inner.wrong(inner.start, "does not say of which inputs", "write `at_least: 2, of: [a, b, c]`")
        return None, ()
    least = 1 if key == "any_of" else inner.number("at_least", default=1, least=1)
    if least > len(members):
        inner.wrong(inner.line("at_least"), f"at least {least} of {len(members)} can never be there")
        return None, members
    name = inner.text("group")
    wait = inner.seconds("wait") or 0.0
    return Group(name.value if name else ", ".join(map(_called, members)), least, wait), members


def _called(member: Tree) -> str:
    if isinstance(member, Scalar):
        return member.text
    entries = member.entries if isinstance(member, Entries) else ()
    return next((tree.text for key, tree in entries if key.text == "dataset" and isinstance(tree, Scalar)), "?")


def read_terms(inner: Section, group: Group | None) -> tuple[bool, Terms]:
    """Whether the input is required, and its terms."""
    optional, wait = _optional(inner)
    if group and optional:
        inner.wrong(inner.line("optional"), "is optional in a group", "the group says how many must be there")
    terms = Terms(wait, inner.seconds("max_age"), _latest_good(inner), _newer_than(inner), group)
    return not optional and group is None, terms


def _optional(inner: Section) -> tuple[bool, float]:
    if not isinstance(inner.tree("optional"), Entries):
        return inner.flag("optional", default=False), 0.0
    said = inner.section("optional", OPTIONAL_KEYS)
    return True, (said.seconds("wait", required=True) or 0.0) if said else 0.0


def _latest_good(inner: Section) -> LatestGood | None:
    tree = inner.tree("latest_good")
    if tree is None:
        return None
    if isinstance(tree, Scalar):
        return _back(inner, inner.as_number(tree, "latest_good", least=1))
    said = inner.section("latest_good", LATEST_GOOD_KEYS)
    if said is None:
        return None
    if "back" not in said:
        said.wrong(said.start, "does not say how far back", "write `back: 3`")
        return None
    found = _back(inner, said.number("back", default=1, least=1))
    return replace(found, wait=said.seconds("wait") or 0.0) if found else None


def _back(inner: Section, count: int | None) -> LatestGood | None:
    if count is not None and count > MOST_BACK:
        inner.wrong(inner.line("latest_good"), f"latest_good goes {MOST_BACK} partitions back at most, not {count}")
    return LatestGood(count) if count else None


def _newer_than(inner: Section) -> NewerThan | None:
    word = inner.word("newer_than", _NEWER_THAN)
    return next((known for known in _NEWER_THAN if known == word), None)


def terms_problem(terms: Terms, mapping: Mapping, *, has_partitions: bool) -> tuple[str, str] | None:
    """Why an input that is taken by `mapping` cannot have these terms, and the mend."""
    if terms == PLAIN:
        return None
    if terms.latest_good and not has_partitions:
        return "has no partitions, so no earlier one can serve", "leave `latest_good` out"
    if terms.latest_good and mapping.serves_all:
        return f"is taken by `{mapping}`, for which no earlier one can serve", "leave `latest_good` out"
    if mapping.takes_several and (terms.latest_good or terms.max_age is not None):
        word = "latest_good" if terms.latest_good else "max_age"
        return f"takes several partitions, and `{word}` is about one", f"leave `{word}` out"
    return None
