"""The estates that the two trees of a comparison declare."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

from connectors.git.history import Comparison
from connectors.git.trees import Tree, read_tree, write_beside, write_tree
from graph_model.contracts.document import Document
from graph_model.contracts.entities import Contract
from graph_model.contracts.odcs import read_whole
from graph_model.errors import InvalidEstate, InvalidInput, Mistake, nearest
from graph_model.estate.drafts import ReadContract
from graph_model.estate.entities import Estate
from graph_model.estate.parse import load_estate
from graph_model.names import Name
from graph_model.partitions.rules import PartitionScheme

Known = Mapping[Name, PartitionScheme]
_CALLED = ("estate.yaml", "estate.yml", "*.estate.yaml", "*.estate.yml")


@dataclass(frozen=True, slots=True)
class Side:
    """One tree. `files` are its estate files, those with mistakes too; all paths start at the top of the tree."""

    estates: tuple[Estate, ...] = ()
    files: tuple[str, ...] = ()
    mistakes: tuple[Mistake, ...] = ()

    @property
    def wrong_files(self) -> frozenset[str]:
        """Estate files that cannot be read: also where what is wrong stands in another file."""
        return frozenset(self.files) - {estate.file for estate in self.estates}


@dataclass(frozen=True, slots=True)
class Sides:
    before: Side
    after: Side

    @property
    def compared(self) -> tuple[Estate, ...]:
        """The estates of the base that there is something to hold against. One that the head lacks is gone, but not
        while a file of the head cannot be read: that may be the one."""
        scopes = {estate.scope for estate in self.after.estates}
        return tuple(one for one in self.before.estates if one.scope in scopes or not self.after.wrong_files)

    @property
    def gone(self) -> tuple[str, ...]:
        """Scopes that the head no longer declares."""
        scopes = {estate.scope for estate in self.after.estates}
        return tuple(estate.scope for estate in self.compared if estate.scope not in scopes)


@contextmanager
def read_sides(top: Path, comparison: Comparison, *, patterns: Sequence[str], known: Known) -> Iterator[Sides]:
    """The estates of both commits. `patterns` are paths, folders or globs; none: every file that is called like one.

    Their files are there until the context ends. Raises InvalidInput where neither tree holds any estate file: a check
    that looks at nothing must not pass.
    """
    trees = [read_tree(top, commit.id) for commit in (comparison.before, comparison.head)]
    files = [estate_files(tree.files, patterns) for tree in trees]
    if not any(files):
        raise InvalidInput("estate", _nothing_found(trees, patterns))
    with tempfile.TemporaryDirectory(prefix="headwater-check-") as folder:
        before, after = places = [Path(folder).resolve() / side for side in ("before", "after")]
        old, new = (_beside(tree, named) for tree, named in zip(trees, files, strict=True))
        write_tree(top, old, before)
        write_beside(top, new, after, there=old, at=before)
        read = _remembering()  # most contracts are the same in both
        yield Sides(
            *(
                read_side(place, named, known=known, read_contract=read)
                for place, named in zip(places, files, strict=True)
            )
        )


def _beside(tree: Tree, files: Iterable[str]) -> dict[str, str]:
    """All that lies in the folders of these estate files, where what they name lies too."""
    return {path: content for file in files for path, content in tree.below(_folder(file)).items()}


def _remembering() -> ReadContract:
    """Reads each contract once: what it says does not depend on where it lies, but for the words of a refusal."""
    known: dict[tuple[str, str], tuple[Document, Contract]] = {}

    def read(text: str, *, file: str, dataset: str) -> tuple[Document, Contract]:
        key = (text, dataset)
        if key not in known:
            known[key] = read_whole(text, file=file, dataset=dataset)
        return known[key]

    return read


def estate_files(paths: Iterable[str], patterns: Sequence[str]) -> tuple[str, ...]:
    """Those of `paths` that are estate files, in their order."""
    wanted = [PurePosixPath(pattern).as_posix() for pattern in patterns]
    return tuple(path for path in sorted(paths) if (_is_named(path, wanted) if wanted else _is_called_so(path)))


def read_side(place: Path, files: Sequence[str], *, known: Known, read_contract: ReadContract = read_whole) -> Side:
    """Reads estate files below `place`. They may refer to one another, in whatever order."""
    loaded: dict[str, Estate] = {}
    failed: dict[str, InvalidEstate] = {}
    while left := [file for file in files if file not in loaded]:
        before = len(loaded)
        declared = {dataset.name: dataset.partitions for estate in loaded.values() for dataset in estate.datasets}
        for file in left:
            try:
                loaded[file] = load_estate(place / file, known={**known, **declared}, read_contract=read_contract)
            except InvalidEstate as error:
                failed[file] = error
        if len(loaded) == before:
            break
    mistakes = [mistake for file, error in failed.items() if file not in loaded for mistake in error.mistakes]
    relative = tuple(dict.fromkeys(_relative(mistake, place) for mistake in mistakes))
    estates = [replace(loaded[file], file=file) for file in files if file in loaded]
    twice = tuple(_declared_twice(estates))
    wrong = {mistake.file for mistake in twice}
    return Side(tuple(estate for estate in estates if estate.file not in wrong), tuple(files), (*relative, *twice))


def _is_called_so(path: str) -> bool:
    return any(fnmatchcase(PurePosixPath(path).name, called) for called in _CALLED)


def _is_named(path: str, wanted: Sequence[str]) -> bool:
    return any(
        path == pattern or fnmatchcase(path, pattern) or (_is_called_so(path) and _folder(path) == pattern)
        for pattern in wanted
    )


def _folder(path: str) -> str:
    return PurePosixPath(path).parent.as_posix()


def _nothing_found(trees: Sequence[Tree], patterns: Sequence[str]) -> str:
    if not patterns:
        return f"neither commit holds an estate file ({', '.join(_CALLED)}): name them with --estate"
    paths = {path for tree in trees for path in tree.files}
    inside = [path for tree in trees for path in tree.elsewhere if any(name.startswith(path) for name in patterns)]
    if inside:
        return f"{inside[0]} is a submodule: check what it declares in its own repository"
    near = nearest(patterns[0], paths)
    hint = f"; did you mean {near}?" if near else ", as a path from the top of the repository"
    return f"neither commit holds {', '.join(patterns)}{hint}"


def _relative(mistake: Mistake, place: Path) -> Mistake:
    """Where a tree was written for reading is nobody's business."""
    start = f"{place}/"
    return replace(mistake, file=mistake.file.removeprefix(start), message=mistake.message.replace(start, ""))


def _declared_twice(estates: Iterable[Estate]) -> Iterator[Mistake]:
    first: dict[str, str] = {}
    for estate in estates:
        if estate.scope in first:
            yield Mistake(
                estate.file,
                1,
                f"scope {estate.scope} is declared by {first[estate.scope]} already",
                "a scope is one file",
            )
        first.setdefault(estate.scope, estate.file)
