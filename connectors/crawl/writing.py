"""Proposals as the text of an estate file, and their columns as contracts. What is only guessed becomes a comment."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from connectors.crawl.entities import Proposal
from graph_model.contracts.entities import Column
from graph_model.schemas.documents import to_odcs
from graph_model.schemas.types import read

HEAD = (
    "# Proposed from what lies there. What is only guessed stands in comments; look it through, then `headwater plan`."
)
_PLAIN = re.compile(r"^[A-Za-z][\w./-]*$")
_WORDS = ("true", "false", "null", "yes", "no", "on", "off", "y", "n")


def estate_text(
    scope: str, proposals: Iterable[Proposal], *, namespace: str = "", contracts: str = "", guesses: bool = False
) -> str:
    """A whole estate file; its namespace is the scope unless another is given.

    `contracts` is the folder of the contracts beside it; empty: there are none. `guesses`: what is guessed about owners
    counts as said.
    """
    lines = [HEAD, f"scope: {scalar(scope)}", f"namespace: {scalar(namespace or scope)}", "datasets:"]
    for one in proposals:
        contract = f"{contracts}/{file_name(one)}" if contracts and one.columns else ""
        lines += [f"  {line}" if line else "" for line in entry(one, contract=contract, guesses=guesses)]
    return "\n".join(lines) + "\n"


def entry(one: Proposal, *, contract: str = "", guesses: bool = False) -> Iterator[str]:
    """The lines of one dataset, its name without indentation."""
    yield f"{scalar(one.name)}:" + (f"  # {plain(one.summary)}" if one.summary else "")
    words: dict[str, Any] = {
        "description": one.description,
        "format": one.format,
        "location": one.location,
        "url": one.url,
        "table": one.table,
        "options": one.options,
        "partition": one.partition,
        "contract": contract,
    }
    yield from (f"  {key}: {flow(value)}" for key, value in words.items() if value)
    yield from _owners(one, counted=guesses)
    yield from (f"  # guess: key {plain(guess.value)} ({plain(guess.why)})" for guess in one.keys)
    yield from (f"  # {plain(note)}" for note in one.notes)


def _owners(one: Proposal, *, counted: bool) -> Iterator[str]:
    if counted and one.owners:
        whys = ", ".join(dict.fromkeys(guess.why for guess in one.owners))
        yield f"  owners: {flow([guess.value for guess in one.owners])}  # guess: {plain(whys)}"
    else:
        yield from (f"  # guess: owner {plain(guess.value)} ({plain(guess.why)})" for guess in one.owners)


def file_name(one: Proposal) -> str:
    return f"{one.name}.odcs.yaml"


def contract_text(one: Proposal) -> str:
    """An ODCS contract that promises what the files or the database say of themselves: types, and real constraints."""
    lines = [
        "apiVersion: v3.1.0",
        "kind: DataContract",
        f"id: {scalar(one.name)}",
        "version: 0.1.0",
        "status: draft",
        "schema:",
        f"  - name: {scalar(one.name)}",
    ]
    lines += [f"    # guess: primaryKey {plain(guess.value)} ({plain(guess.why)})" for guess in one.keys]
    return "\n".join([*lines, "    properties:", *_properties(one, one.columns, "", 6)]) + "\n"


def _properties(one: Proposal, columns: Sequence[Column], outer: str, depth: int) -> Iterator[str]:
    """The columns right below `outer`, each followed by its own. A name that holds a dot itself stays whole."""
    paths = {column.path for column in columns}
    for column in columns:
        if _parent(column.path, paths) != outer:
            continue
        name = column.path.removeprefix(f"{outer}.") if outer else column.path
        words = _property(one, column, name)
        inner = list(_properties(one, columns, column.path, depth + 4))
        if not inner:
            yield f"{' ' * depth}- {flow(words)}"
            continue
        said = [f"{key}: {flow(value)}" for key, value in words.items()]
        yield from (
            f"{' ' * depth}{'  ' if place else '- '}{line}" for place, line in enumerate([*said, "properties:"])
        )
        yield from inner


def _property(one: Proposal, column: Column, name: str) -> dict[str, Any]:
    found: dict[str, Any] = {"name": name, **to_odcs(read(column.type))}
    if column.path in one.key:
        position = {"primaryKeyPosition": one.key.index(column.path) + 1} if len(one.key) > 1 else {}
        found |= {"primaryKey": True, **position}
    elif not column.nullable:
        found["required"] = True
    if column.path in one.unique and one.key != (column.path,):
        found["unique"] = True
    if column.description:
        found["description"] = column.description
    return found


def _parent(path: str, paths: set[str]) -> str:
    outer = path
    while "." in outer:
        outer = outer.rpartition(".")[0]
        if outer in paths:
            return outer
    return ""


def scalar(value: Any) -> str:
    """A value as YAML: bare where nobody could read it as anything else."""
    if not isinstance(value, str):
        return json.dumps(value, ensure_ascii=False, default=str)
    if re.fullmatch(r"\d{4}(-\d{2}(-\d{2}(T\d{2})?)?|-W\d{2}|-Q[1-4])", value):
        return value
    bare = _PLAIN.match(value) and value.lower() not in _WORDS
    return value if bare else json.dumps(value, ensure_ascii=False)


def flow(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{scalar(str(key))}: {flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(flow(item) for item in value) + "]"
    return scalar(value)


def plain(text: str) -> str:
    """A text as part of a comment: on one line, and nothing in it that ends it."""
    return "".join(char if char.isprintable() else " " for char in " ".join(text.split()))
