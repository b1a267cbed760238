"""The two commits that a change lies between."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from connectors.git.commands import answers, git
from graph_model.errors import DomainError


class CommitMissing(DomainError):
    """What is to be compared is not in this repository: nothing was compared, and nothing may be concluded."""

    code = "COMMIT_MISSING"


@dataclass(frozen=True, slots=True)
class Commit:
    """`ref` is how it was asked for, `id` is the full hash."""

    ref: str
    id: str

    @property
    def short(self) -> str:
        return self.id[:10]


@dataclass(frozen=True, slots=True)
class Comparison:
    """`base` is the tip that was named, `before` what is compared with: where head left it, or the tip itself."""

    base: Commit
    before: Commit
    head: Commit


def top_of(folder: Path) -> Path:
    """The folder of the whole work tree that `folder` lies in. Raises GitRefused where there is none."""
    return Path(git(folder, "rev-parse", "--show-toplevel").decode().rstrip("\n"))


def compare(folder: Path, base: str, head: str, *, direct: bool = False) -> Comparison:
    """Finds both commits. What the base has got since head left it is none of head's doing, so that they are compared
    from there on; `direct` compares with the base as it is. Raises CommitMissing.
    """
    found, after = _commit(folder, base, "base"), _commit(folder, head, "head")
    if direct:
        return Comparison(found, found, after)
    parted = answers(folder, "merge-base", found.id, after.id)
    if parted is None:
        raise CommitMissing(_unrelated(folder, base, head))
    return Comparison(found, Commit(base, parted), after)


def _commit(folder: Path, ref: str, which: str) -> Commit:
    if not ref or ref.startswith("-"):
        raise CommitMissing(f"the {which} is missing: {ref!r} is no name of a commit")
    found = answers(folder, "rev-parse", "--verify", "--quiet", f"{ref}^{{commit}}")
    if not found:
        raise CommitMissing(f"the {which} is missing: this clone does not have {ref}; {_advice(folder, ref)}")
    return Commit(ref, found)


def _unrelated(folder: Path, base: str, head: str) -> str:
    if is_shallow(folder):
        return (
            f"the base is missing: this clone does not reach back to where {head} left {base}; {_advice(folder, base)}"
        )
    return f"the base is missing: {head} and {base} have no commit in common; --direct compares them as they are"


def _advice(folder: Path, ref: str) -> str:
    if is_shallow(folder):
        return "it is shallow: fetch it with depth 0 (actions/checkout: `fetch-depth: 0`; git: `git fetch --unshallow`)"
    return f"fetch it first (`git fetch origin {ref.removeprefix('origin/')}`)"


def is_shallow(folder: Path) -> bool:
    return answers(folder, "rev-parse", "--is-shallow-repository") == "true"
