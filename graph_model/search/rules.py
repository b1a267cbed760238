"""Which things answer a search, and in which order: pure, so that it is the same whatever engine found the texts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from graph_model.names import Name
from graph_model.search.entities import Hit, Rank, Said, Thing, Why
from graph_model.search.words import Wanted, is_almost_in, words_in

SNIPPET = 80
_PLAIN = {
    "tag": Rank.LABEL,
    "domain": Rank.LABEL,
    "owner": Rank.OWNER,
    "namespace": Rank.NAMESPACE,
    "description": Rank.DESCRIPTION,
}


def ranked(wanted: Wanted, things: Mapping[Thing, Iterable[Said]], *, typos: bool = False) -> list[Hit]:
    """The things that answer every word, the best first. With `typos`, a word may also be almost one of a name."""
    hits = [hit for thing, said in things.items() if (hit := _hit(wanted, thing, list(dict.fromkeys(said)), typos))]
    return sorted(hits, key=_order)


def _order(hit: Hit) -> tuple[object, ...]:
    """What is called so first, then what says it most prominently; among equals the shorter name."""
    name = hit.thing.name
    return hit.rank, sum(why.rank for why in hit.why), len(name.name), name, hit.thing.kind


def _hit(wanted: Wanted, thing: Thing, said: Sequence[Said], typos: bool) -> Hit | None:
    whole = _whole_name(wanted, thing.name, said)
    if whole:
        return Hit(thing, whole.rank, (whole,))
    best = [_best(word, said, typos) for word in wanted.words]
    found = sorted((why for why in best if why), key=lambda why: why.rank)
    if len(found) < len(best):
        return None
    return Hit(thing, found[-1].rank, tuple(dict.fromkeys(found)))


def _whole_name(wanted: Wanted, name: Name, said: Sequence[Said]) -> Why | None:
    """The best name that is, or starts with, the text as a whole, however its words are joined."""
    texts = [one.text for one in said if one.field == "name"]
    for text in texts:
        if wanted.text in (text.lower(), f"{name.namespace}/{text}".lower()) or _joined(text) == wanted.words:
            return Why("name", text, Rank.EXACT_NAME)
    start = " ".join(wanted.words)
    for text in texts:
        if text.lower().startswith(wanted.text) or " ".join(_joined(text)).startswith(start):
            return Why("name", text, Rank.START_OF_NAME)
    return None


def _joined(text: str) -> tuple[str, ...]:
    return tuple(words_in(text))


def _best(word: str, said: Sequence[Said], typos: bool) -> Why | None:
    found = [why for one in said if (why := _why(word, one, typos))]
    return min(found, key=lambda why: (why.rank, len(why.snippet), why.snippet), default=None)


def _why(word: str, said: Said, typos: bool) -> Why | None:
    if word in said.text.lower():
        shown = snippet(said.text, word) if said.field == "description" else said.text
        return Why(said.field, f"{said.column}: {shown}" if said.column else shown, _rank(word, said))
    if typos and said.field == "name" and is_almost_in(word, said.text):
        return Why("name", said.text, Rank.ALMOST_NAME, almost=True)
    return None


def _rank(word: str, said: Said) -> Rank:
    if said.field == "name":
        return Rank.WORD_OF_NAME if word in words_in(said.text) else Rank.PART_OF_NAME
    if said.field == "column":
        return Rank.COLUMN if word in words_in(said.text) else Rank.PART_OF_COLUMN
    return _PLAIN[said.field]


def snippet(text: str, word: str) -> str:
    """The text on one line, shortened around the first place of `word`."""
    line = " ".join(text.split())
    if len(line) <= SNIPPET:
        return line
    middle = max(line.lower().find(word), 0) + len(word) // 2
    start = max(min(middle - SNIPPET // 2, len(line) - SNIPPET), 0)
    end = start + SNIPPET
    return f"{'…' if start else ''}{line[start:end].strip()}{'…' if end < len(line) else ''}"
