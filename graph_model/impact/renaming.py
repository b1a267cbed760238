"""Whether a new text of SQL differs from the old one in nothing but names that changes of the same set explain."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

_TOKEN = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|--[^\n]*|/\*.*?\*/|\w+|[^\s\w]", re.DOTALL)


def tokens(text: str) -> list[str]:
    """Words in lower case, quoted names without their quotes; comments are left out."""
    found = (match[0] for match in _TOKEN.finditer(text))
    return [_plain(token) for token in found if not token.startswith(("--", "/*"))]


def mentions(text: str, names: Iterable[str]) -> bool:
    """Whether one of these names is a word of the text."""
    words = set(tokens(text))
    return any(name.lower() in words for name in names)


def differs_in_names_only(before: str, after: str, renames: Mapping[str, str]) -> bool:
    """`renames` are new names by old ones. `new AS old` says as much as `old` did. An old name that is still there
    cannot be told from the new one, nor two old names that get the same new one."""
    back = {new.lower(): old.lower() for old, new in renames.items()}
    words = tokens(after)
    if len(back) < len(renames) or any(old in words for old in back.values() if not _only_as_alias(old, words)):
        return False
    return _without_aliases([back.get(word, word) for word in words]) == _without_aliases(tokens(before))


def reads_under_old_names(before: str, after: str, tables: Mapping[str, Mapping[str, str]]) -> bool:
    """Whether the new text is the old one over subqueries that give each table its old columns back: all of them, in
    their order, as in `(SELECT id, amount AS price FROM orders) AS orders`.

    `tables`: of each table with renamed columns, each column as it was called, with its new name.
    """
    views = {
        table.lower(): _view_of(table.lower(), {was.lower(): now.lower() for was, now in columns.items()})
        for table, columns in tables.items()
    }
    return reads_through(before, after, views)


def reads_through(before: str, after: str, views: Mapping[str, list[str]]) -> bool:
    """Whether the new text is the old one over these subqueries (words, by table in lower case) and nothing else."""
    old, words = _without_aliases(tokens(before)), _without_aliases(tokens(after))
    for name, view in views.items():
        words = _without_views(words, name, view)
        is_common = any(old[place : place + 3] == [name, "as", "("] for place in range(len(old)))
        if is_common or any(word == name and after != "." for word, after in zip(words, [*words[1:], ""], strict=True)):
            return False  # it is also read as it is, or something else is called so
    plain = [word.removeprefix(_VIEW) for word in words]
    return plain != words and _without_as(plain) == _without_as(old)


_VIEW = "\0"
"""Marks a table that is read through such a subquery."""


def _view_of(table: str, columns: Mapping[str, str]) -> list[str]:
    listed = [[now] if now == was else [now, "as", was] for was, now in columns.items()]
    return ["(", "select", *[word for column in listed for word in (*column, ",")][:-1], "from", table, ")"]


def _without_views(words: list[str], table: str, view: list[str]) -> list[str]:
    found: list[str] = []
    place = 0
    while place < len(words):
        if words[place : place + len(view)] != view:
            found.append(words[place])
            place += 1
            continue
        found.append(f"{_VIEW}{table}")
        place += len(view)
        place += words[place : place + 1] == ["as"]
        place += words[place : place + 1] == [table]  # its own name as an alias says nothing
    return found


def _without_as(words: list[str]) -> list[str]:
    return [word for word in words if word not in ("as", ";")]


def takes_whatever_there_is(text: str) -> bool:
    """Whether a query reads columns that it does not name: by a star, `COLUMNS(…)` or a natural join."""
    words = ["", *tokens(text), ""]
    for before, word, after in zip(words, words[1:], words[2:], strict=False):
        if word == "natural" or (word == "columns" and after == "("):
            return True
        if word == "*" and (before in ("select", "distinct", "all", ",", ".") or (before == "(" and after != ")")):
            return True
    return any(word in ("pivot", "unpivot", "summarize", "describe") for word in words)


def _plain(token: str) -> str:
    if token.startswith("'"):
        return token
    return token[1:-1].replace('""', '"').lower() if token.startswith('"') else token.lower()


def _only_as_alias(name: str, words: list[str]) -> bool:
    return all(words[place - 1 : place] == ["as"] for place, word in enumerate(words) if word == name)


def _without_aliases(words: list[str]) -> list[str]:
    kept: list[str] = []
    for word in words:
        if len(kept) > 1 and kept[-1] == "as" and kept[-2] == word:
            kept.pop()
        else:
            kept.append(word)
    while kept and kept[-1] == ";":
        kept.pop()
    return kept
