"""What texts of others may hold, and texts as the graph keeps them."""

from __future__ import annotations

import json
from typing import Any

NOT_STORABLE = "holds characters that are no text (half of a surrogate pair)"


_KEPT = json.JSONEncoder(sort_keys=True, ensure_ascii=False)


def kept_text(value: Any) -> str:
    """JSON as it is kept: queries look for pieces of it, so its spaces and the order of its keys are a promise."""
    return _KEPT.encode(value)


def is_storable(text: str) -> bool:
    """Whether the graph can take it. JSON can carry what UTF-8 cannot."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
