"""Reads a file of changes: every mistake at once, each with its line and the nearest right word."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from graph_model.contracts.definition import as_text
from graph_model.errors import DomainError, InvalidChanges, Mistake, nearest
from graph_model.estate.yaml_lines import Entries, Items, Scalar, Tree, read_yaml
from graph_model.impact.entities import Change
from graph_model.impact.written import FOUND_OUT, KIND, KINDS, OPTIONS, SQL_FILE, fields_of, required_of
from graph_model.names import Name, parse_name
from graph_model.schemas.types import NotAType, parse

MOST_CHANGES = 1000
_EXAMPLE = "write - {change: KIND, …}"
_TYPES = "write integer, int64, decimal(10,2) …"


class Naming(Protocol):
    """Finds what a text names. Each raises a DomainError that says the nearest name."""

    def dataset(self, text: str) -> Name: ...

    def job(self, text: str) -> Name: ...

    def consumer(self, text: str) -> Name: ...


@dataclass(frozen=True, slots=True)
class Said:
    """A change as it was said; `open` are the keys that were left out and can be found out."""

    change: Change
    line: int
    open: frozenset[str] = frozenset()


def read_changes(text: str, *, file: str, naming: Naming, folder: Path) -> tuple[Said, ...]:
    """The changes of a YAML or JSON list; files that it names lie below `folder`. Raises InvalidChanges."""
    if not text.strip():
        raise InvalidChanges([Mistake(file, 1, "is empty", _EXAMPLE)])
    read = read_yaml(text, file=file)
    found = _Reading(file, naming, folder, list(read.mistakes))
    said = found.all(read.tree) if read.tree is not None else ()
    if found.mistakes:
        raise InvalidChanges(sorted(found.mistakes, key=lambda mistake: mistake.line))
    return said


class _Wrong(Exception):
    """What stands in one place is not what it should be."""

    def __init__(self, line: int, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.line, self.message, self.hint = line, message, hint


@dataclass(slots=True)
class _Reading:
    file: str
    naming: Naming
    folder: Path
    mistakes: list[Mistake] = field(default_factory=list)

    def all(self, tree: Tree) -> tuple[Said, ...]:
        if not isinstance(tree, Items) or not tree.items:
            self.mistakes.append(Mistake(self.file, tree.line, "is no list of changes", _EXAMPLE))
            return ()
        if len(tree.items) > MOST_CHANGES:
            self.mistakes.append(Mistake(self.file, tree.line, f"holds more than {MOST_CHANGES} changes"))
            return ()
        return tuple(said for item in tree.items if (said := self._one(item)) is not None)

    def _one(self, item: Tree) -> Said | None:
        if not isinstance(item, Entries):
            self._note(item.line, "a change is a mapping", "write {change: KIND, …}")
            return None
        entries = {key.text: (key, value) for key, value in item.entries}
        name = self._kind(item, entries)
        return self._of_kind(name, item, entries) if name else None

    def _kind(self, item: Entries, entries: dict[str, tuple[Scalar, Tree]]) -> str | None:
        if KIND not in entries:
            self._note(item.line, f"does not say its {KIND}", f"one of {', '.join(KINDS)}")
            return None
        said = entries[KIND][1]
        name = said.text if isinstance(said, Scalar) else ""
        if name in KINDS:
            return name
        self._note(said.line, f"there is no change {name!r}", _near(name, KINDS))
        return None

    def _of_kind(self, name: str, item: Entries, entries: dict[str, tuple[Scalar, Tree]]) -> Said | None:
        kind = KINDS[name]
        takes, before = fields_of(kind), len(self.mistakes)
        known = (*takes, SQL_FILE) if "sql" in takes else tuple(takes)
        for key, (written, _) in entries.items():
            if key not in (KIND, *known):
                self._note(written.line, f"{name} has no key {key}", _near(key, known))
        for key in required_of(kind):
            if key not in entries:
                self._note(item.line, f"{name} needs {key}")
        values = dict(self._values(name, takes, entries))
        if len(self.mistakes) > before:
            return None
        left = FOUND_OUT.intersection(takes) - values.keys()
        values |= {key: True if key == "weaker" else None for key in left}
        return Said(kind(**values), item.line, frozenset(left))

    def _values(
        self, name: str, takes: dict[str, Any], entries: dict[str, tuple[Scalar, Tree]]
    ) -> Iterator[tuple[str, Any]]:
        home: Name | None = None
        for key, hint in takes.items():
            if key not in entries and not (key == "sql" and SQL_FILE in entries):
                continue
            try:
                if key == "sql" and SQL_FILE in entries:
                    yield key, self._sql(entries)
                    continue
                value = self._value(key, hint, entries[key][1], home)
            except _Wrong as wrong:
                self._note(wrong.line, f"{name}: {wrong.message}", wrong.hint)
                continue
            home = value if isinstance(value, Name) and home is None else home
            yield key, value

    def _value(self, key: str, hint: Any, tree: Tree, home: Name | None) -> Any:
        if hint is Name:
            return self._name(key, tree, home)
        if key == "type":
            return _type(_text(key, tree) or "", tree)
        return _READERS[hint](key, tree)

    def _name(self, key: str, tree: Tree, home: Name | None) -> Name:
        text = _text(key, tree) or ""
        try:
            if key == "to":  # it need not exist
                return parse_name(text, default_namespace=home.namespace if home else None)
            return {"job": self.naming.job, "consumer": self.naming.consumer}.get(key, self.naming.dataset)(text)
        except DomainError as error:
            raise _Wrong(tree.line, str(error)) from None

    def _sql(self, entries: dict[str, tuple[Scalar, Tree]]) -> str:
        key, tree = entries[SQL_FILE]
        if "sql" in entries:
            raise _Wrong(key.line, f"says both sql and {SQL_FILE}", "keep one of them")
        path = self.folder / (_text(SQL_FILE, tree) or "")
        if not path.resolve().is_relative_to(self.folder.resolve()):
            raise _Wrong(tree.line, f"{path} does not lie below {self.folder}")
        try:
            return path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError, ValueError):
            raise _Wrong(tree.line, f"the file {path} cannot be read") from None

    def _note(self, line: int, message: str, hint: str | None = None) -> None:
        self.mistakes.append(Mistake(self.file, line, message, hint))


def _near(word: str, known: Collection[str]) -> str:
    near = nearest(word, known)
    return f"did you mean {near}?" if near else f"one of {', '.join(known)}"


def _text(key: str, tree: Tree, *, may_be_none: bool = False) -> str | None:
    if isinstance(tree, Scalar) and tree.value is not None:
        return tree.text
    if isinstance(tree, Scalar) and may_be_none:
        return None
    raise _Wrong(tree.line, f"{key} must be a text")


def _type(text: str, tree: Tree) -> str:
    try:
        parse(text)
    except NotAType as error:
        raise _Wrong(tree.line, str(error), _TYPES) from None
    return text


def _flag(key: str, tree: Tree) -> bool:
    if isinstance(tree, Scalar) and isinstance(tree.value, bool):
        return tree.value
    raise _Wrong(tree.line, f"{key} must be true or false")


def _number(key: str, tree: Tree) -> int | None:
    value = tree.value if isinstance(tree, Scalar) else ""
    if value is None or (isinstance(value, int) and not isinstance(value, bool) and value >= 0):
        return value
    raise _Wrong(tree.line, f"{key} must be a whole number from 0 on")


def _texts(key: str, tree: Tree) -> tuple[str, ...]:
    if isinstance(tree, Items):
        return tuple(_text(f"each of {key}", item) or "" for item in tree.items)
    raise _Wrong(tree.line, f"{key} must be a list")


def _texts_or_none(key: str, tree: Tree) -> tuple[str, ...] | None:
    return None if isinstance(tree, Scalar) and tree.value is None else _texts(key, tree)


def _text_or_none(key: str, tree: Tree) -> str | None:
    return _text(key, tree, may_be_none=True)


def _options(key: str, tree: Tree) -> tuple[tuple[str, str | None, str | None], ...]:
    return tuple(_each_option(key, tree))


def _each_option(key: str, tree: Tree) -> Iterator[tuple[str, str | None, str | None]]:
    """By option what it is from now on; or what it was and is."""
    if not isinstance(tree, Entries):
        raise _Wrong(tree.line, f"{key} must say each option with its new value")
    for option, said in tree.entries:
        if isinstance(said, Entries):
            values = {inner.text: _option(value) for inner, value in said.entries}
            if values.keys() - {"before", "after"}:
                raise _Wrong(said.line, f"{key}: {option.text} takes before and after")
            yield option.text, values.get("before"), values.get("after")
        else:
            yield option.text, None, _option(said)


def _option(tree: Tree) -> str | None:
    if not isinstance(tree, Scalar):
        raise _Wrong(tree.line, "the value of an option must be plain")
    return None if tree.value is None else as_text(tree.value)


def _moment(key: str, tree: Tree) -> datetime:
    try:
        found = datetime.fromisoformat(_text(key, tree) or "")
    except ValueError:
        raise _Wrong(tree.line, f"{key} must be a time", "write 2013-01-05T07:00:00Z") from None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


_READERS: Mapping[Any, Callable[[str, Tree], Any]] = {
    bool: _flag,
    int | None: _number,
    str: _text,
    str | None: _text_or_none,
    tuple[str, ...]: _texts,
    tuple[str, ...] | None: _texts_or_none,
    datetime: _moment,
    OPTIONS: _options,
}
