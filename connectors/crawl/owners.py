"""Who likely owns what: said by a CODEOWNERS file, or whose files they are. Always a guess, and never invented."""

from __future__ import annotations

import pwd
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from connectors.crawl.entities import Guess

_PLACES = ("CODEOWNERS", ".github/CODEOWNERS", ".gitlab/CODEOWNERS", "docs/CODEOWNERS")
MOST_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class CodeOwners:
    """The rules of one file, the last one that fits counting. `root` is the folder that its patterns start from."""

    root: Path
    rules: tuple[tuple[re.Pattern[str], tuple[str, ...]], ...]

    def of(self, path: Path) -> tuple[str, ...]:
        if not path.is_relative_to(self.root):
            return ()
        relative = path.relative_to(self.root).as_posix()
        return next((owners for pattern, owners in reversed(self.rules) if pattern.search(relative)), ())


def code_owners(folder: Path) -> CodeOwners | None:
    """The nearest CODEOWNERS file, in the folder or above it, up to the root of its repository."""
    for above in (folder, *folder.parents):
        for place in _PLACES:
            file = above / place
            if file.is_file() and file.stat().st_size <= MOST_BYTES:
                return CodeOwners(above, _rules(file.read_text(encoding="utf-8", errors="replace")))
        if (above / ".git").exists():
            return None
    return None


def _rules(text: str) -> tuple[tuple[re.Pattern[str], tuple[str, ...]], ...]:
    lines = (line.split("#", 1)[0].split() for line in text.splitlines() if not line.startswith("["))
    return tuple((_pattern(words[0]), tuple(words[1:])) for words in lines if words)


def _pattern(text: str) -> re.Pattern[str]:
    """A pattern as git reads it: with a slash inside it starts at the root, and a folder means all that is in it."""
    anchored = "/" in text.rstrip("/")
    wild = re.escape(text.strip("/")).replace(r"\*\*/", "(?:.*/)?").replace(r"\*\*", ".*")
    wild = wild.replace(r"\*", "[^/]*").replace(r"\?", "[^/]")
    return re.compile(("^" if anchored else "(?:^|/)") + wild + "(?:/|$)")


def owners_of(folder: Path, files: Iterable[tuple[str, int]], rules: CodeOwners | None) -> tuple[Guess, ...]:
    """Of files, given by path below `folder` and user: those whom CODEOWNERS names for the first, else the user whose
    most of them are. Nobody where the system has no name for the user."""
    known = list(files)
    said = rules.of(folder / known[0][0]) if rules and known else ()
    if said:
        return tuple(Guess(owner.lstrip("@"), "CODEOWNERS names them") for owner in said)
    user, _ = Counter(user for _, user in known).most_common(1)[0]
    try:
        return (Guess(pwd.getpwuid(user).pw_name, "whose files they are"),)
    except KeyError:
        return ()
