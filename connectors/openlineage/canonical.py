"""An event as one text, whichever way it was written: keys in order, no spaces. Its digest is the event's identity, so
this text must never change."""

from __future__ import annotations

import json
from typing import Any

import orjson

# Numbers are looked for without their digits. What is left of one with a fraction or an exponent, and the beginning of
# null, become a point; a member of a list follows a comma.
_SIGNS = bytes.maketrans(b"en[", b"..,")
_DIGITS = b"-0123456789"
_UNCERTAIN = (b'":.', b",.")


def canonical(document: Any) -> tuple[str, bytes]:
    """The text, and the same in UTF-8. Raises UnicodeEncodeError where a text in it is none (half of a character)."""
    quick = _quick(document)
    if quick is not None:
        return quick.decode(), quick
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text, text.encode()


def _quick(document: Any) -> bytes | None:
    """What `json` would write, in a third of the time; None where that is not certain: orjson spells some numbers in
    another way, writes null for what is no number, and refuses large integers, halves of characters and deep nesting.
    """
    try:
        found = orjson.dumps(document, option=orjson.OPT_SORT_KEYS)
    except TypeError:
        return None
    signs = found.translate(_SIGNS, _DIGITS)
    return None if any(uncertain in signs for uncertain in _UNCERTAIN) else found
