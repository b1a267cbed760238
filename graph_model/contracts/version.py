"""Version numbers of contracts, against what the change to the contract means: pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from graph_model.schemas.entities import ChangeClass

_NUMBERS = re.compile(r"^v?(\d{1,9})(?:\.(\d{1,9}))?(?:\.(\d{1,9})(?:[-+].*)?)?$")


@dataclass(frozen=True, slots=True, order=True)
class Numbers:
    major: int
    minor: int
    patch: int

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}"


def numbers(version: str) -> Numbers | None:
    """None for a version that is no `major.minor.patch`, such as a date: then nothing can be said about its steps."""
    found = _NUMBERS.match(version)
    return Numbers(*(int(part or 0) for part in found.groups())) if found else None


def next_version(before: str, change: ChangeClass) -> Numbers | None:
    """The lowest version that tells readers so. Before 1.0.0 a step of the second place says that anything may have
    changed."""
    old = numbers(before)
    if old is None or change is ChangeClass.NONE:
        return None
    if change is ChangeClass.MAJOR and old.major > 0:
        return Numbers(old.major + 1, 0, 0)
    if change is ChangeClass.MAJOR or (change is ChangeClass.MINOR and old.major > 0):
        return Numbers(old.major, old.minor + 1, 0)
    return Numbers(old.major, old.minor, old.patch + 1)


def remark(before: str, after: str, change: ChangeClass, why: str) -> str | None:
    """What is wrong with the step from one version to the next, as a sentence about the contract; None: nothing."""
    if change is ChangeClass.NONE:
        return None
    enough = next_version(before, change)
    advice = f"; {enough} would tell its readers" if enough else ""
    if before == after:
        stays = f"is still version {before}" if before else "has no version"
        return f"the contract says something else and {stays}: the change is {change} ({why}){advice}"
    old, new = numbers(before), numbers(after)
    if old is None or new is None or enough is None or new >= enough:
        return None
    if new < old:
        return f"the contract goes back from version {before} to {after}"
    return f"the contract goes from version {before} to {after}, but the change is {change} ({why}){advice}"
