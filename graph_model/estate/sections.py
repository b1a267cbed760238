"""Reads one mapping of an estate file key by key: types, unknown keys and missing ones are told where they stand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from graph_model.errors import InvalidName, Mistake, nearest
from graph_model.estate.durations import EXAMPLE, parse_duration
from graph_model.estate.yaml_lines import Entries, Items, Scalar, Tree, plain
from graph_model.names import Name, parse_name

T = TypeVar("T")
LONGEST_NAME = 255


@dataclass(frozen=True, slots=True)
class Said(Generic[T]):
    """A value, and the line that says it."""

    value: T
    line: int


@dataclass(slots=True)
class Mistakes:
    """Gathers everything wrong with one estate."""

    file: str
    found: list[Mistake] = field(default_factory=list)

    def add(self, line: int, message: str, hint: str | None = None) -> None:
        self.found.append(Mistake(self.file, line, message, hint))

    def unknown(
        self, line: int, message: str, word: str, known: Iterable[str], *, otherwise: str | None = None
    ) -> None:
        """A word that is not one of `known`: with the nearest of them, else with `otherwise`."""
        near = nearest(word, known)
        self.add(line, message, f"did you mean {near}?" if near else otherwise)


class Section:
    """One mapping of the file. `what` names it in messages (`dataset raw_flights`); keys outside `keys` are mistakes.

    `start` is the line that tells of what is missing: the one with the section's name.
    """

    def __init__(
        self, tree: Entries, mistakes: Mistakes, *, what: str, keys: Sequence[str], start: int | None = None
    ) -> None:
        self.start, self.what, self.mistakes = start or tree.line, what, mistakes
        self._values = {key.text: (key.line, value) for key, value in tree.entries}
        for key, (line, _) in self._values.items():
            if key not in keys:
                mistakes.unknown(
                    line, f"{what}: unknown key {key}", key, keys, otherwise=f"known are {', '.join(keys)}"
                )

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def line(self, key: str) -> int:
        """Where `key` stands; where the section starts if it does not."""
        return self._values[key][0] if key in self._values else self.start

    def tree(self, key: str) -> Tree | None:
        return self._values[key][1] if key in self._values else None

    def wrong(self, line: int, message: str, hint: str | None = None) -> None:
        self.mistakes.add(line, f"{self.what}: {message}", hint)

    def text(self, key: str, *, required: bool = False) -> Said[str] | None:
        """The text under `key`. A number or truth value counts as what is written there."""
        tree = self.tree(key)
        if tree is None:
            if required:
                self.wrong(self.start, f"has no {key}")
            return None
        return self.as_text(tree, key)

    def as_text(self, tree: Tree, what: str) -> Said[str] | None:
        if not isinstance(tree, Scalar) or tree.value is None or not tree.text.strip():
            self.wrong(tree.line, f"{what} must be a text, not {describe(tree)}")
            return None
        return Said(tree.text, tree.line)

    def word(self, key: str, words: Sequence[str], *, required: bool = False) -> str | None:
        """The text under `key`, which must be one of `words`."""
        said = self.text(key, required=required)
        if said is None or said.value in words:
            return said.value if said else None
        message = f"{self.what}: {said.value} is no {key}"
        self.mistakes.unknown(said.line, message, said.value, words, otherwise=f"known are {', '.join(words)}")
        return None

    def seconds(self, key: str, *, required: bool = False) -> float | None:
        """The length of time under `key` (30s, 10m …), in seconds; None where there is none, or no such length."""
        said = self.text(key, required=required)
        if said is None:
            return None
        seconds = parse_duration(said.value)
        if seconds is None:
            self.wrong(said.line, f"{key} {said.value!r} is no length of time", f"write {EXAMPLE}")
        return seconds

    def number(self, key: str, *, default: int, least: int | None = None) -> int:
        tree = self.tree(key)
        if tree is None:
            return default
        found = self.as_number(tree, key, least=least)
        return default if found is None else found

    def as_number(self, tree: Tree, what: str, *, least: int | None = None) -> int | None:
        value = tree.value if isinstance(tree, Scalar) else None
        if not isinstance(value, int) or isinstance(value, bool):
            self.wrong(tree.line, f"{what} must be a whole number, not {describe(tree)}")
            return None
        if least is not None and value < least:
            self.wrong(tree.line, f"{what} must be {least} or more, not {value}")
            return None
        return value

    def flag(self, key: str, *, default: bool) -> bool:
        tree = self.tree(key)
        if tree is None:
            return default
        if isinstance(tree, Scalar) and isinstance(tree.value, bool):
            return tree.value
        self.wrong(tree.line, f"{key} must be true or false, not {describe(tree)}")
        return default

    def items(self, key: str) -> tuple[Tree, ...]:
        tree = self.tree(key)
        return () if tree is None else self.as_items(tree, key)

    def as_items(self, tree: Tree, what: str) -> tuple[Tree, ...]:
        if isinstance(tree, Items):
            return tree.items
        self.wrong(tree.line, f"{what} must be a list, not {describe(tree)}")
        return ()

    def texts(self, key: str) -> tuple[Said[str], ...]:
        said = (self.as_text(item, f"each of {key}") for item in self.items(key))
        return tuple(one for one in said if one)

    def entries(self, key: str) -> tuple[tuple[Scalar, Tree], ...]:
        """The entries of the mapping under `key`; none when it is not there."""
        tree = self.tree(key)
        if tree is None:
            return ()
        if isinstance(tree, Entries):
            return tree.entries
        self.wrong(tree.line, f"{key} must be a mapping, not {describe(tree)}")
        return ()

    def section(self, key: str, keys: Sequence[str]) -> Section | None:
        tree = self.tree(key)
        if tree is None:
            return None
        if isinstance(tree, Entries):
            return Section(tree, self.mistakes, what=f"{self.what}: {key}", keys=keys, start=self.line(key))
        self.wrong(tree.line, f"{key} must be a mapping, not {describe(tree)}")
        return None

    def values(self, key: str) -> dict[str, Any]:
        """The mapping under `key` as plain values."""
        return {entry.text: plain(value) for entry, value in self.entries(key)}

    def owners(self) -> tuple[str, ...]:
        """`owner` and `owners` together, each once, in the order they are written."""
        one = self.text("owner")
        return tuple(dict.fromkeys(said.value for said in ((one,) if one else ()) + self.texts("owners")))

    def description(self) -> str:
        return self.words("description")

    def words(self, key: str) -> str:
        """The text under `key`; empty when it is not there."""
        said = self.text(key)
        return said.value if said else ""


def named(text: Said[str], *, namespace: str, what: str, mistakes: Mistakes) -> Name | None:
    """The name that is written, bare or NAMESPACE/NAME."""
    try:
        name = parse_name(text.value, default_namespace=namespace)
    except InvalidName as error:
        mistakes.add(text.line, f"{what}: {error}")
        return None
    # A name becomes part of a path below the storage root, and a word in messages and addresses.
    if (
        name.name in (".", "..")
        or not text.value.isprintable()
        or text.value != text.value.strip()
        or len(text.value) > LONGEST_NAME
    ):
        mistakes.add(text.line, f"{what}: {text.value!r} is not a name", "use letters, digits, `_`, `-` and `.`")
        return None
    return name


def shown(name: Name, namespace: str) -> str:
    """A name as the file would write it: bare in its own namespace."""
    return name.name if name.namespace == namespace else str(name)


def describe(tree: Tree) -> str:
    """What stands there, in a reader's words."""
    if isinstance(tree, Items):
        return "a list"
    if isinstance(tree, Entries):
        return "a mapping"
    if tree.value is None or not tree.text.strip():
        return "nothing"
    return {bool: "a truth value", int: "a number", float: "a number"}.get(type(tree.value), f"the text {tree.text!r}")
