"""What texts of others may hold."""

from __future__ import annotations

NOT_STORABLE = "holds characters that are no text (half of a surrogate pair)"


def is_storable(text: str) -> bool:
    """Whether the graph can take it. JSON can carry what UTF-8 cannot."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
