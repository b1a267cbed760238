"""A page of the documentation, whose examples a test holds to what is really said."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"


@dataclass(frozen=True, slots=True)
class Page:
    text: str

    @classmethod
    def called(cls, name: str) -> Page:
        """The page `docs/NAME`."""
        return cls((DOCS / name).read_text())

    def blocks(self, kind: str) -> list[str]:
        """The texts of its code blocks of one kind, in order."""
        found = re.findall(r"^```(\w+)\n(.*?)^```$", self.text, re.MULTILINE | re.DOTALL)
        return [text for one, text in found if one == kind]

    def commands(self) -> Iterator[tuple[str, str]]:
        """What follows `headwater` in each command of its consoles, and what the page says that it prints."""
        for block in self.blocks("console"):
            for command in re.findall(r"^\$ headwater (.*)$", block, re.MULTILINE):
                yield command, block.split(f"$ headwater {command}\n", 1)[1].split("$ headwater", 1)[0]
