"""The files of a commit, written where a program can read them. The work tree and the index are not touched.

Contents are taken as they lie in the repository: no filter, no attribute and no hook of it has a say, so that a tree of
a stranger starts nothing here. Links and what belongs to another repository are left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path, PurePosixPath

from connectors.git.commands import GitRefused, git

MOST_BYTES = 32 << 20
"""Larger files are data: nothing of what is declared lies in them."""

_PLAIN = ("100644", "100755")
_SUBMODULE = "160000"
_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Tree:
    """`files` are paths with the id of their content; `elsewhere` are submodules, `left_out` links and large files."""

    commit: str
    files: Mapping[str, str]
    elsewhere: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()

    def below(self, folder: str) -> dict[str, str]:
        """The part of it that lies in `folder` ("" or ".": all)."""
        start = "" if folder in ("", ".") else f"{folder}/"
        return {path: content for path, content in self.files.items() if path.startswith(start)}


def read_tree(folder: Path, commit: str) -> Tree:
    """Which files a commit holds. `folder` is the top of the work tree."""
    files: dict[str, str] = {}
    elsewhere: list[str] = []
    left_out: list[str] = []
    for mode, content, size, path in _entries(git(folder, "ls-tree", "-r", "-z", "--long", "--full-tree", commit)):
        if mode == _SUBMODULE:
            elsewhere.append(path)
        elif mode in _PLAIN and int(size) <= MOST_BYTES and _is_ordinary(path):
            files[path] = content
        else:
            left_out.append(path)
    return Tree(commit, files, tuple(elsewhere), tuple(left_out))


def write_tree(folder: Path, wanted: Mapping[str, str], into: Path) -> None:
    """Writes files of a tree, by path with the id of their content, below `into`."""
    for path, text in zip(wanted, _contents(folder, wanted.values()), strict=True):
        file = into / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text)


def write_beside(folder: Path, wanted: Mapping[str, str], into: Path, *, there: Mapping[str, str], at: Path) -> None:
    """The same for a second tree: what the first one, which was written `at`, holds in the same place is not read
    again. The two then share a file, so that neither may be written to."""
    same = [path for path, content in wanted.items() if there.get(path) == content]
    for path in same:
        file = into / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.hardlink_to(at / path)
    write_tree(folder, {path: wanted[path] for path in wanted.keys() - set(same)}, into)


def _entries(listing: bytes) -> Iterator[tuple[str, str, str, str]]:
    for entry in listing.split(b"\0"):
        if entry:
            facts, _, path = entry.partition(b"\t")
            mode, _kind, content, size = facts.decode().split()
            yield mode, content, size, path.decode(errors="surrogateescape")


def _is_ordinary(path: str) -> bool:
    """Git refuses to make such paths itself, but a tree can be written by hand."""
    parts = PurePosixPath(path).parts
    return not (path.startswith("/") or ".." in parts or ".git" in (part.lower() for part in parts))


def _contents(folder: Path, ids: Iterable[str]) -> Iterator[bytes]:
    """In the order of `ids`, a few at a time: all of a tree at once may be more than memory holds."""
    asked = iter(ids)
    while part := tuple(islice(asked, _AT_ONCE)):
        yield from _batch(git(folder, "cat-file", "--batch", fed=(f"{id}\n".encode() for id in part)))


def _batch(answer: bytes) -> Iterator[bytes]:
    place = 0
    while place < len(answer):
        end = answer.index(b"\n", place)
        id_, _kind, *size = answer[place:end].decode().split()
        if not size:
            raise GitRefused(f"this clone does not have the content {id_}: fetch it without a filter")
        yield answer[end + 1 : end + 1 + int(size[0])]
        place = end + 2 + int(size[0])
