"""Finds datasets, jobs and consumers by what is said of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from graph_model.search.entities import KINDS, Found, Kind, Rank, Said, Thing
from graph_model.search.repository import Evidence, names_almost, said_of_columns, said_of_owners, said_of_things
from graph_model.search.rules import ranked
from graph_model.search.words import wanted
from graph_model.store.graph import Graph

# Texts that are looked at for each kind of field. The embedded engine gives them in no order, so it gives all.
_CANDIDATES = {"neo4j": 1_000, "arcadedb": 100_000}


def search(graph: Graph, text: str, *, kinds: Collection[Kind] = KINDS, first: int = 20) -> Found:
    """The things declared now that say every word of `text` somewhere, those called so first; nothing for no word.

    Where nothing is called so, names that are almost so count as well, after all that is said exactly. Raises
    InvalidInput for a text that is too long.
    """
    asked = wanted(text)
    if not asked.words:
        return Found()
    limit = _CANDIDATES[graph.engine]
    parts = [
        said_of_things(graph, asked.words, kinds, limit=limit),
        said_of_columns(graph, asked.words, limit=limit) if "dataset" in kinds else ([], True),
        said_of_owners(graph, asked.words, kinds, limit=limit),
    ]
    things = _by_thing(evidence for part, _ in parts for evidence in part)
    hits = ranked(asked, things)
    if not hits or hits[0].rank > Rank.PART_OF_NAME:
        parts.append(names_almost(graph, asked.words, kinds, limit=limit))
        hits = ranked(asked, _by_thing(evidence for part, _ in parts for evidence in part), typos=True)
    return Found(tuple(hits[:first]), all(whole for _, whole in parts) and len(hits) <= first)


def _by_thing(evidence: Iterable[Evidence]) -> Mapping[Thing, list[Said]]:
    things: dict[Thing, list[Said]] = defaultdict(list)
    for thing, said in evidence:
        things[thing].append(said)
    return things
