"""How texts are cut into words, and when a word is almost another one."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rapidfuzz.distance import OSA

from graph_model.errors import InvalidInput

LONGEST_TEXT = 200
MOST_WORDS = 8
SHORTEST_TYPO = 4
_WORD = re.compile(r"[^\W_]+")
_LETTERS = re.compile(r"[^\W\d_]+")
_HUMP = re.compile(r"(?<=[^\W\d_A-Z])(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is searched for: the text as it was written, in lower case, and its words, each once."""

    text: str
    words: tuple[str, ...]


def wanted(text: str) -> Wanted:
    """Raises InvalidInput for a text that nobody means: longer than a name can be, or with too many words.

    Whatever is neither letter nor digit parts words and means nothing, so no text can steer the engine's index.
    """
    if len(text) > LONGEST_TEXT:
        raise InvalidInput("text", f"has {len(text)} characters; {LONGEST_TEXT} is the most")
    found = tuple(dict.fromkeys(_WORD.findall(text.lower())))
    if len(found) > MOST_WORDS:
        raise InvalidInput("text", f"has {len(found)} words; {MOST_WORDS} is the most")
    return Wanted(" ".join(text.lower().split()), found)


def words_in(text: str) -> list[str]:
    """The words of a text in lower case; `CustomerOrders` has two."""
    return _WORD.findall(_HUMP.sub(" ", text).lower())


def letters_wrong(word: str) -> int:
    """How many letters of a word may be wrong; none of a short one, or of one with digits: it would mean anything."""
    if len(word) < SHORTEST_TYPO or not _LETTERS.fullmatch(word):
        return 0
    return 1 if len(word) < SHORTEST_TYPO + 2 else 2


def is_almost_in(word: str, name: str) -> bool:
    """Whether a word of the name differs by so few letters that are wrong, missing, too many or changed places."""
    most = letters_wrong(word)
    return most > 0 and any(
        OSA.distance(word, other, score_cutoff=most) <= most for other in _LETTERS.findall(name.lower())
    )
