"""Folders of Parquet files as one content, as Spark and others write them: all files below, hidden ones left out.

Folders called `key=value` hold the value of a column that the files do not have.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal
from urllib.parse import unquote

from graph_model.errors import ContentError, nearest

MOST_FILES = 20_000
NO_VALUE = "__HIVE_DEFAULT_PARTITION__"
KeyType = Literal["integer", "date", "string"]
KEY_TYPES: tuple[KeyType, ...] = ("integer", "date", "string")


@dataclass(frozen=True, slots=True)
class Found:
    """One file of a folder. `name` is its path below the folder, with slashes; `keys` are texts, None for no value."""

    name: str
    path: Path
    keys: tuple[tuple[str, str | None], ...]


@dataclass(frozen=True, slots=True)
class Folder:
    """`files` by name, in the order of their names, whatever order the disk lists them in."""

    path: Path
    files: tuple[Found, ...]
    keys: Mapping[str, KeyType]

    def values(self, key: str) -> list[Any]:
        """The typed value of a key in each file."""
        read = {"integer": int, "date": date.fromisoformat, "string": str}[self.keys[key]]
        texts = (dict(found.keys)[key] for found in self.files)
        return [None if text is None else read(text) for text in texts]


def folder_at(path: Path, options: Mapping[str, Any]) -> Folder:
    """The files below `path`. Raises ContentError for a folder without any, and for one whose levels disagree."""
    files = tuple(sorted(_files_below(path), key=lambda found: found.name))
    if not files:
        raise ContentError(f"the folder {path.name} holds no Parquet file")
    names = [key for key, _ in files[0].keys]
    for found in files[1:]:
        if [key for key, _ in found.keys] != names:
            raise ContentError(f"{found.name} lies below other keys than {files[0].name}")
    declared = declared_keys(options)
    if declared and list(declared) != names:
        said = ", ".join(names) or "none"
        raise ContentError(f"the folder {path.name} has the keys {said}, declared are {', '.join(declared)}")
    return Folder(path, files, {name: _type_of(name, files, declared.get(name)) for name in names})


def _files_below(top: Path) -> Iterator[Found]:
    count = 0
    for where, folders, names in os.walk(top, onerror=_raise):
        folders[:] = sorted(name for name in folders if not _is_hidden(name))
        for name in folders:
            if (Path(where) / name).is_symlink():
                raise ContentError(f"the folder {top.name} holds {name}, which is a link to another folder")
        for name in filter(lambda name: not _is_hidden(name), names):
            count += 1
            if count > MOST_FILES:
                raise ContentError(f"the folder {top.name} holds more than {MOST_FILES} files")
            path = Path(where) / name
            yield Found(path.relative_to(top).as_posix(), path, _keys_of(path.parent.relative_to(top).parts))


def _raise(error: OSError) -> None:
    raise error


def _is_hidden(name: str) -> bool:
    """Marks and half-written files of others (`_SUCCESS`, `_temporary`, `.crc`), but no key that begins so."""
    return name.startswith(".") or (name.startswith("_") and "=" not in name)


def _keys_of(levels: Sequence[str]) -> tuple[tuple[str, str | None], ...]:
    keys: dict[str, str | None] = {}
    for level in filter(lambda level: "=" in level, levels):
        name, _, value = (unquote(part) for part in level.partition("="))
        if not name or name in keys:
            raise ContentError(f"the folder {level} gives no new key")
        keys[name] = None if value == NO_VALUE else value
    return tuple(keys.items())


def declared_keys(options: Mapping[str, Any]) -> dict[str, KeyType | None]:
    """The option `keys`: a list of names, or names with their types. Raises ContentError for anything else."""
    keys = options.get("keys") or {}
    if isinstance(keys, list) and all(isinstance(name, str) for name in keys):
        return dict.fromkeys(keys)
    if not isinstance(keys, Mapping):
        raise ContentError(f"the option keys must name the keys of the folders, not {keys!r}")
    for name, type in keys.items():
        if type not in KEY_TYPES:
            near = nearest(str(type), KEY_TYPES)
            hint = f"did you mean {near}?" if near else f"known are {', '.join(KEY_TYPES)}"
            raise ContentError(f"the key {name} cannot be of type {type!r}; {hint}")
    return dict(keys)


# Only what is written back the same: 01 is a text, and stays one.
_INTEGER = re.compile(r"0|-?[1-9][0-9]{0,17}")


def _is(type: KeyType, text: str) -> bool:
    if type == "integer":
        return _INTEGER.fullmatch(text) is not None
    if type == "date":
        return _is_date(text)
    return True


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _type_of(name: str, files: Sequence[Found], declared: KeyType | None) -> KeyType:
    texts = {text for found in files for key, text in found.keys if key == name and text is not None}
    if declared is None:
        return next(type for type in KEY_TYPES if type == "string" or (texts and all(_is(type, t) for t in texts)))
    wrong = sorted(text for text in texts if not _is(declared, text))
    if wrong:
        raise ContentError(f"the key {name} is declared {declared} and is {wrong[0]} in a folder")
    return declared
