"""A DuckDB for the length of one question: in memory, bounded, and locked to the files that the question is about."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

import duckdb

from connectors.storage.files import stamp
from connectors.storage.limits import memory_mb
from graph_model.errors import ContentError, StorageUnavailable

THREADS = 2
_OUR_OWN: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
}
# A process that is to be copied may have no thread but its own.
_ALONE: dict[str, str | bool | int | float | list[str]] = {"threads": 1, "async_threads": 0}
_spare: list[duckdb.DuckDBPyConnection] = []
_taken: list[duckdb.DuckDBPyConnection] = []
_standing: list[duckdb.DuckDBPyConnection] = []


@dataclass(frozen=True, slots=True)
class Session:
    """`folder` is private to the session: what spills from memory and what had to be converted lies there."""

    connection: duckdb.DuckDBPyConnection
    folder: Path

    def path(self, path: Path) -> str:
        """A path as a literal that DuckDB takes for this one file: `*`, `?` and `[` in it would be expanded."""
        if not set(str(path)) & set("*?["):
            return literal(str(path))
        link = self.folder / uuid4().hex
        link.symlink_to(path.absolute())
        return literal(str(link))


@dataclass(frozen=True, slots=True)
class _OneOfMany(Session):
    """A session of a DuckDB that stands for all sessions of its process. It sees copies, in its own folder, so that
    nothing else can be reached, and nothing of one session is there in the next."""

    def path(self, path: Path) -> str:
        copy = self.folder / uuid4().hex
        shutil.copyfile(path, copy)
        return literal(str(copy))


def stand(folder: Path) -> None:
    """From now on all sessions of this process, one after the other, share a DuckDB without threads, that spills
    nothing and is locked to `folder`. For small contents, and for statements of ours alone: what others may say in SQL
    could leave something behind in it.
    """
    tempfile.tempdir = str(folder)
    connection = _spare.pop() if _spare else _bounded(duckdb.connect(":memory:", config=_OUR_OWN | _ALONE))
    connection.execute("SET temp_directory = ''")
    connection.execute("SET enable_external_file_cache = false")
    connection.execute(f"SET allowed_directories = [{literal(str(folder))}]")
    _shut(connection)
    _standing.append(connection)


def keep_a_spare() -> duckdb.DuckDBPyConnection:
    """Opens a DuckDB for the next session: in a process that is copied, for the first session of each copy."""
    _spare.append(_bounded(duckdb.connect(":memory:", config=_OUR_OWN | _ALONE)))
    return _spare[-1]


def _connect() -> AbstractContextManager[duckdb.DuckDBPyConnection]:
    """A spare is never closed: the process that took it is about to end, and closing takes longer than a small scan."""
    if not _spare:
        return _bounded(duckdb.connect(":memory:", config=_OUR_OWN))
    _taken.append(_spare.pop())
    return nullcontext(_taken[-1])


def _bounded(connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    connection.execute(f"SET memory_limit = '{memory_mb()}MB'")
    connection.execute("SET TimeZone = 'UTC'")
    return connection


@contextmanager
def session(paths: Iterable[Path], *, steady: bool = True) -> Iterator[Session]:
    """A session that can touch `paths` and nothing else.

    DuckDB's errors leave it as ContentError; so does a file that somebody changed meanwhile, unless `steady` is False.
    """
    files = tuple(paths)
    before = [stamp(path) for path in files] if steady else []
    with TemporaryDirectory(prefix="headwater-") as folder, _opened(files, folder) as opened, content_errors():
        yield opened
    for path, stamped in zip(files, before, strict=False):
        if stamp(path) != stamped:
            raise ContentError(f"{path.name} was changed while it was being read")


@contextmanager
def _opened(files: tuple[Path, ...], folder: str) -> Iterator[Session]:
    if _standing:
        yield _OneOfMany(_standing[-1], Path(folder))
        return
    with _connect() as connection:
        _lock(connection, files, folder)
        yield Session(connection, Path(folder))


@contextmanager
def content_errors() -> Iterator[None]:
    """Turns DuckDB's errors into one sentence about the content, but for a disk that has no room to spill to."""
    try:
        yield
    except duckdb.OutOfMemoryException as error:
        if "offload" in str(error) or "No space" in str(error):
            raise StorageUnavailable("there is no room on disk for what does not fit into memory") from error
        raise ContentError(f"reading it needs more than the {memory_mb()} MB of memory that it may take") from error
    except duckdb.Error as error:
        raise ContentError(sentence(error)) from error


_KIND = re.compile(r"^[A-Za-z ]+ (?:Error|Exception): ")
_PLACE = re.compile(r"""\s*(?:in|of|from)? ?(?:the )?file:? ["'][^"']*["'],?""")
_CSV_LINE = re.compile(r"CSV Error on Line: (\d+)")
_CSV_COLUMNS = re.compile(r"Expected Number of Columns: (\d+) Found: (\d+)")


def sentence(error: Exception) -> str:
    """What an error of DuckDB says about the content: one line, without its kind and without the path."""
    text = str(error).strip() or "it cannot be read"
    if "CSV Parser state machine" in text:
        return "its lines do not all end in the same way"
    line = _CSV_LINE.search(text)
    if not line:
        return _PLACE.sub("", _KIND.sub("", text.splitlines()[0])).strip()
    columns = _CSV_COLUMNS.search(text)
    if columns:
        return f"line {line[1]} has {columns[2]} columns where {columns[1]} are expected"
    if "unterminated quote" in text:
        return f"a quote that opens in line {line[1]} is never closed"
    return f"line {line[1]} is not a line of CSV"


def _lock(connection: duckdb.DuckDBPyConnection, files: tuple[Path, ...], folder: str) -> None:
    """Room and files first, then the door is shut, then the lock: after that no statement can open it again."""
    connection.execute(f"SET threads = {THREADS}")
    connection.execute(f"SET memory_limit = '{memory_mb()}MB'")
    connection.execute(f"SET temp_directory = {literal(folder)}")
    connection.execute(f"SET allowed_directories = [{literal(folder)}]")
    connection.execute(f"SET allowed_paths = [{', '.join(literal(str(path)) for path in files)}]")
    _shut(connection)


def _shut(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")


def literal(text: str) -> str:
    """A text as a literal of SQL."""
    return "'" + text.replace("'", "''") + "'"


def identifier(name: str) -> str:
    """A name as an identifier of SQL."""
    return '"' + name.replace('"', '""') + '"'


def one_row(connection: duckdb.DuckDBPyConnection, sql: str, parameters: Sequence[Any] = ()) -> tuple[Any, ...]:
    """The only row of an aggregate. Fetched to its end: an unfinished result would block the connection."""
    return connection.execute(sql, list(parameters)).fetchall()[0]
