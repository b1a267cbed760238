"""Names, reasons and paths come from whoever wrote them: here they become text that is only text, wherever it lands."""

from __future__ import annotations

import re

_MOST = 300
_ZERO_WIDTH = "\u200b"
_STEERING = re.compile(r"[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff]+")
# An underscore between letters is none of emphasis, and without brackets there is no link.
_MARKUP = re.compile(r"[&<>|\\`*~\[\]$]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")
_MENTION = re.compile(r"([@#])(?=\w)")
_ADDRESS = re.compile(r"(?i)\b(www)\.|:(?=//)|\b(gh)-(?=\d)")
_NOT_XML = re.compile(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def plain(text: object, *, most: int = _MOST) -> str:
    """One line of visible characters, none of which turns the direction of what follows; cut with an ellipsis."""
    line = " ".join(_STEERING.sub(" ", str(text)).split())
    return line if len(line) <= most else f"{line[: most - 1]}…"


def prose(text: object, *, most: int = _MOST) -> str:
    """As words in Markdown: no markup, no link, nobody mentioned and no issue referred to."""
    still = _MENTION.sub(rf"\1{_ZERO_WIDTH}", plain(text, most=most))
    still = _MARKUP.sub(lambda found: f"&#{ord(found[0])};", still)
    return _ADDRESS.sub(_apart, still)


def code(text: object, *, most: int = _MOST) -> str:
    """As a name in Markdown, in a table or outside of one. Nobody is mentioned from within code."""
    inside = _MARKUP.sub(lambda found: f"&#{ord(found[0])};", plain(text, most=most))
    inside = _ADDRESS.sub(_apart, inside).replace("@", "&#64;")
    return f"<code>{inside}</code>" if inside else ""


def xml_text(text: object) -> str:
    """Without the characters that no XML may hold, not even escaped."""
    return _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", str(text))


def command_text(text: object) -> str:
    """The message of a workflow command."""
    return plain(text, most=4000).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def command_property(text: object) -> str:
    return command_text(text).replace(":", "%3A").replace(",", "%2C")


def _apart(found: re.Match[str]) -> str:
    """Breaks what would become a link by itself."""
    if found[1]:
        return f"{found[1]}&#46;"
    return f"{found[2]}&#45;" if found[2] else "&#58;"
