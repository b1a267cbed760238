"""Asks git: one command, its output as bytes, and its own words when it refuses."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable
from pathlib import Path

from graph_model.errors import DomainError

# A diff must not be told in another language, and reading must take no lock that a person's own git waits for.
_ENVIRONMENT = {"LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0"}


class GitRefused(DomainError):
    """Git would not do it; the message is what git said."""

    code = "GIT_REFUSED"


def git(folder: Path, *arguments: str, fed: Iterable[bytes] = ()) -> bytes:
    """What `git ARGUMENTS` prints in `folder`, with `fed` on its standard input. Raises GitRefused."""
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *arguments],
            input=b"".join(fed),
            capture_output=True,
            check=False,
            env={**os.environ, **_ENVIRONMENT},
        )
    except FileNotFoundError as error:
        raise GitRefused("there is no git on the path: install it, or compare two files") from error
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip() or f"git {arguments[0]} ended with {done.returncode}"
        raise GitRefused(said.splitlines()[-1])
    return done.stdout


def answers(folder: Path, *arguments: str) -> str | None:
    """The one line that git prints; None where it refuses."""
    try:
        return git(folder, *arguments).decode().strip()
    except GitRefused:
        return None
