"""What becomes of versions that passed their checks: pure decisions over what is current in their partition."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Candidate:
    """A good version beside the current one of its partition. `newer`: after it in the order of source times, which
    counts the content that is current as of the newest report that confirmed it.
    """

    version: str
    content_hash: str | None
    current: str | None
    current_hash: str | None
    newer: bool


@dataclass(frozen=True, slots=True)
class Judgement:
    """What becomes of one candidate. `kept`: why the current version stays; empty: the candidate takes its place.
    `confirms`: the current version whose content this later report says again.
    """

    version: str
    kept: str = ""
    confirms: str | None = None


def judge_candidate(candidate: Candidate) -> Judgement:
    """The current version only moves forward in source time, so that reports in any order end in the same state; and
    equal content changes nothing, so that nobody downstream runs for it.
    """
    if candidate.current is None or candidate.current == candidate.version:
        return Judgement(candidate.version)
    if candidate.content_hash is not None and candidate.content_hash == candidate.current_hash:
        confirms = candidate.current if candidate.newer else None
        return Judgement(candidate.version, f"same content as {candidate.current}", confirms)
    if not candidate.newer:
        return Judgement(candidate.version, f"older than {candidate.current}")
    return Judgement(candidate.version)


def judge_partition(candidates: Sequence[Candidate]) -> tuple[Judgement, ...]:
    """Candidates of one partition that are judged in one transaction, newest first: only the newest can take the place,
    and it is what the others then find.
    """
    judged: list[Judgement] = []
    winner: Candidate | None = None
    for candidate in candidates:
        judgement = judge_candidate(_beside(candidate, winner))
        judged.append(judgement)
        if winner is None and (not judgement.kept or judgement.confirms):
            winner = candidate if not judgement.kept else replace(candidate, version=str(candidate.current))
    return tuple(judged)


def _beside(candidate: Candidate, winner: Candidate | None) -> Candidate:
    if winner is None:
        return candidate
    return replace(candidate, current=winner.version, current_hash=winner.content_hash, newer=False)
