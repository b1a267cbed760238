"""How a folder of Parquet files is written, exposed and removed."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from connectors.storage.files import copy_file, reading
from connectors.storage.parquet_folders import Folder, declared_keys, folder_at
from graph_model.errors import ContentError

if TYPE_CHECKING:
    import pyarrow as pa

# More would be a mistake in the choice of the key: each is a file that every reader opens.
MOST_VALUES = 1_024


def write_folder(path: Path, reader: pa.RecordBatchReader, options: Mapping[str, Any]) -> None:
    """A file for each value of the keys. Rows of one value keep their order."""
    import pyarrow as pa
    import pyarrow.dataset as ds

    keys = list(declared_keys(options))
    for name in keys:
        _check_key(reader.schema, name)
    levels = ds.partitioning(pa.schema([reader.schema.field(name) for name in keys]), flavor="hive")
    with replacing_folder(path) as temporary:
        try:
            ds.write_dataset(
                reader,
                temporary,
                format="parquet",
                partitioning=levels,
                max_partitions=MOST_VALUES,
                file_options=ds.ParquetFileFormat().make_write_options(compression="zstd"),
                preserve_order=True,
            )
        except pa.ArrowInvalid as error:
            raise ContentError(f"{path.name} cannot be written: {str(error).splitlines()[0]}") from error


def _check_key(schema: pa.Schema, name: str) -> None:
    import pyarrow as pa

    if name not in schema.names:
        raise ContentError(f"the rows have no column {name}, which is declared as a key")
    type = schema.field(name).type
    if not (pa.types.is_integer(type) or pa.types.is_date(type) or pa.types.is_string(type)):
        raise ContentError(f"the key {name} is a {type}; the names of folders hold integers, dates and texts")


def copy_folder(folder: Folder, target: Path) -> None:
    """Puts a copy in the place of `target`. A reader meets the old folder or the new one, or for a moment none."""
    with replacing_folder(target) as temporary:
        for found in folder.files:
            copy_file(found.path, temporary / found.name)


@contextmanager
def replacing_folder(path: Path) -> Iterator[Path]:
    """A temporary folder beside `path` that takes its place when the block ends well, and is removed when not."""
    with reading(path):
        path.parent.mkdir(parents=True, exist_ok=True)
    mark = uuid4().hex[:12]
    temporary, former = (path.with_name(f".{path.name}.{mark}.{part}") for part in ("new", "old"))
    temporary.mkdir()
    try:
        yield temporary
        with suppress(FileNotFoundError):
            path.rename(former)
        temporary.rename(path)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
        _remove(former)


def _remove(path: Path) -> None:
    """What stood there before may have been one file."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def discard_folder(path: Path) -> None:
    """Removes the files of the content and the folders that are empty then; what else lies there stays."""
    with suppress(ContentError):
        for found in folder_at(path, {}).files:
            found.path.unlink(missing_ok=True)
    for mark in path.glob("_SUCCESS"):
        mark.unlink(missing_ok=True)
    for folder in sorted((item for item in path.rglob("*") if item.is_dir()), reverse=True):
        with suppress(OSError):
            folder.rmdir()
    for folder in (path, path.parent):
        with suppress(OSError):
            folder.rmdir()
