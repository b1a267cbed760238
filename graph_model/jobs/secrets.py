"""References to secrets: `SCHEME:WHAT`. Only references lie in the graph; what they stand for, workers look up."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import entry_points

ENTRY_POINTS = "headwater.secrets"
ENVIRONMENT, FILE = "env", "file"
# Our own settings are no secrets of jobs.
OURS = "HEADWATER_"
MEND = f"write {ENVIRONMENT}:NAME or {FILE}:/PATH"
_REFERENCE = re.compile(r"([a-z][a-z0-9+.-]*):(.+)")


@dataclass(frozen=True, slots=True)
class Secret:
    """What a variable of a job stands for. `as_file`: the variable holds the path of a file with it."""

    reference: str
    as_file: bool = False


@cache
def known_schemes() -> tuple[str, ...]:
    """Our own, and those that installed packages bring along."""
    return (ENVIRONMENT, FILE, *sorted(entry_points(group=ENTRY_POINTS).names - {ENVIRONMENT, FILE}))


def parted(reference: str) -> tuple[str, str] | None:
    """Scheme and the rest of a reference; None for a text that is none."""
    found = _REFERENCE.fullmatch(reference)
    return (found[1], found[2]) if found else None


def is_reference(text: str) -> bool:
    """Whether a text that may as well be an address, or be written out, is a reference, by all that is known here."""
    scheme, rest = parted(text) or ("", "")
    return (scheme in (ENVIRONMENT, FILE) or scheme in known_schemes()) and not (
        scheme == FILE and rest.startswith("//")
    )


def what_is_wrong(reference: str) -> str | None:
    """Why this can never be a reference, on no machine; None when it may be one.

    A scheme that is not known here may be known to the workers.
    """
    scheme, rest = parted(reference) or ("", "")
    if not scheme:
        return "it is no reference like env:NAME or file:/PATH"
    if scheme == ENVIRONMENT and not re.fullmatch(r"[A-Za-z_]\w*", rest):
        return f"{rest} is no name of a variable"
    if scheme == ENVIRONMENT and rest.startswith(OURS):
        return f"{rest} is a setting of Headwater, which no job is given"
    if scheme == FILE and not rest.startswith("/"):
        return f"{rest} is no absolute path"
    return None


def listed(schemes: Sequence[str]) -> str:
    return ", ".join(f"{scheme}:" for scheme in schemes)
