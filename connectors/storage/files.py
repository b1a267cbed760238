"""Files as such: what counts as one, its fingerprint, and changes that readers see whole or not at all."""

from __future__ import annotations

import errno
import hashlib
import io
import os
import shutil
import stat
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO, TextIO
from uuid import uuid4

from graph_model.errors import ContentError, StorageUnavailable

CHUNK = 1 << 20
_KINDS = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


_NO_PATH = (errno.ENAMETOOLONG, errno.ELOOP)


@dataclass(frozen=True, slots=True)
class Fingerprint:
    size_bytes: int
    sha256: str


def regular_file(path: Path) -> Path:
    """`path`, if a regular file lies there. Looks before it opens: opening a pipe would wait for a writer."""
    with reading(path):
        found = path.stat()
    _check_kind(path, found)
    return path


def is_folder(path: Path) -> bool:
    """False too for what is not there."""
    with suppress(ContentError), reading(path):
        return stat.S_ISDIR(path.stat().st_mode)
    return False


def _check_kind(path: Path, found: os.stat_result) -> None:
    if not stat.S_ISREG(found.st_mode):
        kind = next((name for is_kind, name in _KINDS if is_kind(found.st_mode)), "something else")
        raise ContentError(f"{path.name} is {kind}, not a file")
    if found.st_dev in _of_the_kernel():
        raise ContentError(f"{path.name} is made up by the kernel, not a file")


@cache
def _of_the_kernel() -> frozenset[int]:
    """The devices of /proc and /sys: what looks like a file there may be endless, or act when it is read."""
    return frozenset(os.stat(folder).st_dev for folder in ("/proc", "/sys") if os.path.ismount(folder))  # noqa: PTH116


@contextmanager
def bytes_of(path: Path) -> Iterator[IO[bytes]]:
    """A regular file, for reading. What was put in its place since somebody looked is seen, and never waited for."""
    with reading(path):
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            _check_kind(path, os.fstat(file.fileno()))
            yield file


@contextmanager
def text_of(path: Path, encoding: str) -> Iterator[TextIO]:
    """Line ends are left as they are."""
    with bytes_of(path) as file, io.TextIOWrapper(file, encoding=encoding, newline="") as text:
        yield text


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turns what the operating system says about `path` into our own errors."""
    try:
        yield
    except (FileNotFoundError, NotADirectoryError):
        raise ContentError(f"there is no file {path}") from None
    except PermissionError:
        raise ContentError(f"the file {path} may not be read by this worker") from None
    except ValueError as error:
        if "null byte" not in str(error):
            raise
        raise ContentError(f"{str(path)!r} is no path: it holds a zero byte") from None
    except OSError as error:
        if error.errno in _NO_PATH:
            raise ContentError(f"{path.name[:60]}… is no path that can be opened: {error.strerror}") from None
        if isinstance(error, UnicodeError) or error.strerror is None:
            raise
        raise StorageUnavailable(f"{path} cannot be read: {error.strerror}") from error


def fingerprint(path: Path, watch: Callable[[bytes], None] | None = None) -> Fingerprint:
    """Size and hash of a file, read in chunks; `watch` sees each chunk, and an empty one at the end."""
    digest, size = hashlib.sha256(), 0
    with bytes_of(path) as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
            size += len(chunk)
            if watch:
                watch(chunk)
    if watch:
        watch(b"")
    return Fingerprint(size, digest.hexdigest())


def hash_of_files(files: Iterable[tuple[str, str]]) -> str:
    """One hash for many files, each given by name and SHA-256; it does not depend on their order."""
    lines = sorted(f"{name}\0{sha256.lower()}\n" for name, sha256 in files)
    return f"files:{hashlib.sha256(''.join(lines).encode()).hexdigest()}"


def stamp(path: Path) -> tuple[int, ...]:
    """What changes when somebody writes to the file or puts another one in its place."""
    with reading(path):
        found = path.stat()
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A temporary path beside `path` that takes its place when the block ends well, and is removed when it does not."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{uuid4().hex[:12]}")
    try:
        yield temporary
        with temporary.open("rb") as written:
            os.fsync(written.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def copy_file(source: Path, target: Path) -> None:
    """Puts a copy of `source` in the place of `target` at once."""
    regular_file(source)
    with replacing(target) as temporary, reading(source):
        shutil.copyfile(source, temporary)


def discard_file(path: Path) -> None:
    """Removes a file, and its folder when nothing else lies in it."""
    with suppress(FileNotFoundError, NotADirectoryError):
        path.unlink()
    with suppress(OSError):  # not empty, or gone: both are fine
        path.parent.rmdir()
