"""Secrets, looked up where they are needed: those of a job on the worker, when a run starts; logins of databases and
stores where somebody reads there. Nothing here is kept or logged."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

from graph_model.errors import SecretMissing
from graph_model.jobs.secrets import (
    ENTRY_POINTS,
    ENVIRONMENT,
    FILE,
    is_reference,
    known_schemes,
    listed,
    parted,
    what_is_wrong,
)

REDACTED = "[secret]"
# What is shorter is no secret, and taking it out would shred every text.
SHORTEST_HIDDEN = 4
SHORTEST_LINE = 8
MOST_BYTES = 256_000

Find = Callable[[str], str]


def resolve(reference: str) -> str:
    """What a reference stands for. Others bring schemes along: an entry point of the group `headwater.secrets`, named
    like the scheme, is a function of what stands behind the colon, and raises LookupError where there is nothing.

    Raises SecretMissing; what a vault raises else (Unavailable, say) is passed on.
    """
    wrong = what_is_wrong(reference)
    if wrong:
        raise SecretMissing(reference, wrong)
    scheme, rest = parted(reference) or ("", "")
    if scheme not in known_schemes():
        raise SecretMissing(reference, f"nothing here looks up {scheme}:; known are {listed(known_schemes())}")
    try:
        found = _finder(scheme)(rest)
    except LookupError as error:
        raise SecretMissing(reference, str(error.args[0]) if error.args else "it is not there") from None
    if not found or "\0" in found or len(found) > MOST_BYTES:
        raise SecretMissing(reference, f"it is empty, has more than {MOST_BYTES} characters or holds a zero byte")
    return found


def looked_up(text: str) -> str:
    """What a text stands for that may be a reference; itself, where it is none. Raises as `resolve`."""
    return resolve(text) if is_reference(text) else text


@cache
def _finder(scheme: str) -> Find:
    own: dict[str, Find] = {ENVIRONMENT: _from_environment, FILE: _from_file}
    return own.get(scheme) or next(iter(entry_points(group=ENTRY_POINTS, name=scheme))).load()


def _from_environment(name: str) -> str:
    if not os.environ.get(name):
        raise LookupError(f"the environment here has no variable {name}")
    return os.environ[name]


def _from_file(path: str) -> str:
    """Its text without the line end that editors put there."""
    try:
        with Path(path).open(encoding="utf-8") as file:
            return file.read(MOST_BYTES + 1).removesuffix("\n").removesuffix("\r")
    except (OSError, UnicodeDecodeError) as error:
        raise LookupError(f"the file cannot be read here ({type(error).__name__})") from None


def hidden_forms(values: Iterable[str]) -> tuple[str, ...]:
    """All forms that no output may show, longest first: as they are, as they stand in addresses and in JSON, and each
    line of those that have several."""
    forms = {form for value in values for form in _forms(value) if len(form) >= SHORTEST_HIDDEN}
    return tuple(sorted(forms, key=len, reverse=True))


def _forms(value: str) -> Iterator[str]:
    yield from (value, quote(value, safe=""), quote_plus(value), json.dumps(value)[1:-1])
    lines = value.splitlines()
    yield from (line for line in lines if len(lines) > 1 and len(line) >= SHORTEST_LINE)


def redacted(found: Any, hidden: Iterable[str]) -> Any:
    """The same text, or the same plain value, without these forms (as of `hidden_forms`)."""
    if isinstance(found, str):
        for form in hidden:
            found = found.replace(form, REDACTED)
        return found
    if isinstance(found, dict):
        return {redacted(key, hidden): redacted(value, hidden) for key, value in found.items()}
    return [redacted(item, hidden) for item in found] if isinstance(found, list) else found
