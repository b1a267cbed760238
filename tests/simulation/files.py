"""A file system that all machines share. Contents are short texts that say what they were made from."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True)
class File:
    """`whole` False: a writer is still at it, or died over it."""

    text: str
    good: bool = True
    whole: bool = True

    @property
    def hash(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()[:16]


class Files:
    def __init__(self) -> None:
        self._files: dict[str, File] = {}
        self._sealed: set[str] = set()
        self.spoiled: list[str] = []

    def read(self, place: str) -> File | None:
        return self._files.get(place)

    def write(self, place: str, file: File) -> None:
        if place in self._sealed and self._files.get(place) != file:
            self.spoiled.append(place)
        self._files[place] = file

    def remove(self, place: str) -> None:
        if self._files.pop(place, None) is not None and place in self._sealed:
            self.spoiled.append(place)

    def seal(self, place: str) -> None:
        """What is published must stay as it is: whoever writes to it or removes it has `spoiled` it."""
        self._sealed.add(place)
