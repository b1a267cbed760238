"""Makes a process that validates by its copies ready for that: nothing is left to import or to open in a copy."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from connectors.checks import run  # noqa: F401  what `validate` would import
from connectors.storage.csv_files import CsvFiles
from connectors.storage.file_format import FileFormat, Part
from connectors.storage.formats import format_named
from connectors.storage.parquet_files import ParquetFiles
from connectors.storage.scan import counted
from connectors.storage.session import Session, keep_a_spare, literal


def warm_up() -> None:
    """Opens a DuckDB for the first content of each copy, and has it read a little of what it will read there."""
    for name in ("arrow", "csv", "jsonl", "manifest", "parquet"):
        format_named(name)
    connection = keep_a_spare()
    with TemporaryDirectory(prefix="headwater-") as folder:
        opened = Session(connection, Path(folder))
        for kind in (CsvFiles(), ParquetFiles()):
            _read_one_row(opened, kind)


def _read_one_row(opened: Session, kind: FileFormat) -> None:
    path = opened.folder / f"row{kind.suffix}"
    opened.connection.execute(f"COPY (SELECT 1 AS id, 'one' AS name) TO {literal(str(path))}")
    counted(opened.connection, kind.relation(opened, [Part(path)], {}))
