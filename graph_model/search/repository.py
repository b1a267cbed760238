"""What is said of the things that may answer a search. The engine finds candidates; `rules` judges them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from graph_model.names import Name
from graph_model.search.entities import Kind, Said, Thing
from graph_model.search.words import letters_wrong
from graph_model.store.graph import Graph, Row

Evidence = tuple[Thing, Said]


def said_of_things(
    graph: Graph, words: Sequence[str], kinds: Collection[Kind], *, limit: int
) -> tuple[list[Evidence], bool]:
    """Names, namespaces, descriptions, tags and domains that have one of the words; and whether these are all."""
    rows = graph.rows("search.things", words=list(words), kinds=list(kinds), limit=limit)
    return [(_thing(row), said) for row in rows for said in _said(row)], len(rows) < limit


def said_of_columns(graph: Graph, words: Sequence[str], *, limit: int) -> tuple[list[Evidence], bool]:
    """Paths, tags and descriptions of columns; the thing is the dataset."""
    rows = graph.rows("search.columns", words=list(words), limit=limit)
    return [(_thing({**row, "kind": "dataset"}), said) for row in rows for said in _column(row)], len(rows) < limit


def said_of_owners(
    graph: Graph, words: Sequence[str], kinds: Collection[Kind], *, limit: int
) -> tuple[list[Evidence], bool]:
    rows = graph.rows("search.owners", words=list(words), kinds=list(kinds), limit=limit)
    return [(_thing(row), Said("owner", row["owner"])) for row in rows], len(rows) < limit


def names_almost(
    graph: Graph, words: Sequence[str], kinds: Collection[Kind], *, limit: int
) -> tuple[list[Evidence], bool]:
    """Names that may have a word which is almost one of these; and whether these are all."""
    asked = [{"text": word, "letters": letters_wrong(word)} for word in words if letters_wrong(word)]
    rows = graph.rows("search.almost", words=asked, kinds=list(kinds), limit=limit) if asked else []
    return [(_thing(row), Said("name", text)) for row in rows for text in (row["called"], row["name"])], len(
        rows
    ) < limit


def _thing(row: Row) -> Thing:
    return Thing(row["kind"], row["id"], Name(row["namespace"], row["name"]))


def _said(row: Row) -> Iterator[Said]:
    yield Said("name", row["name"])
    yield Said("name", row["called"])
    yield Said("namespace", row["namespace"])
    if row["description"]:
        yield Said("description", row["description"])
    if row["domain"]:
        yield Said("domain", row["domain"])
    for tag in row["tags"] or ():
        yield Said("tag", tag)


def _column(row: Row) -> Iterator[Said]:
    yield Said("column", row["path"])
    if row["description"]:
        yield Said("description", row["description"], row["path"])
    for tag in row["tags"] or ():
        yield Said("tag", tag, row["path"])
