"""Contents in files and databases: where they lie, what they hold, and how they are read, written and replaced."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from connectors.storage.formats import format_named, formats
from connectors.storage.locations import located
from graph_model.errors import ContentError, StorageUnavailable
from graph_model.versions.entities import Content, Inspection

if TYPE_CHECKING:
    import pyarrow as pa

    from connectors.storage.fences import Fence

__all__ = [
    "ContentError",
    "StorageUnavailable",
    "discard",
    "expose",
    "formats",
    "inspect",
    "located",
    "read",
    "suffix",
    "write",
]


def inspect(content: Content) -> Inspection:
    """Schema, size, row count and hash of a whole content, read as a stream.

    Raises ContentError for a content that is missing, cut short or not of its format, and StorageUnavailable when its
    place does not answer.
    """
    with format_named(content.format).scan(content) as scan:
        return scan.inspection


def read(content: Content, columns: Sequence[str] | None = None) -> pa.RecordBatchReader:
    """The rows of a content as a stream of record batches; only `columns`, in this order, when they are given."""
    return format_named(content.format).read(content, columns)


def write(content: Content, reader: pa.RecordBatchReader) -> None:
    """Writes a stream of rows to the content's place, whole or not at all."""
    format_named(content.format).write(content, reader)


def expose(content: Content, target: Content, partition: str, fence: Fence | None = None) -> None:
    """Copies a published content to the fixed place where outsiders read it.

    A file is replaced at once; of a table, the rows of this partition (option `partition_column` of the target) or all
    rows are replaced in one transaction. With its `fence`, rows that came later are left alone.
    """
    if content.format != target.format:
        raise ContentError(f"a {content.format} cannot be exposed as a {target.format}")
    if fence is not None and content.format == "table":
        from connectors.storage.table import expose_fenced

        expose_fenced(content, target, partition, fence)
        return
    format_named(content.format).expose(content, target, partition)


def discard(content: Content) -> None:
    """Removes a content, and its folder where that is empty then. One that is gone already is fine."""
    format_named(content.format).discard(content)


def suffix(name: str) -> str:
    """How the name of a file of this format ends; empty for a format that is no file."""
    return format_named(name).suffix
