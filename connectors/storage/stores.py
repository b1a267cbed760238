"""Stores of objects, such as S3, through pyarrow.fs: what lies there is copied into a folder of this machine, and what
is put there was written whole before.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from connectors.storage.files import CHUNK, bytes_of
from graph_model.errors import ContentError, StorageUnavailable
from graph_model.versions.entities import Content

if TYPE_CHECKING:
    from pyarrow.fs import FileInfo, FileSystem

MOST_FILES = 20_000
# So much of the free disk a copy may take: sorting and converting need some of it too.
MOST_OF_THE_DISK = 0.8
CONNECT_SECONDS, ANSWER_SECONDS, TRIES = 5, 30, 3
# Stores that pyarrow reaches by itself; all others are asked of fsspec.
_OWN = ("gs", "gcs", "hdfs", "viewfs", "abfs", "abfss")


@dataclass(frozen=True, slots=True)
class Store:
    """One location in a store: `path` is bucket and key."""

    files: FileSystem
    path: str
    location: str

    def beside(self, name: str) -> Store:
        folder = self.path.rpartition("/")[0]
        return Store(self.files, f"{folder}/{name}", f"{self.location.rpartition('/')[0]}/{name}")

    def info(self) -> FileInfo:
        """Raises ContentError when nothing is there."""
        from pyarrow.fs import FileType

        with store_errors(self.location):
            found = self.files.get_file_info(self.path)
        if found.type == FileType.NotFound:
            raise ContentError(f"there is nothing at {self.location}")
        return found

    def put(self, source: Path) -> None:
        """Uploads a whole file. It appears when its last byte has come; an upload that breaks off never does."""
        with store_errors(self.location), bytes_of(source) as file:
            with self.files.open_output_stream(self.path) as target:
                shutil.copyfileobj(file, target, CHUNK)
            size = self.files.get_file_info(self.path).size
        if size != source.stat().st_size:
            self.remove()
            raise StorageUnavailable(f"{self.location} took {size} bytes of {source.stat().st_size}")

    def remove(self) -> None:
        with store_errors(self.location), suppress(FileNotFoundError):
            self.files.delete_file(self.path)


def store_of(content: Content) -> Store:
    """The store that a content lies in. Raises StorageUnavailable where nothing here can reach it."""
    from pyarrow import fs

    scheme, _, path = content.location.partition("://")
    if scheme == "s3":
        return Store(_s3(content.options), path, content.location)
    if scheme in _OWN:
        with store_errors(content.location):
            files, path = fs.FileSystem.from_uri(content.location)
        return Store(files, path, content.location)
    return Store(_by_fsspec(scheme), path, content.location)


def _s3(options: Mapping[str, Any]) -> FileSystem:
    from pyarrow import fs

    endpoint = urlsplit(options.get("endpoint") or "")
    given: dict[str, Any] = {
        name: options[name] for name in ("region", "access_key", "secret_key") if options.get(name)
    }
    if endpoint.netloc:
        given |= {"endpoint_override": endpoint.netloc, "scheme": endpoint.scheme}
        given.setdefault("region", "us-east-1")  # servers that are not Amazon's have none
    return fs.S3FileSystem(
        **given,
        session_token=options.get("session_token"),
        anonymous=options.get("anonymous") is True,
        connect_timeout=CONNECT_SECONDS,
        request_timeout=ANSWER_SECONDS,
        retry_strategy=fs.AwsStandardS3RetryStrategy(max_attempts=TRIES),
    )


def _by_fsspec(scheme: str) -> FileSystem:
    from pyarrow import fs

    if find_spec("fsspec") is None:
        raise StorageUnavailable(f"nothing here reaches {scheme}://: install fsspec, and what it needs for that")
    try:
        found = import_module("fsspec").filesystem(scheme)
    except (ValueError, ImportError) as error:
        raise StorageUnavailable(f"nothing here reaches {scheme}://: {error}") from error
    return fs.PyFileSystem(fs.FSSpecHandler(found))


_CODE = re.compile(r"AWS Error (\w+)")


@contextmanager
def store_errors(location: str) -> Iterator[None]:
    """A store that does not answer, or not to us, says nothing about the content. No answer is repeated word by word:
    it may name a key."""
    import pyarrow as pa

    try:
        yield
    except FileNotFoundError:
        raise ContentError(f"there is nothing at {location}") from None
    except (OSError, pa.ArrowException) as error:
        code = _CODE.search(str(error))
        said = code[1].lower().replace("_", " ") if code else type(error).__name__
        raise StorageUnavailable(f"the store of {location} does not answer as it should: {said}") from error


def fetch_file(store: Store, folder: Path) -> Path:
    """A copy of one object. Raises ContentError for one that is no file, or was replaced meanwhile."""
    found = store.info()
    if not found.is_file:
        raise ContentError(f"{store.location} is a folder, not a file")
    _check_room([found], folder)
    target = folder / _safe(PurePosixPath(store.path).name, store.location)
    _copy(store, found, target)
    return target


def fetch_folder(store: Store, folder: Path) -> Path:
    """A copy of all that lies below a prefix, under its own name. Raises ContentError when nothing does."""
    found = listed(store)
    if not found:
        raise ContentError(f"there is nothing at {store.location}")
    _check_room(found, folder)
    top = folder / _safe(PurePosixPath(store.path).name, store.location)
    for info in found:
        name = _below(info.path, store)
        target = top.joinpath(*(_safe(part, info.path) for part in name.split("/")))
        target.parent.mkdir(parents=True, exist_ok=True)
        _copy(Store(store.files, info.path, f"{store.location.rstrip('/')}/{name}"), info, target)
    if [(info.path, info.size, info.mtime_ns) for info in listed(store)] != [
        (info.path, info.size, info.mtime_ns) for info in found
    ]:
        raise ContentError(f"{store.location} was changed while it was being read")
    return top


def listed(store: Store) -> list[FileInfo]:
    """All objects below a prefix, sorted."""
    from pyarrow.fs import FileSelector

    below, found = FileSelector(store.path.rstrip("/"), recursive=True, allow_not_found=True), []
    # Some stores take the key of an object for a prefix with nothing below it, others tell.
    with store_errors(store.location), suppress(NotADirectoryError):
        found = store.files.get_file_info(below)
    files = sorted((info for info in found if info.is_file), key=lambda info: info.path)
    if len(files) > MOST_FILES:
        raise ContentError(f"{store.location} holds more than {MOST_FILES} files")
    return files


def _below(path: str, store: Store) -> str:
    """Some stores of fsspec write a slash before the keys that they list."""
    top = store.path.strip("/")
    return path.lstrip("/").removeprefix(f"{top}/")


def _safe(part: str, location: str) -> str:
    """A part of a key as the name of a file: keys may hold what would lead out of the folder here."""
    if part in ("", ".", "..") or "/" in part or "\0" in part or len(os.fsencode(part)) > 255:
        raise ContentError(f"the key {location} cannot be a path of files")
    return part


def _check_room(found: Sequence[FileInfo], folder: Path) -> None:
    wanted, free = sum(info.size or 0 for info in found), shutil.disk_usage(folder).free
    if wanted > free * MOST_OF_THE_DISK:
        raise StorageUnavailable(f"a copy of {wanted} bytes finds no room here: {free} bytes are free")


def _copy(store: Store, found: FileInfo, target: Path) -> None:
    """Large objects come in several answers, which must be of one and the same object."""
    with store_errors(store.location), target.open("wb") as file:
        before = _mark(store)
        with store.files.open_input_stream(store.path) as source:
            shutil.copyfileobj(source, file, CHUNK)
        after = _mark(store)
    if before != after or target.stat().st_size != found.size:
        raise ContentError(f"{store.location} was changed while it was being read")


def _mark(store: Store) -> tuple[Any, ...]:
    """What changes when another object takes the key: its tag where the store has one."""
    with store.files.open_input_stream(store.path) as source:
        tag = (source.metadata() or {}).get(b"ETag")
    found = store.files.get_file_info(store.path)
    return tag, found.size, found.mtime_ns
