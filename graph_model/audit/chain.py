"""The links of the audit chain: what a record's hash is made of, and where a stretch of the chain is broken."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

# All that a record says. Its place and the hash before it are sealed with it.
SEALED = ("id", "at", "subject", "transition", "actor", "detail")


@dataclass(frozen=True, slots=True)
class Head:
    """The last link of a chain: place and hash. A chain without records has place 0 and an empty hash."""

    seq: int = 0
    hash: str = ""


@dataclass(frozen=True, slots=True)
class Break:
    """The first place where the chain does not hold. `record` is an id; None when there is no record in this place."""

    seq: int
    record: str | None
    message: str


def link(head: Head, record: Mapping[str, Any]) -> Head:
    """The head of the chain once `record` follows `head`. Times are in the exact form of the store."""
    seq = head.seq + 1
    text = json.dumps([seq, head.hash, *(record[key] for key in SEALED)], separators=(",", ":"), sort_keys=True)
    return Head(seq, hashlib.sha256(text.encode()).hexdigest())


def links(head: Head, records: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Place, hash before and hash of each record, in the order given."""
    found: list[dict[str, Any]] = []
    for record in records:
        following = link(head, record)
        found.append({"id": record["id"], "seq": following.seq, "prev": head.hash, "hash": following.hash})
        head = following
    return found


def follow(head: Head, stretch: Sequence[Mapping[str, Any]]) -> Head | Break:
    """The head after `stretch` (sealed records by place), or the first break in it."""
    for record in stretch:
        following = link(head, record)
        if record["seq"] != following.seq:
            return _gap(following.seq, record)
        if record["prev"] != head.hash:
            return Break(following.seq, record["id"], "does not follow the record before it")
        if record["hash"] != following.hash:
            return Break(following.seq, record["id"], "was altered after it was sealed")
        head = following
    return head


def _gap(wanted: int, found: Mapping[str, Any]) -> Break:
    if found["seq"] < wanted:
        return Break(found["seq"], found["id"], "shares its place with another record")
    return Break(wanted, None, f"is missing: the next one is {found['seq']} ({found['id']})")
