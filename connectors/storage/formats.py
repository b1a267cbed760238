"""What every format can do, and which formats there are. A format's module is imported when it is first asked for."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING, Protocol

from graph_model.errors import ContentError, nearest
from graph_model.estate.vocabulary import MORE_FORMATS, known_formats
from graph_model.versions.entities import Content

if TYPE_CHECKING:
    import pyarrow as pa

    from connectors.storage.scan import Scan


class Format(Protocol):
    """One way to keep rows. Everything here raises ContentError for a content that is not what it should be."""

    suffix: str

    def scan(self, content: Content) -> AbstractContextManager[Scan]:
        """The content, inspected whole and open for questions until the context ends."""
        ...

    def read(self, content: Content, columns: Sequence[str] | None) -> pa.RecordBatchReader: ...

    def write(self, content: Content, reader: pa.RecordBatchReader) -> None:
        """Replaces whatever lies there. Readers see the old content or the new one, never a part."""
        ...

    def expose(self, content: Content, target: Content, partition: str) -> None:
        """Makes the fixed place `target` hold `content` as its partition `partition`. Repeating it changes nothing."""
        ...

    def discard(self, content: Content) -> None:
        """Removes the content. One that is gone already is fine."""
        ...


_WHERE = {
    "arrow": ("connectors.storage.arrow_files", "ArrowFiles"),
    "csv": ("connectors.storage.csv_files", "CsvFiles"),
    "jsonl": ("connectors.storage.jsonl_files", "JsonLines"),
    "manifest": ("connectors.storage.manifest", "ManifestedFiles"),
    "parquet": ("connectors.storage.parquet_files", "ParquetFiles"),
    "table": ("connectors.storage.table", "Tables"),
}


def formats() -> tuple[str, ...]:
    """The known formats, sorted: our own, and those that installed packages bring along."""
    return tuple(sorted({*_WHERE, *known_formats()}))


@cache
def format_named(name: str) -> Format:
    """The format of that name, ours before anybody else's. Raises ContentError for one that nobody knows."""
    if name in _WHERE:
        module, member = _WHERE[name]
        return getattr(import_module(module), member)()
    for point in entry_points(group=MORE_FORMATS, name=name):
        return _brought_along(point)
    near = nearest(name, formats())
    hint = f"did you mean {near}?" if near else f"known are {', '.join(formats())}"
    raise ContentError(f"there is no format {name!r}; {hint}")


def _brought_along(point: EntryPoint) -> Format:
    try:
        return point.load()()
    except Exception as error:
        raise ContentError(f"the format {point.name} cannot be loaded from {point.value}: {error}") from error
