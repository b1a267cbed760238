"""A contract file as text: parsed, and able to say in which line something stands."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

import yaml

from graph_model.errors import InvalidContract, nearest
from graph_model.yaml_nodes import QuickLoader, composed

Path = tuple[str | int, ...]
MOST_DEPTH = 60
MOST_VALUES = 500_000
"""So many values a contract may have once its aliases are followed; a file of ten lines can stand for billions."""
_MOST_BITS = 1024


_SURROGATES = re.compile("[\ud800-\udfff]")
_OWN_RULES = ("timestamp", "bool", "int", "float")


class _Meaning(yaml.resolver.Resolver):
    """Safe. A plain scalar that YAML 1.1 and 1.2 read differently is the text that it looks like: `2013-01-05`,
    `16:00`, `NO` and `007` are neither a date, 960, false nor 7."""

    yaml_implicit_resolvers: ClassVar = {
        first: [rule for rule in rules if rule[0].rpartition(":")[2] not in _OWN_RULES]
        for first, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def construct_scalar(self, node: Any) -> Any:
        """JSON is YAML but for this: it writes what is beyond 16 bits as two escapes, which stand for one character."""
        value = super().construct_scalar(node)  # type: ignore[misc]
        if not isinstance(value, str) or not _SURROGATES.search(value):
            return value
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")


for _tag, _pattern, _first in (
    ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", "tTfF"),
    ("int", r"^(?:[-+]?(?:0|[1-9][0-9]*)|0x[0-9a-fA-F]+)$", "-+0123456789"),
    ("float", r"^(?:[-+]?(?:\.[0-9]+|[0-9]+\.[0-9]*)(?:[eE][-+][0-9]+)?|[-+]?\.inf|\.nan)$", "-+.0123456789"),
):
    _Meaning.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_pattern), list(_first))


class _Loader(_Meaning, yaml.SafeLoader):
    """In Python: it takes every text that is YAML, and says best what is wrong with the others."""


class _QuickLoader(_Meaning, QuickLoader):
    """By libyaml."""


class Source:
    """One contract file. Raises InvalidContract when it is not YAML with an object at the top, or holds what JSON has
    no word for: it must come out of the graph as it went in."""

    def __init__(self, text: str, file: str) -> None:
        self.text, self.file = text, file
        try:
            loader, self._root = composed(text, _QuickLoader, _Loader)
            _Shape(file).look_at(self._root)
            document: Any = loader.construct_document(self._root) if self._root else None
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            raise InvalidContract(
                file, mark.line + 1 if mark else None, f"not YAML: {error.problem or error.context}"
            ) from None
        except (yaml.YAMLError, ValueError, RecursionError) as error:
            raise InvalidContract(file, None, f"not YAML: {error}") from None
        if not isinstance(document, dict):
            raise InvalidContract(file, None, "a contract is a mapping with `apiVersion`, `kind` and `schema`")
        self.document: dict[str, Any] = document
        self._only_json(self.document, ())

    def refusal(self, path: Path, message: str) -> InvalidContract:
        return InvalidContract(self.file, self.line(path), message)

    def line(self, path: Path) -> int:
        """The line of what stands at `path`, or of the nearest thing around it."""
        node, line = self._root, 1
        for step in path:
            entry = _entry(node, step)
            if entry is None:
                break
            line, node = entry
        return line

    def at(self, path: Path) -> Any:
        """The value at `path`, which must exist."""
        value: Any = self.document
        for step in path:
            value = value[step]
        return value

    def _only_json(self, value: Any, path: Path) -> None:
        if isinstance(value, dict):
            for key, inner in value.items():
                if not isinstance(key, str):
                    raise self.refusal((*path, str(key)), f"the key {key!r} must be a text: put it into quotes")
                self._only_json(inner, (*path, key))
        elif isinstance(value, list):
            for position, inner in enumerate(value):
                self._only_json(inner, (*path, position))
        elif not _is_json(value):
            raise self.refusal(path, f"{in_words(path)}: JSON has no word for this value; write it as a text in quotes")

    def known_keys(self, path: Path, known: Iterable[str]) -> None:
        """Refuses a key that means nothing here: a misspelt promise must not pass for none."""
        names = list(known)
        for key in self.at(path):
            if key not in names:
                near = nearest(str(key), names)
                raise self.refusal((*path, key), f"unknown key {key!r}" + (f"; did you mean {near}?" if near else ""))


def _is_json(value: Any) -> bool:
    if isinstance(value, str):
        return not _SURROGATES.search(value)
    if isinstance(value, int):
        return value.bit_length() <= _MOST_BITS
    return value is None or (isinstance(value, float) and math.isfinite(value))


class _Shape:
    """Refuses, before any value is made: keys that stand twice, of which one would be lost without a word; and
    aliases that lead into themselves or to more than anybody can hold."""

    def __init__(self, file: str) -> None:
        self.file = file
        self._sizes: dict[int, int] = {}
        self._open: set[int] = set()

    def look_at(self, root: Any) -> None:
        if root is not None and self._size(root, 0) > MOST_VALUES:
            raise InvalidContract(self.file, None, f"has more than {MOST_VALUES} values once its aliases are followed")

    def _size(self, node: Any, depth: int) -> int:
        key = id(node)
        if key in self._sizes:
            return self._sizes[key]
        if key in self._open or depth > MOST_DEPTH:
            what = "refers to itself" if key in self._open else f"is nested more than {MOST_DEPTH} levels deep"
            raise InvalidContract(self.file, node.start_mark.line + 1, f"what stands here {what}")
        self._open.add(key)
        found = 1 + sum(self._size(inner, depth + 1) for inner in self._inside(node))
        self._open.remove(key)
        self._sizes[key] = found
        return found

    def _inside(self, node: Any) -> list[Any]:
        if isinstance(node, yaml.MappingNode):
            self._keys_once(node)
            return [part for entry in node.value for part in entry]
        return list(node.value) if isinstance(node, yaml.SequenceNode) else []

    def _keys_once(self, node: yaml.MappingNode) -> None:
        seen: set[str] = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                continue
            if key.value in seen:
                raise InvalidContract(self.file, key.start_mark.line + 1, f"{key.value} stands here twice")
            seen.add(key.value)


def _entry(node: Any, step: str | int) -> tuple[int, Any] | None:
    """Line and node of one step: of a mapping the line of the key, of a list that of the item."""
    if isinstance(node, yaml.MappingNode):
        found = next(((key, value) for key, value in node.value if key.value == str(step)), None)
        return (found[0].start_mark.line + 1, found[1]) if found else None
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step].start_mark.line + 1, node.value[step]
    return None


def in_words(steps: Sequence[str | int]) -> str:
    """`schema[0].properties[2].name`."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps).lstrip(".")


def texts(values: Mapping[str, Any] | Sequence[Any]) -> str:
    return ", ".join(str(value) for value in values)
