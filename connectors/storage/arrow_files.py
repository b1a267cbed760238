"""Arrow IPC files, which are Feather files of version 2. No options. Compressed and plain ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from connectors.storage.file_format import FileFormat, Part, known_columns
from connectors.storage.files import Fingerprint, bytes_of, fingerprint, regular_file, replacing
from connectors.storage.parquet_files import rows_of
from connectors.storage.scan import Relation
from connectors.storage.session import Session
from graph_model.contracts.entities import Column
from graph_model.errors import ContentError

if TYPE_CHECKING:
    import pyarrow as pa

_MAGIC = b"ARROW1"
# Feather files of version 1 are another format, which nobody writes any more.
_OLD_MAGIC = b"FEA1"
_FOOTER_LENGTH = 4


class ArrowFiles(FileFormat):
    suffix = ".arrow"

    def examine(self, path: Path, options: Mapping[str, Any]) -> Fingerprint:
        _check_ends(path)
        return fingerprint(path)

    def relation(self, opened: Session, parts: Sequence[Part], options: Mapping[str, Any]) -> Relation:
        return rows_of(opened, parts, [_as_parquet(opened, part.path) for part in parts])

    def read_file(self, path: Path, options: Mapping[str, Any], columns: Sequence[str] | None) -> pa.RecordBatchReader:
        """Batch by batch as the file was written, with its exact types."""
        import pyarrow as pa

        file = _open(regular_file(path))
        known_columns([Column(name) for name in file.schema.names], columns)
        names = list(columns) if columns is not None else file.schema.names
        schema = pa.schema([file.schema.field(name) for name in names])
        return pa.RecordBatchReader.from_batches(schema, _batches(path, file, names))

    def write_file(self, path: Path, reader: pa.RecordBatchReader, options: Mapping[str, Any]) -> None:
        from pyarrow import ipc

        packed = ipc.IpcWriteOptions(compression="zstd")
        with replacing(path) as temporary, ipc.new_file(str(temporary), reader.schema, options=packed) as writer:
            for batch in reader:
                writer.write_batch(batch)


def _as_parquet(opened: Session, path: Path) -> Path:
    """A copy that DuckDB can read, for the length of the session, made batch by batch.

    DuckDB would take the memory of an Arrow file as it is, and damage in it would take this process down.
    """
    import pyarrow.parquet as pq

    target = opened.folder / f"{uuid4().hex}.parquet"
    with _damage(path):
        file = _open(path)
        with pq.ParquetWriter(target, file.schema, compression="none") as writer:
            for batch in _batches(path, file, file.schema.names):
                writer.write_batch(batch)
    return target


def _open(path: Path) -> pa.ipc.RecordBatchFileReader:
    import pyarrow as pa
    from pyarrow import ipc

    _check_ends(path)
    with _damage(path):
        return ipc.open_file(pa.memory_map(str(path)))


def _batches(path: Path, file: pa.ipc.RecordBatchFileReader, names: Sequence[str]) -> Iterator[pa.RecordBatch]:
    """Each batch, looked through: whoever reads it trusts its lengths and offsets."""
    for number in range(file.num_record_batches):
        with _damage(path):
            batch = file.get_batch(number).select(list(names))
            batch.validate(full=True)
        yield batch


@contextmanager
def _damage(path: Path) -> Iterator[None]:
    """Turns what pyarrow says about a file into one sentence."""
    import pyarrow as pa

    try:
        yield
    except (pa.ArrowException, OSError) as error:
        raise ContentError(f"{path.name} cannot be read: {str(error).splitlines()[0]}") from error


def _check_ends(path: Path) -> None:
    """Both ends of an Arrow file carry a mark, and the last one is written when everything else is."""
    with bytes_of(path) as file:
        head = file.read(len(_MAGIC))
        size = file.seek(0, 2)
        file.seek(max(size - len(_MAGIC) - _FOOTER_LENGTH, 0))
        footer, tail = file.read(_FOOTER_LENGTH), file.read()
    if head.startswith(_OLD_MAGIC):
        raise ContentError(f"{path.name} is a Feather file of version 1; write it again in version 2")
    if head != _MAGIC:
        raise ContentError(f"{path.name} is not an Arrow file: it does not begin with {_MAGIC.decode()}")
    if tail != _MAGIC or int.from_bytes(footer, "little") + 2 * len(_MAGIC) + _FOOTER_LENGTH > size:
        raise ContentError(f"{path.name} is cut short: the footer of an Arrow file is missing")
