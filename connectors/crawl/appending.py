"""Adds a dataset to an estate file without touching anything that stands in it, comments included."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

from graph_model.errors import InvalidEstate, InvalidInput, Mistake
from graph_model.estate.parse import load_estate
from graph_model.estate.yaml_lines import Entries, Scalar, read_yaml

DATASETS = "datasets"


def append(file: Path, entry: Sequence[str]) -> None:
    """Writes `entry` (a name, and its words indented by two) below the datasets of the file, whole or not at all.

    Raises InvalidInput where there is no place for it, and InvalidEstate when it would add a mistake to the file.
    """
    text = file.read_text(encoding="utf-8")
    before = {mistake.message for mistake in _mistakes(file)}
    new = file.with_name(f".{file.name}.{uuid4().hex[:8]}")
    try:
        new.write_text(added(text, entry, str(file)), encoding="utf-8")
        told = [replace(one, file=str(file)) for one in _mistakes(new) if one.message not in before]
        if told:
            raise InvalidEstate(told)
        new.replace(file)
    finally:
        new.unlink(missing_ok=True)


def _mistakes(file: Path) -> Sequence[Mistake]:
    """What is wrong with an estate as far as the file alone tells: what others declare looks unknown."""
    try:
        load_estate(file)
    except InvalidEstate as error:
        return error.mistakes
    return ()


def added(text: str, entry: Sequence[str], file: str) -> str:
    """The text of the estate with one more dataset, after the last one."""
    tree = read_yaml(text, file=file).tree
    if not isinstance(tree, Entries):
        raise InvalidInput(file, "is no estate: it starts with `scope: NAME`")
    lines = text.splitlines()
    keys = {key.text: (key.line, value) for key, value in tree.entries}
    if DATASETS not in keys:
        return "\n".join([*lines, "", f"{DATASETS}:", *_indented(entry, 2)]) + "\n"
    start, value = keys[DATASETS]
    if isinstance(value, Scalar) and value.value is None:
        place, depth = start, 2
    elif isinstance(value, Entries) and value.entries and value.entries[0][0].line > start:
        place, depth = _end(lines, start), _depth(lines[value.entries[0][0].line - 1])
    else:
        raise InvalidInput(file, f"line {start}: datasets stand on one line; give each a line of its own")
    return "\n".join([*lines[:place], *_indented(entry, depth), *lines[place:]]) + "\n"


def _end(lines: Sequence[str], start: int) -> int:
    """Behind the last line of the datasets; comments and blank lines before the next part belong to that."""
    last = start
    for position in range(start, len(lines)):
        line = lines[position]
        if line.strip() and not line.startswith((" ", "#")):
            break
        if line.strip() and line.startswith(" "):
            last = position + 1
    return last


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _indented(entry: Sequence[str], depth: int) -> list[str]:
    return [f"{' ' * depth}{line}" if line else "" for line in entry]
