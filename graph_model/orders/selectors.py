"""How people write what is to run: `+job+2@2013-01-05`, `tag:daily`, `flights/*@2013-01-01..2013-01-31`. Pure text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase

from graph_model.errors import InvalidSelector
from graph_model.names import Name

ALL_OF_THEM = 1_000_000
"""As many hops as there are."""
_UP = re.compile(r"^(\d*)\+")
_DOWN = re.compile(r"\+(\d*)$")
_RANGE = ".."


class Method(StrEnum):
    """What a selector goes by."""

    JOB = "job"
    TAG = "tag"
    OWNER = "owner"
    NAMESPACE = "namespace"


@dataclass(frozen=True, slots=True)
class Keys:
    """The partitions of the named jobs from `first` to `last`, both included; None: without a limit on that side."""

    first: str | None = None
    last: str | None = None

    @property
    def is_one(self) -> bool:
        return self.first is not None and self.first == self.last

    def __str__(self) -> str:
        return (self.first or "") if self.is_one else f"{self.first or ''}{_RANGE}{self.last or ''}"


@dataclass(frozen=True, slots=True)
class Selector:
    """One selector. `up` and `down`: how many hops along; 0: only what is named. `keys` None: none were written."""

    text: str
    method: Method
    value: str
    up: int = 0
    down: int = 0
    keys: Keys | None = None

    def names(self, job: Name, *, tags: Sequence[str], owners: Sequence[str]) -> bool:
        """Whether a job is one of those that are named. A name without its namespace, and `*`, may name several."""
        if self.method is Method.TAG:
            return self.value in tags
        if self.method is Method.OWNER:
            return self.value in owners
        if self.method is Method.NAMESPACE:
            return fnmatchcase(job.namespace, self.value)
        return fnmatchcase(str(job) if "/" in self.value else job.name, self.value)


def parse_selector(text: str) -> Selector:
    """`[N+]JOB[+N][@KEY[..KEY]]`, or `tag:`, `owner:`, `namespace:` in place of the job. Raises InvalidSelector."""
    rest, keys = _split_keys(text.strip())
    up, down = _UP.match(rest), _DOWN.search(rest)
    rest = rest[up.end() if up else 0 : down.start() if down else len(rest)]
    word, colon, value = rest.partition(":")
    known = bool(colon) and word in tuple(Method)
    method, value = (Method(word), value) if known else (Method.JOB, rest)
    if not value or "+" in value[:1] or value.endswith("+"):
        raise InvalidSelector(text)
    return Selector(text.strip(), method, value, _hops(up), _hops(down), keys)


def _hops(found: re.Match[str] | None) -> int:
    if found is None:
        return 0
    return int(found[1]) if found[1] else ALL_OF_THEM


def _split_keys(text: str) -> tuple[str, Keys | None]:
    """Split at the last @. A key holds no slash: an @ before a slash belongs to the namespace, and that of an owner's
    address to the owner.
    """
    what, at, key = text.rpartition("@")
    if not at or "/" in key or ("owner:" in what and "@" not in what and "." in key and not key[:1].isdigit()):
        return text, None
    first, dots, last = key.partition(_RANGE)
    if not dots:
        last = first
    if not first and not last:
        raise InvalidSelector(text)
    return what, Keys(first or None, last or None)
