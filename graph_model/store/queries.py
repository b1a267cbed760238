"""Loads the named queries below `cypher/` and holds each to the promise of its header.

A file `cypher/lineage/step_down.cypher` is the query `lineage.step_down`. A second file for one engine
(`step_down.arcadedb.cypher`) replaces it there and must keep its parameters and columns; its purpose says why it
exists.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import takewhile
from pathlib import Path
from typing import Literal, LiteralString, cast

from graph_model.errors import HeadwaterError

CYPHER_ROOT = Path(__file__).parents[2] / "cypher"
ENGINES = ("neo4j", "arcadedb")
Access = Literal["read", "write"]

_HEADER = re.compile(r"^// (name|purpose|param|returns|access):\s*(.*)$")
PARAMETER = re.compile(r"\$([A-Za-z_]\w*)")
NOT_CODE = re.compile(r"//[^\n]*|'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"")


class BadQueryFile(HeadwaterError):
    """A query file breaks the rules of its header."""

    def __init__(self, path: Path, problem: str) -> None:
        super().__init__(f"{path}: {problem}")


@dataclass(frozen=True, slots=True)
class NamedQuery:
    """`lists` are those of its parameters that are lists."""

    name: str
    text: LiteralString
    parameters: frozenset[str]
    lists: frozenset[str]
    returns: str
    access: Access


@cache
def load_queries(engine: str, root: Path = CYPHER_ROOT) -> Mapping[str, NamedQuery]:
    """Every named query, by name, in the form meant for `engine`. Raises BadQueryFile."""
    common: dict[str, NamedQuery] = {}
    special: dict[str, NamedQuery] = {}
    for path in sorted(root.glob("*/*.cypher")):
        if path.parent.name == "schema":
            continue
        stem, _, variant = path.stem.partition(".")
        if variant and variant not in ENGINES:
            raise BadQueryFile(path, f"{variant!r} is no engine; known are {', '.join(ENGINES)}")
        query = parse_query(path, name=f"{path.parent.name}.{stem}")
        if not variant:
            common[query.name] = query
        elif variant == engine:
            special[query.name] = query
    for name, query in special.items():
        if name not in common or common[name].parameters != query.parameters:
            raise BadQueryFile(root, f"{name} for {engine} has no common form with the same parameters")
    return common | special


def parse_query(path: Path, *, name: str) -> NamedQuery:
    """One query file, its header checked against its text."""
    header: dict[str, list[str]] = {}
    lines = path.read_text().splitlines()
    matches = list(takewhile(bool, map(_HEADER.match, lines)))
    for key, value in (found.groups() for found in matches if found):
        header.setdefault(key, []).append(value.strip())
    body = "\n".join(lines[len(matches) :]).strip()
    _check_header(path, header, body, name)
    words = [line.split() for line in header.get("param", [])]
    declared = frozenset(word[0] for word in words)
    used = frozenset(PARAMETER.findall(NOT_CODE.sub("", body)))
    if declared != used:
        raise BadQueryFile(path, f"declares {sorted(declared)} but uses {sorted(used)}")
    return NamedQuery(
        name,
        cast(LiteralString, body),
        declared,
        frozenset(word[0] for word in words if word[1:2] == ["list"]),
        header["returns"][0],
        "read" if header["access"] == ["read"] else "write",
    )


def _check_header(path: Path, header: Mapping[str, list[str]], body: str, name: str) -> None:
    for key in ("name", "purpose", "returns", "access"):
        if not header.get(key):
            raise BadQueryFile(path, f"the header has no `{key}` line")
    if header["name"] != [name]:
        raise BadQueryFile(path, f"is named {header['name'][0]!r}, its place says {name!r}")
    if header["access"] not in (["read"], ["write"]):
        raise BadQueryFile(path, "access is `read` or `write`")
    if not body:
        raise BadQueryFile(path, "has no query below its header")
