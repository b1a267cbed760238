"""Real git repositories for tests: commits are made as anybody makes them."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

_NOBODY = {
    "GIT_AUTHOR_NAME": "A Test",
    "GIT_AUTHOR_EMAIL": "test@example.org",
    "GIT_COMMITTER_NAME": "A Test",
    "GIT_COMMITTER_EMAIL": "test@example.org",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
}


class Repository:
    """A repository with a work tree in `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.git("init", "--quiet", "--initial-branch=main")

    def git(self, *arguments: str) -> str:
        done = subprocess.run(
            ["git", *arguments],
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, **_NOBODY},
        )
        return done.stdout.strip()

    def holds(self, source: Path, folder: str = "") -> None:
        """Copies a folder into the work tree."""
        shutil.copytree(source, self.folder / folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))

    def writes(self, path: str, text: str) -> None:
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def edits(self, path: str, before: str, after: str) -> None:
        """Replaces a text that must be there exactly once."""
        text = (self.folder / path).read_text()
        assert text.count(before) == 1, (path, before, text.count(before))
        self.writes(path, text.replace(before, after))

    def commits(self, message: str = "a change") -> str:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", message)
        return self.git("rev-parse", "HEAD")

    def branches(self, name: str, start: str = "main") -> None:
        self.git("checkout", "--quiet", "-B", name, start)

    def clone(self, folder: Path, *options: str) -> Repository:
        self.git("clone", "--quiet", *options, f"file://{self.folder}", str(folder))
        other = Repository.__new__(Repository)
        other.folder = folder
        return other
