"""What a dataset says of data that arrives: where files appear, what tells rows apart, when it is whole."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from functools import cached_property

STABLE_SECONDS = 30.0
EVERY_SECONDS = 10.0
_WILD = re.compile(r"(\{date\}|\{partition\}|\*)")
KEYS = ("{date}", "{partition}")
# A key of time holds what may also stand behind it in a name: as much of one as there is comes before anything shorter.
_TIME = r"\d{4}-(?:\d\d|Q\d|W\d\d)(?:-\d\d(?:T\d\d(?::?\d\d)?)?)?"


@dataclass(frozen=True)
class Watch:
    """Files whose paths are `path`, where `{date}` or `{partition}` stands for the key and `*` for any part of a name.

    A file is whole once its size and time have not changed for `stable_for` seconds; or, with `done_marker`, as soon as
    the file of that path is there, and is not older. `every`: seconds between two looks.
    """

    path: str
    stable_for: float = STABLE_SECONDS
    done_marker: str | None = None
    every: float = EVERY_SECONDS

    def __str__(self) -> str:
        whole = f"with {self.done_marker}" if self.done_marker else f"unchanged for {self.stable_for:g} s"
        return f"{self.path}, {whole}, looked at every {self.every:g} s"

    @property
    def where(self) -> str:
        """Where data is looked for, in words."""
        return self.path

    @property
    def folder(self) -> str:
        """The part that is the same for all files: the folder below which to look."""
        fixed = _WILD.split(self.path, maxsplit=1)[0]
        return fixed.rpartition("/")[0] or ("/" if fixed.startswith("/") else ".")

    @property
    def depth(self) -> int:
        """How many folders may lie between that folder and a file."""
        return self._below.count("/")

    @property
    def _below(self) -> str:
        return self.path if self.folder == "." else self.path[len(self.folder) :].removeprefix("/")

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        parts, has_key = "", False
        for part in _WILD.split(self._below):
            if part in KEYS:
                parts += "(?P=key)" if has_key else rf"(?P<key>{_TIME}|[^/]+?)"
                has_key = True
            else:
                parts += "[^/]*" if part == "*" else re.escape(part)
        return re.compile(parts)

    def key_of(self, below: str) -> str | None:
        """The key that the path of a file below `folder` spells, empty where the path names none; None: no such file is
        looked for.
        """
        found = self._pattern.fullmatch(below)
        return None if found is None else found.groupdict().get("key", "")

    def at(self, below: str) -> str:
        """The location of a file below `folder`, in the words of `path`."""
        return below if self.folder == "." else f"{self.folder.removesuffix('/')}/{below}"

    def marker_of(self, key: str) -> str | None:
        """Where the marker of partition `key` lies."""
        return self.done_marker and self.done_marker.replace(KEYS[0], key).replace(KEYS[1], key)


@dataclass(frozen=True)
class TableWatch:
    """Rows of one table. The values of `column` say of which partition a row is; None: the table has no partitions.

    The rows of a partition are whole once their number and the highest value of `changed` (a column; None: only their
    number counts) have not changed for `stable_for` seconds. `every`: seconds between two looks.
    """

    column: str | None
    changed: str | None = None
    stable_for: float = STABLE_SECONDS
    every: float = EVERY_SECONDS

    def __str__(self) -> str:
        high = f" and the highest {self.changed}" if self.changed else ""
        whole = f"their number{high} unchanged for {self.stable_for:g} s"
        return f"{self.where}, {whole}, looked at every {self.every:g} s"

    @property
    def where(self) -> str:
        """Where data is looked for, in words."""
        return f"the rows of its table by {self.column}" if self.column else "the rows of its table"


AnyWatch = Watch | TableWatch


def dumps(watch: AnyWatch) -> str:
    return json.dumps(asdict(watch), sort_keys=True, ensure_ascii=False)


def loads(text: str | None) -> AnyWatch | None:
    """None: nobody looks."""
    if not text:
        return None
    said = json.loads(text)
    return Watch(**said) if "path" in said else TableWatch(**said)
