"""What becomes of a version that passed its checks: a pure decision over what is current in its partition."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Candidate:
    """A good version beside the current one of its partition. `newer`: after it in the order of source times."""

    version: str
    content_hash: str | None
    current: str | None
    current_hash: str | None
    newer: bool


def reason_to_keep_current(candidate: Candidate) -> str | None:
    """Why the current version stays, or None when the candidate takes its place.

    The current version only moves forward in source time, so that reports in any order end in the same state; and equal
    content changes nothing, so that nobody downstream runs for it.
    """
    if candidate.current is None or candidate.current == candidate.version:
        return None
    if candidate.content_hash is not None and candidate.content_hash == candidate.current_hash:
        return f"same content as {candidate.current}"
    if not candidate.newer:
        return f"older than {candidate.current}"
    return None
