"""YAML read into a tree that knows the line of every key and value, and refuses what an estate file has no use for.

Plain scalars follow the core schema of YAML 1.2: `no`, `2013-01-05` and `16:00` are texts, as editors take them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from graph_model.errors import Mistake
from graph_model.yaml_nodes import QuickLoader

MOST_BYTES = 256 * 1024
MOST_DEPTH = 20


@dataclass(frozen=True, slots=True)
class Scalar:
    """`text` is the value as it is written; `value` is a text, a number, a truth value or None."""

    line: int
    text: str
    value: str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Items:
    line: int
    items: tuple[Tree, ...]


@dataclass(frozen=True, slots=True)
class Entries:
    line: int
    entries: tuple[tuple[Scalar, Tree], ...]


Tree = Scalar | Items | Entries


@dataclass(frozen=True, slots=True)
class Read:
    """`tree` None: the text cannot be read at all. Mistakes may stand beside a tree (a key written twice)."""

    tree: Tree | None
    mistakes: tuple[Mistake, ...]


class _Core(yaml.resolver.Resolver):
    """The implicit types of YAML 1.2 only."""

    yaml_implicit_resolvers = {}  # noqa: RUF012  the shape that PyYAML wants


_Core.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"^(?:~|null|Null|NULL|)$"), ["~", "n", "N", ""])
_Core.add_implicit_resolver(
    "tag:yaml.org,2002:bool", re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF")
)
_Core.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"^[-+]?[0-9]{1,18}$"), list("-+0123456789"))
_Core.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(r"^[-+]?(?:\.[0-9]+|[0-9]+\.[0-9]*(?:[eE][-+]?[0-9]+)?|[0-9]+[eE][-+]?[0-9]+)$"),
    list("-+.0123456789"),
)


class _CoreLoader(_Core, yaml.SafeLoader):
    """In Python: it takes every text that is YAML, and says best what is wrong with the others."""


class _QuickLoader(_Core, QuickLoader):
    """By libyaml. A depth that would be too much for it is refused before."""


def read_yaml(text: str, *, file: str) -> Read:
    """The one document in `text`. Every refusal is a mistake with its line; nothing is raised."""
    if len(text.encode()) > MOST_BYTES:
        return Read(
            None, (Mistake(file, 1, f"is larger than {MOST_BYTES // 1024} KiB", "split it into several scopes"),)
        )
    try:
        return _read(text, file, _QuickLoader)
    except (yaml.YAMLError, UnicodeError):
        pass  # what libyaml refuses may be YAML all the same, and else the other says better what is wrong
    try:
        return _read(text, file, _CoreLoader)
    except yaml.YAMLError as error:
        return Read(None, (_not_yaml(error, file),))


def _read(text: str, file: str, loader: type[yaml.SafeLoader]) -> Read:
    refused = tuple(_refusals(text, file, loader))
    if refused:
        return Read(None, refused)
    node = yaml.compose(text, Loader=loader)
    if node is None:
        return Read(None, (Mistake(file, 1, "is empty", "an estate starts with `scope: NAME`"),))
    mistakes: list[Mistake] = []
    tree = _tree(node, file, mistakes)
    return Read(tree, tuple(mistakes))


def plain(tree: Tree) -> Any:
    """The tree as plain Python values, without lines. Keys are texts."""
    if isinstance(tree, Scalar):
        return tree.value
    if isinstance(tree, Items):
        return [plain(item) for item in tree.items]
    return {key.text: plain(value) for key, value in tree.entries}


def _refusals(text: str, file: str, loader: type[yaml.SafeLoader]) -> Iterator[Mistake]:
    """What is refused before a tree is built: a tree of aliases or of endless depth could cost more than its text."""
    depth = documents = 0
    for event in yaml.parse(text, Loader=loader):
        line = event.start_mark.line + 1
        documents += isinstance(event, yaml.DocumentStartEvent)
        if documents > 1:
            yield Mistake(file, line, "holds more than one YAML document", "write one estate per file")
            return
        if isinstance(event, yaml.NodeEvent):
            yield from _refused_node(event, file, line)
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MOST_DEPTH:
            yield Mistake(file, line, f"is nested deeper than {MOST_DEPTH} levels")
            return


def _refused_node(event: yaml.NodeEvent, file: str, line: int) -> Iterator[Mistake]:
    if isinstance(event, yaml.AliasEvent):
        yield Mistake(file, line, f"alias *{event.anchor} is not allowed", "write the value out")
    elif event.anchor is not None:
        yield Mistake(file, line, f"anchor &{event.anchor} is not allowed", "write the value out where it is needed")
    if getattr(event, "tag", None) is not None:
        yield Mistake(file, line, f"tag {event.tag} is not allowed", "leave it out")  # type: ignore[attr-defined]


def _not_yaml(error: yaml.YAMLError, file: str) -> Mistake:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or str(error).splitlines()[0]
    return Mistake(file, mark.line + 1 if mark else 1, f"is not YAML: {problem}")


def _tree(node: yaml.Node, file: str, mistakes: list[Mistake]) -> Tree:
    line = node.start_mark.line + 1
    if isinstance(node, yaml.ScalarNode):
        return Scalar(line, node.value, _value(node))
    if isinstance(node, yaml.SequenceNode):
        return Items(line, tuple(_tree(item, file, mistakes) for item in node.value))
    return Entries(line, tuple(_entries(node, file, mistakes)))


def _entries(node: yaml.Node, file: str, mistakes: list[Mistake]) -> Iterator[tuple[Scalar, Tree]]:
    """The entries of a mapping; a key written twice counts the first time only."""
    first_lines: dict[str, int] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        if not isinstance(key_node, yaml.ScalarNode):
            mistakes.append(Mistake(file, line, "a key must be a plain text"))
            continue
        key = Scalar(line, key_node.value, key_node.value)
        if key.text == "<<":
            mistakes.append(Mistake(file, line, "merge key << is not allowed", "write the values out"))
            continue
        value = _tree(value_node, file, mistakes)
        if key.text in first_lines:
            mistakes.append(
                Mistake(
                    file, line, f"key {key.text} is written twice", f"it stands in line {first_lines[key.text]} already"
                )
            )
            continue
        first_lines[key.text] = line
        yield key, value


def _value(node: yaml.ScalarNode) -> str | int | float | bool | None:
    kind = node.tag.rpartition(":")[2]
    if kind == "null":
        return None
    if kind == "bool":
        return node.value.lower() == "true"
    if kind == "int":
        return int(node.value)
    return float(node.value) if kind == "float" else node.value
