"""A contract file as text: parsed, and able to say in which line something stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

import yaml

from graph_model.errors import InvalidContract, nearest

Path = tuple[str | int, ...]


class _Loader(yaml.SafeLoader):
    """Safe, and leaves `2013-01-05` the text that JSON and the checks know it as."""

    yaml_implicit_resolvers: ClassVar = {
        first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


class Source:
    """One contract file. Raises InvalidContract when it is not YAML with an object at the top."""

    def __init__(self, text: str, file: str) -> None:
        self.file = file
        try:
            self._root = yaml.compose(text, Loader=_Loader)
            self.document = yaml.load(text, Loader=_Loader)  # noqa: S506  a safe loader, see above
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            raise InvalidContract(
                file, mark.line + 1 if mark else None, f"not YAML: {error.problem or error.context}"
            ) from None
        except (yaml.YAMLError, ValueError, RecursionError) as error:
            raise InvalidContract(file, None, f"not YAML: {error}") from None
        if not isinstance(self.document, dict):
            raise InvalidContract(file, None, "a contract is a mapping with `apiVersion`, `kind` and `schema`")

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
        value = self.document
        for step in path:
            value = value[step]
        return value

    def known_keys(self, path: Path, known: Iterable[str]) -> None:
        """Refuses a key that means nothing here: a misspelt promise must not pass for none."""
        names = list(known)
        for key in self.at(path):
            if key not in names:
                near = nearest(str(key), names)
                raise self.refusal((*path, key), f"unknown key {key!r}" + (f"; did you mean {near}?" if near else ""))


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
