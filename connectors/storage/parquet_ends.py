"""Whether a file is a whole Parquet file, told by its two ends, and how pyarrow opens it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from connectors.storage.files import Fingerprint, bytes_of, fingerprint
from graph_model.errors import ContentError

if TYPE_CHECKING:
    import pyarrow.parquet as pq

_MAGIC = b"PAR1"
_TAIL = 8


def examine(path: Path) -> Fingerprint:
    check_ends(path)
    return fingerprint(path)


def open_file(path: Path) -> pq.ParquetFile:
    """The file as pyarrow reads it, which keeps the exact types that it was written with."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    check_ends(path)
    try:
        return pq.ParquetFile(path)
    except (pa.ArrowException, OSError) as error:
        raise ContentError(f"{path.name} is damaged: {error}") from error


def check_ends(path: Path) -> None:
    """Both ends of a Parquet file carry a mark, and the last one is written when everything else is."""
    with bytes_of(path) as file:
        head = file.read(len(_MAGIC))
        size = file.seek(0, 2)
        file.seek(max(size - _TAIL, 0))
        tail = file.read(_TAIL)
    if head == b"PARE" or tail.endswith(b"PARE"):
        raise ContentError(f"{path.name} is an encrypted Parquet file")
    if head != _MAGIC:
        raise ContentError(f"{path.name} is not a Parquet file: it does not begin with {_MAGIC.decode()}")
    if size < len(_MAGIC) + _TAIL or not tail.endswith(_MAGIC):
        raise ContentError(f"{path.name} is cut short: the footer of a Parquet file is missing")
    if int.from_bytes(tail[:4], "little") + len(_MAGIC) + _TAIL > size:
        raise ContentError(f"{path.name} is cut short: its footer is longer than the file")
